"""SEQUENCE, CHOICE and their lists: the loops over the elements inside an element."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asn1.der import CONSTRUCTED, Asn1Error, header, length_octets, tag_octets, tag_size
from asn1.elements import Codec, Range, Read, Write, range_check

Member = tuple[str, Codec, bool]  # attribute, codec, required?
Field = tuple[int, str, Read, Any]  # its bit in the order, attribute, reader, next Field with the same tag

_new: Callable[[type], Any] = object.__new__


def list_of(kind: str, codec: Codec, sizes: tuple[Range, ...] | None) -> tuple[Read, Write]:
    """Reader and writer of the contents of a SEQUENCE OF or SET OF, X.690 8.10 and 11.6."""
    find = codec.readers.get
    read_any = codec.readers.get(None)
    write_element = codec.write
    check = range_check(kind, sizes) if sizes else None

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
            read_element = find(tag) or read_any
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


def sequence(cls: type, tag: int, members: Sequence[Member], extensible: bool, keep: bool) -> Codec:
    """A SEQUENCE under `tag`, as instances of `cls` (which keep their bytes if `keep`), X.690 8.9."""
    fields: dict[int | None, Field] = {}
    required = 0
    for index in reversed(range(len(members))):  # so that of fields with one tag the first comes first
        name, codec, needed = members[index]
        required |= needed << index
        for key, read in codec.readers.items():
            fields[key] = (1 << index, name, read, fields.get(key))
    read_contents = _sequence_reader(cls, fields, required, extensible, keep)
    writers = [(name, codec.write, needed) for name, codec, needed in members]
    return Codec({tag: read_contents}, _retagging(tag_octets(tag), cls, _sequence_writer(cls, writers)))


def _other_form(tag: int) -> int:
    """The tag with its constructed bit the other way round: a known element in an encoding that DER does not have."""
    return tag ^ CONSTRUCTED << max(tag.bit_length() - 1, 0) // 8 * 8


def _sequence_reader(
    cls: type, fields: dict[int | None, Field], required: int, extensible: bool, keep: bool
) -> Read:
    find = fields.get
    open_field = fields.get(None)

    def later_field(field: Field | None, seen: int, tag: int, position: int) -> Field | None:
        """The field that takes this tag although the first one with it has passed; None for an extension."""
        known = field is not None
        while field is not None and seen >= field[0]:
            field = field[3]
        if field is None and open_field is not None and seen < open_field[0]:
            return open_field
        if field is None and (known or not extensible or _other_form(tag) in fields):
            raise Asn1Error(f"{cls.__qualname__}: tag {tag:X} at {position} is not expected here")
        return field

    def read(data: bytes, head: int, position: int, end: int) -> Any:
        message = _new(cls)
        values = message.__dict__
        if keep:
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
                bit, name, read_value, _ = field
                seen |= bit
                values[name] = read_value(data, position, start, stop)
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
    members: Sequence[Member],
) -> tuple[dict[int, tuple[str, Read]], dict[str, Write]]:
    readers: dict[int, tuple[str, Read]] = {}
    writers: dict[str, Write] = {}
    for name, codec, _ in members:
        writers[name] = codec.write
        for tag, read in codec.readers.items():
            assert tag is not None, "the compiler refuses open types as alternatives"
            readers[tag] = (name, read)
    return readers, writers


def choice(cls: type, members: Sequence[Member], keep: bool) -> Codec:
    """An untagged CHOICE: the TLV is the alternative's."""
    alternatives, writers = _alternatives(members)
    write_alternative = _choice_writer(writers)

    def reader(name: str, read_value: Read) -> Read:
        def read(data: bytes, head: int, start: int, end: int) -> Any:
            choice = _new(cls)
            values = choice.__dict__
            if keep:
                values["encoded"] = data[head:end]
            values["chosen"] = name
            values[name] = read_value(data, head, start, end)
            return choice

        return read

    def write(value: Any) -> bytes:
        _expect(cls, value)
        return value.encoded or write_alternative(value)

    return Codec({tag: reader(name, read) for tag, (name, read) in alternatives.items()}, write)


def tagged_choice(cls: type, tag: int, members: Sequence[Member], keep: bool) -> Codec:
    """A CHOICE with a tag of its own, which wraps the alternative's TLV."""
    alternatives, writers = _alternatives(members)
    find = alternatives.get

    def read(data: bytes, head: int, position: int, end: int) -> Any:
        found, start, stop = header(data, position, end) if position < end else (0, 0, 0)
        alternative = find(found)
        if alternative is None:
            raise Asn1Error(f"{cls.__qualname__}: unknown alternative {found:X} at {position}")
        if stop != end:
            raise Asn1Error(f"{cls.__qualname__}: more than one alternative at {position}")
        choice = _new(cls)
        values = choice.__dict__
        if keep:
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
