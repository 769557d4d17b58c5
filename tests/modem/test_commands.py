"""Each command of a modem: lines in, lines out."""

from __future__ import annotations

import pytest

from apdu import TransportError
from apdu.transport.modem import Modem
from tests.flows.life import ICCID, PROFILE, new_card
from tests.modem.typist import BOOT, ISD_R, TableCard, Typist

GET_EID = "80E2910006BF3E035C015A"
EID = "BF3E125A1089049032001001000000000000000120"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ATI", ["eUICC project", "AT modem", "1", "OK"]),
        ("AT+CGMI", ["eUICC project", "OK"]),
        ("AT+CGMM", ["AT modem", "OK"]),
        ("AT+CGMR", ["1", "OK"]),
        ("AT+GMI;+GMM;+GMR;+GSN", ["eUICC project", "AT modem", "1", "352906110000013", "OK"]),
        ("AT+CGSN", ["352906110000013", "OK"]),
        ("AT+CGSN=1", ['+CGSN: "352906110000013"', "OK"]),
        ("AT+CGSN=2", ["ERROR"]),
        ("AT+CGSN=?", ["+CGSN: (0,1)", "OK"]),
        ("AT+GCAP", ["+GCAP: +CGSM", "OK"]),
        ("AT+CMEE=?", ["+CMEE: (0-2)", "OK"]),
        ("AT+CMEE=2;+CMEE?", ["+CMEE: 2", "OK"]),
        ("AT+CMEE=2;+CMEE=;+CMEE?", ["+CMEE: 0", "OK"]),
        ("AT+CMEE=3", ["ERROR"]),
        ("AT+CMEE=1;+CMEE=3", ["+CME ERROR: 50"]),
        ("AT+CMEE=2;+CMEE=3", ["+CME ERROR: Incorrect parameters"]),
        ("AT+CMEE=2;+CMEE=1,1", ["+CME ERROR: Incorrect parameters"]),
        ("AT+CFUN=?", ["+CFUN: (0,1,4),(0,1)", "OK"]),
        ("AT+CFUN=4;+CFUN?", ["+CFUN: 4", "OK"]),
        ("AT+CMEE=2;+CFUN=2", ["+CME ERROR: operation not supported"]),
        ("AT+CMEE=2;+CFUN=7", ["+CME ERROR: Incorrect parameters"]),
        ("AT+CMEE=2;+CFUN=0;+CSIM=10,0000000000", ["+CME ERROR: operation not allowed"]),
        ("AT+CSIM=?;+CCHO=?;+CCHC=?;+CGLA=?;+CRSM=?;+CPIN=?;+CIMI=?;+CCID=?", ["OK"]),
        # a card without profile
        ("AT+CMEE=2;+CPIN?", ["+CME ERROR: SIM failure"]),
        ("AT+CMEE=2;+CIMI", ["+CME ERROR: SIM failure"]),
        ("AT+CMEE=2;+CCID", ["+CME ERROR: SIM failure"]),
        ("AT+CMEE=2;+ICCID", ["+CME ERROR: SIM failure"]),
        # raw access: everything as it is
        ('AT+CSIM=10,"0070000001"', ['+CSIM: 6,"019000"', "OK"]),
        ("AT+CSIM=10,0070000001", ['+CSIM: 6,"019000"', "OK"]),
        ('AT+CSIM=8,"00700000"', ['+CSIM: 4,"6101"', "OK"]),
        (f'AT+CSIM=42,"00A4040010{ISD_R}"', ['+CSIM: 4,"6121"', "OK"]),
        ('AT+CSIM=2,"00"', ['+CSIM: 4,"6700"', "OK"]),
        ('AT+CMEE=1;+CSIM=0,""', ["+CME ERROR: 50"]),
        ('AT+CMEE=1;+CSIM=10,"00700001"', ["+CME ERROR: 50"]),
        ('AT+CMEE=1;+CSIM=9,"007000010"', ["+CME ERROR: 50"]),
        ('AT+CMEE=1;+CSIM=10,"00700000G1"', ["+CME ERROR: 25"]),
        ('AT+CMEE=1;+CSIM=10,"0070000001', ["+CME ERROR: 50"]),
        ('AT+CMEE=1;+CSIM=10,0070000001"', ["+CME ERROR: 50"]),
        ('AT+CMEE=1;+CSIM=10,"0070"000001', ["+CME ERROR: 50"]),
        ('AT+CMEE=1;+CSIM="10","0070000001"', ["+CME ERROR: 50"]),
        ("AT+CMEE=1;+CSIM=10", ["+CME ERROR: 50"]),
        ("AT+CMEE=1;+CSIM=,", ["+CME ERROR: 50"]),
        ("AT+CMEE=1;+CSIM=10,0070000001,1", ["+CME ERROR: 50"]),
        ("AT+CSIM", ["ERROR"]),
        # sessions
        (f'AT+CCHO="{ISD_R}"', ["+CCHO: 1", "OK"]),
        (f"AT+CCHO={ISD_R.lower()}", ["+CCHO: 1", "OK"]),
        (f'AT+CCHO="{ISD_R}";+CCHO="{ISD_R}"', ["+CCHO: 1", "+CCHO: 2", "OK"]),
        ('AT+CMEE=2;+CCHO="A000000999"', ["+CME ERROR: not found"]),
        ('AT+CMEE=2;+CCHO=""', ["+CME ERROR: Incorrect parameters"]),
        (f'AT+CMEE=2;+CCHO="{ISD_R}00"', ["+CME ERROR: Incorrect parameters"]),
        (f'AT+CCHO="{ISD_R}";+CCHC=1', ["+CCHO: 1", "+CCHC", "OK"]),
        ("AT+CMEE=2;+CCHC=1", ["+CME ERROR: invalid index"]),
        ("AT+CMEE=2;+CCHC=20", ["+CME ERROR: Incorrect parameters"]),
        (f'AT+CMEE=2;+CGLA=1,22,"{GET_EID}"', ["+CME ERROR: invalid index"]),
        # whatever channel the class names, with or without Le, the answer is whole
        (f'AT+CCHO="{ISD_R}";+CGLA=1,22,"{GET_EID}"', ["+CCHO: 1", f'+CGLA: 46,"{EID}9000"', "OK"]),
        (f'AT+CCHO="{ISD_R}";+CGLA=1,24,"83{GET_EID[2:]}00"', ["+CCHO: 1", f'+CGLA: 46,"{EID}9000"', "OK"]),
        (f'AT+CCHO="{ISD_R}";+CGLA=1,10,"8012000000"', ["+CCHO: 1", '+CGLA: 4,"6985"', "OK"]),
        (f'AT+CCHO="{ISD_R}";+CGLA=1,6,"80E291"', ["+CCHO: 1", '+CGLA: 4,"6700"', "OK"]),
    ],
)
def test_on_a_new_card(new: Typist, line: str, answer: list[str]) -> None:
    assert new(line) == answer


