"""Any message of any type of the compiled schemas: SGP.22, SGP.32, the profile package, X.509.

What is optional is there or not, every alternative comes, sizes and numbers stay within their constraints. Sizes are
small on the whole; where the schema has no limit, lists have up to six elements and octet strings up to 300 octets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
from typing import Any, TypeVar, overload

from hypothesis.strategies import SearchStrategy

from asn1 import Message
from asn1.codec import Node
from asn1.generated import pkix
from asn1.message import Type
from euicc.testing.strategies.elements import element, encoded
from euicc.testing.strategies.schema import AnyType, class_at, description, node_of, tags_of
from euicc.testing.strategies.simple_values import simple
from euicc.testing.strategies.tlvs import any_tlv
from euicc.testing.strategies.values import (
    Values,
    composed,
    deferred,
    fields,
    one_of,
    picks,
    seeded,
    tuples_of,
)

M = TypeVar("M", bound=Message)
T = TypeVar("T")

Known = Mapping[str, Values[Any]]
MOST_ELEMENTS = 6
"""Of a list without a limit in the schema."""
EXTENSION_TAGS = (0xDF7A, 0xFF7B, 0x9F817D, 0xBF817E)
"""What no schema knows, primitive and constructed."""
SOME_CERTIFICATES = 100
REVOCATION_LISTS = frozenset(("crl", "SegmentedCrlList"))
"""Of what is kept as bytes, these are certificate lists, the others certificates."""


@overload
def messages(kind: type[M], *, extensions: bool = False) -> SearchStrategy[M]: ...
@overload
def messages(kind: Type[T], *, extensions: bool = False) -> SearchStrategy[T]: ...
def messages(kind: Any, *, extensions: bool = False) -> SearchStrategy[Any]:
    """Valid messages of a type: `messages(rsp.EUICCInfo2)`, `messages(rsp.Iccid)`.

    With `extensions`, elements that the schema does not know are behind the known ones where it leaves room for them.
    """
    return any_message(kind, extensions=extensions).strategy


def any_message(kind: AnyType, *, extensions: bool = False, known: Known | None = None) -> Values[Any]:
    """See `messages`; as values that a seed can draw too.

    `known`: values for the components with these names, wherever they stand ("iccid", "transaction_id"); they have to
    be valid there.
    """
    return _plain(kind, extensions) if known is None else _Builder(extensions, known).of(kind)


@cache
def _plain(kind: AnyType, extensions: bool) -> Values[Any]:
    return _PLAIN[extensions].of(kind)


class _Builder:
    """Makes the values of a type out of those of its components; each type once."""

    def __init__(self, extensions: bool, known: Known) -> None:
        self._extensions = extensions
        self._known = known
        self._messages: dict[str, Values[Any]] = {}

    def of(self, kind: AnyType) -> Values[Any]:
        """Values of a type."""
        name = getattr(kind, "__name__", "") or repr(kind)
        return self._values(node_of(kind), name.rpartition(".")[2].rstrip(">"))

    def _values(self, node: Node, name: str) -> Values[Any]:
        """Values of a node; `name` is that of the component or type which it is."""
        kind, _, detail = node
        if name in self._known:
            return self._known[name]
        if kind == "MESSAGE":
            return deferred(lambda: self._message(detail))
        if kind in ("SEQUENCE OF", "SET OF"):
            return self._list(kind, detail[0], detail[1], name)
        if kind == "OPAQUE":
            return deferred(lambda: _opaque(name))
        return simple(kind, detail)

    def _list(self, kind: str, item: Node, sizes: Any, name: str) -> Values[tuple[Any, ...]]:
        values = self._values(item, name)
        limits = [(low or 0, high) for low, high in sizes or ((0, None),)]
        lists = one_of(
            *(tuples_of(values, low, low + MOST_ELEMENTS if high is None else high) for low, high in limits)
        )
        return lists.map(_sorted(item)) if kind == "SET OF" else lists

    def _message(self, path: str) -> Values[Any]:
        found = self._messages.get(path)
        if found is None:
            found = self._messages[path] = self._new_message(path)
        return found

    def _new_message(self, path: str) -> Values[Any]:
        kind, _, members, extensible = description(path)
        cls = class_at(path)
        if kind != "SEQUENCE":
            return one_of(*(_alternative(cls, name, self._values(node, name)) for name, node, _ in members))
        required = {name: self._values(node, name) for name, node, needed in members if needed}
        optional = {name: self._values(node, name) for name, node, needed in members if not needed}
        made = fields(required, optional).map(lambda values: cls(**values))
        return _extended(made, members) if self._extensions and extensible else made


_PLAIN = {extensions: _Builder(extensions, {}) for extensions in (False, True)}


def _sorted(item: Node) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """The elements of a SET OF in the order of their encodings, X.690 11.6."""
    return lambda values: tuple(sorted(values, key=lambda value: encoded(element(item, value))))


@cache
def _opaque(name: str) -> Values[bytes]:
    return _lists_or_certificates(name in REVOCATION_LISTS)


@cache
def _lists_or_certificates(lists: bool) -> Values[bytes]:
    """Any of them; a seed takes one of a hundred, because they are larger than all around them."""
    drawn = any_message(pkix.CertificateList if lists else pkix.Certificate).map(lambda each: each.encode())
    some = deferred(lambda: picks([*islice(seeded(drawn, seed=0), SOME_CERTIFICATES)]))
    return Values(lambda: drawn.strategy, some.sample)


def _alternative(cls: Any, name: str, values: Values[Any]) -> Values[Any]:
    return values.map(lambda value: cls(**{name: value}))


def _extended(known: Values[Any], members: Any) -> Values[Any]:
    taken = {tag for _, node, _ in members for tag in tags_of(node)}
    if None in taken:  # an open type would take what the schema does not know
        return known
    unknown = tuples_of(any_tlv([tag for tag in EXTENSION_TAGS if tag not in taken]), 0, 2)
    return composed(lambda draw: with_extensions(draw(known), draw(unknown)))


def with_extensions(message: M, extensions: tuple[bytes, ...]) -> M:
    """The message with these TLVs behind its components, as if it had been received so."""
    if not extensions:
        return message
    changed = message.replace()
    object.__setattr__(changed, "extensions", extensions)
    return changed
