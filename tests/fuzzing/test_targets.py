"""Every target on a few inputs, the same each time, so that none of them rots."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.fuzzing.lines import function_lines
from tests.fuzzing.seeded import inputs
from tests.fuzzing.target import NAMES, PACKAGES, Target, load

SEED = 1
MUTATED = 150
SLOWER = {"life": 20, "eim": 50, "smdp": 50, "modem": 50, "ipa_card": 50, "traces": 50}
"""How many, where one takes some milliseconds."""


def chosen(target: Target) -> list[bytes]:
    """Some of the corpus, and some mutations."""
    mutated = SLOWER.get(target.name, MUTATED)
    of_corpus = target.corpus[:: max(1, len(target.corpus) // mutated)]
    return [*of_corpus, *islice(inputs(target, SEED), len(target.corpus), len(target.corpus) + mutated)]


def test_every_target_says_what_it_is_about() -> None:
    assert set(PACKAGES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found(name: str) -> None:
    target = load(name)
    assert len(target.corpus) > 2
    for data in chosen(target):
        target.fuzz_one(data)


@pytest.mark.parametrize("name", NAMES)
def test_mutations_come_from_the_seed_alone(name: str) -> None:
    target = load(name)
    count = len(target.corpus) + 20
    one, other = (list(islice(inputs(target, SEED), count)) for _ in range(2))
    assert one == other
    assert set(one) - set(target.corpus)


def test_lines_of_functions_are_counted_and_no_others(tmp_path_factory: pytest.TempPathFactory) -> None:
    source = tmp_path_factory.mktemp("lines") / "source.py"
    source.write_text("A = 1\n\n\nclass B:\n    C = 2\n\n    def d(self):\n        e = 1\n        return e\n")
    assert set(function_lines(str(source))) == {8, 9}
