"""The run-time codec: builds one reading and one writing closure per type from the generated plain-data schema.

Strict where it matters: lengths are definite and end inside the parent, elements come in the order of the schema and
once, mandatory ones are there, SIZE and value constraints hold, every CHOICE alternative is known. Elements that an
extensible SEQUENCE does not know are kept as bytes. Work and memory are linear in the input; types are not recursive
(the compiler refuses that), so neither is reading.

The schema is made of nodes `(kind, tags, detail)`: `tags` are outermost first, with the constructed bit, none for an
untagged CHOICE or an open type; `detail` depends on the kind:

    INTEGER, ENUMERATED     allowed values as ((low, high), ...), None in place of MIN and MAX; or None
    OCTET STRING, strings   allowed sizes likewise; BIT STRING: (named?, sizes)
    SEQUENCE OF, SET OF     (node of the element, sizes)
    MESSAGE                 "module:Class" of a SEQUENCE or CHOICE described in that module's TYPES
    OPAQUE                  the tag that the type has on its own: kept as bytes with this tag, e.g. certificates

and of TYPES: class -> (kind, own tags, members, extensible), a member being (attribute, node, required?).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from asn1 import der
from asn1.der import PADDING, Asn1Error, header, length_octets, tag_octets, tag_size

Node = tuple[str, tuple[int, ...], Any]
Range = tuple[int | None, int | None]
Read = Callable[[bytes, int, int, int], Any]  # buffer, start of the TLV, start and end of its contents
Readers = dict[int | None, Read]  # by tag; None: any tag (open type)
Write = Callable[[Any], bytes]  # a value -> its whole TLV
Field = tuple[int, str, Read, Any]  # its bit in the order, attribute, reader, next Field with the same tag


class Codec(NamedTuple):
    """What is built per type: readers of its whole TLV by tag, and its writer."""

    readers: Readers
    write: Write

    def decode(self, data: bytes) -> Any:
        """The value of the one TLV that `data` consists of; Asn1Error."""
        size = len(data)
        if not size:
            raise Asn1Error("no bytes")
        padded = data + PADDING
        tag, start, stop = header(padded, 0, size)
        read = self.readers.get(tag) or self.readers.get(None)
        if read is None:
            raise Asn1Error(f"unexpected tag {tag:X}")
        if stop != size:
            raise Asn1Error(f"{size - stop} bytes behind the message")
        return read(padded, 0, start, stop)


# -- finding and building -------------------------------------------------------------------------------------------

_codecs: dict[tuple[str, tuple[int, ...]], Codec] = {}


def codec_of(module: str, name: str) -> Codec:
    """The codec of type `name` of a generated module, built on first use."""
    kind, tags, _, _ = _description(f"{module}:{name}")
    if kind == "VALUE":
        return _build(tags)  # of a value type, the place of the tags holds its node
    return _message((kind, tags, f"{module}:{name}"))


def _description(path: str) -> tuple[str, Any, Any, bool]:
    module, name = path.split(":")
    types = import_module(f"{module}_schema").TYPES
    return types[name]  # type: ignore[no-any-return]


def _class(path: str) -> type:
    module, name = path.split(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def _build(node: Node) -> Codec:
    kind, tags, detail = node
    if kind == "MESSAGE":
        return _message(node)
    if kind in ("SEQUENCE OF", "SET OF"):
        return _tagged(tags, *_list(kind, *detail))
    if kind == "ANY":
        return _any(tags)
    if kind == "OPAQUE":
        return _opaque(tags, detail)
    return _tagged(tags, *_simple(kind, detail))


def _tagged(tags: Sequence[int], read: Read, write: Write) -> Codec:
    """A codec of contents under one or more tags."""
    codec = Codec({tags[-1]: read}, _header_writer(tags[-1], write))
    for tag in reversed(tags[:-1]):
        codec = _explicit(tag, codec)
    return codec


def _header_writer(tag: int, contents: Write) -> Write:
    octets = tag_octets(tag)

    def write(value: Any) -> bytes:
        data = contents(value)
        size = len(data)
        return octets + (bytes((size,)) if size < 0x80 else length_octets(size)) + data

    return write


def _explicit(tag: int, inner: Codec) -> Codec:
    """A codec of `inner` wrapped in an explicit tag, X.690 8.14.2."""
    find = inner.readers.get
    open_type = inner.readers.get(None)

    def read(data: bytes, _head: int, start: int, end: int) -> Any:
        found, contents, stop = header(data, start, end)
        read_value = find(found) or open_type
        if read_value is None:
            raise Asn1Error(f"unexpected tag {found:X} at {start}")
        if stop != end:
            raise Asn1Error(f"more than one element under tag {tag:X} at {start}")
        return read_value(data, start, contents, stop)

    return Codec({tag: read}, _header_writer(tag, inner.write))


# -- simple types ----------------------------------------------------------------------------------------------------

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
    check = _range_check(kind, detail)

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
    check = _range_check("OCTET STRING", sizes)
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


def _range_check(kind: str, ranges: tuple[Range, ...]) -> Callable[[int], None]:
    def check(number: int) -> None:
        for low, high in ranges:
            if (low is None or low <= number) and (high is None or number <= high):
                return
        raise Asn1Error(f"{kind} of {number}, allowed: {ranges}")

    return check


# -- open types ------------------------------------------------------------------------------------------------------


def _any(tags: Sequence[int]) -> Codec:
    """An open type: the bytes of one TLV, whatever it is."""

    def read(data: bytes, head: int, _start: int, end: int) -> bytes:
        return data[head:end]

    def write(value: Any) -> bytes:
        contents = der.write_octets(value)
        der.one_tlv(contents)
        return contents

    codec = Codec({None: read}, write)
    for tag in reversed(tags):
        codec = _explicit(tag, codec)
    return codec


def _opaque(tags: Sequence[int], own_tag: int) -> Codec:
    """A foreign type kept as the bytes of its TLV under its own tag, whichever tag it has in the message."""
    tag, own = tag_octets(tags[-1]), tag_octets(own_tag)

    def read(data: bytes, head: int, _start: int, end: int) -> bytes:
        return data[head:end] if tag == own else own + data[head + len(tag) : end]

    def write(value: Any) -> bytes:
        if der.one_tlv(der.write_octets(value))[0] != own_tag:
            raise Asn1Error(f"tag {value[0]:X} where {own_tag:X} is expected")
        octets: bytes = value
        return octets if tag == own else tag + octets[len(own) :]

    codec = Codec({tags[-1]: read}, write)
    for outer in reversed(tags[:-1]):
        codec = _explicit(outer, codec)
    return codec


# -- SEQUENCE OF, SET OF ---------------------------------------------------------------------------------------------


def _list(kind: str, element: Node, sizes: tuple[Range, ...] | None) -> tuple[Read, Write]:
    codec = _build(element)
    find = codec.readers.get
    open_type = codec.readers.get(None)
    write_element = codec.write
    check = _range_check(kind, sizes) if sizes else None

    def read(data: bytes, _head: int, position: int, end: int) -> tuple[Any, ...]:
        values = []
        while position < end:
            tag = data[position]
            length = data[position + 1]
            if length < 0x80 and tag & 0x1F != 0x1F:
                start = position + 2
                stop = start + length
                if stop > end:
                    raise Asn1Error(f"element {tag:X} at {position} does not end inside its parent")
            else:
                tag, start, stop = header(data, position, end)
            read_element = find(tag) or open_type
            if read_element is None:
                raise Asn1Error(f"unexpected tag {tag:X} in a {kind} at {position}")
            values.append(read_element(data, position, start, stop))
            position = stop
        if check:
            check(len(values))
        return tuple(values)

    def write(values: Any) -> bytes:
        if not isinstance(values, tuple | list):
            raise Asn1Error(f"{type(values).__name__} is not a tuple for a {kind}")
        if check:
            check(len(values))
        encodings = [write_element(value) for value in values]
        return b"".join(sorted(encodings) if kind == "SET OF" else encodings)

    return read, write


# -- SEQUENCE and CHOICE ---------------------------------------------------------------------------------------------


def _message(node: Node) -> Codec:
    """The codec of a SEQUENCE or CHOICE under the tags of the node."""
    path, tags = node[2], node[1]
    if (path, tags) in _codecs:
        return _codecs[path, tags]
    kind, own_tags, members, extensible = _description(path)
    wrappers = tags[: len(tags) - len(own_tags)]
    if kind == "SEQUENCE":
        codec = _sequence(_class(path), tags[-1], members, extensible)
    elif own_tags:
        codec = _tagged_choice(_class(path), tags[-1], members)
    else:
        codec = _choice(_class(path), members)
    for tag in reversed(wrappers):
        codec = _explicit(tag, codec)
    _codecs[path, tags] = codec
    return codec


def _expect(cls: type, value: Any) -> None:
    if type(value) is not cls:
        raise Asn1Error(f"{type(value).__name__} is not a {cls.__qualname__}")


def _retagging(octets: bytes, cls: type, body: Write) -> Write:
    """A writer of a message: its bytes as received if there are any, under this tag; else built from its fields."""

    def write(value: Any) -> bytes:
        _expect(cls, value)
        encoded: bytes = value.encoded
        if not encoded:
            data = body(value)
            return octets + length_octets(len(data)) + data
        return encoded if encoded.startswith(octets) else octets + encoded[tag_size(encoded) :]

    return write


def _sequence(cls: type, tag: int, members: Sequence[tuple[str, Node, bool]], extensible: bool) -> Codec:
    codecs = [_build(node) for _, node, _ in members]
    fields: dict[int | None, Field] = {}
    required = 0
    for index in reversed(range(len(members))):  # so that of fields with one tag the first comes first
        name, _, needed = members[index]
        required |= needed << index
        for key, read in codecs[index].readers.items():
            fields[key] = (1 << index, name, read, fields.get(key))
    read_contents = _sequence_reader(cls, fields, required, extensible)
    writers = [(name, codec.write, needed) for (name, _, needed), codec in zip(members, codecs, strict=True)]
    return Codec({tag: read_contents}, _retagging(tag_octets(tag), cls, _sequence_writer(cls, writers)))


def _sequence_reader(cls: type, fields: dict[int | None, Field], required: int, extensible: bool) -> Read:
    find = fields.get
    new: Callable[[type], Any] = object.__new__
    open_field = fields.get(None)

    def later_field(field: Field | None, seen: int, tag: int, position: int) -> Field | None:
        """The field that takes this tag although the first one with it has passed; None for an extension."""
        known = field is not None
        while field is not None and seen >= field[0]:
            field = field[3]
        if field is None and open_field is not None and seen < open_field[0]:
            return open_field
        if field is None and (known or not extensible):
            raise Asn1Error(f"{cls.__qualname__}: tag {tag:X} at {position} is not expected here")
        return field

    def read(data: bytes, head: int, position: int, end: int) -> Any:
        message = new(cls)
        values = message.__dict__
        values["encoded"] = data[head:end]
        seen = 0
        while position < end:
            tag = data[position]
            length = data[position + 1]
            if length < 0x80 and tag & 0x1F != 0x1F:
                start = position + 2
                stop = start + length
                if stop > end:
                    raise Asn1Error(f"element {tag:X} at {position} does not end inside its parent")
            else:
                tag, start, stop = header(data, position, end)
            field = find(tag)
            if field is None or seen >= field[0]:
                field = later_field(field, seen, tag, position)
            if field is None:
                values.setdefault("extensions", []).append(data[position:stop])
            else:
                seen |= field[0]
                values[field[1]] = field[2](data, position, start, stop)
            position = stop
        if seen & required != required:
            raise Asn1Error(f"{cls.__qualname__} without a mandatory element")
        if "extensions" in values:
            values["extensions"] = tuple(values["extensions"])
        return message

    return read


def _sequence_writer(cls: type, writers: Sequence[tuple[str, Write, bool]]) -> Write:
    defaults: Mapping[str, Any] = cls.__dict__

    def write(message: Any) -> bytes:
        values = message.__dict__
        parts = []
        for name, write_value, needed in writers:
            value = values.get(name)
            if value is None:
                if needed:
                    raise Asn1Error(f"{cls.__qualname__} without {name}")
            elif needed or value != defaults[name]:
                parts.append(write_value(value))
        parts.extend(values.get("extensions", ()))
        return b"".join(parts)

    return write


def _alternatives(
    members: Sequence[tuple[str, Node, bool]],
) -> tuple[dict[int, tuple[str, Read]], dict[str, Write]]:
    readers: dict[int, tuple[str, Read]] = {}
    writers: dict[str, Write] = {}
    for name, node, _ in members:
        codec = _build(node)
        writers[name] = codec.write
        for tag, read in codec.readers.items():
            assert tag is not None, "the compiler refuses open types as alternatives"
            readers[tag] = (name, read)
    return readers, writers


def _choice(cls: type, members: Sequence[tuple[str, Node, bool]]) -> Codec:
    """An untagged CHOICE: the TLV is the alternative's."""
    alternatives, writers = _alternatives(members)
    write_alternative = _choice_writer(writers)

    new: Callable[[type], Any] = object.__new__

    def reader(name: str, read_value: Read) -> Read:
        def read(data: bytes, head: int, start: int, end: int) -> Any:
            choice = new(cls)
            values = choice.__dict__
            values["encoded"] = data[head:end]
            values["chosen"] = name
            values[name] = read_value(data, head, start, end)
            return choice

        return read

    def write(value: Any) -> bytes:
        _expect(cls, value)
        return value.encoded or write_alternative(value)

    return Codec({tag: reader(name, read) for tag, (name, read) in alternatives.items()}, write)


def _tagged_choice(cls: type, tag: int, members: Sequence[tuple[str, Node, bool]]) -> Codec:
    """A CHOICE with a tag of its own, which wraps the alternative's TLV."""
    alternatives, writers = _alternatives(members)
    find = alternatives.get
    new: Callable[[type], Any] = object.__new__

    def read(data: bytes, head: int, position: int, end: int) -> Any:
        found, start, stop = header(data, position, end) if position < end else (0, 0, 0)
        alternative = find(found)
        if alternative is None:
            raise Asn1Error(f"{cls.__qualname__}: unknown alternative {found:X} at {position}")
        if stop != end:
            raise Asn1Error(f"{cls.__qualname__}: more than one alternative at {position}")
        choice = new(cls)
        values = choice.__dict__
        values["encoded"] = data[head:end]
        name, read_value = alternative
        values["chosen"] = name
        values[name] = read_value(data, position, start, stop)
        return choice

    return Codec({tag: read}, _retagging(tag_octets(tag), cls, _choice_writer(writers)))


def _choice_writer(writers: dict[str, Write]) -> Write:
    def write(choice: Any) -> bytes:
        return writers[choice.chosen](choice.value)

    return write
