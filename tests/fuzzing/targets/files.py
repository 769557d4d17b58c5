"""Files that are read again: the memory of an eIM, the state of an IPA, a card. Damage is said to be such."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from euicc import Card
from euicc.runtime.card_file import CardFileError
from euicc.testing.eim.memory import EimFileError, from_text, to_text
from ipa.errors import StateUnreadable
from ipa.state import State, StateFile, Unfinished
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import framed, json_body, octets, text
from tests.fuzzing.targets import eim
from tests.isdr.installed import install

EIM, STATE, CARD = range(3)
mutate = framed(text, json_body, octets)


@cache
def directory() -> Path:
    """Where the files are, until the process ends."""
    made = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    _KEPT.append(made)
    return Path(made.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def _eim(content: bytes) -> None:
    try:
        known = from_text(content.decode("utf-8", "replace"))
    except EimFileError:
        return
    assert to_text(from_text(to_text(known))) == to_text(known)


def _state(content: bytes) -> None:
    path = directory() / "state"
    path.write_bytes(content)
    try:
        keeper = StateFile(path)
    except StateUnreadable:
        return
    keeper.remember({})
    assert StateFile(path).recall(b"") == keeper.recall(b"")


def _card(content: bytes) -> None:
    path = directory() / "card"
    for each in ("card", "card-wal", "card-shm", "card-journal"):
        (directory() / each).unlink(missing_ok=True)
    path.write_bytes(content)
    with suppress(CardFileError), Card.open(path) as card:
        assert card.reset()


_READ: tuple[Callable[[bytes], None], ...] = (_eim, _state, _card)


def fuzz_one(data: bytes) -> None:
    """Each part as a file of its kind."""
    for kind, content in split(data):
        _READ[kind % len(_READ)](content)


def corpus() -> Iterator[bytes]:
    """One good file of each kind."""
    server = eim.server()
    yield join((Frame(EIM, server.remembered().encode()),))
    yield join((Frame(EIM, b"[]"),))
    unfinished = {"eim1": Unfinished(b"\x30\x00", b"\xbf\x51\x00", bytes(8))}
    state = State(bytes(16), unfinished, (1, 2), {"eim1": 2}, {"eim1": (0xBF20, 0xBF22)}, b"\x30\x00")
    yield join((Frame(STATE, state.to_json().encode()),))
    for enabled in (False, True):
        card = Card.manufacture(seed=1)
        if enabled:
            install(card, 1, enabled=True)
        path = directory() / "made"
        card.save(path)
        yield join((Frame(CARD, path.read_bytes()),))
