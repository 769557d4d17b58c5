"""GET DATA and GET STATUS: bytes in, bytes out."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc.card import Card
from euicc.globalplatform.domain import domains
from euicc.globalplatform.session import Session
from tests.globalplatform.cards import RECOGNITION, SSD, card_with, host, mno_sd, package, remote, run, send

MNO_ENTRY = "E3264F08A0000001510000009F70010FC50382DC00C407A0000001515350CC08A000000151000000"
SSD_ENTRY = "E3274F09A000000151535041029F70010FC503800000C407A0000001515350CC08A000000151000000"
RFM_ENTRY = "E31E4F09A000000559101000019F700107C503000000CC08A000000151000000"
PACKAGE_ENTRY = "E3174F07A00000015153509F700101CC08A000000151000000"
PACKAGE_AND_MODULE = "E3214F07A00000015153509F7001018408A000000151535041CC08A000000151000000"


@pytest.fixture
def card() -> Card:
    return card_with(package())


DATA = {
    "0066": RECOGNITION.hex().upper(),
    "0067": "6716A00980010381017082 0107A003800180830401020304".replace(" ", ""),
    "00E0": "E036"
    + "".join(
        f"C0040{key}{version}{kind}10"
        for version, kind in (("01", "80"), ("02", "88"), ("30", "88"))
        for key in "123"
    ),
    "00C1": "C103000000",
    "00CF": "CF0A" + "00" * 10,
}


@pytest.mark.parametrize(("tag", "expected"), DATA.items())
def test_get_data(card: Card, tag: str, expected: str) -> None:
    for cla in ("80", "00"):
        assert run(mno_sd(card), Session(), f"{cla}CA{tag}00") == expected + "9000"


@pytest.mark.parametrize("tag", ["0042", "0045", "5F50", "9F7F", "0000", "00FF"])
def test_data_that_nobody_put(card: Card, tag: str) -> None:
    assert run(mno_sd(card), Session(), f"80CA{tag}00") == "6A88"


def test_resources(card: Card) -> None:
    found = tlv.parse(bytes.fromhex(run(mno_sd(card), Session(), "80CAFF2100"))[:-2])
    assert found.find(0x81) == b"\x01"
    free = int.from_bytes(found.find(0x82) or b"", "big")
    assert 0 < free < card.config.nvm_size
    assert found.find(0x83) == card.config.ram_size.to_bytes(4, "big")


def test_no_sequence_counter_without_an_scp03_key_set(card: Card) -> None:
    other = domains(card.uicc.running)[1]
    assert run(other, Session(), "80CA00C100") == "C1030000009000"
    assert run(other, remote(version=0x31), "80E4000003D20131") == "9000"
    assert run(other, Session(), "80CA00C100") == "6A88"
    assert run(other, Session(), "80CA00E000") == "E0009000"


STATUS = {
    "the MNO-SD": ("80F28002024F0000", MNO_ENTRY),
    "its AID": ("80F280020A4F08A00000015100000000", MNO_ENTRY),
    "applications": ("80F24002024F0000", SSD_ENTRY + RFM_ENTRY),
    "by the first bytes": ("80F24002074F05A00000055900", RFM_ENTRY),
    "packages": ("80F22002024F0000", PACKAGE_ENTRY),
    "packages and modules": ("80F21002024F0000", PACKAGE_AND_MODULE),
    "tags": ("80F28002074F005C034F9F7000", "E30E4F08A0000001510000009F70010F"),
    "privileges only": ("80F28002054F005C01C500", "E305C50382DC00"),
    "a tag that there is not": ("80F28002054F005C017000", "E300"),
}


@pytest.mark.parametrize(("command", "expected"), STATUS.values(), ids=STATUS.keys())
def test_get_status(card: Card, command: str, expected: str) -> None:
    assert run(mno_sd(card), remote(), command) == expected + "9000"


REFUSED = {
    "P1": ("80F20002024F0000", "6A86"),
    "the old format": ("80F24000024F0000", "6A86"),
    "P2": ("80F24006024F0000", "6A86"),
    "nothing before": ("80F24003024F0000", "6985"),
    "no criterion": ("80F2400200", "6A80"),
    "another criterion": ("80F24002054F00C501 80".replace(" ", ""), "6A80"),
    "malformed": ("80F24002034F0500", "6A80"),
    "unknown": ("80F24002074F05A0000000AA", "6A88"),
    "not of that kind": ("80F220020A4F08A000000151000000", "6A88"),
}


@pytest.mark.parametrize(("command", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_what_get_status_refuses(card: Card, command: str, expected: str) -> None:
    assert run(mno_sd(card), remote(), command) == expected


def test_an_authenticated_session_is_needed(card: Card) -> None:
    of = mno_sd(card)
    for session in (Session(), Session.secured_packet(checked=False, ciphered=True, key_version=2)):
        for ins in ("F2", "F0", "D8", "E2", "E6", "E8", "E4"):
            assert run(of, session, f"80{ins}4002024F00") == "6982"
    assert run(of, remote(ciphered=False), "80F24002024F00").endswith("9000")


def test_a_domain_without_global_registry_sees_what_is_below_it(card: Card) -> None:
    other = domains(card.uicc.running)[1]
    session = remote(version=0x31)
    assert run(other, session, "80F24002024F00") == SSD_ENTRY + "9000"
    assert run(other, session, "80F28002024F00") == "6A88"
    assert run(other, session, "80F22002024F00") == "6A88"


def test_long_lists_come_in_pieces(card: Card) -> None:
    of, session = mno_sd(card), remote()
    for number in range(12):
        data = f"07A0000001515350 08A000000151535041 06A000000151{number:02X} 0100 02C900 00".replace(" ", "")
        assert run(of, session, f"80E60C00{len(data) // 2:02X}{data}") == "009000"
    answers = [run(of, session, "80F24002024F00")]
    while answers[-1].endswith("6310"):
        answers.append(run(of, session, "80F24003024F00"))
    assert len(answers) > 2
    assert max(map(len, answers)) <= 2 * (223 + 2)
    entries = tlv.parse_all(bytes.fromhex("".join(answer[:-4] for answer in answers)))
    assert len({entry.find(0x4F) for entry in entries}) == 14
    assert answers[-1].endswith("9000")
    assert run(of, session, "80F24003024F00") == "6985"
    run(of, session, "80F24002024F00")
    assert run(of, remote(), "80F24003024F00") == "6985"  # another session


def test_over_the_local_interface_the_data_come_with_the_warning(card: Card) -> None:
    opened = host(card, 0x33)
    for number in range(12):
        data = bytes.fromhex(f"07A0000001515350 08A000000151535041 06A000000151{number:02X} 0100 02C900 00")
        command = bytes([0x80, 0xE6, 0x0C, 0x00, len(data)]) + data + b"\x00"
        assert opened.send(command) == (b"\x00", 0x9000)
    answers = [opened.send(bytes.fromhex("80F24002024F0000"))]
    while answers[-1][1] == 0x6310:
        answers.append(opened.send(bytes.fromhex("80F24003024F0000")))
    assert [sw for _, sw in answers] == [0x6310] * (len(answers) - 1) + [0x9000]
    assert len(tlv.parse_all(b"".join(data for data, _ in answers))) == 14


def test_set_status(card: Card) -> None:
    of, session = mno_sd(card), remote()
    rfm = "A00000055910100001"
    assert run(of, session, f"80F0408009{rfm}") == "9000"
    assert "9F700187" in run(of, session, f"80F240020B4F09{rfm}")
    assert run(of, session, f"80F0400009{rfm}") == "9000"
    assert "9F700107" in run(of, session, f"80F240020B4F09{rfm}")


def test_a_locked_domain_cannot_be_reached(card: Card) -> None:
    of, session, ssd = mno_sd(card), remote(), SSD.hex()
    below = domains(card.uicc.running)[1]
    assert run(of, session, f"80F0608009{ssd}") == "9000"
    assert send(card, f"00A4040009{ssd}00") == "6A82"
    assert run(below, remote(version=0x31), "80CA00E000") == "6985"
    card.reset()
    assert send(card, f"00A4040009{ssd}00") == "6A82"
    assert run(mno_sd(card), session, f"80F0600009{ssd}") == "9000"
    assert send(card, f"00A4040009{ssd}00").endswith("9000")


SET_REFUSED = {
    "state of the card": ("80F0807F00", "6985"),
    "P1": ("80F0200709A00000015153504102", "6A86"),
    "unknown": ("80F0408007A0000001515399", "6A88"),
    "a package": ("80F0408007A0000001515350", "6A88"),
    "itself locked": ("80F0408008A000000151000000", "6985"),
    "itself and all": ("80F0608008A000000151000000", "6985"),
    "no domain": ("80F0608009A00000055910100001", "6985"),
}


@pytest.mark.parametrize(("command", "expected"), SET_REFUSED.values(), ids=SET_REFUSED.keys())
def test_what_set_status_refuses(card: Card, command: str, expected: str) -> None:
    assert run(mno_sd(card), remote(), command) == expected


def test_a_domain_personalizes_itself_and_locks_nobody_else(card: Card) -> None:
    below, session = domains(card.uicc.running)[1], remote(version=0x31)
    assert run(below, session, f"80F0400F09{SSD.hex()}") == "9000"
    assert run(below, session, f"80F0400709{SSD.hex()}") == "6985"
    assert run(below, session, "80F0408009A00000055910100001") == "6985"
    assert run(below, session, "80F0408008A000000151000000") == "6985"
