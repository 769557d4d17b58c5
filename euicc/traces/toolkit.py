"""Proactive commands, terminal responses and envelopes in words, TS 102 223 and TS 31.111."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from apdu import TlvError, tlv
from apdu.cat import (
    CommandType,
    ComprehensionTlv,
    Envelope,
    ProactiveCommand,
    Result,
    Tag,
    TerminalProfile,
    TerminalResponse,
    bearer,
    words,
)
from apdu.cat import information as told
from apdu.cat import objects as said
from apdu.cat.comprehension import DataObject
from euicc.traces.tree import ERROR, MASKED, Node, not_understood, octets, printable

_D = TypeVar("_D", bound=DataObject)
_Show = Callable[[bytes], str]
# What nobody else needs to know: in OPEN CHANNEL the text strings are user and password.
_SECRETS = {(CommandType.OPEN_CHANNEL, Tag.TEXT_STRING)}


def proactive(data: bytes) -> tuple[str, Node]:
    """A proactive command as FETCH brings it: in words, and its objects."""
    try:
        command = ProactiveCommand.parse(data)
    except TlvError as error:
        return "", not_understood("proactive command", data, error)
    name = words.command(command.details)
    head = (
        Node("command_details", _details(command.details)),
        Node("device_identities", _devices(bytes((command.source, command.destination)))),
    )
    return name, Node(name, children=(*head, *_objects(command.objects, command.type)))


def terminal_response(data: bytes) -> tuple[str, Node]:
    """A TERMINAL RESPONSE: what it answers and with which result, and its objects."""
    try:
        response = TerminalResponse.parse(data)
    except TlvError as error:
        return "", not_understood("TERMINAL RESPONSE", data, error)
    result = words.result(response.result)
    head = (
        Node("command_details", _details(response.details)),
        Node("device_identities", _devices(bytes((response.source, response.destination)))),
        Node("result", result),
    )
    trouble = "" if response.performed else ERROR
    tree = Node("TERMINAL RESPONSE", children=(*head, *_objects(response.objects)), trouble=trouble)
    return f"{words.command(response.details)}: {result}", tree


def envelope(data: bytes) -> tuple[str, Node]:
    """An ENVELOPE: which, and its objects."""
    try:
        found = Envelope.parse(data)
    except TlvError as error:
        return "", not_understood("ENVELOPE", data, error)
    name = words.envelope(found.tag)
    return name, Node(name, children=tuple(_objects(found.objects)))


def profile(data: bytes) -> Node:
    """TERMINAL PROFILE: its bytes, and what they say that the terminal can do."""
    can = ", ".join(words.facilities(TerminalProfile(data))) or "nothing"
    return Node("terminal_profile", children=(Node("profile", octets(data)), Node("facilities", can)))


def _objects(found: Iterable[ComprehensionTlv], command: int | None = None) -> Iterable[Node]:
    for each in found:
        name = words.tag(each.tag).replace(" ", "_")
        secret = (command, each.tag) in _SECRETS
        yield Node(name, MASKED) if secret else _object(name, each)


def _object(name: str, found: ComprehensionTlv) -> Node:
    try:
        return Node(name, _OBJECTS.get(found.tag, octets)(found.value))
    except TlvError as error:
        return not_understood(name, found.value, error)


def _devices(value: bytes) -> str:
    return " to ".join(words.device(byte) for byte in value)


def _details(value: bytes) -> str:
    return f"number {value[0]}, {words.command(value)}"


def _cell(location: told.LocationInformation) -> str:
    network = f"{location.network[:3]}-{location.network[3:]}" if location.network else "no network"
    cell = f", cell {location.cell.hex().upper()}" if location.cell else ""
    return f"{network}, area {location.area.hex().upper()}{cell}"


def _channel(status: bearer.ChannelStatus) -> str:
    state = "dropped" if status.dropped else "open" if status.established else "closed"
    return f"channel {status.channel} {state}" if status.channel else "no channel"


def _typed(kind: type[_D], show: Callable[[_D], object]) -> tuple[int, _Show]:
    return kind.TAG, lambda value: printable(str(show(kind.decode(value)))) or "empty"


_OBJECTS: dict[int, _Show] = dict(
    (
        (Tag.DEVICE_IDENTITIES, _devices),
        _typed(Result, words.result),
        _typed(said.Duration, lambda duration: f"{duration.seconds:g} s"),
        _typed(said.AlphaIdentifier, lambda alpha: alpha.text),
        _typed(said.Address, lambda address: address.number),
        _typed(said.TextString, lambda string: string.text),
        _typed(said.Item, lambda item: f"{item.identifier} {item.text}"),
        _typed(said.ItemIdentifier, lambda item: item.value),
        _typed(said.FileList, lambda files: ", ".join(path.hex().upper() for path in files.paths)),
        _typed(said.EventList, lambda events: ", ".join(words.event(code) for code in events.value)),
        _typed(said.TimerIdentifier, lambda timer: timer.value),
        _typed(told.TimerValue, lambda timer: f"{timer.seconds} s"),
        _typed(told.LocationInformation, _cell),
        _typed(told.Imei, lambda imei: imei.digits),
        _typed(told.Imeisv, lambda imeisv: imeisv.digits),
        _typed(told.DateTimeAndTimeZone, lambda date: date.time.isoformat()),
        _typed(told.Language, lambda language: language.code),
        _typed(bearer.BufferSize, lambda buffer: buffer.size),
        _typed(bearer.ChannelDataLength, lambda length: length.value),
        _typed(bearer.ChannelStatus, _channel),
        _typed(bearer.TransportLevel, lambda level: f"protocol {level.protocol}, port {level.port}"),
        _typed(bearer.OtherAddress, lambda other: other.address or "dynamic"),
        _typed(bearer.NetworkAccessName, lambda name: name.name),
    )
)


def capability(data: bytes) -> Node:
    """TERMINAL CAPABILITY, TS 102 221 11.1.19.2."""
    try:
        parts = tlv.parse(data).children()
    except TlvError as error:
        return not_understood("terminal_capability", data, error)
    named = (_CAPABILITIES.get(part.tag, (f"tag {part.tag:X}", octets)) for part in parts)
    shown = (Node(name, show(part.value)) for (name, show), part in zip(named, parts, strict=True))
    return Node("terminal_capability", children=tuple(shown))


def _bits(*names: str) -> Callable[[bytes], str]:
    def show(value: bytes) -> str:
        first = value[0] if value else 0
        return ", ".join(name for bit, name in enumerate(names) if first >> bit & 1) or "none"

    return show


_CAPABILITIES: dict[int, tuple[str, Callable[[bytes], str]]] = {
    0x80: ("power_supply", octets),
    0x81: ("extended_logical_channels", lambda value: "supported"),
    0x82: ("additional_interfaces", octets),
    0x83: ("euicc_capabilities", _bits("LUId", "LPDd", "LDSd", "LUIe", "meta_data", "enterprise")),
    0x84: ("iot_capabilities", _bits("IPAd", "IPAe")),
}
