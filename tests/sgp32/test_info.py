"""What an IoT eUICC says of itself and of its profiles, and to whom it speaks at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apdu import ApduChannel, StatusError, aid, status, tlv
from asn1.generated import rsp, sgp32
from euicc import Card, Config
from euicc.crypto import ecdsa
from euicc.crypto.certificates import Certificate
from euicc.testing.profile_builder import Subscription, build
from tests.isdr.es10 import enable, open_isdr
from tests.isdr.installed import PROVISIONING, TEST, iccid, install, metadata
from tests.rsp.contents import contents, profile
from tests.rsp.device import device
from tests.rsp.server import Contents
from tests.sgp32.iot import (
    CONNECTIVITY,
    ECALL,
    EMERGENCY,
    FALLBACK,
    FALLBACK_ALLOWED,
    NORMAL,
    arranged,
    iot_card,
    profile_infos,
    tell,
)

IPAD, LPAD = bytes.fromhex("80AA000005A903840101"), bytes.fromhex("80AA000005A903830107")
EID_REQUEST = bytes.fromhex("BF3E035C015A")


def iot_device(**choices: Any) -> Any:
    return device(config=Config(variant="sgp32", **choices))


def fci(card: Card) -> bytes:
    channel = ApduChannel(card)
    return channel.select(aid.ISD_R)


@pytest.mark.parametrize(
    ("choices", "iot"),
    [
        ({}, "B40BA005040301020081008200"),
        ({"ecall": False}, "B409A00504030102008200"),
        ({"ecall": False, "fallback": False}, "B407A0050403010200"),
        ({"iot_versions": ((1, 0, 0), (1, 2, 0))}, "B410A00A0403010000040301020081008200"),
    ],
)
def test_euicc_info2(choices: dict[str, Any], iot: str) -> None:
    """What SGP.22 has, then ipaMode 0 and iotSpecificInfo."""
    info = tell(iot_card(**choices), b"\xbf\x22\x00")
    assert info.endswith(bytes.fromhex("900100") + bytes.fromhex(iot))
    consumer = tell(Card.manufacture(seed=1), b"\xbf\x22\x00")
    assert tlv.parse(info).value[: -len(iot) // 2 - 3] == tlv.parse(consumer).value


def test_euicc_signed1_holds_the_iot_fields() -> None:
    """The server gets the same description, under a signature that covers it."""
    side = iot_device()
    info = side.send(b"\xbf\x22\x00")
    answer = side.send(side.server.authenticate_server(side.challenge()))
    ok = sgp32.AuthenticateServerResponse.decode(answer).authenticate_response_ok
    assert ok is not None
    assert ok.euicc_signed1.euicc_info2.encode() == info
    key = Certificate.parse(ok.euicc_certificate).public_key
    assert ecdsa.verify(key, ok.euicc_signature1, ok.euicc_signed1.encoded)


def test_fci_says_whether_an_operational_profile_is_enabled() -> None:
    card = iot_card()
    install(card, 1)
    install(card, 2, profile_class=TEST)
    install(card, 3, profile_class=PROVISIONING)
    consumer = fci(Card.manufacture(seed=1))
    none = bytes.fromhex("E103800100")
    assert tlv.parse(fci(card)).value == tlv.parse(consumer).value + none
    for number, template in ((1, "E10480020640"), (3, "E103800100"), (2, "E103800100")):
        tell(card, enable(number))
        assert fci(card).endswith(bytes.fromhex(template))


def test_profile_info_by_default() -> None:
    """The tags of SGP.32 5.9.14; the fallback attribute only where it is, no nickname and no icon."""
    infos = profile_infos(open_isdr(arranged()))
    usual = [0x5A, 0x4F, 0x9F70, 0x91, 0x92, 0x95]
    assert [list(info) for info in infos] == [usual, [*usual, 0x9F26, 0x9F67], [*usual, 0x9F7B]]
    assert infos[FALLBACK - 1][0x9F26] == infos[FALLBACK - 1][0x9F67] == b"\xff"
    assert infos[EMERGENCY - 1][0x9F7B] == b"\xff"


@pytest.mark.parametrize("tag", ["9F7B", "9F26", "9F67"])
def test_profile_info_by_tag_list(tag: str) -> None:
    wanted = bytes.fromhex(tag)
    infos = profile_infos(open_isdr(arranged()), tlv.encode(0xBF2D, tlv.encode(0x5C, wanted)))
    shown = [list(info) for info in infos]
    number = EMERGENCY if tag == "9F7B" else FALLBACK
    assert shown == [[int(tag, 16)] if each == number else [] for each in (NORMAL, FALLBACK, EMERGENCY)]


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (tlv.encode(0x5A, iccid(FALLBACK)), [FALLBACK]),
        (tlv.encode(0x95, b"\x02"), [NORMAL, FALLBACK, EMERGENCY]),
        (tlv.encode(0x95, b"\x00"), []),
    ],
)
def test_profile_info_by_criteria(criteria: bytes, found: list[int]) -> None:
    """In the standard's form and bare."""
    isdr = open_isdr(arranged())
    for form in (tlv.encode(0xA0, criteria), criteria):
        infos = profile_infos(isdr, tlv.encode(0xBF2D, form))
        assert [info[0x5A][-1] for info in infos] == found


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ("9F7B0100", {0x9F7B: b"\x00"}),
        ("9F7B0101", {0x9F7B: b"\xff"}),
        ("9F670100", {0x9F67: b"\x00"}),
        ("", {}),
    ],
)
def test_flags_as_the_metadata_have_them(more: str, shown: dict[int, bytes]) -> None:
    """TRUE in its one DER form, FALSE where it is given, nothing where it is not."""
    card = iot_card()
    install(card, 1, more=bytes.fromhex(more))
    flags = bytes.fromhex("5C069F7B9F269F67")
    assert profile_infos(open_isdr(card), tlv.encode(0xBF2D, flags)) == [shown]


