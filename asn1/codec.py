"""The run-time codec: builds one reading and one writing closure per type from the generated plain-data schema.

Strict where it matters: lengths are definite and end inside the parent, elements come in the order of the schema and
once, mandatory ones are there, SIZE and value constraints hold, every CHOICE alternative is known. Elements that an
extensible SEQUENCE does not know are kept as bytes. Work and memory are linear in the input; types are not recursive
(the compiler refuses that), so neither is reading.

The schema is made of nodes `(kind, tags, detail)`: `tags` are outermost first, with the constructed bit, none for an
untagged CHOICE or an open type; `detail` depends on the kind:

    INTEGER, ENUMERATED     allowed values as ((low, high), ...), None in place of MIN and MAX; or None
    OCTET STRING, strings   allowed sizes likewise
    SEQUENCE OF, SET OF     (node of the element, sizes)
    MESSAGE                 "module:Class" of a SEQUENCE or CHOICE described in that module's TYPES
    OPAQUE                  the tag that the type has on its own: kept as bytes with this tag, e.g. certificates

and of TYPES: class -> (kind, own tags, members, extensible), a member being (attribute, node, required?). A named
type that is not a message is there as ("VALUE", node, None, False). KEEPS_ENCODED says whether decoded messages of the
module hold the bytes they came as.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from asn1 import constructed, der
from asn1.elements import Codec, Range, Read, Write, explicit, opaque, open_type, range_check, tagged

Node = tuple[str, tuple[int, ...], Any]

_codecs: dict[Node, Codec] = {}


def codec_of(module: str, name: str) -> Codec:
    """The codec of type `name` of a generated module, built on first use."""
    kind, tags, _, _ = _description(f"{module}:{name}")
    return _codec(tags if kind == "VALUE" else ("MESSAGE", tags, f"{module}:{name}"))


def _description(path: str) -> tuple[str, Any, Any, bool]:
    return _schema(path).TYPES[path.partition(":")[2]]  # type: ignore[no-any-return]


def _schema(path: str) -> Any:
    """The plain-data module that describes the type at "module:Class"."""
    return import_module(f"{path.partition(':')[0]}_schema")


def _class(path: str) -> type:
    module, _, name = path.partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def _codec(node: Node) -> Codec:
    found = _codecs.get(node)
    if found is None:
        found = _codecs[node] = _build(node)
    return found


def _build(node: Node) -> Codec:
    kind, tags, detail = node
    if kind == "MESSAGE":
        return _message(tags, detail)
    if kind in ("SEQUENCE OF", "SET OF"):
        element, sizes = detail
        return tagged(tags, *constructed.list_of(kind, _codec(element), sizes))
    if kind == "ANY":
        return open_type(tags)
    if kind == "OPAQUE":
        return opaque(tags, detail)
    return tagged(tags, *_simple(kind, detail))


def _message(tags: tuple[int, ...], path: str) -> Codec:
    """The codec of a SEQUENCE or CHOICE under tags that may be others, or more, than its own."""
    kind, own_tags, described, extensible = _description(path)
    members = [(name, _codec(node), required) for name, node, required in described]
    cls, keep = _class(path), _schema(path).KEEPS_ENCODED
    if kind == "SEQUENCE":
        codec = constructed.sequence(cls, tags[-1], members, extensible, keep)
    elif own_tags:
        codec = constructed.tagged_choice(cls, tags[-1], members, keep)
    else:
        codec = constructed.choice(cls, members, keep)
    for tag in reversed(tags[: len(tags) - len(own_tags)]):
        codec = explicit(tag, codec)
    return codec


_SIMPLE: dict[str, tuple[Callable[[bytes, int, int], Any], Callable[[object], bytes]]] = {
    "BOOLEAN": (der.read_boolean, der.write_boolean),
    "NULL": (der.read_null, der.write_null),
    "INTEGER": (der.read_integer, der.write_integer),
    "ENUMERATED": (der.read_integer, der.write_integer),
    "OCTET STRING": (der.read_octets, der.write_octets),
    "OBJECT IDENTIFIER": (der.read_oid, der.write_oid),
    "BIT STRING": (der.read_bits, der.write_bits),
    "NAMED BITS": (der.read_named_bits, der.write_named_bits),
    **{kind: (der.string_reader(kind), der.string_writer(kind)) for kind in der.CHARACTER_ENCODINGS},
}


def _simple(kind: str, detail: tuple[Range, ...] | None) -> tuple[Read, Write]:
    read_contents, write_contents = _SIMPLE[kind]
    if kind == "OCTET STRING":
        return _octets(detail)
    if detail is None:

        def read(data: bytes, _head: int, start: int, end: int) -> Any:
            return read_contents(data, start, end)

        return read, write_contents
    measure: Callable[[Any], int] = _value if kind in ("INTEGER", "ENUMERATED") else _size
    check = range_check(kind, detail)

    def read_checked(data: bytes, _head: int, start: int, end: int) -> Any:
        value = read_contents(data, start, end)
        check(measure(value))
        return value

    def write_checked(value: Any) -> bytes:
        contents = write_contents(value)
        check(measure(value))
        return contents

    return read_checked, write_checked


def _octets(sizes: tuple[Range, ...] | None) -> tuple[Read, Write]:
    """OCTET STRING, by far the most frequent type, with as few calls as possible."""
    if sizes is None:

        def read(data: bytes, _head: int, start: int, end: int) -> bytes:
            return data[start:end]

        return read, der.write_octets
    check = range_check("OCTET STRING", sizes)
    ((low, high),) = sizes if len(sizes) == 1 else ((0, -1),)
    least, most = low or 0, 1 << 32 if high is None else high

    def read_checked(data: bytes, _head: int, start: int, end: int) -> bytes:
        if not least <= end - start <= most:
            check(end - start)
        return data[start:end]

    def write_checked(value: Any) -> bytes:
        contents = der.write_octets(value)
        check(len(contents))
        return contents

    return read_checked, write_checked


def _value(value: Any) -> int:
    return value  # type: ignore[no-any-return]


def _size(value: Any) -> int:
    """Of a string in characters, of octets in octets, of a BIT STRING in bits."""
    return len(value) if isinstance(value, str) else value.length