IMSI_FILE = "28423"  # 6F07
ICCID_FILE = "12258"  # 2FE2


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("AT+CPIN?", ["+CPIN: READY", "OK"]),
        ("AT+CIMI", [PROFILE.imsi, "OK"]),
        ("AT+CMEE=2;+CPIN=1234", ["+CME ERROR: operation not allowed"]),
        (f"AT+CRSM=176,{IMSI_FILE},0,0,2", ['+CRSM: 144,0,"0809"', "OK"]),
        (f'AT+CRSM=176,{IMSI_FILE},0,0,2,,"3F007FFF"', ['+CRSM: 144,0,"0809"', "OK"]),
        (f'AT+CRSM=176,{IMSI_FILE},0,0,2,"","7FFF6F07"', ['+CRSM: 144,0,"0809"', "OK"]),
        (f'AT+CRSM=176,{ICCID_FILE},0,0,1,"","3F00"', ['+CRSM: 144,0,"98"', "OK"]),
        (f"AT+CRSM=176,{ICCID_FILE},0,9,1", ['+CRSM: 144,0,"F3"', "OK"]),
        ("AT+CRSM=176,28672,0,0,0", ["+CRSM: 106,130", "OK"]),
        (f'AT+CRSM=176,{IMSI_FILE},0,0,2,,"3F007FF0"', ["+CRSM: 106,130", "OK"]),
        (f"AT+CRSM=176,{IMSI_FILE},0,200,1", ["+CRSM: 107,0", "OK"]),
        (f"AT+CRSM=178,{IMSI_FILE},1,4,0", ["+CRSM: 105,129", "OK"]),
        (f"AT+CRSM=192,{IMSI_FILE},0,0,2", ['+CRSM: 144,0,"6217"', "OK"]),
        ("AT+CMEE=2;+CRSM=32,28423", ["+CME ERROR: operation not supported"]),
        ("AT+CMEE=2;+CRSM=176", ["+CME ERROR: Incorrect parameters"]),
        ("AT+CMEE=2;+CRSM=176,65536", ["+CME ERROR: Incorrect parameters"]),
        ("AT+CMEE=2;+CRSM=176,28423,256,0,0", ["+CME ERROR: Incorrect parameters"]),
        ('AT+CMEE=2;+CRSM=214,28423,0,0,2,"00"', ["+CME ERROR: Incorrect parameters"]),
        ('AT+CMEE=2;+CRSM=176,28423,0,0,2,"0000"', ["+CME ERROR: Incorrect parameters"]),
        ('AT+CMEE=2;+CRSM=176,28423,0,0,0,,"7F"', ["+CME ERROR: Incorrect parameters"]),
        ('AT+CMEE=2;+CRSM=176,28423,0,0,0,,"zz"', ["+CME ERROR: invalid characters in text string"]),
    ],
)
def test_on_an_enabled_profile(enabled: Typist, line: str, answer: list[str]) -> None:
    assert enabled(line) == answer


