"""A file of a card as the command line shows it: lines for people, a row for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from apdu import TlvError, ef, fcp, status
from apdu.ef.access_rules import in_words
from apdu.ef.key_references import reference_name
from apdu.ef.presentation import FREE, plain_json, words
from apdu.ef.secrets import SECRET
from ipa.file_tree import FoundFile
from ipa.presentation import Row

MASKED = "masked; --secrets shows it"
SHOWN_BYTES = 64
"""Longer bytes are cut in lines, unless they are asked for."""
RULES_FILE = "EF.ARR"
INDENT = "  "


def file_row(found: FoundFile, *, secrets: bool = False) -> Row:
    """One file for programs. `content` and `raw` are lists for files with records or data objects."""
    hidden = is_hidden(found, secrets)
    several = found.elements is not None and found.fcp.structure != fcp.TRANSPARENT
    raw = [MASKED if hidden else element.hex().upper() for element in found.elements or ()]
    content = [MASKED if hidden else plain_json(_decoded(found, element)) for element in found.elements or ()]
    return {
        "path": found.place.path,
        "aid": found.fcp.aid and found.fcp.aid.hex().upper(),
        "fid": found.place.fids[-2:].hex().upper(),
        "structure": structure(found),
        "size": found.fcp.size,
        "record_length": found.fcp.record_length or None,
        "records": found.fcp.record_count or None,
        "sfi": found.fcp.sfi,
        "life_cycle": life_cycle(found),
        "access": rules_in_words(found),
        "pins": {reference_name(reference): enabled for reference, enabled in pins(found)} or None,
        "status": refusal_in_words(found),
        "content": content if several else next(iter(content), None),
        "raw": raw if several else next(iter(raw), None),
    }


def file_lines(found: FoundFile, *, raw: bool = False, secrets: bool = False) -> Iterator[str]:
    """One file for people: what it is and who may read it, then what it says."""
    indent = INDENT * found.place.depth
    yield f"{indent}{found.place.name:24} {_about(found)}"
    access = rules_in_words(found)
    inner = indent + 2 * INDENT
    if access:
        yield f"{inner}{access}"
    if pins(found):
        yield f"{inner}{pins_in_words(found)}"
    if found.elements is None:
        if found.refusal is not None:
            yield f"{inner}{refusal_in_words(found)}"
        return
    if is_hidden(found, secrets):
        yield f"{inner}{MASKED}"
        return
    several = found.fcp.structure != fcp.TRANSPARENT
    for numbers, element in _grouped(found.elements):
        number = f"{numbers}  " if several else ""
        yield f"{inner}{number}{content_in_words(found, element)}"
        if raw:
            yield f"{inner}{' ' * len(number)}{element.hex().upper()}"


def structure(found: FoundFile) -> str:
    """What kind of file it is."""
    return fcp.STRUCTURES.get(found.fcp.structure, f"structure {found.fcp.structure:02X}")


def life_cycle(found: FoundFile) -> str:
    """Its life cycle status, "" when the card does not tell."""
    state = found.fcp.life_cycle
    return "" if state is None else fcp.LIFE_CYCLES.get(state, f"{state:02X}")


def rules_in_words(found: FoundFile) -> str:
    """Who may do what; "" when its rule cannot be read."""
    return in_words(found.rules, directory=found.fcp.is_directory) if found.rules else ""


def pins(found: FoundFile) -> tuple[tuple[int, bool], ...]:
    """The keys that a directory shows, each with whether it is enabled; none where that cannot be read."""
    try:
        return fcp.pins(found.fcp.pin_status)
    except TlvError:
        return ()


def pins_in_words(found: FoundFile) -> str:
    """`PIN1 disabled, ADM1 enabled`."""
    return ", ".join(
        f"{reference_name(reference)} {'enabled' if enabled else 'disabled'}"
        for reference, enabled in pins(found)
    )


def refusal_in_words(found: FoundFile) -> str:
    """Why its content could not be read, "" when it was."""
    return "" if found.refusal is None else status.describe(found.refusal)


def is_hidden(found: FoundFile, secrets: bool) -> bool:
    """Whether its content is a key, and keys are not to be shown."""
    return not secrets and found.place.known is not None and found.place.known.name in SECRET


def content_in_words(found: FoundFile, element: bytes) -> str:
    """The content, or one of its records; in hexadecimal where its coding is not known."""
    value = _decoded(found, element)
    if value is None and not element.strip(b"\xff"):
        return FREE
    if found.place.name == RULES_FILE and value is not None:
        return in_words(value)
    return _cut(element) if value is None else words(value)


def _decoded(found: FoundFile, element: bytes) -> Any:
    """The value; None where there is none, or its coding is not known or not kept."""
    if found.place.known is None or not ef.has_codec(found.place.known):
        return None
    try:
        return ef.decode(found.place.known, element)
    except ef.ContentError:
        return None


def _about(found: FoundFile) -> str:
    """FID, kind, sizes, SFI, state."""
    file = found.fcp
    parts = [found.place.fids[-2:].hex().upper(), structure(found)]
    if file.aid:
        parts[0] = file.aid.hex().upper()
    if file.has_records:
        parts.append(
            f"{file.record_count} record{'s' * (file.record_count != 1)} of {file.record_length} bytes"
        )
    elif file.size is not None and not file.is_directory:
        parts.append(f"{file.size} bytes")
    if file.sfi is not None:
        parts.append(f"SFI {file.sfi:02X}")
    state = life_cycle(found)
    return ", ".join([*parts, *([state] if state not in ("", "activated") else [])])


def _grouped(elements: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Neighbours that are the same count once: `3-10`."""
    numbered = groupby(enumerate(elements, start=1), key=lambda pair: pair[1])
    for element, pairs in numbered:
        numbers = [number for number, _ in pairs]
        yield str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}", element


def _cut(element: bytes) -> str:
    shown = element[:SHOWN_BYTES].hex().upper() or "empty"
    return shown if len(element) <= SHOWN_BYTES else f"{shown}… ({len(element)} bytes)"
