"""What the compiled schemas say of a type, as the generators need it (asn1.codec tells how they are written)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from asn1.codec import Node
from asn1.generated import pe, pkix, rsp, sgp32
from asn1.message import Type

MODULES = (rsp, sgp32, pkix, pe)
AnyType = Any
"""A message class, or the asn1.message.Type of a named type that is no message."""
Member = tuple[str, Node, bool]
TagSet = frozenset[int | None]
"""Tags that a component can begin with; None stands for any, which an open type has."""


@cache
def named_types() -> dict[str, AnyType]:
    """Every type of the four schemas that a message can have on its own, by "rsp.EUICCInfo2"."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": found
        for module in MODULES
        for name, found in vars(module).items()
        if isinstance(found, Type) or (isinstance(found, type) and found.__module__ == module.__name__)
        if hasattr(found, "decode")
    }


@cache
def _paths() -> dict[Type[Any], str]:
    types = named_types()
    return {found: f"asn1.generated.{name}" for name, found in types.items() if isinstance(found, Type)}


def path_of(kind: AnyType) -> str:
    """The "asn1.generated.rsp:EUICCInfo2" by which schemas speak of a type."""
    if isinstance(kind, Type):
        return ":".join(_paths()[kind].rsplit(".", 1))
    return f"{kind.__module__}:{kind.__qualname__}"


def description(path: str) -> tuple[str, Any, Any, bool]:
    """Kind, own tags, members and extensibility of the type at a path."""
    module, _, name = path.partition(":")
    found: tuple[str, Any, Any, bool] = import_module(f"{module}_schema").TYPES[name]
    return found


def class_at(path: str) -> type[Any]:
    """The message class at a path."""
    module, _, name = path.partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


@cache
def node_of(kind: AnyType) -> Node:
    """The schema node of a type."""
    path = path_of(kind)
    found, tags, _, _ = description(path)
    return tags if found == "VALUE" else ("MESSAGE", tags, path)


@cache
def tags_of(node: Node) -> TagSet:
    """The tags that a value of this node can begin with on the wire."""
    kind, tags, detail = node
    if tags:
        return frozenset(tags[:1])
    if kind == "ANY":
        return frozenset((None,))
    _, _, members, _ = description(detail)
    return frozenset(tag for _, member, _ in members for tag in tags_of(member))
