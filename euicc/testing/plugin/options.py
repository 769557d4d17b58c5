"""The options, and what they say in the header of a run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DOORS = ("reader", "tcp", "modem")
SEED_BITS = 32
_WORKER_SEED = "euicc_seed"


@dataclass(frozen=True)
class Options:
    """What the run was called with. `door`: the way to a physical card and its argument, None for emulated ones."""

    seed: int
    door: tuple[str, str] | None = None
    traces: Path | None = None

    @property
    def door_option(self) -> str:
        """The option that names the physical card."""
        return " ".join((f"--euicc-{self.door[0]}", self.door[1])) if self.door else ""


OPTIONS = pytest.StashKey[Options]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("euicc", "eUICCs, emulated or physical")
    group.addoption(
        "--euicc-reader", metavar="NAME|N", help="Test the card in this PC/SC reader: name or number."
    )
    group.addoption("--euicc-tcp", metavar="HOST:PORT", help="Test the card behind this TCP port.")
    group.addoption("--euicc-modem", metavar="PATH", help="Test the card in this modem, by AT+CSIM.")
    group.addoption(
        "--euicc-seed", metavar="N", type=int, help="Make the random choices of the run with this seed."
    )
    group.addoption(
        "--euicc-trace",
        metavar="DIR",
        type=Path,
        help="Write a decoded trace of each failed test, text and HTML.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Decides on card and seed; UsageError for more than one card."""
    named = {door: config.getoption(f"--euicc-{door}") for door in DOORS}
    doors = [(door, argument) for door, argument in named.items() if argument is not None]
    if len(doors) > 1:
        raise pytest.UsageError(" and ".join(f"--euicc-{door}" for door, _ in doors) + ": name one card")
    traces: Path | None = config.getoption("--euicc-trace")
    config.stash[OPTIONS] = Options(
        seed=_seed(config),
        door=doors[0] if doors else None,
        traces=config.invocation_params.dir / traces if traces else None,
    )


def _seed(config: pytest.Config) -> int:
    """A worker's is that of the run."""
    of_run: dict[str, Any] = getattr(config, "workerinput", {})
    named = of_run.get(_WORKER_SEED, config.getoption("--euicc-seed"))
    return random.SystemRandom().getrandbits(SEED_BITS) if named is None else int(named)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[object]) -> None:
    """UsageError when several workers would talk to one card at once."""
    door = config.stash[OPTIONS].door_option
    if door and len(specs) > 1:
        raise pytest.UsageError(f"{door}: {len(specs)} workers cannot share one card; run without -n")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Every worker has the seed of the run."""
    node.workerinput[_WORKER_SEED] = node.config.stash[OPTIONS].seed


def pytest_report_header(config: pytest.Config) -> str:
    """The seed, and which card."""
    options = config.stash[OPTIONS]
    return f"euicc: --euicc-seed={options.seed}, {options.door_option or 'emulated cards'}"
