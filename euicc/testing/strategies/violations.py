"""Messages that break the schema, or DER, at one named place: a strict decoder refuses every one of them.

What a decoder may accept although DER does not have it (superfluous octets in lengths and INTEGERs, a TRUE that is not
FF) is no violation here but another spelling: see `respelled`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from hypothesis.strategies import SearchStrategy

from asn1.codec import Node
from euicc.testing.strategies.elements import Element, element, encoded, walk
from euicc.testing.strategies.messages import any_message
from euicc.testing.strategies.schema import AnyType, node_of
from euicc.testing.strategies.tlvs import long_length
from euicc.testing.strategies.values import Draw, Values, composed, picks, steady_pick
from euicc.testing.strategies.violating import VIOLATING, Kind, Place, Violation

_POSITION = re.compile(r"\[\d+\]")
Broken = tuple[bytes, Violation]


def violated(kind: AnyType, *violations: Kind) -> SearchStrategy[Broken]:
    """Encodings of a type with one violation, and which: `violated(rsp.EnableProfileRequest, Kind.MISSING)`.

    Without `violations`, of any kind that the message has a place for. Not every type has a place for every kind (what
    has no mandatory component cannot lack one): `possible_kinds` tells.
    """
    return any_violated(kind, *violations).strategy


@cache
def any_violated(kind: AnyType, *violations: Kind) -> Values[Broken]:
    """See `violated`; as values that a seed can draw too."""
    node, wanted = node_of(kind), violations or tuple(Kind)

    def places(message: Any) -> list[Place]:
        return _places(element(node, message))

    def break_one(draw: Draw) -> Broken:
        return _violate(draw, draw(with_place), wanted)

    with_place = any_message(kind).map(places).filter(lambda found: bool(_kinds(found, wanted)))
    return composed(break_one)


def violate(draw: Draw, kind: AnyType, message: Any, *violations: Kind) -> Broken:
    """The encoding of this message with one violation, of these kinds or of any; ValueError where it has no place."""
    return _violate(draw, _places(element(node_of(kind), message)), violations or tuple(Kind))


def _violate(draw: Draw, places: list[Place], wanted: Collection[Kind]) -> Broken:
    kinds = _kinds(places, wanted)
    if not kinds:
        raise ValueError("the message has no place for such a violation")
    which = draw(steady_pick(kinds, _name_of_kind))
    possible = [each for each in places if VIOLATING[which].possible(each)]
    place = draw(steady_pick(possible, _name_of_place))
    detail = VIOLATING[which].commit(draw, place)
    return encoded(place.root), Violation(which, place.element.path, detail)


def _name_of_kind(kind: Kind) -> str:
    return kind.name


def _name_of_place(place: Place) -> str:
    return _POSITION.sub("", place.element.path)


def possible_kinds(kind: AnyType, message: Any) -> set[Kind]:
    """The kinds of violation that this message of this type has a place for."""
    return set(_kinds(_places(element(node_of(kind), message)), tuple(Kind)))


def _places(tree: Element) -> list[Place]:
    return [Place(tree, parent, each) for parent, each in walk(tree)]


def _kinds(places: list[Place], wanted: Collection[Kind]) -> list[Kind]:
    return [kind for kind in wanted if any(map(VIOLATING[kind].possible, places))]


def respelled(kind: AnyType) -> SearchStrategy[tuple[bytes, Any]]:
    """Encodings that BER has and DER has not, and the message they stand for: asn1 decodes them to an equal one.

    Lengths and INTEGERs with superfluous octets, TRUE other than FF, set bits among the unused ones, named bits with
    zeros behind.
    """
    return any_respelled(kind).strategy


@cache
def any_respelled(kind: AnyType) -> Values[tuple[bytes, Any]]:
    """See `respelled`; as values that a seed can draw too."""
    node, messages = node_of(kind), any_message(kind)

    def respell(draw: Draw) -> tuple[bytes, Any]:
        message = draw(messages)
        return encoded(respell_tree(draw, element(node, message))), message

    return composed(respell)


def respell_tree(draw: Draw, tree: Element) -> Element:
    """The tree with lengths and contents spelled in another way here and there."""
    for parent, each in reversed(list(walk(tree))):  # inside out: lengths of what is inside may grow
        if not Place(tree, parent, each).unknown and not _is_kept(each.node):
            _respell(draw, each)
    return tree


def _is_kept(node: Node | None) -> bool:
    """Whether the value is the very bytes."""
    return node is not None and node[0] in ("ANY", "OPAQUE")


def _respell(draw: Draw, found: Element) -> None:
    change = RESPELLED.get(found.node[0]) if found.node else None
    if change is not None and draw(_whether):
        found.contents = change(found.contents)
    octets = draw(_length_octets)
    if octets:
        size = len(encoded(found)) - len(encoded(Element(found.tag, "")))
        contents = found.contents if found.children is None else b"".join(map(encoded, found.children))
        found.length = long_length(len(contents), max(octets, (size.bit_length() + 7) // 8))


def _superfluous_octet(contents: bytes) -> bytes:
    return (b"\xff" if contents[0] & 0x80 else b"\0") + contents


def _other_true(contents: bytes) -> bytes:
    return b"\x01" if contents != b"\0" else contents


def _unused_bits_set(contents: bytes) -> bytes:
    return contents[:-1] + bytes((contents[-1] | (1 << contents[0]) - 1,)) if contents[0] else contents


def _zeros_behind(contents: bytes) -> bytes:
    return b"\0" + contents[1:] + bytes(1)


RESPELLED: dict[str, Callable[[bytes], bytes]] = {
    "INTEGER": _superfluous_octet,
    "ENUMERATED": _superfluous_octet,
    "BOOLEAN": _other_true,
    "BIT STRING": _unused_bits_set,
    "NAMED BITS": _zeros_behind,
}
"""Contents that mean the same, by type."""
_whether = picks((False, True))
_length_octets = picks((0, 0, 1, 2, 4))
