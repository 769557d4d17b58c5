"""What can be chosen on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.fleet.fates import FLOWS, SHARES, Kind

VEHICLES_MAX = 10**6


@dataclass(frozen=True)
class Options:
    """vehicles: how many; flow: key of FLOWS; https: share that is reached by SCP81.

    state: where everything is kept, None: nowhere.
    """

    vehicles: int
    seed: int
    flow: str
    shares: dict[Kind, float]
    https: float
    state: Path | None
    quiet: bool

    @property
    def story(self) -> str:
        """What must be the same when a run is continued."""
        shares = " ".join(f"--share {kind.value}={share:g}" for kind, share in sorted_shares(self.shares))
        return f"--vehicles {self.vehicles} --seed {self.seed} --flow {self.flow} --https {self.https:g} {shares}"


def sorted_shares(shares: dict[Kind, float]) -> list[tuple[Kind, float]]:
    """By name."""
    return sorted(shares.items(), key=lambda each: each[0].value)


def parse(prog: str, description: str, arguments: Sequence[str] | None = None) -> Options:
    """The options; ends the program with exit code 2 when they cannot be."""
    made = argparse.ArgumentParser(
        prog=prog,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--vehicles", type=_count, default=20, metavar="N", help="default: %(default)s")
    made.add_argument("--seed", type=int, default=1, help="of all that is random; default: %(default)s")
    made.add_argument("--flow", choices=FLOWS, default="both", help="default: %(default)s, half of each")
    made.add_argument(
        "--share",
        action="append",
        type=_share,
        default=[],
        metavar="KIND=SHARE",
        help="of the vehicles that are out of coverage for a while, lose their power, or have no network of operator "
        f"A: {', '.join(f'{kind.value}={share}' for kind, share in sorted_shares(dict(SHARES)))}",
    )
    made.add_argument(
        "--https",
        type=_part,
        default=0.2,
        metavar="SHARE",
        help="of the vehicles whose cards the first SM-SR reaches by HTTPS (SCP81); default: %(default)s",
    )
    made.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep cards and registries here: the same command goes on with what it finds",
    )
    made.add_argument("--quiet", action="store_true", help="no table while it runs")
    read = made.parse_args(arguments)
    shares = {**SHARES, **dict(read.share)}
    if sum(shares.values()) > 1:
        made.error("the shares are more than all vehicles")
    return Options(read.vehicles, read.seed, read.flow, shares, read.https, read.state, read.quiet)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= VEHICLES_MAX):
        raise argparse.ArgumentTypeError(f"{text} is no number of vehicles: 1 to {VEHICLES_MAX}")
    return int(text)


def _share(text: str) -> tuple[Kind, float]:
    name, _, share = text.partition("=")
    kinds = {kind.value: kind for kind in SHARES}
    if name not in kinds:
        raise argparse.ArgumentTypeError(f"{text}: not one of {', '.join(kinds)}, = and a share")
    return kinds[name], _part(share)


def _part(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: 0 to 1")
    return value
