"""How the plugin gets into a run, and what a run that does not use it pays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.runs import PLUGIN, text

TEST = "def test(euicc_card): pass"
NO_CACHE = ("-p", "no:cacheprovider")


@pytest.fixture
def installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A run in which the entry point is found, whether or not the installation at hand is older than it."""
    installed = Path(pytester.mkdir("installed"), "euicc-0.dist-info")
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: euicc\nVersion: 0\n")
    (installed / "entry_points.txt").write_text("[pytest11]\neuicc = euicc.testing.entry_point\n")
    monkeypatch.setenv("PYTHONPATH", str(installed.parent))
    pytester.makepyfile(TEST)
    return pytester


@pytest.mark.parametrize("options", [(), ("-p", "euicc.testing.plugin"), ("-p", "euicc")])
def test_however_often_it_is_named_it_is_there_once(
    installed: pytest.Pytester, options: tuple[str, ...]
) -> None:
    installed.makeconftest('pytest_plugins = ["euicc.testing.plugin"]')
    result = installed.runpytest_subprocess(*NO_CACHE, *options)
    result.assert_outcomes(passed=1)
    assert text(result).count("--euicc-seed=") == 1
    assert "Warning" not in text(result)


def test_it_can_be_left_out(installed: pytest.Pytester) -> None:
    result = installed.runpytest_subprocess(*NO_CACHE, "-p", "no:euicc")
    result.assert_outcomes(errors=1)
    assert "fixture 'euicc_card' not found" in text(result)


def test_the_project_declares_it() -> None:
    declared = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert '[project.entry-points.pytest11]\neuicc = "euicc.testing.entry_point"\n' in declared


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
