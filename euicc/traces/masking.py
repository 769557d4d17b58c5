"""What must not be seen in a trace: PINs and PUKs, keys, the hash of a confirmation code.

Works on bytes: every format shows or writes the exchanges masked by this. What cannot be understood well enough to
find the secret in it is masked as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from apdu import Command, TlvError, instruction, tlv
from apdu.ef.secrets import SECRET
from euicc.traces.conversations import Conversation, Part
from euicc.traces.files import Place
from euicc.traces.tree import MASKED, SHOWN_BYTES

Span = tuple[int, int]
MASK_BYTE = 0x2A
"""Stands for each masked byte where bytes are written: `*` for who sees them as text."""
EVERYTHING = ((0, 1 << 32),)

PIN_COMMANDS = frozenset(
    {
        instruction.VERIFY,
        instruction.CHANGE_PIN,
        instruction.DISABLE_PIN,
        instruction.ENABLE_PIN,
        instruction.UNBLOCK_PIN,
    }
)
_SECRET_COMMANDS = PIN_COMMANDS | {instruction.PUT_KEY}
_AUTHENTICATE = (instruction.AUTHENTICATE, instruction.AUTHENTICATE_ODD)
_READING = frozenset({instruction.READ_BINARY, instruction.READ_RECORD, instruction.SEARCH_RECORD})
_WRITING = frozenset({instruction.UPDATE_BINARY, instruction.UPDATE_RECORD})

_PREPARE_DOWNLOAD = 0xBF21
_NETWORK_KEYS = 0xFF6B
"""STORE DATA with the key of a USIM, `euicc.globalplatform.network_keys`."""
_HASH_CC = ((_PREPARE_DOWNLOAD, 0x04), (_PREPARE_DOWNLOAD, 0xA0, 0x30, 0x04))
"""Where the hash of the confirmation code is in PrepareDownload and its response."""
_AKA_SUCCESS, _AKA_SYNCHRONISATION_FAILURE = 0xDB, 0xDC
_SRES_SIZE = 4


@dataclass(frozen=True, slots=True)
class Secrets:
    """Spans of secret bytes in the whole command data and the whole response data of a conversation."""

    data: tuple[Span, ...] = ()
    answer: tuple[Span, ...] = ()


def secrets(conversation: Conversation, place: Place) -> Secrets:
    """What is secret in a conversation on a channel that stands at `place` when the command is carried out."""
    raw = conversation.first.exchange.command
    if raw is None or len(raw) < 2:
        return Secrets()
    ins = raw[1]
    if ins in _SECRET_COMMANDS or (ins in _WRITING and place.file in SECRET):
        return Secrets(data=EVERYTHING)
    if (ins in _READING and place.file in SECRET) or ins == instruction.GET_RESPONSE:
        return Secrets(answer=EVERYTHING)
    if ins in _AUTHENTICATE:
        return Secrets(answer=tuple(_in_authentication(conversation.command, conversation.answer)))
    if ins == instruction.STORE_DATA:
        return _in_store_data(conversation, raw)
    return Secrets()


def _in_authentication(command: Command | None, answer: bytes) -> Iterator[Span]:
    """CK, IK and Kc after RES, TS 31.102 7.1.2.1; Kc after SRES, 7.1.2.2."""
    if answer[:1] == bytes([_AKA_SUCCESS]) and len(answer) > 1:
        yield 2 + answer[1], len(answer)
    elif answer[:1] == bytes([_AKA_SYNCHRONISATION_FAILURE]):
        return
    elif command is not None and command.p2 & 0x07 == 0 and answer[:1] != bytes([_SRES_SIZE]):
        yield _SRES_SIZE, len(answer)
    else:
        yield from EVERYTHING


def _in_store_data(conversation: Conversation, raw: bytes) -> Secrets:
    command = conversation.command
    if command is None:
        suspicious = _PREPARE_DOWNLOAD.to_bytes(2, "big") in raw
        return Secrets(EVERYTHING, EVERYTHING) if suspicious else Secrets()
    if not command.proprietary:
        return Secrets()
    if command.p2:
        return Secrets(data=EVERYTHING)  # blocks whose beginning is not there
    in_data = (*hash_of_code(conversation.data), *_network_keys(conversation.data))
    return Secrets(in_data, tuple(hash_of_code(conversation.answer)))


def _network_keys(data: bytes) -> Iterator[Span]:
    if _NETWORK_KEYS.to_bytes(2, "big") in data:
        yield from _at_path(data, 0, len(data), (_NETWORK_KEYS,))


def hash_of_code(data: bytes) -> Iterator[Span]:
    """Where the hash of the confirmation code is in PrepareDownload or its response."""
    if not data.startswith(_PREPARE_DOWNLOAD.to_bytes(2, "big")):
        return
    for path in _HASH_CC:
        yield from _at_path(data, 0, len(data), path)


def _at_path(data: bytes, offset: int, end: int, path: tuple[int, ...]) -> Iterator[Span]:
    """Spans of the values at a path of tags, in data that may end early; all that cannot be read counts as secret."""
    while offset < end:
        try:
            tag, start, stop = tlv.read_header(data, offset)
        except TlvError:
            yield offset, end
            return
        if tag == path[0] and len(path) == 1:
            yield start, min(stop, end)
        elif tag == path[0]:
            yield from _at_path(data, start, min(stop, end), path[1:])
        offset = stop


def masked_parts(conversation: Conversation, found: Secrets) -> Iterator[tuple[Part, list[Span], list[Span]]]:
    """Each exchange of a conversation with the spans of secret bytes in its command and in its response."""
    data_spans = dict(_placed(conversation.sent, found.data, _sent_size))
    answer_spans = dict(_placed(conversation.answered, found.answer, _answered_size))
    for part in conversation.parts:
        twin = _twin(part, conversation.sent)
        in_data = data_spans.get(twin.number, list(found.data))
        in_answer = answer_spans.get(part.number, list(EVERYTHING if found.answer else ()))
        yield (
            part,
            [(a + part.data_offset, b + part.data_offset) for a, b in in_data],
            _data_only(part, in_answer),
        )


def _twin(part: Part, sent: Iterable[Part]) -> Part:
    """The exchange that carries the same data: a command that was repeated with another Le counts once."""
    if part.command is None:
        return part
    same = (each for each in sent if each.number >= part.number and each.command is not None)
    plain = part.command.with_le(None)
    return next((each for each in same if each.command and each.command.with_le(None) == plain), part)


def _data_only(part: Part, spans: Iterable[Span]) -> list[Span]:
    """Response spans without the status word."""
    size = max(0, len(part.exchange.response) - 2)
    return [(start, min(end, size)) for start, end in spans if start < size]


def _placed(
    parts: Iterable[Part], spans: Iterable[Span], size_of: Callable[[Part], int]
) -> Iterator[tuple[int, list[Span]]]:
    """The spans of the whole, cut to where each part of it lies."""
    at = 0
    for part in parts:
        size = size_of(part)
        inside = ((max(start - at, 0), min(end - at, size)) for start, end in spans)
        yield part.number, [(start, end) for start, end in inside if start < end]
        at += size


def _sent_size(part: Part) -> int:
    return len(part.command.data) if part.command else len(part.exchange.command or b"")


def _answered_size(part: Part) -> int:
    return len(part.response.data) if part.response else 0


def words(value: bytes, spans: Sequence[Span]) -> str:
    """Bytes as a value in words, cut when they are many; "masked" where all are secret."""
    if value and any(start <= 0 and end >= len(value) for start, end in spans):
        return MASKED
    cut = f"… ({len(value)} bytes)" if len(value) > SHOWN_BYTES else ""
    return f"{hexadecimal(value[:SHOWN_BYTES], spans)}{cut}" or "empty"


def hexadecimal(value: bytes, spans: Iterable[Span] = ()) -> str:
    """Bytes in hexadecimal, ** for each secret one."""
    hidden = {at for start, end in spans for at in range(start, min(end, len(value)))}
    return "".join("**" if at in hidden else f"{byte:02X}" for at, byte in enumerate(value))


def overwritten(value: bytes, spans: Iterable[Span]) -> bytes:
    """Bytes with MASK_BYTE in place of each secret one."""
    changed = bytearray(value)
    for start, end in spans:
        stop = min(end, len(changed))
        changed[start:stop] = bytes([MASK_BYTE]) * max(0, stop - start)
    return bytes(changed)
