"""What is on the card: asked by the bench itself, beside the program under test."""

from __future__ import annotations

from apdu import ApduChannel, Tlv, Transport, aid, tlv
from asn1.generated import sgp32
from euicc.testing.eim import Eim

PROFILES, NOTIFICATIONS, RESULTS = b"\xbf\x2d\x00", b"\xbf\x28\x00", b"\xbf\x2b\x02\x82\x00"
ICCID, STATE, SEQ_NUMBER, PACKAGE_RESULT = 0x5A, 0x9F70, 0x80, 0xBF51


def isd_r(card: Transport) -> ApduChannel:
    """The ISD-R of a card that was reset for it."""
    card.reset()
    channel = ApduChannel(card)
    channel.select(aid.ISD_R)
    return channel


def profiles(card: Transport) -> dict[bytes, bool]:
    """ICCID as EF.ICCID has it, and whether the profile is enabled."""
    found = _listed(isd_r(card).store_data(PROFILES), 0xBF2D)
    return {each.find(ICCID) or b"": each.find(STATE) == b"\x01" for each in found}


def notifications(card: Transport) -> set[int]:
    """The sequence numbers of the notifications that wait."""
    return {_number(each.find(SEQ_NUMBER)) for each in _listed(isd_r(card).store_data(NOTIFICATIONS), 0xBF28)}


def package_results(card: Transport) -> list[bytes]:
    """The package results that wait, BF51."""
    answer = tlv.find(isd_r(card).store_data(RESULTS), 0xBF2B, 0xA2) or b""
    return [each.encoded for each in tlv.parse_all(answer) if each.tag == PACKAGE_RESULT]


def change(card: Transport, tag: int, iccid: bytes) -> None:
    """Enables (BF31), disables (BF32) or deletes (BF33) a profile, and resets the card."""
    identifier = tlv.encode(ICCID, iccid)
    request = identifier if tag == 0xBF33 else tlv.encode(0xA0, identifier) + b"\x81\x01\xff"
    answer = isd_r(card).store_data(tlv.encode(tag, request))
    if tlv.find(answer, tag, 0x80) != b"\x00":
        raise ValueError(f"the card refuses {tag:X}: {answer.hex()}")
    card.reset()


def associate(card: Transport, eim: Eim, configuration: sgp32.EimConfigurationData) -> int | None:
    """ES10b.AddInitialEim: the association token that the card made."""
    request = sgp32.AddInitialEimRequest(eim_configuration_data_list=(configuration,))
    answer = sgp32.AddInitialEimResponse.decode(isd_r(card).store_data(request.encode()))
    if answer.add_initial_eim_ok is None:
        raise ValueError(f"the card refuses the eIM {eim.identity.eim_id}: {answer.add_initial_eim_error}")
    card.reset()
    return answer.add_initial_eim_ok[0].association_token


def _listed(answer: bytes, tag: int) -> tuple[Tlv, ...]:
    return tuple(tlv.parse_all(tlv.find(answer, tag, 0xA0) or b""))


def _number(value: bytes | None) -> int:
    return int.from_bytes(value or b"", "big")
