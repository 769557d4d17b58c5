"""What was said, as a tree of names and values in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

MASKED = "masked"
SHOWN_BYTES = 72
"""Longer values are cut in words; the exchange has them whole."""


ERROR, UNDECODED = "error", "undecoded"


@dataclass(frozen=True, slots=True)
class Node:
    """A name with a value in words, or with what it consists of.

    `trouble` is ERROR where the value is an error code, UNDECODED where the bytes could not be understood, else "".
    """

    name: str
    text: str = ""
    children: tuple[Node, ...] = ()
    trouble: str = ""

    def lines(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """This node and all below it, each with its depth."""
        yield depth, self
        for child in self.children:
            yield from child.lines(depth + 1)

    def troubles(self) -> Iterator[Node]:
        """The nodes with trouble, here and below."""
        return (node for _, node in self.lines() if node.trouble)

    def plain(self) -> Any:
        """The value for programs: a string, or a dict of the children, or a list where names repeat."""
        if not self.children:
            return self.text
        names = [child.name for child in self.children]
        if len(set(names)) == len(names):
            return {child.name: child.plain() for child in self.children}
        return [{child.name: child.plain()} for child in self.children]

    def without(self, names: frozenset[str]) -> Node:
        """The same tree without the values of these names."""
        if self.name in names:
            return Node(self.name)
        return Node(
            self.name, self.text, tuple(child.without(names) for child in self.children), self.trouble
        )


def octets(value: bytes) -> str:
    """Bytes in hexadecimal, cut when they are many."""
    if len(value) <= SHOWN_BYTES:
        return value.hex().upper() or "empty"
    return f"{value[:SHOWN_BYTES].hex().upper()}… ({len(value)} bytes)"


def printable(text: str) -> str:
    """A text from a card with everything escaped that a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def not_understood(name: str, value: bytes, reason: object) -> Node:
    """Bytes that could not be decoded, and why."""
    return undecoded(name, octets(value), reason)


def undecoded(name: str, shown: str, reason: object) -> Node:
    """Bytes, already in words, that could not be decoded, and why."""
    return Node(name, f"{shown} (not decoded: {reason})", trouble=UNDECODED)


def listed(name: str, texts: Iterable[str]) -> Node:
    """A node with one child for each text, numbered from 1."""
    return Node(name, children=tuple(Node(str(n), text) for n, text in enumerate(texts, start=1)))
