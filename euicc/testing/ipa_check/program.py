"""The program under test: a command line for each action, its placeholders, and one run of it."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ACTIONS = {
    "download": "activation_code",
    "enable": "iccid",
    "disable": "iccid",
    "delete": "iccid",
    "notifications": "",
    "poll": "",
}
"""What a program may be asked to do, and which placeholder is the `{argument}` of it."""
PLACEHOLDERS = {
    "action": "download, enable, disable, delete, notifications or poll",
    "argument": "the activation code of a download, the ICCID of enable, disable and delete",
    "activation_code": "of the profile to download: LPA:1$...",
    "confirmation_code": "of that profile, where one is needed",
    "smdp": "HOST:PORT of the SM-DP+",
    "eim": "HOST:PORT of the eIM",
    "iccid": "of the profile concerned",
    "eid": "of the card",
    "reader": "the PC/SC reader with the card",
    "tcp": "HOST:PORT of the card",
    "modem": "the serial line of the modem with the card",
    "ca": "a file with the certificate of the CI to trust, PEM",
    "state": "a directory of the program's own, new in each case",
}
"""What may stand in braces in a command."""
OUTPUT_KEPT = 2000
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_OPTIONAL = re.compile(r"\[([^][]*\{\w*\}[^][]*)\]")


class CommandError(ValueError):
    """A command that cannot be filled in."""


@dataclass(frozen=True)
class Commands:
    """How the program does each action: a command line with placeholders in braces, by action.

    What stands in brackets is left out where a placeholder in it has no value: "[--code {confirmation_code}]".
    """

    lines: Mapping[str, str]

    def __post_init__(self) -> None:
        for action, line in self.lines.items():
            if action not in ACTIONS:
                raise CommandError(f"{action} is none of {', '.join(ACTIONS)}")
            for name in _PLACEHOLDER.findall(line):
                if name not in PLACEHOLDERS:
                    raise CommandError(f"{{{name}}} is none of {', '.join(PLACEHOLDERS)}")
            try:
                words = shlex.split(line)
            except ValueError as error:
                raise CommandError(f"{line}: {error}") from None
            if not words:
                raise CommandError(f"the command for {action} is empty")

    @classmethod
    def of(cls, template: str, own: Mapping[str, str] | None = None) -> Commands:
        """From one template and commands of single actions, which count more; an empty one takes an action away.

        A template with {action} is for all of them, one with {activation_code} for downloads, any other one for
        polling. CommandError.
        """
        names = _PLACEHOLDER.findall(template)
        if "action" in names:
            lines = dict.fromkeys(ACTIONS, template)
        else:
            lines = {"download" if "activation_code" in names else "poll": template} if template else {}
        lines |= own or {}
        chosen = {action: line for action, line in lines.items() if line}
        if not chosen:
            raise CommandError("there is no command to check")
        return cls(chosen)

    def uses(self, action: str, placeholder: str) -> bool:
        """Whether a placeholder stands in the command for an action."""
        return placeholder in _PLACEHOLDER.findall(self.lines.get(action, ""))

    def words(self, action: str, values: Mapping[str, str]) -> list[str]:
        """The command for an action, filled in."""
        known = {**values, "action": action, "argument": values.get(ACTIONS[action], "")}
        line = _OPTIONAL.sub(lambda found: _if_known(found[1], known), self.lines[action])
        return [_PLACEHOLDER.sub(lambda found: known.get(found[1], ""), word) for word in shlex.split(line)]


def _if_known(part: str, values: Mapping[str, str]) -> str:
    return part if all(values.get(name) for name in _PLACEHOLDER.findall(part)) else ""


@dataclass(frozen=True)
class Run:
    """One run of the program. code: what it ended with, None when it did not end in time. said: its last output."""

    action: str
    words: tuple[str, ...]
    code: int | None
    said: str
    seconds: float

    def __str__(self) -> str:
        """For people, in one line."""
        ended = "did not end in time" if self.code is None else f"ended with {self.code}"
        last = self.said.strip().splitlines()[-1:] or ["nothing"]
        return f"{self.action} {ended} after {self.seconds:.1f} s and said last: {last[0].strip()}"


@dataclass(frozen=True)
class Patience:
    """timeout: seconds for a program to end by itself. stop_after: seconds until one is stopped that does not; None: it
    does."""

    timeout: float = 120.0
    stop_after: float | None = None


def run(action: str, words: list[str], directory: Path, patience: Patience) -> Run:
    """Runs a command in this directory, with everything that it starts; ended when it takes longer. CommandError."""
    begun = time.monotonic()
    try:
        process = subprocess.Popen(
            words,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    except OSError as error:
        raise CommandError(f"{words[0]} cannot be run: {error.strerror}") from error
    said, ended = _outcome(process, patience)
    code = process.returncode if ended else None
    return Run(
        action, tuple(words), code, said.decode(errors="replace")[-OUTPUT_KEPT:], time.monotonic() - begun
    )


def _outcome(process: subprocess.Popen[bytes], patience: Patience) -> tuple[bytes, bool]:
    """The program's output, and whether it ended as it should."""
    try:
        return process.communicate(timeout=patience.stop_after or patience.timeout)[0], True
    except subprocess.TimeoutExpired:
        pass
    if patience.stop_after is not None:
        _signal(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=patience.timeout)[0], True
    _signal(process, signal.SIGKILL)
    return process.communicate()[0], False


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To the session that was started for the program, and to nothing else."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
