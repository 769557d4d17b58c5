"""What pytest shows of a failing test is readable: words and messages, not how they were made."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from asn1.generated import rsp
from euicc.testing.strategies import (
    CardView,
    How,
    Kind,
    broken_profiles,
    messages,
    profiles,
    requests,
    scripts,
    violated,
)

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[*HealthCheck],
    max_examples=10,
    phases=(Phase.generate, Phase.shrink),  # and no explanation of it
)
FUNCTIONS = (rsp.GetRatRequest,)
SHOWN: dict[str, tuple[SearchStrategy[Any], str]] = {
    "a message": (messages(rsp.NotificationSentRequest), "NotificationSentRequest(seq_number=0)"),
    "a request": (requests(CardView(), FUNCTIONS), "GetRatRequest()"),
    "a violation": (
        violated(rsp.NotificationSentRequest, Kind.TRUNCATED),
        "(b'\\xbf0\\x03\\x80\\x01', <the message: the end of the message is missing (1 of 6 octets)>)",
    ),
    "a profile": (
        profiles(files=0),
        "<profile 8900101000000000000, 1115 bytes: header, mf, puk_codes, pin_codes, security_domain, end>",
    ),
    "a broken profile": (
        broken_profiles(How.BEHIND),
        "<profile, 1116 bytes: header, mf, puk_codes, pin_codes, security_domain, end; end: bytes behind its end, 00>",
    ),
    "a script": (scripts(CardView(), FUNCTIONS, most=3), "()"),
}


@pytest.mark.parametrize("what", SHOWN)
def test_shown(what: str) -> None:
    strategy, expected = SHOWN[what]

    @SETTINGS
    @given(value=strategy)
    def fails(value: Any) -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as caught:
        fails()
    assert f"value={expected}" in " ".join("".join(caught.value.__notes__).split())


def test_a_script_is_shown_in_words() -> None:
    @settings(SETTINGS, max_examples=200)
    @given(script=scripts(CardView(), FUNCTIONS, most=4))
    def fails(script: Any) -> None:
        assert len({type(step) for step in script}) < 2

    with pytest.raises(AssertionError) as caught:
        fails()
    assert "script=(reset, " in "".join(caught.value.__notes__)
