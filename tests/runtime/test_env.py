"""Randomness and clock are injected: a seed makes two runs the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from euicc.env import FIXED_CLOCK, Env


@pytest.mark.parametrize("seed", [0, 1, -5, b"", b"seed", b"x" * 100])
def test_the_same_seed_gives_the_same_bytes(seed: int | bytes) -> None:
    one, two = Env(seed), Env(seed)
    assert [one.random(n) for n in (16, 1, 0, 100)] == [two.random(n) for n in (16, 1, 0, 100)]
    assert one.now() == two.now() == FIXED_CLOCK


def test_bytes_do_not_depend_on_how_they_are_drawn() -> None:
    pieces, whole = Env(7), Env(7)
    assert b"".join(pieces.random(n) for n in (5, 27, 0, 32, 36)) == whole.random(100)


def test_seeds_differ() -> None:
    seeds: list[int | bytes] = [1, 2, b"1", b"\x01", b""]
    assert len({Env(seed).random(16) for seed in seeds}) == len(seeds)


def test_without_seed_the_systems_randomness_and_clock() -> None:
    assert Env().random(16) != Env().random(16)
    assert len(Env().random(33)) == 33
    assert abs(Env().now() - datetime.now(UTC)) < timedelta(minutes=1)
