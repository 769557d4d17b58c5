"""The card of a run in a reader, behind a TCP port or in a modem; here emulated ones stand in for it."""

from __future__ import annotations

import pytest

from euicc import Card
from tests.flows.doors import in_reader, serving_tcp
from tests.modem.doors import on_terminal
from tests.plugin.runs import PLUGIN, run, text
from tests.transports.pcscd import READER, Pcscd

TESTS = """
from apdu import Recorder, aid, open_channel

def test_the_card(euicc_card):
    assert not hasattr(euicc_card, "nvm")
    open_channel(euicc_card).select(aid.ISD_R)

def test_it_is_reset_before_each_test(euicc_card):
    open_channel(euicc_card, 1).select(aid.ISD_R)
    assert False

def test_factory(euicc_factory): pass
def test_lab(euicc_lab): pass
def test_ipa(euicc_ipa): pass
"""


def passed(result: pytest.RunResult, option: str) -> None:
    """The tests of the card ran over it, the others were skipped with the reason."""
    result.assert_outcomes(passed=1, failed=1, skipped=3)
    shown = text(result)
    assert f", {option}" in shown.partition("rootdir")[0]
    assert f"needs emulated cards, and {option} is the card of this run" in shown
    assert f"{option}: the last of its commands" in shown
    assert "SELECT ISD-R" in shown


def test_behind_a_tcp_port(pytester: pytest.Pytester) -> None:
    with serving_tcp(Card.manufacture()) as (host, port):
        passed(run(pytester, TESTS, "--euicc-tcp", f"{host}:{port}", "-rs"), f"--euicc-tcp {host}:{port}")


def test_in_a_modem(pytester: pytest.Pytester) -> None:
    with on_terminal(Card.manufacture()) as path:
        passed(run(pytester, TESTS, "--euicc-modem", path, "-rs"), f"--euicc-modem {path}")


def test_in_a_reader(pytester: pytest.Pytester, pcscd: Pcscd) -> None:
    with in_reader(Card.manufacture(), pcscd):
        passed(run(pytester, TESTS, "--euicc-reader", READER, "-rs"), f"--euicc-reader {READER}")


@pytest.mark.parametrize(
    "door", [("--euicc-tcp", "127.0.0.1:1"), ("--euicc-tcp", "x"), ("--euicc-modem", "/nowhere")]
)
def test_a_card_that_is_not_there_is_one_line(pytester: pytest.Pytester, door: tuple[str, str]) -> None:
    result = run(pytester, "def test(euicc_card): pass", *door)
    result.assert_outcomes(errors=1)
    assert f"{door[0]} {door[1]}: " in text(result)
    assert "Traceback" not in text(result)
    assert "fixtures.py" not in text(result)


def test_one_card_at_a_time(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test(): pass")
    result = pytester.runpytest_subprocess(*PLUGIN, "--euicc-tcp", "127.0.0.1:1", "--euicc-reader", "0")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--euicc-reader and --euicc-tcp: name one card" in "\n".join(result.errlines)


def test_one_card_is_not_for_several_workers(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test(): pass")
    result = pytester.runpytest_subprocess(*PLUGIN, "--euicc-tcp", "127.0.0.1:1", "-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "2 workers cannot share one card" in "\n".join(result.errlines + result.outlines)
