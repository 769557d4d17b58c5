"""Which test runs, and which cards it talks to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import pytest

from euicc.testing.plugin.options import OPTIONS

if TYPE_CHECKING:
    from apdu import Recorder
    from euicc.testing.plugin.factory import Factory

FIXTURES = frozenset({"euicc_card", "euicc_factory", "euicc_ipa", "euicc_lab"})


class Running:
    """What runs now, in this process. `name` tells it apart, in every run and whoever runs beside it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.name = ""
        self.factory: Factory | None = None
        self.seeded: WeakSet[Any] = WeakSet()
        self._used: dict[Recorder, None] = {}
        self._last: Recorder | None = None

    @property
    def used(self) -> tuple[Recorder, ...]:
        """What recorded the cards that the test has talked to, the last one last."""
        return tuple(self._used)

    def note(self, recorder: Recorder) -> None:
        """A card is talked to."""
        if recorder is not self._last:
            self._used.pop(recorder, None)
            self._used[recorder] = None
            self._last = recorder

    def begin(self, name: str) -> None:
        """A test begins."""
        self.name = name
        self.forget()
        if self.factory is not None:
            self.factory.begin(name)

    @contextmanager
    def apart(self, name: str) -> Iterator[None]:
        """Meanwhile cards are made for what is called so; then it goes on where it was."""
        before, state = self.name, self.factory and self.factory.state()
        self.name = name
        if self.factory is not None:
            self.factory.begin(name)
        try:
            yield
        finally:
            self.name = before
            self._resume(state)

    def _resume(self, state: object) -> None:
        if self.factory is None:
            return
        if state is None:
            self.factory.begin(self.name)
        else:
            self.factory.resume(state)

    def forget(self) -> None:
        """What was used until now does not belong to what begins."""
        self._used.clear()
        self._last = None


RUNNING = pytest.StashKey[Running]()


def running(config: pytest.Config) -> Running:
    """What runs in this process."""
    if RUNNING not in config.stash:
        config.stash[RUNNING] = Running(config.stash[OPTIONS].seed)
    return config.stash[RUNNING]


def name_of(item: pytest.Item) -> str:
    """A test's name: its node id, but for what xdist adds to it."""
    path, _line, name = item.location
    return f"{path}::{name}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test begins: its cards have seeds of their own."""
    now = running(item.config)
    now.begin(name_of(item))
    if FIXTURES & set(getattr(item, "fixturenames", ())):
        _seed_hypothesis(item, now)
    result = yield
    now.forget()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """A card that several tests share is the same whichever of them comes first."""
    if fixturedef.scope == "function":
        return (yield)
    with running(request.config).apart(f"{request.node.nodeid}::{fixturedef.argname}"):
        return (yield)


def _seed_hypothesis(item: pytest.Item, now: Running) -> None:
    """Examples come from the seed of the run, too, unless somebody has already said where they come from."""
    if "hypothesis" not in sys.modules or item.config.getoption("--hypothesis-seed", None) is not None:
        return
    from hypothesis import is_hypothesis_test, seed, settings

    test = getattr(item, "obj", None)
    function: Callable[..., None] | None = getattr(test, "__func__", test)
    if function is None or not is_hypothesis_test(function) or function in now.seeded:
        return
    chosen: Any = getattr(function, "_hypothesis_internal_use_settings", settings.default)
    if getattr(function, "_hypothesis_internal_use_seed", None) is None and not chosen.derandomize:
        now.seeded.add(function)
        seed(f"{now.seed} {now.name}")(function)
