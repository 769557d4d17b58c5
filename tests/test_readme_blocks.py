"""Every code block of the README's section on testing runs as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from apdu.transport.vpcd import PORT
from euicc import Card
from tests.flows.doors import in_reader
from tests.transports.pcscd import Pcscd

ROOT = Path(__file__).resolve().parents[1]
SECTION = "## Test with it\n"
SECONDS = 300


def blocks(language: str) -> list[str]:
    section = (ROOT / "README.md").read_text().split(SECTION)[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.S)


def environment() -> dict[str, str]:
    """With the programs of this Python before all others.

    CI, because hypothesis reads all modules of a package that is worked on before its first draw, and finds that slow.
    """
    return {
        **os.environ,
        "CI": "true",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: str(block.splitlines()[0].strip("# ")))
def test_a_suite_of_the_readme_is_green(block: str, tmp_path: Path) -> None:
    file = tmp_path / block.splitlines()[0].strip("# ")
    file.write_text(block)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file.name],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


@pytest.mark.parametrize("block", blocks("sh"), ids=lambda block: str(block.splitlines()[0]))
def test_the_commands_of_the_readme_run(block: str, tmp_path: Path, pcscd: Pcscd) -> None:
    script = block.replace("--vpcd", f"--vpcd 127.0.0.1:{pcscd.port}")
    assert f":{PORT}" not in script

    def run() -> None:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    if "--reader 0" in block:
        with in_reader(Card.manufacture(), pcscd):
            run()
    else:
        run()


def test_there_are_blocks_of_both_kinds() -> None:
    assert len(blocks("python")) >= 2
    assert len(blocks("sh")) >= 2
