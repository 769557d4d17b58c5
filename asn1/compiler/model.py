"""What goes into one generated Python module: classes, constants, values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asn1.codec import Node
from asn1.compiler import names
from asn1.compiler.resolve import Resolver, SchemaError, TypeDictionary
from asn1.compiler.source import Source


@dataclass(frozen=True)
class Component:
    """A component of a SEQUENCE or an alternative of a CHOICE."""

    attribute: str
    node: Node
    annotation: str
    required: bool
    default: str | None  # as Python source
    notation: str  # what the schema says, for the comment


@dataclass
class Class:
    """A generated message class, or a class of constants."""

    path: str
    kind: str  # SEQUENCE, CHOICE, or CONSTANTS
    notation: str
    comment: str = ""
    tags: tuple[int, ...] = ()
    extensible: bool = False
    components: list[Component] = field(default_factory=list)
    constants: dict[str, int] = field(default_factory=dict)
    nested: list[Class] = field(default_factory=list)

    def everything(self) -> Iterator[Class]:
        """This class and all inside it."""
        yield self
        for inner in self.nested:
            yield from inner.everything()


@dataclass(frozen=True)
class Value:
    """A named type that is not a message."""

    name: str
    node: Node
    annotation: str
    notation: str
    comment: str


@dataclass
class Module:
    """One generated Python module."""

    name: str
    title: str
    schema: str
    constants: dict[str, Any]  # OBJECT IDENTIFIER and INTEGER values
    types: list[Class | Value]

    def classes(self) -> Iterator[Class]:
        """All classes, nested ones too."""
        for entry in self.types:
            if isinstance(entry, Class):
                yield from entry.everything()


def build_module(source: Source, resolver: Resolver) -> Module:
    """The Python module for one schema file."""
    builder = _Builder(source, resolver)
    module = Module(source.python_name, source.title, source.name, {}, [])
    for asn1_name, asn1_module in source.modules.items():
        for name, value in asn1_module["values"].items():
            module.constants[names.constant(name)] = builder.value(asn1_name, value)
        for name, definition in asn1_module["types"].items():
            module.types.extend(builder.definition(asn1_name, name, definition))
    _refuse_recursion(module)
    return module


class _Builder:
    def __init__(self, source: Source, resolver: Resolver) -> None:
        self.source = source
        self.resolver = resolver

    def value(self, module: str, value: dict[str, Any]) -> Any:
        """An OBJECT IDENTIFIER as a dotted string, an INTEGER as an int."""
        if value["type"] == "INTEGER":
            return value["value"]
        if value["type"] == "OBJECT IDENTIFIER":
            return ".".join(self._arcs(module, value["value"]))
        raise SchemaError(f"{module}: a value of type {value['type']} is not supported")

    def _arcs(self, module: str, arcs: list[Any]) -> Iterator[str]:
        for arc in arcs:
            if isinstance(arc, str):
                named = self.source.modules[module]["values"][arc]
                yield from self._arcs(module, named["value"])
            else:
                yield str(arc[1] if isinstance(arc, tuple) else arc)

    def definition(self, module: str, name: str, definition: TypeDictionary) -> Iterator[Class | Value]:
        """A named type, after the classes for what is written inside it if it is a list."""
        path = names.class_name(name)
        comment = self.source.comments.get(name, "")
        notation = f"{name} ::= {_notation(definition)}"
        resolved = self.resolver.resolve(self.source.python_name, module, definition, path)
        if definition["type"] in ("SEQUENCE", "CHOICE"):
            tags = resolved.node[1]
            if len(tags) > 1:
                raise SchemaError(f"{name}: more than one tag on a message is not supported")
            yield self._message(module, path, definition, tags, comment, notation)
        elif constants := _constants(definition):
            yield Class(path, "CONSTANTS", notation, comment, constants=constants)
        else:
            yield from self._inline(module, definition, path)
            yield Value(path, resolved.node, resolved.annotation, notation, comment)

    def _message(
        self,
        module: str,
        path: str,
        definition: TypeDictionary,
        tags: tuple[int, ...],
        comment: str,
        notation: str,
    ) -> Class:
        built = Class(path, definition["type"], notation, comment, tags)
        built.extensible = self.resolver.extensible(module, definition)
        for origin, member in self.resolver.components(module, definition):
            inner = f"{path}.{names.class_name(member['name'])}"
            built.components.append(self._component(origin, member, inner, built.kind == "CHOICE"))
            built.nested.extend(self._inline(origin, member, inner))
        _refuse_duplicates(built)
        return built

    def _inline(self, module: str, definition: TypeDictionary, path: str) -> Iterator[Class]:
        """The classes for what is written inside another type."""
        kind = definition["type"]
        untagged = {key: value for key, value in definition.items() if key != "tag"}
        if kind in ("SEQUENCE", "CHOICE"):
            tags = self.resolver.resolve(self.source.python_name, module, untagged, path).node[1]
            yield self._message(
                module, path, definition, tags, "", f"The {kind} in {path.rpartition('.')[0]}."
            )
        elif kind in ("SEQUENCE OF", "SET OF"):
            yield from self._inline(module, definition["element"], f"{path}Item")
        elif constants := _constants(definition):
            names_what = "numbers" if kind == "INTEGER" else "bits"
            yield Class(path, "CONSTANTS", f"Named {names_what} of the {kind}.", constants=constants)

    def _component(self, module: str, member: TypeDictionary, path: str, of_choice: bool) -> Component:
        resolved = self.resolver.resolve(self.source.python_name, module, member, path)
        if of_choice and resolved.node[:2] == ("ANY", ()):
            raise SchemaError(f"{path}: an open type as an alternative is not supported")
        default = self._default(module, member["default"], resolved.base) if "default" in member else None
        return Component(
            names.attribute(member["name"], of_choice=of_choice),
            resolved.node,
            resolved.annotation,
            not (of_choice or member.get("optional") or default is not None),
            default,
            _notation({key: value for key, value in member.items() if key != "tag"}),
        )

    def _default(self, module: str, value: Any, base: TypeDictionary) -> str:
        """A DEFAULT as Python source."""
        kind = base["type"]
        if kind == "OCTET STRING" and isinstance(value, str) and value.startswith("0x"):
            return repr(bytes.fromhex(value[2:]))
        if kind == "INTEGER":
            return repr(self.resolver.number(module, value, base.get("named-numbers")))
        if kind == "BOOLEAN" and isinstance(value, bool):
            return repr(value)
        raise SchemaError(f"{module}: DEFAULT {value} of {kind} is not supported")


def _constants(definition: TypeDictionary) -> dict[str, int]:
    numbers = definition.get("named-numbers") or dict(definition.get("named-bits") or ())
    return {names.constant(name): int(number) for name, number in numbers.items()}


def _notation(definition: TypeDictionary) -> str:
    """The type as the schema writes it, without its inside."""
    kind = definition["type"]
    tag = definition.get("tag")
    prefix = f"[{tag.get('class', '') + ' ' if tag.get('class') else ''}{tag['number']}] " if tag else ""
    if kind in ("SEQUENCE OF", "SET OF"):
        return f"{prefix}{kind} {_notation(definition['element'])}"
    bounds = definition.get("size") or definition.get("restricted-to") or ()
    sizes = " | ".join(f"{b[0]}..{b[1]}" if isinstance(b, tuple) else str(b) for b in bounds if b)
    size = f" (SIZE ({sizes}))" if "size" in definition and sizes else f" ({sizes})" if sizes else ""
    return f"{prefix}{kind}{size}"


def _refuse_duplicates(built: Class) -> None:
    attributes = [component.attribute for component in built.components]
    inner = [nested.path for nested in built.nested]
    if len(set(attributes)) != len(attributes) or len(set(inner)) != len(inner):
        raise SchemaError(f"{built.path}: two components with one Python name")


def _refuse_recursion(module: Module) -> None:
    """A type that contains itself would let input decide how deep the codec nests."""
    uses = {cls.path: set(_used(module.name, [c.node for c in cls.components])) for cls in module.classes()}
    while leaves := [path for path, used in uses.items() if not used & uses.keys()]:
        for path in leaves:
            del uses[path]
    if uses:
        raise SchemaError(f"recursive types: {', '.join(uses)}")


def _used(module_name: str, nodes: list[Node]) -> Iterator[str]:
    for kind, _, detail in nodes:
        if kind in ("SEQUENCE OF", "SET OF"):
            yield from _used(module_name, [detail[0]])
        elif kind == "MESSAGE":
            module, _, path = detail.rpartition(":")
            if module.endswith(f".{module_name}"):
                yield path
