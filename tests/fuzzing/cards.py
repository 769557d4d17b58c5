"""Cards to send anything to: each input gets the same card anew, however it is left behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from apdu import ApduChannel, Command, StatusError, aid, instruction, open_channel, status
from apdu.store_data import blocks
from euicc import Card
from euicc.enabled_profile import EnabledProfile
from euicc.env import Env
from euicc.runtime import keys
from euicc.runtime.nvm import Nvm
from tests.fuzzing.frames import Frame
from tests.rsp.test_garbage import KINDS

SEED = 22
APDU, ES10, RESET = 0, 1, 2
KINDS_OF_FRAMES = 3
TREE_CHANGES = (keys.FILE_CREATED, keys.FILE_DELETED, keys.FILE_LIMITS)
ROWS_A_FRAME = 200
"""More values than any command may leave in the memory; a download by pieces ends in about thirty."""


class Again:
    """The card that `make` gives, as often as wanted: in the same state, with the same random numbers to come.

    Only one at a time: they share the files of the profile, which are built anew when one has changed the tree of them.
    """

    def __init__(self, make: Callable[[], Card]) -> None:
        self._made = make()
        self._made.reset()
        self._files = EnabledProfile(self._made.nvm, self._made.config)
        self._last = self._made
        self.rows = rows(self._made)

    def __call__(self) -> Card:
        """A card that was just reset."""
        if any(self._last.nvm.indexes(key) for key in TREE_CHANGES):
            self._files = EnabledProfile(self._made.nvm, self._made.config)
        self._files.current()
        nvm = Nvm()
        nvm._tables = {name: dict(table) for name, table in self._made.nvm._tables.items()}
        nvm._keys = dict(self._made.nvm._keys)
        card = self._last = Card(nvm, Env(SEED))
        for name in ("_profile", "_aid", "_package"):
            setattr(card.enabled_profile, name, getattr(self._files, name))
        return card


def rows(card: Card) -> int:
    """How many values its memory has."""
    return sum(map(len, card.nvm._tables.values()))


def send(card: Card, frame: Frame) -> None:
    """One part of an input: a command, an ES10 request in as many commands as it takes, or a reset."""
    match frame.kind % KINDS_OF_FRAMES:
        case 0:
            answered(card, frame.payload)
        case 1:
            for block in blocks(frame.payload or b"\0"):
                answered(card, block.encode())
        case _:
            assert card.reset()


def answered(card: Card, command: bytes) -> bytes:
    """The answer; it has a status word that the standards know, and none that says that the card failed."""
    answer = card.transmit(command)
    assert len(answer) >= 2
    assert answer[-2] in KINDS, answer[-2:].hex()
    assert answer[-2:] != status.NO_PRECISE_DIAGNOSIS.to_bytes(2, "big")
    return answer


def assert_still_a_card(card: Card, most_rows: int) -> None:
    """It starts, shows its files or refuses to, has its ISD-R, tells its EID; its memory is not full."""
    assert card.reset()
    answered(card, Command(0x00, instruction.SELECT, 0, 4, b"\x3f\x00", le=256).encode())
    try:
        channel: ApduChannel = open_channel(card)
    except StatusError:
        raise AssertionError("no channel after a reset") from None
    channel.select(aid.ISD_R)
    assert channel.store_data(bytes.fromhex("BF3E035C015A"))[5:] == card.identity.eid
    assert rows(card) <= most_rows


@cache
def open_isd_r() -> bytes:
    """SELECT of the ISD-R on the basic channel."""
    return Command(0x00, instruction.SELECT, 4, 0, aid.ISD_R, le=256).encode()
