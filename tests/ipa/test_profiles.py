from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from asn1.generated import rsp
from ipa.errors import EuiccRefused
from ipa.procedures import device, profiles
from ipa.steps import Procedure
from tests.ipa import messages
from tests.ipa.playbook import Line, play, play_to_failure

REFRESH = Line("Refresh")
ICCID = "5A0A" + messages.ICCID.hex()


def sends(request: str) -> Callable[[Any], bool]:
    return lambda step: step.request == bytes.fromhex(request)


@pytest.mark.parametrize(
    ("procedure", "script"),
    [
        (
            profiles.enable(messages.ICCID),
            (
                Line("EnableProfile", bytes.fromhex("BF3103800100"), sends(f"BF3111A00C{ICCID}8101FF")),
                REFRESH,
            ),
        ),
        (
            profiles.enable(messages.ICCID, refresh_flag=False),
            (Line("EnableProfile", bytes.fromhex("BF3103800100"), sends(f"BF3111A00C{ICCID}810100")),),
        ),
        (
            profiles.disable(messages.ICCID),
            (
                Line("DisableProfile", bytes.fromhex("BF3203800100"), sends(f"BF3211A00C{ICCID}8101FF")),
                REFRESH,
            ),
        ),
        (
            profiles.delete(messages.ICCID),
            (Line("DeleteProfile", bytes.fromhex("BF3303800100"), sends(f"BF330C{ICCID}")),),
        ),
        (
            profiles.set_nickname(messages.ICCID, "Büro"),
            (Line("SetNickname", bytes.fromhex("BF2903800100"), sends(f"BF2913{ICCID}900542C3BC726F")),),
        ),
        (
            profiles.reset_memory(0, 2),
            (Line("eUICCMemoryReset", bytes.fromhex("BF3403800100"), sends("BF3404820205A0")), REFRESH),
        ),
        (
            device.set_default_dp_address(""),
            (Line("SetDefaultDpAddress", bytes.fromhex("BF3F03800100"), sends("BF3F028000")),),
        ),
    ],
)
def test_what_is_sent(procedure: Procedure[None], script: tuple[Line, ...]) -> None:
    assert play(procedure, *script) is None


@pytest.mark.parametrize(
    ("procedure", "name", "answer", "meaning"),
    [
        (
            profiles.enable(messages.ICCID),
            "EnableProfile",
            "BF3103800102",
            "profile not in disabled state (2)",
        ),
        (profiles.disable(messages.ICCID), "DisableProfile", "BF3203800103", "disallowed by policy (3)"),
        (profiles.delete(messages.ICCID), "DeleteProfile", "BF3303800101", "iccid or aid not found (1)"),
        (profiles.set_nickname(messages.ICCID, ""), "SetNickname", "BF2903800101", "iccid not found (1)"),
        (profiles.reset_memory(0), "eUICCMemoryReset", "BF3403800105", "cat busy (5)"),
        (profiles.list_profiles(), "GetProfilesInfo", "BF2D03810101", "incorrect input values (1)"),
    ],
)
def test_a_refusal_ends_it_without_a_refresh(
    procedure: Procedure[None], name: str, answer: str, meaning: str
) -> None:
    error = play_to_failure(procedure, EuiccRefused, Line(name, bytes.fromhex(answer)))
    assert str(error).endswith(meaning)


def test_the_list_is_asked_for_with_tags_and_class() -> None:
    asked = sends("BF2D11A003950102 5C0A 5A4F9F70909192 95B799")
    empty = bytes.fromhex("BF2D02A000")
    assert play(profiles.list_profiles(2), Line("GetProfilesInfo", empty, asked)) == ()


def test_the_list() -> None:
    entry = rsp.ProfileInfo(iccid=messages.ICCID, profile_state=1, profile_name="Data")
    answer = rsp.ProfileInfoListResponse(profile_info_list_ok=(entry,)).encode()
    assert play(profiles.list_profiles(), Line("GetProfilesInfo", answer)) == (entry,)
