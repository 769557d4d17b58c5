"""docs/service_platform.md: what stands between its marks is generated from the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from examples.service_platform.api import CALLS
from examples.service_platform.operator_side import ACCESS_POINTS
from examples.service_platform.rights import IDENTIFIERS, SEES, TOLD
from examples.service_platform.roles import PARTIES, Role
from examples.service_platform.states import (
    FINAL,
    INSTALLED,
    NETWORK,
    SERVICE,
    SUSPENDERS,
    Event,
    NetworkState,
    Stage,
    Transition,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "service_platform.md"
_MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


class DocumentError(Exception):
    """The document is not there, or has none of the marks."""


def generated(text: str) -> str:
    """The document, with all that is between its marks as the tables have it now; DocumentError."""
    if {mark for _, mark, _ in _MARKED.findall(text)} != set(_SECTIONS):
        raise DocumentError(f"it wants the marks {', '.join(_SECTIONS)}, each once")
    return _MARKED.sub(lambda found: f"{found[1]}{_SECTIONS[found[2]]()}{found[3]}", text)


def service_diagram() -> str:
    """The service state of a device as Mermaid. Suspensions of an installed one are regions: each has its own state."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in SERVICE:
        if row.event not in (Event.SUSPEND, Event.RESUME) and row.state != row.to:
            ends = _stage(row), row.to.stage.value
            label = f"{row.event} ({row.by.words})"
            if label not in arrows.setdefault(ends, []):
                arrows[ends].append(label)
    lines = [f"{start} --> {end} : {label}" for (start, end), labels in arrows.items() for label in labels]
    lines += [f"state {Stage.INSTALLED} {{", *_regions(), "}"]
    lines += [f"{stage} --> [*]" for stage in FINAL]
    return _mermaid(lines)


def network_diagram() -> str:
    """The network state of a subscription as Mermaid."""
    lines = [f"{row.state or '[*]'} --> {row.to} : {row.event}" for row in NETWORK]
    return _mermaid([*lines, f"{NetworkState.TERMINATED} --> [*]"])


def _stage(row: Transition) -> str:
    return row.state.stage.value if row.state is not None else "[*]"


def _regions() -> list[str]:
    """For each who may suspend: what the rows between installed states do to its own suspension."""
    lines: list[str] = []
    for role in SUSPENDERS:
        running, suspended = f"not_suspended_by_{role}", f"suspended_by_{role}"
        lines += ["    --"] if lines else []
        lines.append(f"    [*] --> {running}")
        seen = {
            (role in row.state.suspended_by, row.event, role in row.to.suspended_by)
            for row in SERVICE
            if row.by is role and row.state in INSTALLED and row.to in INSTALLED and row.state is not None
        }
        for before, event, after in sorted(seen):
            lines.append(f"    {(running, suspended)[before]} --> {(running, suspended)[after]} : {event}")
    return lines


def _mermaid(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```", ""])


def service_table() -> str:
    """The rows; those that are alike for several states, once."""
    merged: dict[tuple[str, ...], list[str]] = {}
    for row in SERVICE:
        if row.event in (Event.SUSPEND, Event.RESUME):
            continue
        to = "(stays)" if row.state == row.to else str(row.to)
        key = (row.event.value, row.by.words, to, row.network or "", "; ".join(row.effects))
        merged.setdefault(key, []).append(_state(row))
    rows = [(" / ".join(dict.fromkeys(states)), *rest) for rest, states in merged.items()]
    return _table(("state", "event", "who may", "then", "network", "effects"), rows)


def _state(row: Transition) -> str:
    if row.state is None:
        return "(not known)"
    return Stage.INSTALLED.value if row.state in INSTALLED else str(row.state)


def suspension_table() -> str:
    """The rows of suspending and resuming."""
    rows = [
        (str(row.state), row.event.value, row.by.words, str(row.to), row.network or "")
        for row in SERVICE
        if row.event in (Event.SUSPEND, Event.RESUME)
    ]
    return _table(("state", "event", "who may", "then", "network"), rows)


def network_table() -> str:
    """What a subscription in each state gets to."""
    rows = [(state.value, ", ".join(ACCESS_POINTS[state]) or "nothing: refused") for state in NetworkState]
    return _table(("network state", "access points"), rows)


def calls_table() -> str:
    """The calls of the API."""
    marked = [
        (f"`{call.method} {call.path}`", *_marks(call.who), "x" if Role.DEVICE in call.who else "")
        for call in CALLS
    ]
    return _table(("call", *(role.words for role in PARTIES), "device"), marked)


def sees_table() -> str:
    """The members of a device, and who sees them."""
    members = dict.fromkeys(member for role in PARTIES for member in SEES[role])
    rows = []
    for member in members:
        who = [role for role in PARTIES if member in SEES[role]]
        rows.append((f"`{member}`", *_marks(who), "x" if member in IDENTIFIERS else ""))
    return _table(("member", *(role.words for role in PARTIES), "looked up by"), rows)


def told_table() -> str:
    """Events, and who is told of them."""
    rows = [(f"`{event}`", *_marks(roles)) for event, roles in TOLD.items()]
    return _table(("event", *(role.words for role in PARTIES)), rows)


def _marks(who: Iterable[Role]) -> list[str]:
    chosen = frozenset(who)
    return ["x" if role in chosen else "" for role in PARTIES]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_SECTIONS: dict[str, Callable[[], str]] = {
    "service_diagram": service_diagram,
    "service_table": service_table,
    "suspension_table": suspension_table,
    "network_diagram": network_diagram,
    "network_table": network_table,
    "calls_table": calls_table,
    "sees_table": sees_table,
    "told_table": told_table,
}
