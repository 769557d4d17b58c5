"""One seed for all that is random: printed, reproducible, whoever runs what and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.runs import KEEPING, PLUGIN, kept, run, seed_of

TESTS = """
import pytest

def test_card(euicc_card, keep):
    keep(euicc_card)

def test_several(euicc_factory, keep):
    keep(euicc_factory())
    keep(euicc_factory("sgp32"))

def test_lab(euicc_lab, keep):
    keep(euicc_lab.card("sgp32"))

@pytest.mark.parametrize("number", [1, 2])
def test_parameters(euicc_card, keep, number):
    keep(euicc_card)

@pytest.fixture(scope="module")
def shared(euicc_factory):
    return euicc_factory(profiles=1)

@pytest.mark.parametrize("number", [1, 2])
def test_shared(shared, euicc_factory, keep, number):
    keep(euicc_factory())
    keep(euicc_factory())
    pathlib.Path("shared").write_text(shared.isdr.profiles.all()[0].aid.hex() + repr(shared.env._seed))

class TestSome:
    def test_in_a_class(self, euicc_card, keep):
        keep(euicc_card)
"""


def drawn(pytester: pytest.Pytester, directory: str, *options: str) -> dict[str, str]:
    """What the tests drew in one run, which is green."""
    where = Path(pytester.path, directory)
    where.mkdir()
    pytester.makeconftest(KEEPING)
    pytester.makepyfile("import pathlib\n" + TESTS)
    result = pytester.runpytest_subprocess(*PLUGIN, "--kept", directory, *options)
    assert result.ret == 0, result.outlines
    return kept(where)


def random(told: dict[str, str]) -> set[str]:
    """The random numbers in what tests have told."""
    return {line.split()[1] for each in told.values() for line in each.splitlines()}


def test_the_same_seed_makes_the_same_cards(pytester: pytest.Pytester) -> None:
    first = drawn(pytester, "first", "--euicc-seed", "5")
    shared = Path(pytester.path, "shared").read_text()
    assert len(first) == 8
    assert len(random(first)) == len("".join(first.values()).splitlines())
    assert drawn(pytester, "alone", "--euicc-seed", "5", "-k", "test_shared and 2") == {
        "test_shared[2]": first["test_shared[2]"]
    }
    assert Path(pytester.path, "shared").read_text() == shared
    assert drawn(pytester, "workers", "--euicc-seed", "5", "-n", "2") == first
    other = drawn(pytester, "other", "--euicc-seed", "6")
    assert not random(first) & random(other)
    assert Path(pytester.path, "shared").read_text() != shared


def test_groups_of_xdist_change_nothing(pytester: pytest.Pytester) -> None:
    first = drawn(pytester, "first", "--euicc-seed", "5", "-k", "test_several")
    grouped = TESTS.replace("def test_several", "@pytest.mark.xdist_group('one')\ndef test_several")
    pytester.makeconftest(KEEPING)
    Path(pytester.path, "second").mkdir()
    pytester.makepyfile("import pathlib\n" + grouped)
    options = ("--euicc-seed=5", "-k", "test_several", "-n", "2", "--dist", "loadgroup", "--kept", "second")
    assert pytester.runpytest_subprocess(*PLUGIN, *options).ret == 0
    (found,) = kept(Path(pytester.path, "second")).values()
    assert found == first["test_several"]


def test_a_run_chooses_its_seed_and_prints_it(pytester: pytest.Pytester) -> None:
    first, second = run(pytester, "def test(): pass"), run(pytester, "def test(): pass")
    assert seed_of(first) != seed_of(second)
    again = run(pytester, "def test(): pass", "--euicc-seed", str(seed_of(first)))
    assert seed_of(again) == seed_of(first)


def test_a_seed_is_a_number(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test(): pass", "--euicc-seed", "today")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


EXAMPLES = """
from hypothesis import given, seed, settings, strategies as st
import pathlib

def note(name, number):
    with pathlib.Path(name).open("a") as file:
        print(number, file=file)

@settings(max_examples=10, database=None, deadline=None, derandomize=False)  # which CI makes True
@given(number=st.integers())
def test_examples(euicc_factory, number):
    note("examples", number)

@seed(1)
@settings(max_examples=10, database=None, deadline=None)
@given(number=st.integers())
def test_seeded(euicc_factory, number):
    note("seeded", number)

@settings(max_examples=10, derandomize=True, deadline=None)
@given(number=st.integers())
def test_derandomized(euicc_factory, number):
    note("derandomized", number)
"""


def examples(pytester: pytest.Pytester, seed: str) -> dict[str, str]:
    run(pytester, EXAMPLES, "--euicc-seed", seed).assert_outcomes(passed=3)
    files = [Path(pytester.path, name) for name in ("examples", "seeded", "derandomized")]
    found = {each.name: each.read_text() for each in files}
    for each in files:
        each.unlink()
    return found


def test_examples_of_hypothesis_come_from_it(pytester: pytest.Pytester) -> None:
    first, again, other = examples(pytester, "5"), examples(pytester, "5"), examples(pytester, "6")
    assert first == again
    assert [name for name in first if first[name] != other[name]] == ["examples"]