def test_identities_of_the_enabled_profile(enabled: Typist) -> None:
    assert enabled("AT+CCID") == enabled("AT+CCID?") == [f"+CCID: {ICCID}", "OK"]
    assert enabled("AT+ICCID") == [f"+ICCID: {ICCID}", "OK"]


def test_files_are_found_when_another_application_was_selected_on_the_basic_channel(enabled: Typist) -> None:
    assert enabled(f'AT+CSIM=42,"00A4040010{ISD_R}"')[-1] == "OK"
    assert enabled("AT+CIMI") == [PROFILE.imsi, "OK"]


def test_the_last_channel_is_the_end() -> None:
    typist = Typist(Modem(new_card()))
    opened = [typist(f'AT+CCHO="{ISD_R}"')[0] for _ in range(19)]
    assert opened == [f"+CCHO: {number}" for number in range(1, 20)]
    typist("AT+CMEE=1")
    assert typist(f'AT+CCHO="{ISD_R}"') == ["+CME ERROR: 20"]
    assert typist(f'AT+CGLA=19,22,"{GET_EID}"') == [f'+CGLA: 46,"{EID}9000"', "OK"]
    assert typist("AT+CFUN=1,1") == ["OK"]
    typist("ATE0")
    assert typist(f'AT+CCHO="{ISD_R}"') == ["+CCHO: 1", "OK"]


def test_power_off_and_on_resets_the_card() -> None:
    card = TableCard()
    typist = Typist(Modem(card))
    assert card.seen == ["reset", *BOOT]
    assert typist("AT+CFUN=4") == typist("AT+CFUN=1") == typist("AT+CFUN=0") == ["OK"]
    assert card.seen == ["reset", *BOOT]
    assert typist("AT+CFUN=1") == ["OK"]
    assert card.seen == ["reset", *BOOT] * 2
    assert typist("AT+CFUN=1,1") == ["OK"]
    assert card.seen == ["reset", *BOOT] * 3


SELECT_IMSI = "00A408" + "0C047FFF6F07"
READ = "00B0000000"


