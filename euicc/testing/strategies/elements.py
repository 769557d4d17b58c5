"""A value as the tree of its TLVs, each with the place it has in the schema: what violations are made in.

This is an encoder of its own, from the same compiled schemas as the codec of `asn1`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from asn1 import der
from asn1.codec import Node
from euicc.testing.strategies.schema import Member, TagSet, description, tags_of

UNLIMITED: TagSet = frozenset((None,))


@dataclass(eq=False)
class Element:
    """One TLV. `children` are those of a constructed one that the schema describes, otherwise there is `contents`.

    `path` names it from the message on ("profile_info_list_ok[0].iccid"). `node` is what it encodes, None for the
    wrapping of an explicit tag or of a tagged CHOICE, and for extensions; `value` what it was made from. `accepts`: the
    tags that can stand where it stands, whichever element has them. `member`: which component it is; of a SEQUENCE
    `members` has them all. To spoil it: `length` replaces the length octets, `behind` follows, `cut` octets are not
    there.
    """

    tag: int
    path: str
    node: Node | None = None
    value: Any = None
    contents: bytes = b""
    children: list[Element] | None = None
    length: bytes | None = None
    accepts: TagSet = UNLIMITED
    member: Member | None = None
    members: tuple[Member, ...] | None = None
    extensible: bool = False
    behind: bytes = b""
    cut: int = 0

    @property
    def is_sequence(self) -> bool:
        """Whether its children are the components of a SEQUENCE."""
        return self.members is not None


def encoded(tree: Element) -> bytes:
    """The bytes of the tree."""
    contents = tree.contents if tree.children is None else b"".join(map(encoded, tree.children))
    length = der.length_octets(len(contents)) if tree.length is None else tree.length
    found = der.tag_octets(tree.tag) + length + contents + tree.behind
    return found[: len(found) - tree.cut]


def walk(tree: Element) -> Iterator[tuple[Element | None, Element]]:
    """Every element with its parent, the message first, with None."""
    yield None, tree
    yield from _inside(tree)


def _inside(parent: Element) -> Iterator[tuple[Element | None, Element]]:
    for child in parent.children or ():
        yield parent, child
        yield from _inside(child)


def element(node: Node, value: Any, path: str = "") -> Element:
    """The tree of a value of this node."""
    kind, tags, detail = node
    if kind == "MESSAGE":
        return _message(node, value, path)
    if kind == "ANY":
        return _wrapped(tags, _bytes_of_tlv(node, value, path))
    if kind == "OPAQUE":
        found = _bytes_of_tlv(node, value, path)
        found.tag, found.accepts = tags[-1], frozenset(tags[-1:])
        return _wrapped(tags[:-1], found)
    found = Element(tags[-1], path, node, value, accepts=frozenset(tags[-1:]))
    if kind in ("SEQUENCE OF", "SET OF"):
        found.children = [element(detail[0], each, f"{path}[{number}]") for number, each in enumerate(value)]
        for child in found.children:
            child.accepts = tags_of(detail[0])
        if kind == "SET OF":
            found.children.sort(key=encoded)
    else:
        found.contents = CONTENTS[kind](value)
    return _wrapped(tags[:-1], found)


def _wrapped(tags: tuple[int, ...], inner: Element) -> Element:
    """The element under explicit tags, outermost first."""
    for tag in reversed(tags):
        inner = Element(tag, inner.path, children=[inner], accepts=frozenset((tag,)))
    return inner


def _bytes_of_tlv(node: Node, value: bytes, path: str) -> Element:
    tag, start, _ = der.one_tlv(value)
    return Element(tag, path, node, value, value[start:])


def _message(node: Node, value: Any, path: str) -> Element:
    _, tags, detail = node
    kind, _, members, extensible = description(detail)
    if kind == "SEQUENCE":
        found = Element(tags[-1], path, node, value, accepts=frozenset(tags[-1:]))
        found.members, found.extensible = members, extensible
        found.children = [*_components(value, members, path), *map(_unknown, value.extensions)]
        accepted = frozenset(tag for _, each, _ in members for tag in tags_of(each))
        for child in found.children:
            child.accepts = accepted
        return _wrapped(tags[:-1], found)
    chosen = next(member for member in members if member[0] == value.chosen)
    found = element(chosen[1], value.value, _joined(path, value.chosen))
    found.accepts = frozenset(tag for _, each, _ in members for tag in tags_of(each))
    return _wrapped(tags, found)


def _components(value: Any, members: tuple[Member, ...], path: str) -> Iterator[Element]:
    for member in members:
        name, node, needed = member
        component = value.__dict__.get(name)
        if component is None or (not needed and component == type(value).__dict__[name]):
            continue
        found = element(node, component, _joined(path, name))
        found.member = member
        yield found


def _unknown(tlv: bytes) -> Element:
    tag, start, _ = der.one_tlv(tlv)
    return Element(tag, "extension", None, tlv, tlv[start:])


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


CONTENTS: dict[str, Callable[[Any], bytes]] = {
    "BOOLEAN": der.write_boolean,
    "NULL": der.write_null,
    "INTEGER": der.write_integer,
    "ENUMERATED": der.write_integer,
    "OCTET STRING": der.write_octets,
    "OBJECT IDENTIFIER": der.write_oid,
    "BIT STRING": der.write_bits,
    "NAMED BITS": der.write_named_bits,
    **{kind: der.string_writer(kind) for kind in der.CHARACTER_ENCODINGS},
}
