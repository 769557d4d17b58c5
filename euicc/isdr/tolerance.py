"""Forms of a request that are not the standard's but come from real devices: read here, never written.

A tolerance works on the elements directly inside the request and turns each into its standard form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apdu import tlv
from apdu.tlv import Tlv

Tolerance = Callable[[list[Tlv]], list[Tlv]]


def retag(old: int, new: int) -> Tolerance:
    """An element that should have the tag `new` comes with `old`."""

    def tolerate(elements: list[Tlv]) -> list[Tlv]:
        if any(element.tag == new for element in elements):
            return elements
        return [_element(new, element.value) if element.tag == old else element for element in elements]

    return tolerate


def wrap(outer: int, *alternatives: int) -> Tolerance:
    """One of the alternatives of a CHOICE comes without the constructed tag around it."""

    def tolerate(elements: list[Tlv]) -> list[Tlv]:
        if not elements or elements[0].tag not in alternatives:
            return elements
        return [_element(outer, elements[0].encoded), *elements[1:]]

    return tolerate


def supply(tag: int, value: bytes, at: int = 0) -> Tolerance:
    """An element that should be there, as number `at` counted from 0, is left out; it counts as `value`."""

    def tolerate(elements: list[Tlv]) -> list[Tlv]:
        if any(element.tag == tag for element in elements):
            return elements
        return [*elements[:at], _element(tag, value), *elements[at:]]

    return tolerate


REFRESH_FLAG = retag(0x01, 0x80)
"""refreshFlag of the functions of SGP.32, with the universal tag of BOOLEAN."""


def as_standard(request: bytes, tolerances: Sequence[Tolerance]) -> bytes:
    """The request in its standard form; as received when it is that already, or cannot be read at all."""
    if not tolerances:
        return request
    try:
        outer = tlv.parse(request)
        received = elements = tlv.parse_all(outer.value)
    except tlv.TlvError:
        return request
    for tolerate in tolerances:
        elements = tolerate(elements)
    if elements is received or elements == received:
        return request
    return tlv.encode(outer.tag, *(element.encoded for element in elements))


def _element(tag: int, value: bytes) -> Tlv:
    return Tlv(tag, value, tlv.encode(tag, value))
