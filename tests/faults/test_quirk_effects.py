"""What a card with each quirk does, in APDUs; and the card without it, for comparison."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apdu import ApduChannel, StatusError, aid, open_channel, tlv
from euicc import Card, Config
from euicc.quirks import QUIRKS
from tests.isdr.installed import iccid, install, package
from tests.sgp32.iot import FALLBACK_ALLOWED, add_initial_eim
from tests.uicc.test_memory import iccid_ef

TERMINAL_CAPABILITY = "80AA000005A903830107"
OPEN_ASSIGNED, OPEN_SECOND = "0070000001", "0070000200"
SELECT_ISD_R = f"00A4040010{aid.ISD_R.hex()}00"
SELECT_ISD_R_SILENTLY = f"00A4040C10{aid.ISD_R.hex()}"
SELECT_MF = "00A40004023F0000"
GET_RESPONSE = "00C0000000"
TERMINAL_PROFILE = "8010000003010080"
DEACTIVATED = 4

Evidence = Callable[[Card], object]


def told(card: Card, *commands: str) -> list[str]:
    """The answers to these commands after a reset."""
    card.reset()
    return [card.transmit(bytes.fromhex(each)).hex().upper() for each in commands]


def store_data(data: bytes, p1: int = 0x91, p2: int = 0, le: str = "00") -> str:
    return f"80E2{p1:02X}{p2:02X}{len(data):02X}{data.hex()}{le}"


def es10(card: Card, *requests: str) -> list[str]:
    """The responses to these ES10 commands, or the status word of a refusal; without a reset before it."""
    channel = open_channel(card)
    channel.select(aid.ISD_R)
    return [_es10(channel, bytes.fromhex(each)) for each in requests]


def _es10(channel: ApduChannel, request: bytes) -> str:
    try:
        return channel.store_data(request).hex().upper()
    except StatusError as error:
        return f"{error.sw:04X}"


def enable(number: int, refresh: bool) -> str:
    flag = "8101FF" if refresh else "810100"
    return tlv.encode(0xBF31, tlv.encode(0xA0, tlv.encode(0x5A, iccid(number))), bytes.fromhex(flag)).hex()


def switching(card: Card) -> list[str]:
    """Enables a profile by REFRESH, and asks what there is; last words before and after a reset."""
    install(card, 1)
    told(card, TERMINAL_PROFILE, SELECT_ISD_R_SILENTLY)
    done = card.transmit(bytes.fromhex(store_data(bytes.fromhex(enable(1, True)))))
    between = card.transmit(bytes.fromhex(store_data(bytes.fromhex("BF2E00"))))
    return [done.hex().upper()[-4:], between.hex().upper()[-4:], es10_after_reset(card, "BF2000")[0][:4]]


def es10_after_reset(card: Card, *requests: str) -> list[str]:
    card.reset()
    return es10(card, *requests)


def announced(card: Card) -> str:
    card.reset()
    card.proactive.refresh(4)
    return card.transmit(bytes.fromhex("80F2000C")).hex().upper()


def between_blocks(card: Card) -> list[str]:
    return told(
        card, SELECT_ISD_R_SILENTLY, store_data(b"\xbf\x2e", 0x11, 0, ""), store_data(b"\x00", 0x91, 1)
    )[1:2]


def asked(card: Card) -> list[str]:
    """An answer of 124 bytes to a command that comes twice, then GET RESPONSE: lengths of data, and status words."""
    request = store_data(bytes.fromhex("BF2200"))
    answers = told(card, SELECT_ISD_R_SILENTLY, request, request[:-2] + "7C", GET_RESPONSE, GET_RESPONSE)
    return [f"{len(each) // 2 - 2} {each[-4:]}" for each in answers[1:]]


def long(card: Card) -> list[str]:
    """The same with an answer of more than 256 bytes, the certificates of GetCerts."""
    request = store_data(bytes.fromhex("BF5600"))
    answers = told(card, SELECT_ISD_R_SILENTLY, request, GET_RESPONSE)
    return [f"{len(each) // 2 - 2 > 256} {each[-4:-2]}" for each in answers[1:]]


def first_aid(card: Card) -> str:
    return card.preload(package()).aid.hex()[-6:]


def profile_info(card: Card) -> str:
    install(card, 1, more=FALLBACK_ALLOWED)
    return es10_after_reset(card, "BF2D055C03959F67")[0]


def deactivated(card: Card) -> list[str]:
    """SELECT of a file that was deactivated: with its FCP at once, announced, and not wanted."""
    card.preload(package(), enabled=True)
    card.reset()
    uicc = card.uicc.running
    uicc.set_lcsi(iccid_ef(uicc), DEACTIVATED)
    answers = told(card, "00A40804022FE200", "00A40804022FE2", GET_RESPONSE, "00A4080C022FE2")
    return [each[:2] + each[-4:-2] for each in answers]


def resetting_eims(card: Card) -> list[str]:
    return es10_after_reset(card, "BF640482020204", "BF340482020410")


def certificates(card: Card) -> list[int]:
    found = tlv.find(bytes.fromhex(es10_after_reset(card, "BF5600")[0]), 0xBF56, 0xA0)
    return [len(each.children()) for each in tlv.parse_all(found or b"")]


def eims(card: Card) -> str:
    (listed,) = es10_after_reset(card, add_initial_eim().hex(), "BF5500")[1:]
    found = tlv.find(bytes.fromhex(listed), 0xBF55, 0xA0, 0x30, 0xA5, 0xA0)
    return (found or b"").hex()[:4]


def rolling_back(card: Card) -> list[str]:
    return es10_after_reset(card, "BF5803800100")


def eim_id_type(card: Card) -> int:
    return card.isdr.variant.package.eim_id_type


def fci(card: Card) -> list[str]:
    answer = bytes.fromhex(told(card, SELECT_ISD_R)[0])
    return [f"{each.tag:X}" for each in tlv.parse(answer[:-2]).children()]


def opened(card: Card) -> list[str]:
    return told(card, OPEN_ASSIGNED, OPEN_SECOND)


def nothing_waits(card: Card) -> list[str]:
    return es10_after_reset(card, "BF2B00", "BF2D00")


def declared(card: Card) -> list[str]:
    return [
        es10_after_reset(card, "BF2E00")[0][:4],
        *told(card, TERMINAL_CAPABILITY),
        es10(card, "BF2E00")[0][:4],
    ]


# Name -> (how it is seen, with the quirk, without it).
EFFECTS: dict[str, tuple[Evidence, object, object]] = {
    "6985-after-switch": (switching, ["910B", "6985", "BF20"], ["910B", "910B", "BF20"]),
    "6985-after-switch-silent": (switching, ["9000", "6985", "BF20"], ["910B", "910B", "BF20"]),
    "91xx-without-profile": (announced, "910B", "9000"),
    "91xx-between-blocks": (between_blocks, ["910B"], ["9000"]),
    "6985-until-declared": (declared, ["6985", "9000", "BF2E"], ["BF2E", "9000", "BF2E"]),
    "terminal-capability-6d00": (declared, ["BF2E", "6D00", "BF2E"], ["BF2E", "9000", "BF2E"]),
    "channels-assigned-only": (opened, ["019000", "6A86"], ["019000", "9000"]),
    "fci-in-a5": (fci, ["84", "A5"], ["84", "A5", "E0"]),
    "no-61xx": (long, ["True 90", "False 69"], ["False 61", "False 61"]),
    "always-61xx": (
        asked,
        ["0 617C", "0 617C", "124 9000", "0 6985"],
        ["124 9000", "124 9000", "0 6985", "0 6985"],
    ),
    "6cxx-for-61xx": (
        asked,
        ["0 6C7C", "124 9000", "0 6985", "0 6985"],
        ["124 9000", "124 9000", "0 6985", "0 6985"],
    ),
    "get-response-in-pieces": (
        asked,
        ["0 6164", "0 6164", "100 6118", "24 9000"],
        ["124 9000", "124 9000", "0 6985", "0 6985"],
    ),
    "no-6283": (deactivated, ["6290", "6161", "6290", "9090"], ["6262", "6262", "6290", "6262"]),
    "isd-p-from-1100": (first_aid, "001100", "001000"),
    "no-result-available": (nothing_waits, ["BF2B03810101", "BF2D02A000"], ["BF2B02A000", "BF2D02A000"]),
    "no-profile-class": (profile_info, "BF2D08A006E3049F6701FF", "BF2D0BA009E3079501029F6701FF"),
    "true-as-01": (profile_info, "BF2D0BA009E3079501029F670101", "BF2D0BA009E3079501029F6701FF"),
    "bf34-for-bf64": (resetting_eims, ["6A88", "BF3406020101810101"], ["BF6406800101810101", "BF3403800101"]),
    "rollback-result-80": (rolling_back, ["BF5803800101"], ["BF5803020101"]),
    "eim-id-type-84": (eim_id_type, 132, 130),
    "explicit-certificates": (certificates, [1, 1], [3, 3]),
    "explicit-keys": (eims, "3059", "3013"),
    "doubled-tlv": (nothing_waits, ["BF2B05BF2B02A000", "BF2D05BF2D02A000"], ["BF2B02A000", "BF2D02A000"]),
    "bare-empty-lists": (nothing_waits, ["BF2B00", "BF2D00"], ["BF2B02A000", "BF2D02A000"]),
    "lists-without-a0": (profile_info, "BF2D09E3079501029F6701FF", "BF2D0BA009E3079501029F6701FF"),
}
IOT = (long, rolling_back, certificates, eims, profile_info, eim_id_type, resetting_eims)
"""What shows on an IoT eUICC only."""


@pytest.mark.parametrize("name", EFFECTS)
def test_what_it_does(name: str) -> None:
    evidence, with_it, without = EFFECTS[name]
    variant = "sgp32" if evidence in IOT else "sgp22"
    assert evidence(Card.manufacture(config=Config(variant=variant, quirks=(name,)))) == with_it != without
    assert evidence(Card.manufacture(config=Config(variant=variant))) == without


def test_no_gating_opens_what_the_product_closes() -> None:
    for quirks, first in ((("no-gating",), "BF2E"), ((), "6985")):
        card = Card.manufacture(config=Config(gating="strict", quirks=quirks))
        assert es10(card, "BF2E00")[0][:4] == first


def test_every_quirk_is_shown_here() -> None:
    assert {*EFFECTS, "no-gating"} == set(QUIRKS)
    for name, quirk in QUIRKS.items():
        assert quirk.name == name
        assert quirk.does
        assert quirk.seen
        assert quirk.front or quirk.variant or quirk.config


def test_a_card_without_quirks_has_nothing_in_front_of_it() -> None:
    card = Card.manufacture()
    assert card.front is card.runtime
    assert card.config == Config()


def test_quirks_are_kept_in_the_file_of_the_card(tmp_path: Path) -> None:
    quirks = ("terminal-capability-6d00", "no-gating", "always-61xx")
    with Card.manufacture(config=Config(gating="strict", quirks=quirks)) as card:
        card.save(tmp_path / "a.card")
    with Card.open(tmp_path / "a.card") as again:
        assert again.config.quirks == quirks
        assert told(again, TERMINAL_CAPABILITY) == ["6D00"]
        assert es10(again, "BF2E00")[0][:4] == "BF2E"


@pytest.mark.parametrize(
    ("quirk", "says"),
    [("unknown", "no quirk 'unknown'; there are 6985"), ("true-as-01", "is for cards of sgp32")],
)
def test_what_cannot_be_made(quirk: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Config(quirks=(quirk,))
