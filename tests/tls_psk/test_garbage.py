"""Whatever comes: TlsError or nothing, from both ends, at every stage, in one piece or byte by byte."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from euicc.crypto.tls_psk import SUITES, Connection, Suite, TlsError
from tests.tls_psk.ends import pair

SEEDS = range(40)


def _flights(suites: Sequence[Suite], dice: Random) -> list[tuple[int, bytes]]:
    """A whole conversation: which end (0 the client) is to get which bytes."""
    ends = pair(suites)
    heard: list[tuple[int, bytes]] = []

    def carry(sender: int) -> None:
        flight = ends[sender].outgoing()
        heard.append((1 - sender, flight))
        ends[1 - sender].feed(flight)

    for sender in (0, 1, 0, 1):
        carry(sender)
    for sender in (0, 1):
        ends[sender].send(dice.randbytes(dice.randrange(1, 300)))
        carry(sender)
    ends[0].close()
    for sender in (0, 1):
        carry(sender)
    return heard


def _spoilt(flight: bytes, dice: Random) -> bytes:
    """Bits flipped, bytes cut off, put in, doubled, or something else altogether."""
    data = bytearray(flight)
    offset = dice.randrange(len(data) + 1)
    match dice.randrange(5):
        case 0 if data:
            data[offset % len(data)] ^= 1 << dice.randrange(8)
        case 1:
            del data[offset:]
        case 2:
            data[offset:offset] = dice.randbytes(dice.randrange(1, 20))
        case 3:
            data[offset:offset] = data[: dice.randrange(len(data) + 1)]
        case _:
            data[:] = b"\x16\x03\x03\x00" + dice.randbytes(dice.randrange(1, 300))
    return bytes(data)


def _feed(end: Connection, data: bytes, piece: int) -> TlsError | None:
    try:
        for start in range(0, len(data), piece):
            end.feed(data[start : start + piece])
    except TlsError as error:
        return error
    return None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spoilt_conversation_ends_in_the_documented_error(seed: int) -> None:
    dice = Random(seed)
    suites = SUITES[dice.randrange(2) :]
    flights = _flights(suites, dice)
    for spoilt in range(len(flights)):
        for piece in (1, 1 << 16):
            ends = pair(suites)
            failed = False
            for number, (receiver, flight) in enumerate(flights):
                data = _spoilt(flight, dice) if number == spoilt else flight
                failed = _feed(ends[receiver], data, piece) is not None or failed
                if failed:
                    break
            for end in ends:
                assert (end.error is not None) <= failed
                end.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_noise_is_never_taken_for_a_handshake(seed: int) -> None:
    dice = Random(seed)
    for end in pair():
        for _ in range(20):
            kind = dice.choice((20, 21, 22, 23, dice.randrange(256)))
            noise = bytes((kind, 3, 3, 0)) + dice.randbytes(dice.randrange(200))
            if _feed(end, noise, dice.choice((1, 7, 1 << 16))):
                break
        assert not end.established
        assert end.received() == b""
