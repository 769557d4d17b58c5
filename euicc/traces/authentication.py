"""AUTHENTICATE in words, TS 31.102 7.1.2."""

from __future__ import annotations

from apdu import Command
from euicc.traces.tree import ERROR, MASKED, Node, octets

_CONTEXTS = {0: "in the GSM context", 1: "in the 3G context", 4: "in the GBA context", 6: "local key"}
_SUCCESS, _SYNCHRONISATION_FAILURE = 0xDB, 0xDC
_IN_SUCCESS = ("res", "ck", "ik", "kc")
_OPEN = ("res", "sres", "auts")


def challenge_tree(command: Command, data: bytes) -> tuple[str, Node]:
    """The security context, and RAND and AUTN."""
    context = command.p2 & 0x07
    parts = [
        Node(name, value.hex().upper()) for name, value in zip(("rand", "autn"), _fields(data), strict=False)
    ]
    words = _CONTEXTS.get(context, f"in context {context}")
    return words, Node("challenge", "" if parts else octets(data), tuple(parts))


def result_tree(command: Command, answer: bytes, unmasked: bool) -> Node:
    """RES, CK, IK and Kc, or AUTS; the keys are masked."""
    if answer[0] == _SUCCESS:
        return _named("authenticated", _IN_SUCCESS, _fields(answer[1:]), unmasked)
    if answer[0] == _SYNCHRONISATION_FAILURE:
        tree = _named("synchronisation failure", ("auts",), _fields(answer[1:]), unmasked)
        return Node(tree.name, tree.text, tree.children, ERROR)
    if len(answer) == 12:
        return _named("authenticated", ("sres", "kc"), [answer[:4], answer[4:]], unmasked)
    return Node("response", octets(answer) if unmasked else MASKED)


def _named(name: str, names: tuple[str, ...], values: list[bytes], unmasked: bool) -> Node:
    pairs = zip(names, values, strict=False)
    return Node(
        name,
        children=tuple(
            Node(each, octets(value) if unmasked or each in _OPEN else MASKED) for each, value in pairs
        ),
    )


def _fields(data: bytes) -> list[bytes]:
    """Values that follow their lengths of one byte; what is cut off at the end counts as it is."""
    found = []
    at = 0
    while at < len(data):
        found.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return found
