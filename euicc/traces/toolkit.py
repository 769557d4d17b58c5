"""Proactive commands, terminal responses and envelopes in words, TS 102 223 and TS 31.111."""

from __future__ import annotations

from collections.abc import Callable

from apdu import TlvError, tlv
from euicc.runtime import comprehension
from euicc.traces import identities
from euicc.traces.tree import ERROR, Node, not_understood, octets, printable

_PROACTIVE_COMMAND = 0xD0
_COMMANDS = {
    0x01: "REFRESH",
    0x02: "MORE TIME",
    0x03: "POLL INTERVAL",
    0x04: "POLLING OFF",
    0x05: "SET UP EVENT LIST",
    0x10: "SET UP CALL",
    0x11: "SEND SS",
    0x12: "SEND USSD",
    0x13: "SEND SHORT MESSAGE",
    0x14: "SEND DTMF",
    0x15: "LAUNCH BROWSER",
    0x20: "PLAY TONE",
    0x21: "DISPLAY TEXT",
    0x22: "GET INKEY",
    0x23: "GET INPUT",
    0x24: "SELECT ITEM",
    0x25: "SET UP MENU",
    0x26: "PROVIDE LOCAL INFORMATION",
    0x27: "TIMER MANAGEMENT",
    0x28: "SET UP IDLE MODE TEXT",
    0x35: "LANGUAGE NOTIFICATION",
    0x40: "OPEN CHANNEL",
    0x41: "CLOSE CHANNEL",
    0x42: "RECEIVE DATA",
    0x43: "SEND DATA",
    0x44: "GET CHANNEL STATUS",
}
_REFRESH_MODES = {
    0x00: "NAA initialisation and full file change",
    0x01: "file change",
    0x02: "NAA initialisation and file change",
    0x03: "NAA initialisation",
    0x04: "UICC reset",
    0x05: "NAA application reset",
    0x06: "NAA session reset",
    0x07: "steering of roaming",
    0x09: "eUICC profile state change",
}
_ENVELOPES = {
    0xD1: "SMS-PP download",
    0xD2: "cell broadcast download",
    0xD3: "menu selection",
    0xD4: "call control",
    0xD5: "MO short message control",
    0xD6: "event download",
    0xD7: "timer expiration",
}
_RESULTS = {
    0x00: "performed",
    0x01: "performed with partial comprehension",
    0x02: "performed with missing information",
    0x03: "REFRESH performed with additional EFs read",
    0x08: "REFRESH performed, NAA was not active",
    0x10: "session ended by the user",
    0x11: "backward move by the user",
    0x12: "no response from the user",
    0x20: "terminal unable to process the command now",
    0x21: "network unable to process the command now",
    0x22: "user did not accept",
    0x24: "contradiction with the timer state",
    0x30: "beyond the terminal's capabilities",
    0x31: "command type not understood",
    0x32: "command data not understood",
    0x36: "required values are missing",
    0x38: "multiple card command error",
    0x3A: "bearer independent protocol error",
}
_PERFORMED_MAX = 0x0F
_DEVICES = {
    0x01: "keypad",
    0x02: "display",
    0x03: "earpiece",
    0x81: "UICC",
    0x82: "terminal",
    0x83: "network",
}


def _devices(value: bytes) -> str:
    return " to ".join(_DEVICES.get(byte, f"{byte:02X}") for byte in value)


def _details(value: bytes) -> str:
    return f"number {value[0]}, {_command(value)}" if len(value) == 3 else octets(value)


def _command(details: bytes) -> str:
    kind, qualifier = details[1], details[2]
    name = _COMMANDS.get(kind, f"command type {kind:02X}")
    if kind == 0x01:
        return f"{name} {_REFRESH_MODES.get(qualifier, f'mode {qualifier:02X}')}"
    return f"{name} qualifier {qualifier:02X}" if qualifier else name


def _result(value: bytes) -> str:
    if not value:
        return "empty"
    more = f", {octets(value[1:])}" if value[1:] else ""
    return f"{_RESULTS.get(value[0], f'result {value[0]:02X}')}{more}"


_OBJECTS: dict[int, tuple[str, Callable[[bytes], str]]] = {
    comprehension.COMMAND_DETAILS: ("command_details", _details),
    comprehension.DEVICE_IDENTITIES: ("device_identities", _devices),
    comprehension.RESULT: ("result", _result),
    0x04: ("duration", octets),
    0x05: ("alpha_identifier", lambda value: printable(identities.alpha(value)) or "empty"),
    0x06: ("address", octets),
    0x0B: ("sms_tpdu", octets),
    0x0D: ("text_string", octets),
    0x12: ("file_list", octets),
    0x19: ("event_list", octets),
    0x2F: ("aid", octets),
    0x35: ("bearer_description", octets),
    0x36: ("channel_data", octets),
    0x37: ("channel_data_length", octets),
    0x38: ("channel_status", octets),
    0x39: ("buffer_size", octets),
    0x3C: ("transport_level", octets),
    0x3E: ("other_address", octets),
    0x47: ("network_access_name", octets),
}


def proactive(data: bytes) -> tuple[str, Node]:
    """A proactive command as FETCH brings it: in words, and its objects."""
    try:
        value = tlv.find(data, _PROACTIVE_COMMAND)
        if value is None:
            return "", not_understood("proactive command", data, "no tag D0")
        details = comprehension.parse(value).get(comprehension.COMMAND_DETAILS, b"")
        name = _command(details) if len(details) == 3 else "proactive command"
        return name, _objects(name, value)
    except TlvError as error:
        return "", not_understood("proactive command", data, error)


def terminal_response(data: bytes) -> tuple[str, Node]:
    """A TERMINAL RESPONSE: what it answers and with which result, and its objects."""
    try:
        objects = comprehension.parse(data)
        details, result = (
            objects.get(comprehension.COMMAND_DETAILS, b""),
            objects.get(comprehension.RESULT, b""),
        )
        name = f"{_command(details)}: " if len(details) == 3 else ""
        trouble = "" if result and result[0] <= _PERFORMED_MAX else ERROR
        tree = _objects("TERMINAL RESPONSE", data)
        return name + _result(result), Node(tree.name, tree.text, tree.children, trouble)
    except TlvError as error:
        return "", not_understood("TERMINAL RESPONSE", data, error)


def envelope(data: bytes) -> tuple[str, Node]:
    """An ENVELOPE: which, and its objects."""
    try:
        outer = tlv.parse(data)
        name = _ENVELOPES.get(outer.tag, f"tag {outer.tag:X}")
        return name, _objects(name, outer.value)
    except TlvError as error:
        return "", not_understood("ENVELOPE", data, error)


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


def _objects(name: str, value: bytes) -> Node:
    parts = comprehension.parse(value).items()
    shown = ((_OBJECTS.get(tag, (f"tag {tag:02X}", octets)), content) for tag, content in parts)
    return Node(name, children=tuple(Node(named, show(content)) for (named, show), content in shown))
