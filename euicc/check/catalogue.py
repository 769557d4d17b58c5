"""What a case of the catalogue is, and how an area of the card puts its cases together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from euicc.check.needs import Need
    from euicc.check.subject import Subject

Run = Callable[["Subject"], None]
T = TypeVar("T")

MODULES = (
    "uicc_atr",
    "uicc_select",
    "uicc_read",
    "uicc_channels",
    "uicc_commands",
    "uicc_access",
    "uicc_pins",
    "aka",
    "selection",
    "store_data",
    "information",
    "addresses",
    "authentication",
    "preparation",
    "loading",
    "cancelling",
    "notifications",
    "profiles_info",
    "profile_states",
    "policy_rules",
    "nickname",
    "memory_reset",
    "certificates",
    "eims",
    "packages",
    "package_operations",
    "eim_operations",
    "rollback",
    "immediate_enable",
    "fallback",
    "iot_reset",
)
"""The areas, each in a module of `euicc.check.cases`, in the order in which they are checked."""


class Finding(Exception):
    """The card did something wrong; the text says what was wanted and what came."""


class NotApplicable(Exception):
    """The case finds out by itself that it says nothing about this card; the text says why."""


@dataclass(frozen=True)
class Case:
    """One thing that is checked.

    id: area/name. sections: of SGP.23-1, SGP.33-1, TS 102 221 and others, or numbers (G1.5) of a list derived from
    SGP.32. title: what is right, in one line. needs: what must be so for the case to say something, in the order in
    which it is looked at. run: raises Finding, or NotApplicable.
    """

    id: str
    sections: tuple[str, ...]
    title: str
    run: Run
    needs: tuple[Need, ...] = ()


class Area:
    """The cases about one part of the card, in the order in which they are defined.

    sections and needs: of every case in it, before its own.
    """

    def __init__(self, name: str, *needs: Need, section: str = "") -> None:
        self.name = name
        self.cases: list[Case] = []
        self._needs = needs
        self._section = section

    def case(self, name: str, title: str, *needs: Need, section: str = "") -> Callable[[Run], Run]:
        """Decorates the function that is the case."""

        def defined(run: Run) -> Run:
            self.add(name, title, run, *needs, section=section)
            return run

        return defined

    def each(
        self, rows: Mapping[str, tuple[str, T]], *needs: Need, section: str = ""
    ) -> Callable[[Callable[[Subject, T], None]], Callable[[Subject, T], None]]:
        """Decorates a function that is a case for every row: name -> (title, what the function is given)."""

        def defined(run: Callable[[Subject, T], None]) -> Callable[[Subject, T], None]:
            for name, (title, row) in rows.items():
                self.add(name, title, _with_row(run, row), *needs, section=section)
            return run

        return defined

    def add(self, name: str, title: str, run: Run, *needs: Need, section: str = "") -> None:
        """One more case; ValueError when there is one of this name."""
        identifier = f"{self.name}/{name}"
        if any(each.id == identifier for each in self.cases):
            raise ValueError(f"two cases {identifier}")
        sections = tuple(each for each in (section or self._section).split("; ") if each)
        self.cases.append(Case(identifier, sections, title, run, (*self._needs, *needs)))


def _with_row(run: Callable[[Subject, T], None], row: T) -> Run:
    return lambda subject: run(subject, row)


def all_cases() -> tuple[Case, ...]:
    """The whole catalogue."""
    areas = (import_module(f"euicc.check.cases.{name}").area for name in MODULES)
    return tuple(case for area in areas for case in area.cases)
