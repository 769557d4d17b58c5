"""Remote scripts in compact and expanded format, TS 102 226 5.1 and 5.2, and what cards answer to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from apdu import Command, TlvError, instruction, tlv

Path = Sequence[int]
"""FIDs from where the application stands: one alone is selected by FID, 3F00 or 7FFF begin a path from there."""

_BY_FID, _BY_DF_NAME, _FROM_MF, _FROM_CURRENT_DF = 0x00, 0x04, 0x08, 0x09
_NO_DATA = 0x0C
_ABSOLUTE_RECORD = 0x04
_MF, _ADF = 0x3F00, 0x7FFF
_DEFINITE, _INDEFINITE, _RESPONSE, _INDEFINITE_RESPONSE = 0xAA, 0xAE, 0xAB, 0xAF
_C_APDU, _R_APDU, _ACTION, _CHAINING, _EXECUTED, _BAD_FORMAT = 0x22, 0x23, 0x81, 0x83, 0x80, 0x90
_END_OF_CONTENTS = b"\x00\x00"
_REFRESH = 0x01
_UICC_TO_TERMINAL = bytes.fromhex("8182")


class Chaining(IntEnum):
    """Value of the script chaining TLV."""

    FIRST = 0x01
    FIRST_KEPT_OVER_RESET = 0x11
    NEXT = 0x02
    LAST = 0x03


class Script:
    """A list of commands that can be written in either format; the methods that add return the script."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.action: bytes | None = None
        """Value of the immediate action TLV, expanded format only."""

    def add(self, cla: int, ins: int, p1: int, p2: int, data: bytes = b"", le: int | None = None) -> Script:
        """Any command."""
        self.commands.append(Command(cla, ins, p1, p2, data, le))
        return self

    def select(self, path: Path) -> Script:
        """SELECT without response data."""
        fids = b"".join(fid.to_bytes(2, "big") for fid in path)
        if len(path) == 1:
            return self.add(0x00, instruction.SELECT, _BY_FID, _NO_DATA, fids)
        form = _FROM_MF if path[0] in (_MF, _ADF) else _FROM_CURRENT_DF
        return self.add(0x00, instruction.SELECT, form, _NO_DATA, fids[2:] if path[0] == _MF else fids)

    def select_application(self, aid: bytes) -> Script:
        """SELECT by AID without response data."""
        return self.add(0x00, instruction.SELECT, _BY_DF_NAME, _NO_DATA, aid)

    def read_binary(self, path: Path, length: int, offset: int = 0) -> Script:
        """SELECT and READ BINARY; in compact format only at the end."""
        return self.select(path).add(0x00, instruction.READ_BINARY, *divmod(offset, 256), le=length)

    def update_binary(self, path: Path, data: bytes, offset: int = 0) -> Script:
        """SELECT and UPDATE BINARY, up to 255 bytes."""
        return self.select(path).add(0x00, instruction.UPDATE_BINARY, *divmod(offset, 256), data)

    def read_record(self, path: Path, number: int, length: int) -> Script:
        """SELECT and READ RECORD; in compact format only at the end."""
        return self.select(path).add(0x00, instruction.READ_RECORD, number, _ABSOLUTE_RECORD, le=length)

    def update_record(self, path: Path, number: int, data: bytes) -> Script:
        """SELECT and UPDATE RECORD of the whole record."""
        return self.select(path).add(0x00, instruction.UPDATE_RECORD, number, _ABSOLUTE_RECORD, data)

    def refresh(self, mode: int, files: Sequence[Path] = ()) -> Script:
        """REFRESH as the script's immediate action, TS 102 226 5.2.1.2: paths of `files` from 3F00."""
        objects = tlv.encode(0x81, bytes((0x01, _REFRESH, mode))) + tlv.encode(0x82, _UICC_TO_TERMINAL)
        if files:
            paths = b"".join(fid.to_bytes(2, "big") for path in files for fid in path)
            objects += tlv.encode(0x92, bytes((len(files),)), paths)
        self.action = objects
        return self

    def compact(self) -> bytes:
        """Compact format. ValueError for an immediate action, or response data asked for before the end."""
        if self.action is not None or any(command.le is not None for command in self.commands[:-1]):
            raise ValueError("only the last command of a compact script is answered, and it has no actions")
        return b"".join(map(_compact, self.commands))

    def expanded(self, *, indefinite: bool = False, chaining: Chaining | None = None) -> bytes:
        """Expanded format, in a template of definite or indefinite length."""
        content = b"" if chaining is None else tlv.encode(_CHAINING, bytes((chaining,)))
        if self.action is not None:
            content += tlv.encode(_ACTION, self.action)
        content += b"".join(tlv.encode(_C_APDU, command.encode()) for command in self.commands)
        if indefinite:
            return bytes((_INDEFINITE, 0x80)) + content + _END_OF_CONTENTS
        return tlv.encode(_DEFINITE, content)


def _compact(command: Command) -> bytes:
    header = bytes((command.cla, command.ins, command.p1, command.p2))
    if command.le is None:
        return header + bytes((len(command.data),)) + command.data
    le = command.le & 0xFF
    if not command.data:
        return header + bytes((le,))
    get_response = bytes((0x00, instruction.GET_RESPONSE, 0x00, 0x00, le))
    return header + bytes((len(command.data),)) + command.data + get_response


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """What became of a script.

    executed: commands, as far as the card says so. sw and data: of the last one; sw None when none was.
    responses: (data, sw) of each command, of a definite response only of the last one. bad_format, chaining,
    action: values of these response TLVs.
    """

    executed: int | None
    responses: tuple[tuple[bytes, int], ...] = ()
    bad_format: int | None = None
    chaining: int | None = None
    action: int | None = None

    @property
    def sw(self) -> int | None:
        """Status word of the last command."""
        return self.responses[-1][1] if self.responses else None

    @property
    def data(self) -> bytes:
        """Response data of the last command."""
        return self.responses[-1][0] if self.responses else b""


def parse_compact(data: bytes) -> ScriptResult:
    """Compact response, TS 102 226 5.1.2. ValueError when it is none."""
    if len(data) < 3:
        raise ValueError("no response to a compact script")
    return ScriptResult(data[0], ((data[3:], int.from_bytes(data[1:3], "big")),))


def parse_expanded(data: bytes) -> ScriptResult:
    """Expanded response, TS 102 226 5.2.2, definite or indefinite. ValueError when it is none."""
    try:
        objects = _response_objects(data)
    except TlvError as error:
        raise ValueError(f"no response to an expanded script: {error}") from None
    numbers: dict[int, int] = {}
    responses = []
    for element in objects:
        if element.tag == _R_APDU:
            responses.append((element.value[:-2], int.from_bytes(element.value[-2:], "big")))
        else:
            numbers[element.tag] = int.from_bytes(element.value, "big")
    return ScriptResult(
        executed=numbers.get(_EXECUTED),
        responses=tuple(responses),
        bad_format=numbers.get(_BAD_FORMAT),
        chaining=numbers.get(_CHAINING),
        action=numbers.get(_ACTION),
    )


def _response_objects(data: bytes) -> list[tlv.Tlv]:
    if data[:2] == bytes((_INDEFINITE_RESPONSE, 0x80)) and data.endswith(_END_OF_CONTENTS):
        return tlv.parse_all(data[2:-2])
    template = tlv.parse(data)
    if template.tag != _RESPONSE:
        raise TlvError(f"tag {template.tag:X}")
    return template.children()
