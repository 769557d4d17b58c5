"""Proactive commands: the modem fetches and answers them, carries REFRESH out, and tells its user."""

from __future__ import annotations

import pytest

from apdu.transport.modem import Modem
from ipa import iccid
from tests.flows.life import ICCID, PROFILE
from tests.modem.conftest import card_with_profile
from tests.modem.typist import BOOT, ISD_R, TableCard, Typist

POLL = "80F2000C"


def switch(tag: str) -> str:
    """EnableProfile or DisableProfile with refreshFlag, as STORE DATA."""
    content = f"A00C5A0A{iccid.from_digits(ICCID).hex().upper()}8101FF"
    return f"80E2910014{tag}11{content}"


def test_a_profile_is_enabled_and_disabled_by_hand() -> None:
    typist = Typist(Modem(card_with_profile(enable=False)))
    assert typist(f'AT+CCHO="{ISD_R}"') == ["+CCHO: 1", "OK"]
    assert typist(f'AT+CGLA=1,50,"{switch("BF31")}"') == [
        '+CGLA: 16,"BF3103800100910B"',
        "OK",
        "+CPIN: NOT READY",
        "+CPIN: READY",
    ]
    assert typist("AT+CIMI") == [PROFILE.imsi, "OK"]
    assert typist("AT+CMEE=1;+CCHC=1") == ["+CME ERROR: 21"]
    assert typist(f'AT+CCHO="{ISD_R}";+CGLA=1,50,"{switch("BF32")}";+CPIN?') == [
        "+CCHO: 1",
        '+CGLA: 16,"BF3203800100910B"',
        "+CME ERROR: 13",
        "+CPIN: NOT READY",
    ]


def test_by_raw_access_the_modem_does_the_same() -> None:
    typist = Typist(Modem(card_with_profile(enable=False)))
    typist(f'AT+CSIM=10,"0070000001";+CSIM=42,"01A4040010{ISD_R}"')
    enable = f"81{switch('BF31')[2:]}"
    assert typist(f'AT+CSIM=50,"{enable}"') == ['+CSIM: 4,"6106"', "OK"]
    assert typist('AT+CSIM=10,"01C0000006"') == [
        '+CSIM: 16,"BF3103800100910B"',
        "OK",
        "+CPIN: NOT READY",
        "+CPIN: READY",
    ]
    assert typist('AT+CSIM=10,"01C0000006"') == ['+CSIM: 4,"6881"', "OK"]


def refresh(mode: int) -> str:
    return f"D00981030101{mode:02X}82028182"


def proactive(command: str, response: str, **others: str) -> TableCard:
    """A card with one proactive command, announced to STATUS; what it answers to the TERMINAL RESPONSE is 9000."""
    size = len(command) // 2
    announced = {POLL: f"91{size:02X}", f"80120000{size:02X}": f"{command}9000"}
    return TableCard({**announced, f"801400000C{response}": "9000", **others})


RESPONSE = "810301{:02X}{:02X}82028281830100"


@pytest.mark.parametrize("mode", [0x04, 0x09])
def test_resetting_refresh(mode: int) -> None:
    card = proactive(refresh(mode), RESPONSE.format(1, mode))
    modem = Modem(card)
    assert modem.poll() == b"\r\n+CPIN: NOT READY\r\n"
    done = card.seen.index(f"801400000C{RESPONSE.format(1, mode)}")
    assert card.seen[done + 1 : done + 2 + len(BOOT)] == ["reset", *BOOT]


@pytest.mark.parametrize("mode", [0x00, 0x01, 0x02, 0x03, 0x05, 0x06])
def test_refresh_of_files_reads_them_again_without_a_reset(mode: int) -> None:
    files = {"00A4080C047FFF6F07": "9000", "00B0000000": "08091010325476981032 9000"}
    card = proactive(refresh(mode), RESPONSE.format(1, mode), **files)
    assert Modem(card).poll() == b"\r\n+CPIN: READY\r\n"
    assert card.seen.count("reset") == 1


def test_other_commands_are_beyond_the_modem() -> None:
    card = proactive("D009810301250082028182", "810301250082028281830130")
    assert Modem(card).poll() == b""
    assert card.seen[-3:] == [POLL, "801200000B", "801400000C810301250082028281830130"]


@pytest.mark.parametrize("fetched", ["9000", "6985", "D0009000", "D1009000", "D0039000", "D00481020104 9000"])
def test_what_is_no_proactive_command_is_left(fetched: str) -> None:
    card = TableCard({POLL: "910B", "801200000B": fetched})
    modem = Modem(card)
    assert modem.poll() == b""
    assert card.seen[-1] == "801200000B"
    assert modem.feed(b"ATE0\r").endswith(b"OK\r\n")


def test_a_card_with_commands_without_end_does_not_stop_the_modem() -> None:
    endless = {
        "801200000B": f"{refresh(4)}9000",
        f"801400000C{RESPONSE.format(1, 4)}": "910B",
        BOOT[1]: "910B",
    }
    card = TableCard(endless)
    typist = Typist(Modem(card))
    assert typist("AT")[0] == "OK"
    assert card.seen.count("reset") < 20


def test_a_modem_that_leaves_proactive_commands_alone() -> None:
    card = TableCard({POLL: "910B"})
    typist = Typist(Modem(card, terminal_profile=None))
    assert typist(f'AT+CSIM=8,"{POLL}"') == ['+CSIM: 4,"910B"', "OK"]
    assert card.seen == ["reset", BOOT[0], BOOT[2], POLL]


def test_no_poll_between_a_command_and_its_get_response() -> None:
    card = TableCard({"0070000001": "6101"})
    typist = Typist(Modem(card))
    typist('AT+CSIM=10,"0070000001"')
    assert typist.modem.poll() == b""
    assert card.seen[-1] == "0070000001"


def test_no_poll_without_power() -> None:
    card = TableCard()
    typist = Typist(Modem(card))
    typist("AT+CFUN=0")
    seen = len(card.seen)
    assert typist.modem.poll() == b""
    assert len(card.seen) == seen
