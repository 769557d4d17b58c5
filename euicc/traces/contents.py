"""Contents of elementary files in words, as `apdu.ef` decodes them."""

from __future__ import annotations

from typing import Any

from apdu import ef
from apdu.ef.names import KnownFile
from apdu.ef.presentation import words
from euicc.traces.tree import Node, printable


def content_node(file: KnownFile | None, content: bytes) -> Node | None:
    """What a file or record says; None where only its bytes can be shown."""
    if file is None or not content or not ef.has_codec(file):
        return None
    try:
        value = ef.decode(file, content)
    except ef.ContentError:
        return None
    return _node("content", value)


def _node(name: str, value: Any) -> Node:
    if isinstance(value, dict) and value:
        return Node(name, children=tuple(_node(part, each) for part, each in value.items()))
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return Node(name, children=tuple(Node(str(n), _line(each)) for n, each in enumerate(value, start=1)))
    return Node(name, _line(value))


def _line(value: Any) -> str:
    return printable(words(value))