def with_flags(flags: bytes) -> Contents:
    """The built-in profile with these elements at the end of its metadata."""
    made = contents()
    return replace(made, metadata=tlv.encode(0xBF25, tlv.parse(made.metadata).value, flags))


def test_flags_come_with_the_download() -> None:
    side = iot_device()
    result = side.install(with_flags(ECALL + FALLBACK_ALLOWED))
    assert result.profile_installation_result_data.final_result.success_result is not None
    side.restart()
    shown = profile_infos(side.channel, bytes.fromhex("BF2D085C069F7B9F269F67"))
    assert shown == [{0x9F7B: b"\xff", 0x9F67: b"\xff"}]


@pytest.mark.parametrize("flags", ["9F7B02FFFF", "9F6701FF9F7B01FF", "9F7B01FF9F7B01FF"])
def test_wrong_flags_in_the_download(flags: str) -> None:
    """incorrectInputValues of StoreMetadata; a consumer eUICC does not know them and does not look."""
    wrong = with_flags(bytes.fromhex(flags))
    error = iot_device().install(wrong).profile_installation_result_data.final_result.error_result
    assert error == rsp.ErrorResult(bpp_command_id=2, error_reason=1)


@pytest.mark.parametrize("option", ["0780", "0700", "0100"])
def test_there_is_no_ipa_on_the_card(option: str) -> None:
    command = tlv.encode(0xBF42, tlv.encode(0x80, bytes.fromhex(option)))
    assert tell(iot_card(), command) == bytes.fromhex("BF4203800101")


@pytest.mark.parametrize(("length", "code"), [(0, 0), (1, 0), (255, 0), (256, 127)])
def test_default_address(length: int, code: int) -> None:
    """Stored, cleared by an empty one, refused when there is no room; ES10a shows it."""
    card = iot_card()
    first = tlv.encode(0xBF65, tlv.encode(0x80, b"first.example"))
    assert tell(card, first) == bytes.fromhex("BF6503800100")
    address = b"a" * length
    answer = tell(card, tlv.encode(0xBF65, tlv.encode(0x80, address)))
    assert answer == tlv.encode(0xBF65, tlv.encode(0x80, bytes([code])))
    card.reset()
    shown = tlv.find(tell(card, b"\xbf\x3c\x00"), 0xBF3C, 0x80)
    assert shown == ((address or None) if code == 0 else b"first.example")


