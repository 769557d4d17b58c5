"""What the files of a package hold, worked out once more and naively, from its decoded elements alone.

Only what the package itself says: a file without content and pattern, or whose size is the template's, is
expected to begin with what is known. Paths are those of the package (ADFs by temporary FID).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asn1.generated import pe
from euicc.isdp.package import PackageReader

USIM, ISIM, CSIM = b"\x7f\xd0", b"\x7f\xb0", b"\x7f\xc0"
BELOW = {
    "opt_usim": USIM,
    "gsm_access": USIM,
    "df_5gs": USIM,
    "df_saip": USIM,
    "opt_isim": ISIM,
    "opt_csim": CSIM,
}
File = tuple[bytes, pe.Fcp, list[Any]]


def expected_contents(package: bytes) -> dict[bytes, bytes]:
    """Path -> how the content begins (the whole of it, where the package says the size)."""
    contents: dict[bytes, bytes] = {}
    links: dict[bytes, bytes] = {}
    for directory, fcp, fills in files_of(package):
        assert fcp.file_id is not None
        path = directory + fcp.file_id
        if fcp.link_path:
            links[path] = fcp.link_path
        else:
            known = _content(fcp, fills)
            if known is not None:
                contents[path] = known
    for path, target in links.items():
        if target in contents:
            contents[path] = contents[target]
    return contents


def files_of(package: bytes) -> Iterator[File]:
    """Directory, Fcp and fills of each file that the package describes."""
    for encoded in PackageReader().feed(package):
        yield from files_of_element(pe.ProfileElement.decode(encoded))


def files_of_element(element: pe.ProfileElement) -> Iterator[File]:
    """Directory, Fcp and fills of each file that one ProfileElement describes."""
    if element.chosen == "generic_file_management":
        for commands in element.value.file_management_cmd:
            yield from _generic(commands)
    elif getattr(element.value, "template_id", None):
        yield from _template(element.chosen, element.value)


def _template(name: str, element: Any) -> Iterator[File]:
    top = directory = BELOW.get(name, b"")
    for field, items in vars(element).items():
        if field in ("mf", "template_id") or not isinstance(items, tuple) or not items:
            continue
        fcp = items[0].file_descriptor
        assert fcp is not None  # TS.48 gives one for every file
        if field.startswith(("adf_", "df_")):
            directory = top + fcp.file_id
            if field == "df_telecom":
                top = directory
        else:
            yield directory, fcp, [item.value for item in items[1:]]


def _generic(commands: tuple[pe.FileManagementItem, ...]) -> Iterator[File]:
    directory = b""
    file: File | None = None
    for command in commands:
        if command.chosen in ("fill_file_offset", "fill_file_content"):
            assert file is not None
            file[2].append(command.value)
            continue
        if file is not None:
            yield file
        file = None
        if command.chosen == "file_path":
            directory = command.value
        elif command.value.file_descriptor[0] & 0x3F == 0x38:
            directory += command.value.file_id
        else:
            file = (directory, command.value, [])
    if file is not None:
        yield file


def _content(fcp: pe.Fcp, fills: list[Any]) -> bytes | None:
    assert fcp.file_descriptor is not None
    if fcp.file_descriptor[0] & 0x3F == 0x39:
        return b"".join(fills)
    info = fcp.proprietary_ef_info
    fill, repeat = (info.fill_pattern, info.repeat_pattern) if info else (None, None)
    written = sum(piece if isinstance(piece, int) else len(piece) for piece in fills)
    size = int.from_bytes(fcp.ef_file_size or b"", "big") or written
    if not (fill or repeat or fills):
        return None
    unit = int.from_bytes(fcp.file_descriptor[2:], "big") or size
    record = bytearray()
    while len(record) < unit:
        if repeat:
            record += repeat
        elif fill:
            record += fill[-1:] if record else fill
        else:
            record += b"\xff"
    body = bytearray(bytes(record[:unit]) * (size // unit if unit else 0))
    position = 0
    for piece in fills:
        if isinstance(piece, int):
            position += piece
            continue
        for octet in piece:
            body[position] = octet
            position += 1
    return bytes(body)
