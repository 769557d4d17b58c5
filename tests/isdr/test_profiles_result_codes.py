"""Every result code of the functions about profiles, notifications and the card: provoked, or why it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from apdu import ApduChannel, tlv
from euicc import Card
from tests.isdr.es10 import delete, disable, enable, fetch, memory_reset, open_isdr, start_proactive
from tests.isdr.installed import PPR1, PPR2, PROVISIONING, TEST, iccid, install

CODES: dict[str, tuple[int, tuple[int, ...]]] = {
    "SetDefaultDpAddress": (0xBF3F, (0, 127)),
    "LPAe activation": (0xBF42, (0, 1)),
    "LoadCRL": (0xBF35, (1, 2, 3, 4, 5, 6, 127)),
    "ListNotification": (0xBF28, (127,)),
    "RetrieveNotificationsList": (0xBF2B, (127,)),
    "RemoveNotificationFromList": (0xBF30, (0, 1, 127)),
    "GetProfilesInfo": (0xBF2D, (1, 127)),
    "EnableProfile": (0xBF31, (0, 1, 2, 3, 4, 5, 127)),
    "DisableProfile": (0xBF32, (0, 1, 2, 3, 5, 127)),
    "DeleteProfile": (0xBF33, (0, 1, 2, 3, 127)),
    "eUICCMemoryReset": (0xBF34, (0, 1, 5, 127)),
    "SetNickname": (0xBF29, (0, 1, 127)),
}
"""Function -> tag, and the result codes it has in the standard. Functions not listed here have none."""

_NOTHING_ELSE = "every way the function can fail has a code of its own"
NOT_PROVOKED: dict[tuple[str, int], str] = {
    **{
        (function, 127): _NOTHING_ELSE
        for function in (
            "ListNotification",
            "RetrieveNotificationsList",
            "RemoveNotificationFromList",
            "GetProfilesInfo",
            "EnableProfile",
            "DisableProfile",
            "DeleteProfile",
            "eUICCMemoryReset",
            "SetNickname",
        )
    },
    **{("LoadCRL", code): "no CRL is looked at: the card announces no crlSupport" for code in range(1, 7)},
    ("LPAe activation", 0): "the card has no LPA of its own",
}


def nothing(card: Card) -> None:
    pass


def one(card: Card) -> None:
    install(card, 1)


def one_enabled(card: Card) -> None:
    install(card, 1, enabled=True)


def two_first_enabled(card: Card) -> None:
    install(card, 1, enabled=True)
    install(card, 2)


def locked_in(card: Card) -> None:
    install(card, 1, enabled=True, pprs=PPR1)
    install(card, 2)


def not_to_be_deleted(card: Card) -> None:
    install(card, 1, pprs=PPR2)


def provisioning(card: Card) -> None:
    install(card, 1, profile_class=PROVISIONING)


def in_test_mode(card: Card) -> None:
    two_first_enabled(card)
    install(card, 3, profile_class=TEST)
    open_isdr(card).store_data(enable(3))


def proactive_session(card: Card) -> None:
    """The terminal has fetched a REFRESH and not answered it."""
    two_first_enabled(card)
    start_proactive(card)
    open_isdr(card).store_data(enable(2, refresh=True))
    fetch(card)


def notified(card: Card) -> None:
    one(card)
    open_isdr(card).store_data(delete(1))


def nickname(number: int) -> bytes:
    return tlv.encode(0xBF29, tlv.encode(0x5A, iccid(number)), tlv.encode(0x90, b"name"))


def address(length: int) -> bytes:
    return tlv.encode(0xBF3F, tlv.encode(0x80, b"a" * length))


@dataclass(frozen=True)
class Case:
    function: str
    code: int
    arrange: Callable[[Card], None]
    request: bytes

    def __str__(self) -> str:
        return f"{self.function}-{self.code}-{self.arrange.__name__}"


CASES = [
    Case("SetDefaultDpAddress", 0, nothing, address(255)),
    Case("SetDefaultDpAddress", 127, nothing, address(256)),
    Case("LPAe activation", 1, nothing, bytes.fromhex("BF420480020780")),
    Case("LoadCRL", 127, nothing, bytes.fromhex("BF3502A000")),
    Case("RemoveNotificationFromList", 0, notified, bytes.fromhex("BF3003800101")),
    Case("RemoveNotificationFromList", 1, notified, bytes.fromhex("BF3003800102")),
    Case("RemoveNotificationFromList", 1, nothing, bytes.fromhex("BF30038001FF")),
    Case("GetProfilesInfo", 1, one, bytes.fromhex("BF2D035C019F")),
    Case("GetProfilesInfo", 1, one, bytes.fromhex("BF2D05A003950103")),
    Case("EnableProfile", 0, one, enable(1)),
    Case("EnableProfile", 0, one, enable(1, refresh=True)),
    Case("EnableProfile", 1, one, enable(2)),
    Case("EnableProfile", 2, one_enabled, enable(1)),
    Case("EnableProfile", 3, locked_in, enable(2)),
    Case("EnableProfile", 4, in_test_mode, enable(2)),
    Case("EnableProfile", 5, proactive_session, enable(2, refresh=True)),
    Case("EnableProfile", 0, proactive_session, enable(2, refresh=False)),
    Case("DisableProfile", 0, one_enabled, disable(1)),
    Case("DisableProfile", 0, one_enabled, disable(1, refresh=True)),
    Case("DisableProfile", 1, one_enabled, disable(2)),
    Case("DisableProfile", 2, one, disable(1)),
    Case("DisableProfile", 3, locked_in, disable(1)),
    Case("DisableProfile", 5, proactive_session, disable(1, refresh=True)),
    Case("DeleteProfile", 0, one, delete(1)),
    Case("DeleteProfile", 1, one, delete(2)),
    Case("DeleteProfile", 2, one_enabled, delete(1)),
    Case("DeleteProfile", 3, not_to_be_deleted, delete(1)),
    Case("DeleteProfile", 3, provisioning, delete(1)),
    Case("eUICCMemoryReset", 0, locked_in, memory_reset(0)),
    Case("eUICCMemoryReset", 1, nothing, memory_reset(0, 1, 2)),
    Case("eUICCMemoryReset", 1, provisioning, memory_reset(0)),
    Case("eUICCMemoryReset", 1, one, memory_reset()),
    Case("eUICCMemoryReset", 5, proactive_session, memory_reset(0)),
    Case("SetNickname", 0, one, nickname(1)),
    Case("SetNickname", 1, one, nickname(2)),
]

ERROR_ARM = {
    "LoadCRL": 0x81,
    "ListNotification": 0x81,
    "RetrieveNotificationsList": 0x81,
    "GetProfilesInfo": 0x81,
}
"""Tag of the result where it is one of two alternatives; elsewhere it is 80."""


def snapshot(isdr: ApduChannel) -> tuple[bytes, bytes]:
    return isdr.store_data(bytes.fromhex("BF2D00")), isdr.store_data(bytes.fromhex("BF2800"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_result_code(card: Card, case: Case) -> None:
    case.arrange(card)
    isdr = open_isdr(card)
    before = snapshot(isdr)
    expected = tlv.encode(ERROR_ARM.get(case.function, 0x80), bytes([case.code]))
    assert isdr.store_data(case.request) == tlv.encode(CODES[case.function][0], expected)
    if case.code:
        assert snapshot(isdr) == before


def test_every_code_is_provoked_or_explained() -> None:
    all_codes = {(function, code) for function, (_, codes) in CODES.items() for code in codes}
    provoked = {(case.function, case.code) for case in CASES}
    assert provoked | NOT_PROVOKED.keys() == all_codes
    assert not provoked & NOT_PROVOKED.keys()
