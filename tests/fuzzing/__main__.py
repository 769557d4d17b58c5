"""`make fuzz`: every target for its share of the time, coverage-guided where atheris is there for this Python.

    python -m tests.fuzzing [TARGET ...] [--time SECONDS] [--seed N]
    python -m tests.fuzzing TARGET --input FILE

Exit code 1 when something was found; every finding comes with the line that shows it again.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from pathlib import Path
from time import process_time

from tests.fuzzing import campaign
from tests.fuzzing.lines import reached
from tests.fuzzing.target import NAMES, load, packages
from tests.fuzzing.watch import Watch


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzzing", description="Fuzzing of all that reads input."
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default: all of {', '.join(NAMES)}")
    parser.add_argument(
        "--time", type=float, default=60.0, help="seconds, for all targets together (default: 60)"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="default: a new one")
    parser.add_argument("--input", type=Path, help="run this input once, and nothing else")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--lines", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if unknown := set(asked.targets) - set(NAMES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if asked.input and len(asked.targets) != 1:
        parser.error("--input wants one target")
    return asked


def once(name: str, file: Path) -> None:
    """One input, its traceback as it comes."""
    target, data = load(name), file.read_bytes()
    start = process_time()
    target.fuzz_one(data)
    print(f"{name}: nothing found in {len(data)} bytes, {(process_time() - start) * 1000:.1f} ms")


def work(name: str, seconds: float, seed: int, directory: Path) -> None:
    """Fuzz one target in this process."""

    def over(watch: Watch) -> None:
        findings = [{"what": each.what, "input": each.input} for each in watch.findings.values()]
        told = {"executions": watch.executions, "longest": watch.longest, "findings": findings}
        (directory / "summary").write_text(json.dumps(told))
        os._exit(0)  # libFuzzer does not come back

    if campaign.guided():
        from tests.fuzzing import guided

        guided.run(name, seconds, seed, directory, over)
    else:
        from tests.fuzzing import seeded

        seeded.run(name, seconds, seed, directory, over)


def count_lines(name: str, seconds: float, directory: Path) -> None:
    """Print what the inputs of the directory reach."""
    target = load(name)
    kept = [path.read_bytes() for path in sorted((directory / "kept").iterdir())]
    print(json.dumps(reached(target.fuzz_one, [*kept, *target.corpus], packages(name), seconds)))


def main() -> None:
    """Do what was asked for."""
    asked = arguments()
    if asked.input:
        once(asked.targets[0], asked.input)
    elif asked.worker:
        work(asked.targets[0], asked.time, asked.seed, asked.worker)
    elif asked.lines:
        count_lines(asked.targets[0], asked.time, asked.lines)
    else:
        sys.exit(campaign.run(tuple(asked.targets) or NAMES, asked.time, asked.seed))


if __name__ == "__main__":
    main()
