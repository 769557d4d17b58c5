"""Runs of pytest with the plugin, in a directory of their own."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

# After a run in this process pytester unloads what was loaded in it; extension modules cannot stand that.
for name in (
    "euicc.testing.http",
    "euicc.testing.plugin.factory",
    "euicc.traces.page",
    "hypothesis.strategies",
):
    import_module(name)

PLUGIN = ("-p", "euicc.testing.plugin", "-p", "no:cacheprovider")

# What a test of such a run draws is told to us by a file that is called after the test.
KEEPING = """
import pathlib, pytest

@pytest.fixture
def keep(request):
    def keep(card):
        path = pathlib.Path(request.config.getoption("--kept"), request.node.name)
        with path.open("a") as file:
            print(card.identity.eid.hex(), card.env.random(8).hex(), file=file)
    return keep

def pytest_addoption(parser):
    parser.addoption("--kept", default=".")
"""


def run(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    """Runs these tests in this process."""
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess(*PLUGIN, *options)


def text(result: pytest.RunResult) -> str:
    return "\n".join(result.outlines)


def seed_of(result: pytest.RunResult) -> int:
    """The seed in the header."""
    (found,) = re.findall(r"^euicc: --euicc-seed=(\d+), ", text(result), re.M)
    return int(found)


def kept(directory: Path) -> dict[str, str]:
    """What each test has told."""
    return {each.name: each.read_text() for each in sorted(directory.iterdir())}
