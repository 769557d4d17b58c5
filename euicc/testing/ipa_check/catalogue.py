"""What a case of `ipa check` is, and how an area of duties puts its cases together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from euicc.testing.ipa_check.bench import Bench, Setting

Perform = Callable[[Bench], None]

MODULES = (
    "start",
    "download",
    "blocks",
    "refusals",
    "servers",
    "tls",
    "notifications",
    "switches",
    "quirks",
    "polling",
    "results",
    "requests",
    "triggers",
    "iot_tls",
)
"""The areas, each in a module of `euicc.testing.ipa_check.cases`, in the order in which they are checked."""


@dataclass(frozen=True)
class Case:
    """One duty. id: area/name. sections: of SGP.22 and SGP.32, or numbers (H3) of a list derived from them.

    action: what the program must be able to do. relies_on: the case that has to pass before this one says something,
    "" when there is none: a program that does nothing at all refuses everything. judges: the case whose run this one
    looks at, instead of one of its own. not_by_modem: behind a modem it is the modem's duty. perform: raises Finding,
    or NotApplicable.
    """

    id: str
    sections: tuple[str, ...]
    title: str
    perform: Perform
    action: str
    setting: Setting
    relies_on: str = ""
    judges: str = ""
    not_by_modem: bool = False


class Area:
    """The cases about one duty of the program, in the order in which they are defined."""

    def __init__(
        self, name: str, action: str, setting: Setting = Setting(), relies_on: str = "", judges: str = ""
    ) -> None:
        self.name = name
        self.cases: list[Case] = []
        self._action = action
        self._setting = setting
        self._relies_on = relies_on
        self._judges = judges

    def case(
        self,
        name: str,
        title: str,
        sections: str,
        setting: Setting | None = None,
        *,
        action: str = "",
        relies_on: str | None = None,
        judges: str = "",
        not_by_modem: bool = False,
    ) -> Callable[[Perform], Perform]:
        """Decorates the function that is the case; what is not given is as in all of the area."""

        def defined(perform: Perform) -> Perform:
            identifier = f"{self.name}/{name}"
            trusted = self._relies_on if relies_on is None else relies_on
            self.cases.append(
                Case(
                    id=identifier,
                    sections=tuple(sections.split("; ")),
                    title=title,
                    perform=perform,
                    action=action or self._action,
                    setting=setting or self._setting,
                    relies_on="" if trusted == identifier else trusted,
                    judges=judges or self._judges,
                    not_by_modem=not_by_modem,
                )
            )
            return perform

        return defined


def all_cases() -> tuple[Case, ...]:
    """The whole catalogue."""
    areas = (import_module(f"euicc.testing.ipa_check.cases.{name}").areas for name in MODULES)
    return tuple(case for each in areas for area in each for case in area.cases)
