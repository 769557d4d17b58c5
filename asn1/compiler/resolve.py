"""From the parser's type dictionaries to schema nodes: references, tagging, constraints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asn1.codec import Node
from asn1.compiler import names
from asn1.compiler.source import Source
from asn1.compiler.tags import UNIVERSAL, apply_tag
from asn1.der import CHARACTER_ENCODINGS
from asn1.elements import Range

# Types that other modules carry without looking inside: X.509 has its own readers, and its bytes are signed.
OPAQUE = {"Certificate", "CertificateList"}

_PYTHON_TYPES = {
    "BOOLEAN": "bool",
    "NULL": "bool",
    "INTEGER": "int",
    "ENUMERATED": "int",
    "OCTET STRING": "bytes",
    "BIT STRING": "BitString",
    "OBJECT IDENTIFIER": "str",
    **dict.fromkeys(CHARACTER_ENCODINGS, "str"),
}
_CONSTRUCTED = {"SEQUENCE", "CHOICE"}
TypeDictionary = dict[str, Any]


class SchemaError(Exception):
    """The schema uses something that this compiler does not support."""


@dataclass(frozen=True)
class Named:
    """A type definition: in which ASN.1 module, in which Python module, and the parser's dictionary of it."""

    module: str
    python_name: str
    name: str
    definition: TypeDictionary


@dataclass(frozen=True)
class Resolved:
    """A type as the codec wants it, as Python annotates it, and what stands at the end of its references.

    In the annotation a generated class is written `module:Class`.
    """

    node: Node
    annotation: str
    base: TypeDictionary


class Resolver:
    """Knows all modules."""

    def __init__(self, sources: list[Source]) -> None:
        self._modules = {name: module for source in sources for name, module in source.modules.items()}
        self._python_names = {name: source.python_name for source in sources for name in source.modules}

    def lookup(self, module: str, name: str) -> Named:
        """The definition a reference in `module` means."""
        if name in self._modules[module]["types"]:
            return Named(module, self._python_names[module], name, self._modules[module]["types"][name])
        for exporter, symbols in self._modules[module]["imports"].items():
            if name in symbols:
                return self.lookup(exporter, name)
        raise SchemaError(f"{module}: {name} is not defined")

    def number(self, module: str, value: Any, named: dict[str, int] | None = None) -> int | None:
        """A number in a constraint or default; None for MIN and MAX."""
        if isinstance(value, int):
            return value
        if value in ("MIN", "MAX"):
            return None
        if named and value in named:
            return named[value]
        values = self._modules[module]["values"]
        if value in values:
            return int(values[value]["value"])
        raise SchemaError(f"{module}: {value} is not a number")

    def ranges(
        self, module: str, constraint: Any, named: dict[str, int] | None = None
    ) -> tuple[Range, ...] | None:
        """A SIZE or value constraint of the parser as ranges."""
        if not constraint:
            return None
        pairs = [bounds if isinstance(bounds, tuple) else (bounds, bounds) for bounds in constraint if bounds]
        return tuple(
            (self.number(module, low, named), self.number(module, high, named)) for low, high in pairs
        )

    def default_kind(self, module: str) -> str:
        """How a tag without IMPLICIT or EXPLICIT tags in this module."""
        return "EXPLICIT" if (self._modules[module]["tags"] or "EXPLICIT") == "EXPLICIT" else "IMPLICIT"

    def extensible(self, module: str, definition: TypeDictionary) -> bool:
        """Whether a SEQUENCE of this module may have elements we do not know."""
        return bool(self._modules[module]["extensibility-implied"]) or None in definition["members"]

    # -- components -----------------------------------------------------------------------------------------------

    def components(self, module: str, definition: TypeDictionary) -> list[tuple[str, TypeDictionary]]:
        """The members of a SEQUENCE or CHOICE with the module each was written in, automatically tagged, X.680 25.7."""
        written = list(_flat(definition["members"]))
        members = list(self._expanded(module, written))
        automatic = self._modules[module]["tags"] == "AUTOMATIC"
        if not automatic or any("tag" in member for member in written):
            return members
        return [(origin, {**member, "tag": {"number": n}}) for n, (origin, member) in enumerate(members)]

    def _expanded(self, module: str, written: list[TypeDictionary]) -> Iterator[tuple[str, TypeDictionary]]:
        for member in written:
            if "components-of" in member:
                named = self.lookup(module, member["components-of"])
                yield from self._expanded(named.module, list(_flat(named.definition["members"])))
            else:
                yield module, member

    # -- types ----------------------------------------------------------------------------------------------------

    def resolve(self, python_name: str, module: str, definition: TypeDictionary, path: str) -> Resolved:
        """The node of a type; `path` is the class path for what is written inline, in Python module `python_name`."""
        resolved = self._untagged(python_name, module, definition, path)
        if "tag" not in definition:
            return resolved
        kind, tags, detail = resolved.node
        node = (kind, apply_tag(tags, definition["tag"], self.default_kind(module)), detail)
        return Resolved(node, resolved.annotation, resolved.base)

    def _untagged(self, python_name: str, module: str, definition: TypeDictionary, path: str) -> Resolved:
        kind = definition["type"]
        if kind in _CONSTRUCTED:
            tags = () if kind == "CHOICE" else (UNIVERSAL["SEQUENCE"],)
            node: Node = ("MESSAGE", tags, f"asn1.generated.{python_name}:{path}")
            return Resolved(node, f"{python_name}:{path}", definition)
        if kind in ("SEQUENCE OF", "SET OF"):
            return self._list(python_name, module, definition, path)
        if kind in ("ANY", "ANY DEFINED BY"):
            return Resolved(("ANY", (), None), "bytes", definition)
        if kind in _PYTHON_TYPES:
            return Resolved(self._simple(module, definition), _PYTHON_TYPES[kind], definition)
        if kind in ("SET", "REAL", "EXTERNAL", "SELECTION"):
            raise SchemaError(f"{module}: {kind} is not supported")
        return self._reference(python_name, module, definition)

    def _list(self, python_name: str, module: str, definition: TypeDictionary, path: str) -> Resolved:
        kind = definition["type"]
        element = self.resolve(python_name, module, definition["element"], f"{path}Item")
        detail = (element.node, self.ranges(module, definition.get("size")))
        return Resolved((kind, (UNIVERSAL[kind],), detail), f"tuple[{element.annotation}, ...]", definition)

    def _simple(self, module: str, definition: TypeDictionary) -> Node:
        kind = definition["type"]
        tags = (UNIVERSAL[kind],)
        if kind == "BIT STRING" and "named-bits" in definition:
            return "NAMED BITS", tags, None
        if kind == "INTEGER":
            numbers = definition.get("named-numbers")
            return kind, tags, self.ranges(module, definition.get("restricted-to"), numbers)
        return kind, tags, self.ranges(module, definition.get("size"))

    def _reference(self, python_name: str, module: str, definition: TypeDictionary) -> Resolved:
        named = self.lookup(module, definition["type"])
        if named.python_name != python_name and named.name in OPAQUE:
            own = UNIVERSAL["SEQUENCE"]
            return Resolved(("OPAQUE", (own,), own), "bytes", named.definition)
        if "size" in definition or "restricted-to" in definition:
            raise SchemaError(f"{module}: a constraint on a reference to {named.name} is not supported")
        return self.resolve(named.python_name, named.module, named.definition, names.class_name(named.name))


def _flat(members: list[Any]) -> Iterator[TypeDictionary]:
    """The written components, without extension markers and version brackets."""
    for member in members:
        if isinstance(member, list):
            yield from _flat(member)
        elif member is not None:
            yield member
