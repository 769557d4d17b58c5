"""asn1tools over the same schemas: an independent codec, a generator of values in its form, and a translation of ours.

The generator works on the parser's dictionaries. `least` leaves out what may be absent and takes the smallest sizes,
`most` has everything; both are deterministic, so that a failure repeats.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

import asn1tools

from asn1 import BitString, Choice
from asn1.compiler import names
from asn1.compiler.resolve import OPAQUE, Resolver
from asn1.compiler.source import SCHEMAS, load
from asn1.der import CHARACTER_ENCODINGS

MOMENT = datetime(2026, 1, 2, 3, 4, 5)
TEXT = {"UTCTime": "260102030405Z", "GeneralizedTime": "20260102030405Z"}
PLAIN = {"BOOLEAN", "INTEGER", "OCTET STRING", "OBJECT IDENTIFIER", "ANY", "ANY DEFINED BY"} | (
    set(CHARACTER_ENCODINGS) - set(TEXT)
)
OPEN_TYPE = bytes.fromhex("0403112233")


@cache
def sources() -> tuple[Any, ...]:
    return tuple(load(name, python_name) for name, python_name in SCHEMAS.items())


@cache
def resolver() -> Resolver:
    return Resolver(list(sources()))


@cache
def specification(*, corrected: bool = True) -> Any:
    """The schemas compiled by asn1tools; `corrected`: so that a tag in front of a tagged CHOICE comes once."""
    parsed = {
        n: module
        for source in (load(*item) for item in SCHEMAS.items())
        for n, module in source.modules.items()
    }
    for name, module in parsed.items():
        for definition in module["types"].values():
            _number_defaults(parsed, definition)
            if corrected:
                _correct(parsed, name, definition)
    return asn1tools.compile_dict(parsed, "der")


def _correct(parsed: dict[str, Any], module: str, definition: dict[str, Any]) -> None:
    for member in double_tags(module, definition).values():
        _spell_out_choice(parsed, module, member)
    for member in definition.get("members", []):
        if member and member["type"] == "ANY DEFINED BY" and "tag" in member:
            member["type"] = "ANY"  # asn1tools cannot encode an explicitly tagged ANY DEFINED BY


def double_tags(module: str, definition: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    """By path: what asn1tools tags twice, a tag, written or automatic, in front of a reference to a tagged CHOICE."""
    found: dict[str, dict[str, Any]] = {}
    members = [member for member in definition.get("members", []) if member]
    automatic = not any("tag" in member for member in members)
    for member in members:
        inner = f"{path}.{member['name']}".lstrip(".")
        found |= double_tags(module, member, inner)
        if ("tag" in member or automatic) and _is_tagged_choice(module, member["type"]):
            found[inner] = member
    return found | (double_tags(module, definition["element"], path) if "element" in definition else {})


def _is_tagged_choice(module: str, kind: str) -> bool:
    if kind in PLAIN or kind in TEXT or kind.isupper():
        return False
    definition = resolver().lookup(module, kind).definition
    return definition["type"] == "CHOICE" and "tag" in definition


def _spell_out_choice(parsed: dict[str, Any], module: str, member: dict[str, Any]) -> None:
    """Write the alternatives where the reference was: in front of a CHOICE without a tag asn1tools does it right."""
    named = resolver().lookup(module, member["type"])
    member["type"] = "CHOICE"
    member["members"] = deepcopy(named.definition["members"])
    if named.module != module:
        imports = parsed[module]["imports"][named.module]
        imports.extend(alternative["type"] for alternative in member["members"] if alternative)
    for inner in double_tags(module, member).values():
        _spell_out_choice(parsed, module, inner)


def _number_defaults(parsed: dict[str, Any], definition: dict[str, Any]) -> None:
    for member in definition.get("members", []):
        if member and isinstance(member.get("default"), str):
            found = [m["types"][member["type"]] for m in parsed.values() if member["type"] in m["types"]]
            numbers = found[0].get("named-numbers", {}) if found else {}
            member["default"] = numbers.get(member["default"], member["default"])


def messages() -> Iterator[tuple[str, str, Any]]:
    """ASN.1 module, type name and Python class or Type of everything that has a codec of its own."""
    for source in sources():
        generated = import_module(f"asn1.generated.{source.python_name}")
        for module, parsed in source.modules.items():
            for name in parsed["types"]:
                found = getattr(generated, names.class_name(name))
                if hasattr(found, "decode"):
                    yield module, name, found


class Generator:
    """Values of any type in the form asn1tools takes."""

    def __init__(self, *, most: bool) -> None:
        self.most = most
        self.count = 0

    def value(self, module: str, definition: dict[str, Any]) -> Any:
        self.count += 1
        kind = definition["type"]
        handler = getattr(self, kind.lower().replace(" ", "_"), None)
        if handler:
            return handler(module, definition)
        if kind in CHARACTER_ENCODINGS and kind not in TEXT:
            return "1" * self.size(module, definition, 3)
        if kind in TEXT:
            return MOMENT if kind == "UTCTime" else MOMENT.replace(tzinfo=UTC)
        named = resolver().lookup(module, kind)
        return self.value(named.module, named.definition)

    def size(self, module: str, definition: dict[str, Any], usual: int) -> int:
        ranges = resolver().ranges(module, definition.get("size"))
        if not ranges:
            return usual if self.most else 0
        low, high = ranges[-1] if self.most else ranges[0]
        return int((high if high is not None and high <= 2000 else usual) if self.most else low or 0)

    def sequence(self, module: str, definition: dict[str, Any]) -> Any:
        present = {}
        for origin, member in resolver().components(module, definition):
            if self.most or not (member.get("optional") or "default" in member):
                present[member["name"]] = self.value(origin, member)
        return present

    def choice(self, module: str, definition: dict[str, Any]) -> Any:
        members = resolver().components(module, definition)
        origin, member = members[self.count % len(members)]
        return member["name"], self.value(origin, member)

    def sequence_of(self, module: str, definition: dict[str, Any]) -> Any:
        ranges = resolver().ranges(module, definition.get("size"))
        least = (ranges[0][0] if ranges else 0) or 0
        return [self.value(module, definition["element"]) for _ in range(max(least, 4 if self.most else 0))]

    def set_of(self, module: str, definition: dict[str, Any]) -> Any:
        return [self.value(module, definition["element"])]

    def integer(self, module: str, definition: dict[str, Any]) -> Any:
        numbers = definition.get("named-numbers")
        if numbers:
            return [*numbers.values()][self.count % len(numbers)]
        ranges = resolver().ranges(module, definition.get("restricted-to"))
        if not ranges:
            return [0, 127, 128, -1, -129, 1 << 40][self.count % 6]
        low, high = ranges[0]
        return (1000 if high is None else high) if self.most else low

    def boolean(self, _module: str, _definition: dict[str, Any]) -> Any:
        return True

    def null(self, _module: str, _definition: dict[str, Any]) -> Any:
        return None

    def octet_string(self, module: str, definition: dict[str, Any]) -> Any:
        return bytes((self.count + i) & 0xFF for i in range(self.size(module, definition, 5)))

    def bit_string(self, _module: str, definition: dict[str, Any]) -> Any:
        named = definition.get("named-bits")
        if not named:
            return (b"\xa5\x80", 9)
        bits = [int(number) for _, number in named][:: 1 if self.most else 3]
        value = BitString.of(*bits)
        return value.data, value.length

    def object_identifier(self, _module: str, _definition: dict[str, Any]) -> Any:
        return "1.2.840.10045.3.1.7"

    def any(self, _module: str, _definition: dict[str, Any]) -> Any:
        return OPEN_TYPE

    any_defined_by = any


def translated(module: str, definition: dict[str, Any], value: Any, python_name: str) -> Any:
    """One of our values in the form of asn1tools."""
    kind = definition["type"]
    if kind == "SEQUENCE":
        found = {}
        for origin, member in resolver().components(module, definition):
            attribute = names.attribute(member["name"])
            component = getattr(value, attribute)
            if component is not None and not (
                "default" in member and component == getattr(type(value), attribute)
            ):
                found[member["name"]] = translated(origin, member, component, python_name)
        return found
    if kind == "CHOICE":
        assert isinstance(value, Choice)
        for origin, member in resolver().components(module, definition):
            if names.attribute(member["name"], of_choice=True) == value.chosen:
                return member["name"], translated(origin, member, value.value, python_name)
    if kind in ("SEQUENCE OF", "SET OF"):
        return [translated(module, definition["element"], element, python_name) for element in value]
    if kind == "BIT STRING":
        return value.data, value.length
    if kind == "NULL":
        return None
    if kind in TEXT:
        assert value == TEXT[kind]
        return MOMENT
    if kind in PLAIN:
        return value
    named = resolver().lookup(module, kind)
    if named.name in OPAQUE and named.python_name != python_name:
        opened = specification().modules[named.module][named.name].decode(value)
        return without_defaults(named.module, named.definition, opened)
    return translated(named.module, named.definition, value, named.python_name)


def without_defaults(module: str, definition: dict[str, Any], value: Any) -> Any:
    """A value of asn1tools without components that have their DEFAULT: it fills in some, and not others."""
    kind = definition["type"]
    if kind == "SEQUENCE":
        return {
            member["name"]: without_defaults(origin, member, value[member["name"]])
            for origin, member in resolver().components(module, definition)
            if member["name"] in value
            and not ("default" in member and _default(member) == value[member["name"]])
        }
    if kind == "CHOICE":
        for origin, member in resolver().components(module, definition):
            if member["name"] == value[0]:
                return value[0], without_defaults(origin, member, value[1])
    if kind in ("SEQUENCE OF", "SET OF"):
        return [without_defaults(module, definition["element"], element) for element in value]
    if kind in PLAIN or kind in TEXT or kind in ("BIT STRING", "NULL"):
        return value
    named = resolver().lookup(module, kind)
    return without_defaults(named.module, named.definition, value)


def _default(member: dict[str, Any]) -> Any:
    default = member["default"]
    if isinstance(default, str) and default.startswith("0x"):
        return bytes.fromhex(default[2:])
    return {"v1": 0, "operational": 2}.get(default, default) if isinstance(default, str) else default


def rebuilt(value: Any) -> Any:
    """The same value without the bytes it was decoded from, so that encoding starts from the fields."""
    if isinstance(value, tuple):
        return tuple(rebuilt(element) for element in value)
    if not hasattr(value, "encoded"):
        return value
    fields = {
        n: rebuilt(v) for n, v in value.__dict__.items() if n not in ("encoded", "chosen", "extensions")
    }
    return type(value)(**fields)
