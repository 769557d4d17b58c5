"""Our own service platform on loopback, for a run that is against nobody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from examples.service_platform.air import Air
from examples.service_platform.life_cycle import Platform
from examples.service_platform.operator_side import OperatorSide
from examples.service_platform.server import serving
from examples.service_platform.states import ACTIVE
from examples.service_platform.store import Store


@dataclass(frozen=True)
class ServedPlatform:
    """A platform, and where it is reached."""

    url: str
    _store: Store

    def verdict(self, devices: int) -> tuple[bool, str]:
        """Whether all of so many devices are in service in the end, and what became of them, in words."""
        states = Counter(each.device.state.name for each in self._store.all())
        named = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
        return states[ACTIVE.name] == devices, f"service platform: of {devices} devices {named}"


@contextmanager
def serving_platform(directory: Path) -> Iterator[ServedPlatform]:
    """Serves while the context lasts, its file in this directory; ServeError."""
    network, store = OperatorSide(), Store(directory / "platform.db")
    with closing(Platform(store, network)) as platform, serving(platform, air=Air(network)) as url:
        yield ServedPlatform(url, store)
