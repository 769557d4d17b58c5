"""Programs that leave one duty out: each is caught by the case that is about it."""

from __future__ import annotations

import pytest

from euicc.check.outcome import Outcome
from tests.ipa_check.commands import checked, without
from tests.ipa_check.toy import DUTIES

CAUGHT_BY = {
    "keep notifications until they are acknowledged": "download/result-kept",
    "compare metadata": "download/metadata-mismatch",
    "look at policy rules": "download/forbidden-rules",
    "reset after a switch": "switches/reset",
    "answer REFRESH": "switches/refresh-answered",
    "number blocks from 0": "blocks/numbering",
    "leave results as they are": "result/result-unchanged",
    "verify TLS": "tls*/*",
    "compare the eIM's key": "pinned/other-key",
    "poll until there is nothing": "poll/all-packages",
    "send TERMINAL CAPABILITY": "start*/terminal-capability",
    "declare the IPA": "start-iot/terminal-capability",
    "keep results until they are acknowledged": "result/kept-unacknowledged",
    "cut packages": "blocks/segments",
    "tell what was asked for": "data/requested",
    "take 91xx for success": "quirks/proactive-anywhere",
    "check the server's address": "refusals/server-[ao]*",
    "answer unknown packages": "poll/unknown-package",
    "open a channel": "start/channel",
}


@pytest.mark.parametrize("duty", DUTIES)
def test_what_is_left_out_is_found(duty: str) -> None:
    report = checked(without(duty), CAUGHT_BY[duty])
    assert report.results
    for result in report.results:
        assert result.outcome is Outcome.FAILED, f"{result.case.id}: {result.outcome.value}: {result.reason}"
    assert not report.conforms
