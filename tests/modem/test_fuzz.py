"""50 000 lines that nobody should send: each has an answer, none breaks the modem or the card."""

from __future__ import annotations

import random

import pytest

from apdu.transport.modem import Modem
from tests.flows.life import new_card
from tests.modem.conftest import card_with_profile
from tests.modem.typist import ISD_R

LINES = 50_000
SEEDS = range(5)
SEEN = (
    "",
    "E0V1",
    "I",
    "S3?",
    "+CFUN?",
    "+CFUN=1,1",
    "+CMEE=1",
    "+CMEE=2;+CPIN?;+CIMI;+CCID",
    "+CSIM=?",
    '+CSIM=10,"0070000001"',
    '+CSIM=42,"00A4040010A0000005591010FFFFFFFF8900000100"',
    f'+CCHO="{ISD_R}"',
    '+CGLA=1,22,"80E2910006BF3E035C015A"',
    '+CGLA=1,24,"81E2910006BF3E035C015A00"',
    "+CCHC=1",
    '+CRSM=176,28423,0,0,9,"","3F007FFF"',
    '+CRSM=214,28423,0,0,1,"00"',
    "+CRSM=242",
    '+CPIN="1234","5678"',
)
UNANSWERED = (b"", b"0", b"4", b"OK", b"ERROR")
"""An empty line, and result codes: V.250 has no answer to them."""
FINAL = ("OK", "ERROR", "+CME ERROR")


def spoiled(source: random.Random) -> bytes:
    """A line that was sensible once, or two of them at the same time."""
    body = bytearray(f"AT{source.choice(SEEN)}".encode())
    for _ in range(source.randrange(4)):
        SPOILERS[source.randrange(len(SPOILERS))](source, body)
    # One line: nothing that ends it before its end, erases it, or repeats another one.
    line = bytes(body).translate(None, b"\r\n\b\x7f/")
    return line if line.translate(None, bytes(range(32))).strip() not in UNANSWERED else b"AT"


def wrong_quotes(source: random.Random, body: bytearray) -> None:
    body.insert(source.randrange(len(body) + 1), ord('"'))


def odd_hexadecimal(source: random.Random, body: bytearray) -> None:
    if body:
        del body[source.randrange(len(body))]


def overlong(source: random.Random, body: bytearray) -> None:
    position = source.randrange(len(body) + 1)
    body[position:position] = body[position : position + 9] * source.choice((2, 40, 600))


def controls(source: random.Random, body: bytearray) -> None:
    for _ in range(source.randrange(1, 9)):
        body.insert(source.randrange(len(body) + 1), source.choice((*range(32), *range(127, 256))))


def interleaved(source: random.Random, body: bytearray) -> None:
    other = f"AT{source.choice(SEEN)}".encode()
    position = source.randrange(len(body) + 1)
    body[position:position] = other[: source.randrange(len(other) + 1)]


def other_characters(source: random.Random, body: bytearray) -> None:
    if body:
        body[source.randrange(len(body))] = source.randrange(256)


def several(source: random.Random, body: bytearray) -> None:
    body += f";{source.choice(SEEN)}".encode()


SPOILERS = (wrong_quotes, odd_hexadecimal, overlong, controls, interleaved, other_characters, several)


def answered(modem: Modem, line: bytes) -> bool:
    """Whether exactly one final result code came; with ATV0 it is a line of its own."""
    shown = modem.feed(line + b"\r").decode("ascii").replace("\r", "\n").split("\n")
    finals = [each for each in shown if each.startswith(FINAL) or each in ("0", "4")]
    return len(finals) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_has_one_answer(seed: int) -> None:
    source = random.Random(seed)
    modem = Modem(card_with_profile() if seed % 2 else new_card())
    for _ in range(LINES // len(SEEDS)):
        line = spoiled(source)
        modem.feed(b"ATE0V1\r")
        assert answered(modem, line), line
    modem.feed(b"ATZE0\r")
    assert modem.feed(b"AT+CFUN=1,1\r").endswith(b"\r\nOK\r\n")
    modem.feed(b"ATE0\r")
    assert modem.feed(f'AT+CCHO="{ISD_R}"\r'.encode()) == b"\r\n+CCHO: 1\r\n\r\nOK\r\n"


def test_bytes_without_any_sense() -> None:
    source = random.Random(6)
    modem = Modem(new_card())
    for _ in range(500):
        modem.feed(source.randbytes(source.randrange(300)))
    assert modem.feed(b"\rATZ\r").endswith(b"\r\nOK\r\n")
