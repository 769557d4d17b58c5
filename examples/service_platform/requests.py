"""The bodies of requests: what each call takes, read into typed values. `Malformed` says which member is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from examples.service_platform import identifiers
from examples.service_platform.refusals import Malformed
from examples.service_platform.states import Event

Reader = Callable[[str], str]
LARGEST_DELIVERY = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """Subscriptions, ICCID and IMSI of each, that an operator delivers for an equipment provider."""

    equipment_provider: str
    subscriptions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a device read from its card."""

    eid: str
    iccid: str
    imsi: str


@dataclass(frozen=True, slots=True)
class Details:
    """What comes with an event, where it comes with something. imei: the new device of a replacement."""

    equipment: str | None = None
    service_provider: str | None = None
    imei: str | None = None


DETAILS: dict[Event, dict[str, Reader]] = {
    Event.MOUNT: {"equipment": identifiers.equipment},
    Event.INSTALL: {"service_provider": identifiers.name},
    Event.REPLACE: {"imei": identifiers.imei},
}
"""What an event takes; the others take nothing."""
_PAIR: dict[str, Reader] = {"iccid": identifiers.iccid, "imsi": identifiers.imsi}


def delivery(body: Mapping[str, object]) -> Delivery:
    _only(body, ("equipment_provider", "subscriptions"))
    listed = body.get("subscriptions")
    if not isinstance(listed, list) or not 1 <= len(listed) <= LARGEST_DELIVERY:
        raise Malformed(f"subscriptions: a list of 1 to {LARGEST_DELIVERY}", member="subscriptions")
    pairs = tuple(_pair(each, f"subscriptions[{index}]") for index, each in enumerate(listed))
    for index, known in enumerate(zip(*pairs, strict=True)):
        if len(set(known)) != len(known):
            raise Malformed(
                f"subscriptions: an {('ICCID', 'IMSI')[index]} is there twice", member="subscriptions"
            )
    return Delivery(member(body, "equipment_provider", identifiers.name), pairs)


def announcement(body: Mapping[str, object]) -> str:
    """The IMEI of a device that was made."""
    return members(body, {"imei": identifiers.imei})["imei"]


def report(body: Mapping[str, object]) -> Report:
    return Report(**members(body, {"eid": identifiers.eid, **_PAIR}))


def details(event: Event, body: Mapping[str, object]) -> Details:
    return Details(**members(body, DETAILS.get(event, {})))


def acknowledgement(body: Mapping[str, object]) -> int:
    """The number of the last notification that need not be told again."""
    _only(body, ("through",))
    through = body.get("through")
    if not isinstance(through, int) or isinstance(through, bool) or not 1 <= through < 1 << 63:
        raise Malformed("through: a number from 1", member="through")
    return through


def number(text: str) -> str:
    """A Reader of numbers from 0 that the store can compare."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError("a number from 0")
    return text


def members(body: Mapping[str, object], wanted: Mapping[str, Reader], where: str = "") -> dict[str, str]:
    """These members, all of them and no others."""
    _only(body, tuple(wanted), where)
    return {name: member(body, name, reader, where) for name, reader in wanted.items()}


def member(body: Mapping[str, object], name: str, reader: Reader, where: str = "") -> str:
    called = f"{where}.{name}" if where else name
    value = body.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{called}: {'a string' if name in body else 'it is missing'}", member=called)
    try:
        return reader(value)
    except ValueError as error:
        raise Malformed(f"{called}: {error}", member=called) from None


def _pair(value: object, where: str) -> tuple[str, str]:
    if not isinstance(value, dict):
        raise Malformed(f"{where}: an object", member=where)
    found = members(value, _PAIR, where)
    return found["iccid"], found["imsi"]


def _only(body: Mapping[str, object], names: tuple[str, ...], where: str = "") -> None:
    for name in body:
        if name not in names:
            called = f"{where}.{name}" if where else name
            raise Malformed(f"{called}: it takes {', '.join(names) or 'nothing'}", member=called)
