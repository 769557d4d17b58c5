"""All targets, one after the other, each in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.fuzzing.watch import LONGEST

PATIENCE = 180
"""Seconds that a process may take beside its fuzzing, before it counts as hanging."""
LINES_SHARE = 0.25
MOST_FOR_LINES = 8.0
_EDGES = re.compile(r"cov: (\d+)")
NO_ATHERIS = (
    "no atheris for this Python (extra `fuzz`): the same mutations, drawn by the seed without coverage"
)
HEADING = f"{'target':14}{'executions':>12}{'a second':>10}{'edges':>8}{'lines':>16}{'longest':>10}  findings"


@dataclass(frozen=True)
class Outcome:
    """What came of one target; `edges` where coverage guided it."""

    name: str
    executions: int
    edges: int | None
    lines: tuple[int, int]
    longest: float
    findings: tuple[tuple[str, str], ...]

    def row(self, seconds: float) -> str:
        """One line of the table."""
        hit, there = self.lines
        covered = f"{hit}/{there} {100 * hit / max(there, 1):3.0f}%"
        edges = "-" if self.edges is None else str(self.edges)
        return (
            f"{self.name:14}{self.executions:12,}{self.executions / seconds:10,.0f}{edges:>8}{covered:>16}"
            f"{self.longest * 1000:7.1f} ms  {len(self.findings) or 'none'}"
        )


def guided() -> bool:
    """Whether coverage can guide."""
    return find_spec("atheris") is not None


def run(names: tuple[str, ...], seconds: float, seed: int) -> int:
    """Each target for its share of the time; 1 when something was found."""
    print(f"seed {seed}, {seconds:g} s for {len(names)} targets; an input may take {LONGEST * 1000:g} ms")
    if not guided():
        print(NO_ATHERIS)
    print(HEADING, flush=True)
    share = seconds / len(names)
    outcomes = []
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            outcomes.append(_one(name, share, seed, Path(directory)))
        print(outcomes[-1].row(share), flush=True)
    hit, there = (sum(each.lines[part] for each in outcomes) for part in (0, 1))
    print(
        f"{sum(each.executions for each in outcomes):,} executions, "
        f"{100 * hit / max(there, 1):.0f}% of the lines of what is fuzzed"
    )
    found = [(each.name, *finding) for each in outcomes for finding in each.findings]
    for name, what, file in found:
        print(f"{name}: {what}\n    python -m tests.fuzzing {name} --input {file}")
    return 1 if found else 0


def _one(name: str, seconds: float, seed: int, directory: Path) -> Outcome:
    arguments = [name, "--time", str(seconds), "--seed", str(seed), "--worker", str(directory)]
    log = _process(arguments, seconds + PATIENCE)
    summary = directory / "summary"
    if not summary.exists():
        kept = directory.parent / f"{name}-log"
        kept.write_text(log)
        return Outcome(name, 0, None, (0, 0), 0.0, ((f"the process ended early: {log[-500:]}", str(kept)),))
    told = json.loads(summary.read_text())
    for_lines = min(max(2.0, seconds * LINES_SHARE), MOST_FOR_LINES)
    counted = _process([name, "--time", str(for_lines), "--lines", str(directory)], for_lines + PATIENCE)
    edges = _EDGES.findall(log)
    if told["findings"]:
        print("\n".join(line for line in log.splitlines() if not line.startswith(("#", "INFO", "\t"))))
    return Outcome(
        name,
        told["executions"],
        int(edges[-1]) if edges else None,
        tuple(json.loads(counted.strip().splitlines()[-1])),
        told["longest"],
        tuple((each["what"], each["input"]) for each in told["findings"]),
    )


def _process(arguments: list[str], patience: float) -> str:
    """What it printed, errors and all."""
    command = [sys.executable, "-m", "tests.fuzzing", *arguments]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode(errors="replace") + f"no end after {patience:g} s"
    return done.stdout.decode(errors="replace")