HTTPS = bytes.fromhex("3507020302040302") + bytes.fromhex("47080761706E2E696F74")
"""Bearer description and access point name."""


def connected(parameters: bytes | None) -> Contents:
    """The built-in profile with connectivity parameters in its header."""
    made = build(replace(Subscription(), iccid="8900101234567890123"))
    header, *others = tlv.parse_all(made.package)
    fields = {element.tag: element.encoded for element in header.children()}
    if parameters is not None:
        fields[0x87] = tlv.encode(0x87, parameters)
    ordered = b"".join(fields[tag] for tag in sorted(fields, key=lambda tag: tag & 0x1F))
    package = tlv.encode(header.tag, ordered) + b"".join(each.encoded for each in others)
    return replace(contents(), package=package)


NO_PARAMETERS = tlv.encode(CONNECTIVITY, bytes.fromhex("810101"))


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        (tlv.encode(0xA1, HTTPS), tlv.encode(CONNECTIVITY, tlv.encode(0xA0, tlv.encode(0x81, HTTPS)))),
        (
            tlv.encode(0xA0, b"\x06\x00") + tlv.encode(0xA1, HTTPS),
            tlv.encode(CONNECTIVITY, tlv.encode(0xA0, tlv.encode(0x81, HTTPS))),
        ),
        (tlv.encode(0xA0, b"\x06\x00"), NO_PARAMETERS),
        (b"\xa1\x7f", NO_PARAMETERS),
        (None, NO_PARAMETERS),
    ],
)
def test_connectivity_parameters(parameters: bytes | None, answer: bytes) -> None:
    side = iot_device()
    side.install(connected(parameters))
    assert side.send(bytes.fromhex("BF5F00")) == NO_PARAMETERS
    side.send(
        tlv.encode(0xBF31, tlv.encode(0xA0, tlv.encode(0x5A, profile().iccid_bytes)), bytes.fromhex("810100"))
    )
    assert side.send(bytes.fromhex("BF5F00")) == answer


@pytest.mark.parametrize(
    ("gating", "declared", "open_"),
    [
        ("off", [], True),
        ("strict", [], False),
        ("strict", [LPAD], False),
        ("strict", [IPAD], True),
        ("strict", [LPAD, IPAD], True),
        ("strict", [bytes.fromhex("80AA000005A903840102")], False),
        ("either", [], False),
        ("either", [LPAD], True),
        ("either", [IPAD], True),
    ],
)
def test_functions_open_to_the_declared_role(gating: str, declared: list[bytes], open_: bool) -> None:
    card = iot_card(gating=gating)
    for command in declared:
        assert card.transmit(command) == b"\x90\x00"
    isdr = open_isdr(card)
    for command in (EID_REQUEST, b"\xbf\x55\x00", b"\xbf\x5f\x00"):
        if open_:
            assert isdr.store_data(command)
        else:
            with pytest.raises(StatusError) as refused:
                isdr.store_data(command)
            assert refused.value.sw == status.CONDITIONS_NOT_SATISFIED


def test_the_declaration_ends_with_a_reset() -> None:
    card = iot_card(gating="strict")
    card.transmit(IPAD)
    assert open_isdr(card).store_data(EID_REQUEST)
    card.reset()
    with pytest.raises(StatusError) as refused:
        open_isdr(card).store_data(EID_REQUEST)
    assert refused.value.sw == status.CONDITIONS_NOT_SATISFIED


def test_metadata_of_a_consumer_card_do_not_change() -> None:
    """The same metadata, the functions of SGP.22: nothing of the IoT shows."""
    card = Card.manufacture(seed=1)
    install(card, 1, more=ECALL + FALLBACK_ALLOWED)
    assert metadata(1, more=ECALL).endswith(ECALL)
    assert profile_infos(open_isdr(card), bytes.fromhex("BF2D085C069F7B9F269F67")) == [{}]
