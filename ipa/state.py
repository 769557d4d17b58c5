"""What the device must not forget and the card cannot know: kept before it matters, read after a restart.

What the card knows is not here: package results and notifications wait on the card until they are acknowledged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ipa.errors import StateUnreadable


@dataclass(frozen=True)
class Unfinished:
    """An eIM package that the IPA has received and not yet answered.

    `eim`: EimConfigurationData of the eIM that sent it, which need not be associated any more when the result is to be
    delivered. `package`: as received, BF51, BF52 or BF54. `transaction`: of the RSP session of a triggered download:
    tells its installation result among the notifications on the card. `result`: the answer when there is one that
    """

    eim: bytes
    package: bytes
    transaction: bytes = b""
    result: bytes = b""

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> Unfinished:
        """What State.to_json made of it."""
        return cls(**{each.name: bytes.fromhex(kept[each.name]) for each in fields(cls)})


@dataclass(frozen=True)
class State:
    """What is kept of one card.

    `unfinished`: by eimId, one of each eIM. `acknowledged`: sequence numbers that were taken by whom they are for, and
    are to be removed from the card. `untold`: stateChangeCause by eimId, for the next time that eIM is asked. `told`:
    tags of the data that an eIM has got, by eimId, which minimizeEsipaBytes leaves out. `plain_card`: what
    ipa.plain_card keeps for a card of SGP.22, empty for others.
    """

    eid: bytes = b""
    unfinished: Mapping[str, Unfinished] = field(default_factory=dict)
    acknowledged: tuple[int, ...] = ()
    untold: Mapping[str, int] = field(default_factory=dict)
    told: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    plain_card: bytes = b""

    def to_json(self) -> str:
        """As kept in a file."""
        unfinished = {
            eim: {name: value.hex() for name, value in vars(each).items()}
            for eim, each in self.unfinished.items()
        }
        return json.dumps(
            {
                "eid": self.eid.hex(),
                "unfinished": unfinished,
                "acknowledged": self.acknowledged,
                "untold": dict(self.untold),
                "told": dict(self.told),
                "plain_card": self.plain_card.hex(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> State:
        """What `to_json` wrote; ValueError, KeyError or TypeError for anything else."""
        kept: dict[str, Any] = json.loads(text)
        return cls(
            eid=bytes.fromhex(kept["eid"]),
            unfinished={str(eim): Unfinished.from_json(each) for eim, each in kept["unfinished"].items()},
            acknowledged=tuple(map(int, kept["acknowledged"])),
            untold={str(eim): int(cause) for eim, cause in kept["untold"].items()},
            told={str(eim): tuple(map(int, tags)) for eim, tags in kept["told"].items()},
            plain_card=bytes.fromhex(kept.get("plain_card", "")),
        )


class StateKeeper:
    """Keeps State as long as the program runs: for tests, and where a restart of the device may lose something."""

    def __init__(self) -> None:
        self._state = State()

    def recall(self, eid: bytes) -> State:
        """What was kept of this card; a new State when it was of another one."""
        if self._state.eid != eid:
            self._state = State(eid)
        return self._state

    def remember(self, changes: Mapping[str, Any]) -> None:
        """Keeps these fields; they are durable when it returns."""
        self._state = replace(self._state, **changes)


class StateFile(StateKeeper):
    """Keeps State in a file, which is replaced as a whole: a power loss leaves the old or the new one.

    StateUnreadable when there is a file that holds something else; OSError.
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__()
        self._path = Path(path)
        try:
            self._state = State.from_json(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateUnreadable(f"{path} is not the state of an IPA") from error

    def remember(self, changes: Mapping[str, Any]) -> None:
        """Keeps these fields; they are on the disk when it returns."""
        super().remember(changes)
        new = self._path.with_name(self._path.name + ".new")
        with new.open("w", encoding="utf-8") as file:
            file.write(self._state.to_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        _sync_directory(self._path.parent)


class StateDirectory(StateKeeper):
    """Keeps State of any number of cards, each in a file of its EID; the directory is made when it is needed."""

    def __init__(self, path: Path | str) -> None:
        super().__init__()
        self._path = Path(path)
        self._keeper: StateKeeper | None = None

    def recall(self, eid: bytes) -> State:
        """What was kept of this card, and whose state is changed from now on."""
        if self._state.eid != eid or self._keeper is None:
            self._keeper = StateFile(self._path / f"{eid.hex().upper()}.json")
            self._state = self._keeper.recall(eid)
        return self._keeper.recall(eid)

    def remember(self, changes: Mapping[str, Any]) -> None:
        """Keeps these fields of the card that was asked for last."""
        assert self._keeper is not None  # a card is recalled before anything is to be kept of it
        self._path.mkdir(parents=True, exist_ok=True)
        self._keeper.remember(changes)


def _sync_directory(path: Path) -> None:
    """Makes the renaming itself durable, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
