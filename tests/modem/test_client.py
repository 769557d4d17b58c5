"""The user's end against modems of other makes: echo, reports in between, bare sessions, refusals, silence."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, Command, Response, TransportError
from apdu.transport import TransportUnavailable
from apdu.transport.modem import Dialogue, ModemError, ModemTransport, open_port, open_session
from tests.modem.typist import ISD_R, ScriptedPort

AID = bytes.fromhex(ISD_R)
CCHO = f'AT+CCHO="{ISD_R}"'
STATUS = Command(0x80, 0xF2, 0x00, 0x0C)
CGLA = 'AT+CGLA=2,8,"82F2000C"'


def dialogue(*script: tuple[str, str]) -> Dialogue:
    return Dialogue(ScriptedPort(*script), seconds=0.1)


@pytest.mark.parametrize(
    "answer",
    [
        "\r\n+CCHO: 2\r\n\r\nOK\r\n",
        "\r\n2\r\n\r\nOK\r\n",
        "+CCHO:2\rOK\r",
        f"{CCHO}\r\r\n+CCHO: 2\r\n\r\nOK\r\n",
        f"\r\n+CREG: 5\r\n{CCHO}\r\r\nRING\r\n\r\n+CCHO: 2\r\n\r\n+CPIN: READY\r\n\r\nOK\r\n",
    ],
)
def test_a_session_however_it_is_told(answer: str) -> None:
    channel = open_session(dialogue((CCHO, answer), (CGLA, '+CGLA: 4,"9000"\r\nOK\r\n')), AID)
    assert channel.send(STATUS) == Response(b"", 0x9000)


@pytest.mark.parametrize(
    "answer",
    ["OK\r\n", "+CCHO: x\r\nOK\r\n", "1\r\n2\r\nOK\r\n", "+CCHO: -1\r\nOK\r\n", "+CCHO: 1,2\r\nOK\r\n"],
)
def test_no_session_in_the_answer(answer: str) -> None:
    with pytest.raises(TransportError, match="no session"):
        open_session(dialogue((CCHO, answer)), AID)


def test_a_number_that_is_no_channel_is_a_session_all_the_same() -> None:
    script = (
        (CCHO, "+CCHO: 257\r\nOK\r\n"),
        ('AT+CGLA=257,8,"80F2000C"', "+CGLA: 4,9000\r\nOK\r\n"),
        ("AT+CCHC=257", "OK\r\n"),
    )
    channel = open_session(dialogue(*script), AID)
    assert channel.send(STATUS).sw == 0x9000
    channel.close()
    channel.close()


def test_what_a_session_refers_to_get_response_is_fetched() -> None:
    script = (
        (CCHO, "+CCHO: 2\r\nOK\r\n"),
        (CGLA, '+CGLA: 4,"6102"\r\nOK\r\n'),
        ('AT+CGLA=2,10,"02C0000002"', '+CGLA: 8,"ABCD910B"\r\nOK\r\n'),
        ("AT+CCHC=2", "ERROR\r\n"),
    )
    channel = open_session(dialogue(*script), AID)
    assert channel.send(STATUS) == Response(b"\xab\xcd", 0x910B)
    assert channel.proactive_pending == 0x0B
    channel.close()


@pytest.mark.parametrize(
    ("answer", "words", "code"),
    [
        ("ERROR", "the modem refuses AT\\+CSIM: ERROR", None),
        ("+CME ERROR: 14", "the modem refuses AT\\+CSIM: SIM busy", 14),
        ("+CME ERROR: SIM busy", "SIM busy", 14),
        ("+CME ERROR: sim BUSY", "SIM busy", 14),
        ("+CME ERROR: 517", "517", 517),
        ("+CME ERROR: what now", "what now", None),
        ("COMMAND NOT SUPPORT", "NOT SUPPORT", None),
    ],
)
def test_refusals_have_words(answer: str, words: str, code: int | None) -> None:
    modem = ModemTransport(dialogue(('AT+CSIM=8,"80F2000C"', f"\r\n{answer}\r\n")))
    with pytest.raises(ModemError, match=words) as refused:
        modem.transmit(STATUS.encode())
    assert refused.value.code == code


@pytest.mark.parametrize(
    "answer",
    ["", '+CSIM: 6,"9000"', '+CSIM: 3,"900"', '+CSIM: "9000"', '+CSIM: 4,"90G0"', "+CSIM: ", "+CSIM: 2,90"],
)
def test_answers_that_are_none(answer: str) -> None:
    modem = ModemTransport(dialogue(('AT+CSIM=8,"80F2000C"', f"\r\n{answer}\r\n\r\nOK\r\n")))
    with pytest.raises(TransportError):
        modem.transmit(STATUS.encode())


def test_91xx_is_the_modem_s_own() -> None:
    told = ('AT+CSIM=8,"80F2000C"', '+CSIM: 4,"910B"\r\nOK\r\n')
    assert ModemTransport(dialogue(told)).transmit(STATUS.encode()) == b"\x90\x00"
    assert ModemTransport(dialogue(told), proactive=True).transmit(STATUS.encode()) == b"\x91\x0b"


def test_reset_is_the_power_taken_and_given() -> None:
    transport = ModemTransport(dialogue(("AT+CFUN=0", "OK\r\n"), ("AT+CFUN=1", "OK\r\n")))
    assert transport.reset() == b""


def test_raw_access_on_the_basic_channel() -> None:
    answers = (
        ('AT+CSIM=10,"00B0000000"', '+CSIM: 4,"6C02"\r\nOK\r\n'),
        ('AT+CSIM=10,"00B0000002"', "+CSIM: 8,ABCD9000\r\nOK\r\n"),
    )
    channel = ApduChannel(ModemTransport(dialogue(*answers)))
    assert channel.send(Command(0x00, 0xB0, 0, 0, le=256)).checked() == b"\xab\xcd"


def test_silence_is_an_error_and_the_late_answer_is_nobody_s() -> None:
    script = (("AT+CGMI", ""), *ScriptedPort.GREETING, ("AT+CGMM", "model\r\nOK\r\n"))
    port = ScriptedPort(*script)
    modem = Dialogue(port, seconds=0.1)
    with pytest.raises(TransportError, match=r"AT\+CGMI within 0\.1 s"):
        modem.command("+CGMI")
    port.late = b"maker\r\nOK\r\n"
    assert modem.command("+CGMM") == ["model"]


def test_nobody_there() -> None:
    with pytest.raises(TransportError, match="does not answer to AT"):
        Dialogue(ScriptedPort(greets=False), seconds=0.1).command("I")


def test_reports_in_between_are_kept() -> None:
    modem = dialogue(("AT+CIMI", "+CREG: 1\r\n^MODE: 3\r\n001012345678901\r\nOK\r\n+CPIN: READY\r\n"))
    assert modem.command("+CIMI") == ["001012345678901"]
    assert modem.wait(("+CPIN:",), 0.1)
    assert list(modem.unsolicited) == ["+CREG: 1", "^MODE: 3", "+CPIN: READY"]
    modem.unsolicited.clear()
    assert not modem.wait(("+CPIN:",), 0.01)


@pytest.mark.parametrize(
    "where", ["tcp:", "tcp:localhost", "tcp:localhost:x", "tcp:localhost:65536", "tcp:127.0.0.1:1"]
)
def test_no_port(where: str) -> None:
    with pytest.raises(TransportUnavailable):
        open_port(where)
