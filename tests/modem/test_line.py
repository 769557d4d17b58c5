"""The line discipline, byte by byte: echo, line ends, erasing, A/, V0, several commands in a line (V.250 5)."""

from __future__ import annotations

import pytest

from apdu.transport.modem import Modem
from tests.flows.life import new_card
from tests.modem.typist import TableCard, Typist

SILENT = b"ATE0\r"


def said(*typed: bytes) -> bytes:
    """What the modem says to the last of these."""
    modem = Modem(TableCard())
    return [modem.feed(each) for each in typed][-1]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (b"AT\r", b"AT\r\r\nOK\r\n"),
        (b"AT\r\n", b"AT\r\r\nOK\r\n\n"),
        (b"AT\n", b"AT\n\r\nOK\r\n"),
        (b"\r\n\r", b"\r\n\r"),
        (b"ATE0\r", b"ATE0\r\r\nOK\r\n"),
        (b"AX\b \bT\b\bAT\r", b"AX\b \b \b \bT\b \b\b \bAT\r\r\nOK\r\n"),
    ],
)
def test_with_echo(typed: bytes, answer: bytes) -> None:
    assert said(typed) == answer


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (b"at\r", b"\r\nOK\r\n"),
        (b"At\r", b"\r\nOK\r\n"),
        (b"  A\x00\x1bT\x01 \r", b"\r\nOK\r\n"),
        (b"rubbishAT\r", b"\r\nOK\r\n"),
        (b"ATX\x7f\r", b"\r\nOK\r\n"),
        (b"\b\b\bAT\r", b"\r\nOK\r\n"),
        (b"hello\r", b"\r\nERROR\r\n"),
        (b"AT%X\r", b"\r\nERROR\r\n"),
        (b"ATJ\r", b"\r\nERROR\r\n"),
        (b"AT+\r", b"\r\nERROR\r\n"),
        (b"AT+NO\r", b"\r\nERROR\r\n"),
        (b"AT+NO=?\r", b"\r\nERROR\r\n"),
        (b"AT+CIMI?\r", b"\r\nERROR\r\n"),
        (b"AT+CGMI=1\r", b"\r\nERROR\r\n"),
        (b"AT+CFUN?1\r", b"\r\nERROR\r\n"),
        (b"ATE2\r", b"\r\nERROR\r\n"),
        (b"ATQ1\r", b"\r\nERROR\r\n"),
        (b"ATS3?\r", b"\r\n013\r\n\r\nOK\r\n"),
        (b"ATS3=13S4=10S5?\r", b"\r\n008\r\n\r\nOK\r\n"),
        (b"ATS3=59\r", b"\r\nERROR\r\n"),
        (b"ATS6?\r", b"\r\nERROR\r\n"),
        (b"AT E0 V1 &F E0 ; +CFUN? ;; +CMEE?\r", b"\r\n+CFUN: 1\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n"),
        (b"AT+CFUN?;+NO;+CMEE?\r", b"\r\n+CFUN: 1\r\n\r\nERROR\r\n"),
        (b"AT+CMEE=1;+CIMI\r", b"\r\n+CME ERROR: 13\r\n"),
        (b"ATV0\r", b"0\r"),
        (b"ATV0+CFUN?;+NO\r", b"+CFUN: 1\r\n4\r"),
        (b"ATV0+CMEE=1;+CIMI\r", b"+CME ERROR: 13\r"),
        (b"AT" + b" " * 4094 + b"\r", b"\r\nOK\r\n"),
        (b"AT" + b" " * 4095 + b"\r", b"\r\nERROR\r\n"),
        (b"AT" + b"E" * 100_000 + b"\r", b"\r\nERROR\r\n"),
    ],
)
def test_without_echo(typed: bytes, answer: bytes) -> None:
    assert said(SILENT, typed) == answer


@pytest.mark.parametrize("code", [b"OK\r\n", b"\r\nERROR\r\n", b"4\r", b"0\r"])
def test_result_codes_that_come_back_are_not_answered(code: bytes) -> None:
    assert said(SILENT, code) == b""


def test_repeat_does_the_last_command_line_again_without_an_end() -> None:
    modem = Modem(TableCard())
    modem.feed(b"ATE0\rAT+CFUN?\r")
    assert modem.feed(b"A/") == modem.feed(b"a/") == b"\r\n+CFUN: 1\r\n\r\nOK\r\n"
    modem.feed(b"nonsense\r")
    assert modem.feed(b"A/") == b"\r\n+CFUN: 1\r\n\r\nOK\r\n"


def test_repeat_without_anything_before_it() -> None:
    assert Modem(TableCard()).feed(b"A/") == b"A/\r\nERROR\r\n"


def test_a_line_in_pieces_is_the_same_line() -> None:
    whole, pieces = Modem(new_card()), Modem(new_card())
    typed = b'AT+CMEE=2;+CSIM=10,"00A4040000"\rATI\r\nA/AT+CCHO="A0"\r'
    assert whole.feed(typed) == b"".join(pieces.feed(bytes((code,))) for code in typed)


def test_hanging_up_forgets_half_a_line_the_settings_and_the_sessions() -> None:
    typist = Typist(Modem(new_card()))
    assert typist('AT+CCHO="A0000005591010FFFFFFFF8900000100"') == ["+CCHO: 1", "OK"]
    typist.modem.feed(b"AT+CMEE=2\rAT+CFU")
    typist.modem.hang_up()
    assert typist.modem.feed(b"AT+CMEE?\r") == b"AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"
    typist("ATE0")
    assert typist('AT+CCHO="A0000005591010FFFFFFFF8900000100"') == ["+CCHO: 1", "OK"]
