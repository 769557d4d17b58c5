"""The kinds of violation: where each is possible, and how it is done to the tree of a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from asn1.der import CHARACTER_ENCODINGS, CONSTRUCTED, length_octets, tag_octets, write_integer
from asn1.elements import Range
from euicc.testing.strategies.elements import Element, encoded
from euicc.testing.strategies.schema import Member, tags_of
from euicc.testing.strategies.values import Draw, Shown, integers, octets, picks

MOST_REPEATED = 2000
UNKNOWN_TAGS = {False: (0xDF7A, 0x9F817D), True: (0xFF7B, 0xBF817E)}
LONG_TAG = 0xBFFFFFFF7F
_FIVE_OCTETS = b"\x85"
_INDEFINITE, _END_OF_CONTENTS = b"\x80", bytes(2)


class Kind(Enum):
    """What can be wrong with an encoding."""

    TRUNCATED = "the end of the message is missing"
    TRAILING = "bytes behind the message"
    MISSING = "a mandatory component is missing"
    DUPLICATE = "a component is there twice"
    ORDER = "two components have changed places"
    TAG = "a tag that nothing has here"
    FORM = "primitive where it is constructed, or the other way round"
    LONG_TAG = "a tag of five octets"
    ALTERNATIVES = "none, or two, where one element belongs"
    NUMBER = "a number out of its range"
    SIZE = "too few or too many octets, characters or elements"
    CONTENTS = "contents that the simple type cannot have"
    INDEFINITE = "an indefinite length"
    BEYOND = "an element longer than what it is in"
    LONG_LENGTH = "a length of five octets"


@dataclass(frozen=True, repr=False)
class Violation(Shown):
    """One violation. `path` names the element ("profile_info_list_ok[0].iccid"), none is the message itself."""

    kind: Kind
    path: str
    detail: str = ""

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.path or 'the message'}: {self.kind.value}{detail}"


@dataclass(frozen=True)
class Place:
    """An element of a message, with what it is in."""

    root: Element
    parent: Element | None
    element: Element

    @property
    def unknown(self) -> bool:
        """Whether it is an extension, which the schema says nothing of."""
        return self.parent is not None and self.parent.is_sequence and self.element.member is None


@dataclass(frozen=True)
class Violating:
    """Whether a place can be violated so, and the doing of it, which tells details."""

    possible: Callable[[Place], bool]
    commit: Callable[[Draw, Place], str]


# -- components ------------------------------------------------------------------------------------------------------


def _alone(member: Member, parent: Element) -> bool:
    """Whether no other component, and no open type, would take the element of this one."""
    tags = tags_of(member[1])
    others = [tags_of(node) for name, node, _ in parent.members or () if name != member[0]]
    return None not in tags and not any(None in each or each & tags for each in others)


def _only_component(place: Place) -> bool:
    member = place.element.member
    return place.parent is not None and member is not None and _alone(member, place.parent)


def _mandatory(place: Place) -> bool:
    return _only_component(place) and place.element.member is not None and place.element.member[2]


def _drop(_: Draw, place: Place) -> str:
    _siblings(place).remove(place.element)
    return ""


def _siblings(place: Place) -> list[Element]:
    assert place.parent is not None
    assert place.parent.children is not None
    return place.parent.children


def _repeat(_: Draw, place: Place) -> str:
    siblings = _siblings(place)
    siblings.insert(siblings.index(place.element), place.element)
    return ""


def _next(place: Place) -> Element | None:
    siblings = _siblings(place)
    position = siblings.index(place.element) + 1
    return siblings[position] if position < len(siblings) else None


def _has_neighbour(place: Place) -> bool:
    if not _only_component(place):
        return False
    neighbour = _next(place)
    return neighbour is not None and _only_component(Place(place.root, place.parent, neighbour))


def _exchange(_: Draw, place: Place) -> str:
    neighbour = _next(place)
    assert neighbour is not None
    siblings = _siblings(place)
    position = siblings.index(place.element)
    siblings[position : position + 2] = [neighbour, place.element]
    return f"behind {neighbour.path}"


# -- tags ------------------------------------------------------------------------------------------------------------


def _tag_matters(place: Place) -> bool:
    """Whether the element is refused, and not kept as an extension, when nothing has its tag."""
    if None in place.element.accepts or place.unknown:
        return False
    if place.parent is None or not place.parent.is_sequence:
        return True
    return not place.parent.extensible or _mandatory(place)


def _constructed(tag: int) -> bool:
    return bool(tag_octets(tag)[0] & CONSTRUCTED)


def _unknown_tag(draw: Draw, place: Place) -> str:
    found, accepts = place.element, place.element.accepts
    candidates = [tag for tag in UNKNOWN_TAGS[_constructed(found.tag)] if tag not in accepts]
    return _retag(found, draw(picks(candidates)))


def _retag(found: Element, tag: int) -> str:
    before, found.tag = found.tag, tag
    return f"{tag:X} for {before:X}"


def _other_form(tag: int) -> int:
    first, *rest = tag_octets(tag)
    return int.from_bytes(bytes((first ^ CONSTRUCTED, *rest)), "big")


def _form_matters(place: Place) -> bool:
    accepts = place.element.accepts
    return None not in accepts and _other_form(place.element.tag) not in accepts and not place.unknown


def _change_form(_: Draw, place: Place) -> str:
    return _retag(place.element, _other_form(place.element.tag))


def _lengthen_tag(_: Draw, place: Place) -> str:
    return _retag(place.element, LONG_TAG)


def _wraps_one(place: Place) -> bool:
    return place.element.node is None and place.element.children is not None


def _none_or_two(draw: Draw, place: Place) -> str:
    children = place.element.children
    assert children is not None
    times = draw(picks((0, 2)))
    children[:] = children * times
    return "two" if times else "none"


# -- contents --------------------------------------------------------------------------------------------------------


def _limits(ranges: tuple[Range, ...]) -> tuple[int | None, int | None]:
    lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
    low = None if None in lows else min(each for each in lows if each is not None)
    return low, None if None in highs else max(each for each in highs if each is not None)


def _outside(place: Place) -> list[int]:
    """Numbers, or sizes, that just do not fit."""
    assert place.element.node is not None
    kind, _, detail = place.element.node
    ranges = detail[1] if kind in ("SEQUENCE OF", "SET OF") else detail
    low, high = _limits(ranges)
    return [*([] if low is None else [low - 1]), *([] if high is None else [high + 1])]


def _number_is_limited(place: Place) -> bool:
    node = place.element.node
    return node is not None and node[0] in ("INTEGER", "ENUMERATED") and node[2] is not None


def _number_outside(draw: Draw, place: Place) -> str:
    number = draw(picks(_outside(place)))
    place.element.contents = write_integer(number)
    return str(number)


_SIZED = ("OCTET STRING", "SEQUENCE OF", "SET OF", *CHARACTER_ENCODINGS)


def _possible_sizes(place: Place) -> list[int]:
    node = place.element.node
    if node is None or node[0] not in _SIZED:
        return []
    if (node[2][1] if node[0] in ("SEQUENCE OF", "SET OF") else node[2]) is None:
        return []
    most = MOST_REPEATED if place.element.children is None or place.element.children else 0
    return [size for size in _outside(place) if 0 <= size <= most]


def _wrong_size(draw: Draw, place: Place) -> str:
    found, size = place.element, draw(picks(_possible_sizes(place)))
    assert found.node is not None
    if found.children is not None:
        found.children[:] = (found.children * (size + 1))[:size]
        return f"{size} elements"
    found.contents = ("0" * size).encode(CHARACTER_ENCODINGS.get(found.node[0], "ascii"))
    return f"size {size}"


_NOT_ASCII = (b"\x80", b"A\xff")
IMPOSSIBLE: dict[str, tuple[bytes, ...]] = {
    "BOOLEAN": (b"", b"\0\0", b"\xff\xff"),
    "NULL": (b"\0", b"\x05\0"),
    "INTEGER": (b"",),
    "ENUMERATED": (b"",),
    "OBJECT IDENTIFIER": (b"", b"\x2a\x86", b"\x2a\x80\x01", b"\x2a" + b"\xff" * 20 + b"\x7f"),
    "BIT STRING": (b"", b"\x01", b"\x08\0", b"\xff\0"),
    "NAMED BITS": (b"", b"\x01", b"\x08\0", b"\xff\0"),
    "UTF8String": (b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"),
    "BMPString": (b"A", b"\xd8\0", b"\0A\0"),
    "UniversalString": (b"\0\0A", b"\0\x11\0\0"),
    **dict.fromkeys(
        ("NumericString", "PrintableString", "IA5String", "VisibleString", "UTCTime", "GeneralizedTime"),
        _NOT_ASCII,
    ),
}
"""Contents that a simple type cannot have, X.690 8.2 to 8.23."""


def _has_impossible_contents(place: Place) -> bool:
    return place.element.node is not None and place.element.node[0] in IMPOSSIBLE


def _bad_contents(draw: Draw, place: Place) -> str:
    assert place.element.node is not None
    place.element.contents = draw(picks(IMPOSSIBLE[place.element.node[0]]))
    return place.element.contents.hex() or "empty"


# -- lengths and the message as a whole --------------------------------------------------------------------------------


def _anywhere(_: Place) -> bool:
    return True


def _whole(place: Place) -> bool:
    return place.parent is None


def _cut(draw: Draw, place: Place) -> str:
    size = len(encoded(place.root))
    place.root.cut = draw(integers(1, size))
    return f"{place.root.cut} of {size} octets"


def _append(draw: Draw, place: Place) -> str:
    place.root.behind = draw(octets(1, 5))
    return place.root.behind.hex()


def _indefinite(_: Draw, place: Place) -> str:
    place.element.length, place.element.behind = _INDEFINITE, _END_OF_CONTENTS
    return ""


def _too_long(draw: Draw, place: Place) -> str:
    room = len(encoded(place.parent or place.element))
    length = room + draw(integers(1, 1 << 30))
    place.element.length = length_octets(length)
    return f"{length} octets"


def _five_octets(_: Draw, place: Place) -> str:
    size = _contents_size(place.element)
    place.element.length = _FIVE_OCTETS + size.to_bytes(5, "big")
    return ""


def _contents_size(found: Element) -> int:
    return (
        len(found.contents) if found.children is None else sum(len(encoded(each)) for each in found.children)
    )


VIOLATING: dict[Kind, Violating] = {
    Kind.TRUNCATED: Violating(_whole, _cut),
    Kind.TRAILING: Violating(_whole, _append),
    Kind.MISSING: Violating(_mandatory, _drop),
    Kind.DUPLICATE: Violating(_only_component, _repeat),
    Kind.ORDER: Violating(_has_neighbour, _exchange),
    Kind.TAG: Violating(_tag_matters, _unknown_tag),
    Kind.FORM: Violating(_form_matters, _change_form),
    Kind.LONG_TAG: Violating(_anywhere, _lengthen_tag),
    Kind.ALTERNATIVES: Violating(_wraps_one, _none_or_two),
    Kind.NUMBER: Violating(_number_is_limited, _number_outside),
    Kind.SIZE: Violating(lambda place: bool(_possible_sizes(place)), _wrong_size),
    Kind.CONTENTS: Violating(_has_impossible_contents, _bad_contents),
    Kind.INDEFINITE: Violating(_anywhere, _indefinite),
    Kind.BEYOND: Violating(_anywhere, _too_long),
    Kind.LONG_LENGTH: Violating(_anywhere, _five_octets),
}
"""How each kind is done."""
