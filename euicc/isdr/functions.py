"""What an ES10 function is, and how one is carried out: find, decode, transaction, run, encode.

The tables themselves stand in `euicc.isdr.es10`, next to the functions; a variant of the card puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from apdu import StatusError, TlvError, status, tlv
from asn1 import Asn1Error
from euicc.isdr.tolerance import Tolerance, as_standard
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from asn1 import Message
    from euicc.isdr.applet import IsdR

UNDEFINED_ERROR = 127
"""Result code of every function for what none of its other codes says."""

SHORT = 16
"""Bytes of a request that asks and gives nothing: terminals send the same few of them again and again."""

Run = Callable[["IsdR", Any], "Message | bytes"]
Refuse = Callable[[Any, int], "Message | bytes"]


@dataclass(frozen=True)
class Function:
    """One function of the ISD-R.

    tag: of the request, and the name it is found by.
    request: type it is decoded as; None for the pieces of a bound profile package, which are handed over as received.
    run: carries it out; its answer is a message or already encoded, empty for 9000 without data. Refused(reason) where
    the card turns it down, StatusError where the standard knows no result code.
    refusals: result code for each reason; any other reason is undefinedError. refuse: (request, code) -> response.
    transaction: whether all of it is one NVM transaction. A function that commits in steps leaves it False.
    tolerance: forms of the request that are accepted besides the standard's. malformed: result code for a request
    that is a TLV and cannot be decoded; None: 6A80. `refuse` then gets None for the request.
    """

    tag: int
    request: type[Message] | None
    run: Run
    refusals: Mapping[Reason, int] = field(default_factory=dict)
    refuse: Refuse | None = None
    transaction: bool = False
    tolerance: tuple[Tolerance, ...] = ()
    malformed: int | None = None


FunctionTable = Mapping[int, Function]


def table(*groups: Iterable[Function]) -> FunctionTable:
    """The functions by tag; ValueError when two have the same."""
    functions = [function for group in groups for function in group]
    by_tag = {function.tag: function for function in functions}
    if len(by_tag) != len(functions):
        raise ValueError("two functions with one tag")
    return by_tag


def execute(isdr: IsdR, functions: FunctionTable, data: bytes) -> bytes:
    """Carry out one ES10 command, the data field of a complete STORE DATA chain; the response data.

    StatusError: 6A80 for what cannot be decoded, 6A88 for a tag that names no function, and what the function says.
    """
    function = functions.get(_outer_tag(data))
    if function is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    try:
        answer = _answer(isdr, function, _decode(function, data))
    except _Malformed:
        if function.refuse is None or function.malformed is None or not _is_tlv(data):
            raise
        answer = function.refuse(None, function.malformed)
    return answer if isinstance(answer, bytes) else answer.encode()


class _Malformed(StatusError):
    """The request cannot be decoded."""


def _answer(isdr: IsdR, function: Function, request: object) -> Message | bytes:
    try:
        return _run(isdr, function, request)
    except Refused as refused:
        if function.refuse is None:
            raise
        return function.refuse(request, function.refusals.get(refused.reason, UNDEFINED_ERROR))


def _run(isdr: IsdR, function: Function, request: object) -> Message | bytes:
    if not function.transaction:
        return function.run(isdr, request)
    with isdr.nvm.transaction():
        return function.run(isdr, request)


def _decode(function: Function, data: bytes) -> object:
    """The request as a message, in its standard form or in a tolerated one; _Malformed (6A80) for neither."""
    if function.request is None:
        return data
    decoded = _decoded_short if len(data) <= SHORT else _decoded
    request = decoded(function.request, data)
    # An element in a form of its own makes the request incomplete, or counts as one that is not known.
    if function.tolerance and (request is None or request.extensions):
        standard = as_standard(data, function.tolerance)
        if standard is not data:
            request = _decoded(function.request, standard)
    if request is None:
        raise _Malformed(status.INCORRECT_DATA)
    return request


def _decoded(kind: type[Message], data: bytes) -> Message | None:
    try:
        return kind.decode(data)
    except Asn1Error:
        return None


_decoded_short: Callable[..., Message | None] = lru_cache(64)(_decoded)
"""The same, which remembers; messages do not change."""


def _is_tlv(data: bytes) -> bool:
    try:
        tlv.parse(data)
    except TlvError:
        return False
    return True


def _outer_tag(data: bytes) -> int:
    """The tag that the data begin with. A piece of a bound profile package may end right after its header."""
    size = 2 if data[:1] and data[0] & 0x1F == 0x1F else 1
    if len(data) <= size:
        raise StatusError(status.INCORRECT_DATA)
    return int.from_bytes(data[:size], "big")
