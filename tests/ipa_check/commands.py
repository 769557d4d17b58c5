"""The commands of our own `ipa`, and of toys made from it, as `ipa check` is told them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from euicc.check.outcome import Report
from euicc.testing.ipa_check.catalogue import Case, all_cases
from euicc.testing.ipa_check.doors import tcp_door
from euicc.testing.ipa_check.program import Commands, Patience
from euicc.testing.ipa_check.runner import check

TOY = Path(__file__).with_name("toy.py")
PATIENCE = Patience(60.0)
OWN = (sys.executable, "-m", "ipa")
TCP, MODEM, READER = "--tcp {tcp}", "--modem {modem}", "--reader '{reader}'"
ARGUMENTS = {
    "download": "download {activation_code} [--confirmation-code {confirmation_code}] --ci {ca}",
    "enable": "enable {iccid}",
    "disable": "disable {iccid}",
    "delete": "delete {iccid} --yes",
    "notifications": "notifications send --ci {ca}",
    "poll": "poll --ci {ca} --state {state}",
}


def commands(program: Iterable[str] = OWN, way: str = TCP) -> Commands:
    """Every action of a program that takes the arguments of `ipa`."""
    begin = f"{shlex.join(program)} {way}"
    return Commands({action: f"{begin} {arguments}" for action, arguments in ARGUMENTS.items()})


def without(duty: str) -> Commands:
    """A toy that leaves this duty out."""
    return commands((sys.executable, str(TOY), duty))


def cases(*patterns: str) -> list[Case]:
    """The cases that fit one of the patterns."""
    return [case for case in all_cases() if any(fnmatchcase(case.id, pattern) for pattern in patterns)]


def checked(given: Commands, *patterns: str) -> Report:
    """The report on a program behind a TCP port, on these cases."""
    return check(given, tcp_door, cases(*patterns), patience=PATIENCE)
