"""How the plugin gets into a run, and what a run that does not use it pays."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from tests.plugin.runs import PLUGIN, run, text

TEST = "def test(euicc_card): pass"
ENTRY_POINT = ("-p", "euicc.testing.entry_point")


@pytest.mark.parametrize("options", [(), ENTRY_POINT, (*ENTRY_POINT, "-p", "euicc.testing.plugin")])
def test_named_twice_it_is_there_once(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    pytester.makeconftest('pytest_plugins = ["euicc.testing.plugin"]')
    result = run(pytester, TEST, *options)
    result.assert_outcomes(passed=1)
    assert text(result).count("--euicc-seed=") == 1


def test_the_entry_point_leads_to_it(pytester: pytest.Pytester) -> None:
    found = entry_points(group="pytest11", name="euicc")
    if not found:
        pytest.skip("the installation is older than the entry point: make")
    assert {each.value for each in found} == {"euicc.testing.entry_point"}
    pytester.makepyfile(TEST)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    left_out = pytester.runpytest_subprocess("-p", "no:euicc", "-p", "no:cacheprovider")
    left_out.assert_outcomes(errors=1)


def test_who_does_not_use_it_loads_none_of_the_parts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        HEAVY = ("euicc.card", "euicc.traces", "euicc.testing.lab", "ipa", "asn1", "cryptography", "httpx",
                 "uvicorn", "starlette", "rich", "construct")

        def test_nothing_is_loaded():
            assert [name for name in HEAVY if name in sys.modules] == []

        def test_nor_for_one_that_fails():
            assert [name for name in HEAVY if name in sys.modules] == ["a card"]
        """
    )
    options = (*PLUGIN, "-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:xdist")
    result = pytester.runpytest_subprocess(*options)
    result.assert_outcomes(passed=1, failed=1)
    assert "assert [] == ['a card']" in text(result)