@pytest.mark.parametrize(
    ("answers", "line", "answer"),
    [
        ({READ: "6982", "0020000100": "63C3"}, "AT+CPIN?", ["+CPIN: SIM PIN", "OK"]),
        ({READ: "6982", "00200001": "6983"}, "AT+CPIN?", ["+CPIN: SIM PUK", "OK"]),
        ({READ: "6982"}, "AT+CIMI", ["+CME ERROR: 11"]),
        ({READ: "6982", "002000010831323334FFFFFFFF": "9000"}, 'AT+CPIN="1234"', ["OK"]),
        ({READ: "6982", "002000010831323334FFFFFFFF": "63C2"}, "AT+CPIN=1234", ["+CME ERROR: 16"]),
        ({READ: "6982", "002000010831323334FFFFFFFF": "6983"}, "AT+CPIN=1234", ["+CME ERROR: 12"]),
        ({READ: "6982"}, "AT+CPIN=12345678,1234", ["+CME ERROR: 3"]),
        ({READ: "6982"}, "AT+CPIN=123", ["+CME ERROR: 50"]),
        ({READ: "6982"}, "AT+CPIN=12E4", ["+CME ERROR: 50"]),
        (
            {READ: "6982", "00200001": "6983", "002C0001103132333435363738" + "31323334FFFFFFFF": "9000"},
            "AT+CPIN=12345678,1234",
            ["OK"],
        ),
        ({READ: "9000"}, "AT+CIMI", ["+CME ERROR: 13"]),
        ({READ: "0000 9000"}, "AT+CIMI", ["+CME ERROR: 13"]),
        ({READ: "08091010325476981032 9000"}, "AT+CIMI", ["001012345678901", "OK"]),
        ({READ: "6F00"}, "AT+CIMI", ["+CME ERROR: 13"]),
        ({READ: "9300"}, "AT+CIMI", ["+CME ERROR: 14"]),
    ],
)
def test_the_pin_as_far_as_the_card_tells(answers: dict[str, str], line: str, answer: list[str]) -> None:
    typist = Typist(Modem(TableCard({SELECT_IMSI: "9000", **answers})))
    typist("AT+CMEE=1")
    assert typist(line) == answer


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ('AT+CRSM=214,28423,0,1,2,"ABCD"', "00D6000102ABCD"),
        ('AT+CRSM=220,28423,3,4,1,"AB"', "00DC030401AB"),
        ("AT+CRSM=178,28423,3,4,16", "00B2030410"),
        ('AT+CRSM=203,28423,0,128,1,"80"', "80CB0080018001"),
        ('AT+CRSM=219,28423,0,128,1,"80"', "80DB00800180"),
    ],
)
def test_what_restricted_access_sends(line: str, sent: str) -> None:
    card = TableCard({SELECT_IMSI: "9000", sent: "9000"})
    assert Typist(Modem(card))(line) == ["+CRSM: 144,0", "OK"]
    assert card.seen[-2:] == [SELECT_IMSI, sent]


def test_status_needs_no_file() -> None:
    card = TableCard({"80F2000000": "6200 9000", "80F2000C02": "9000"})
    typist = Typist(Modem(card))
    assert typist("AT+CRSM=242") == ['+CRSM: 144,0,"6200"', "OK"]
    assert typist("AT+CRSM=242,,0,12,2") == ["+CRSM: 144,0", "OK"]


def test_a_file_without_path_is_looked_for() -> None:
    card = TableCard()
    assert Typist(Modem(card))("AT+CRSM=176,28474,0,0,0") == ["+CRSM: 106,130", "OK"]  # 6F3A
    tried = [command for command in card.seen if command.startswith("00A408")]
    assert tried == ["00A4080C047FFF6F3A", "00A4080C047F106F3A", "00A4080C026F3A"]


def test_a_card_that_does_not_answer_is_a_failure() -> None:
    class Dying(TableCard):
        def transmit(self, command: bytes, /) -> bytes:
            if len(self.seen) > len(BOOT):
                raise TransportError("gone")
            return super().transmit(command)

    typist = Typist(Modem(Dying()))
    typist("AT+CMEE=2")
    assert typist('AT+CSIM=10,"0070000001"') == ["+CME ERROR: SIM failure"]
    assert typist("AT") == ["OK"]
