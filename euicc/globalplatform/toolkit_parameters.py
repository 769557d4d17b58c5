"""UICC Toolkit Application specific parameters, TS 102 226 8.2.1.3.2.2: what an instance may use, and its TARs."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import TlvError, tlv

TOOLKIT, UICC_ACCESS = 0x80, 0x81
"""Fields of the parameter EA."""
SIM_TOOLKIT, UICC_TOOLKIT = 0xCA, 0xEA
"""Tags in INSTALL [for install]: the parameters of TS 51.014's days, and today's."""
TAR_LENGTH = 3
_MENU_ENTRY_LENGTH = 2
_MINIMUM_SPI1 = 0x01


class ToolkitParametersError(Exception):
    """These bytes are not toolkit parameters."""


@dataclass(frozen=True, slots=True)
class ToolkitParameters:
    """priority: level of the applet. menu_entries: (position, identifier) of each. tars: 3 bytes each.

    minimum_security_level: SPI1 that a packet must have at least; None when there is no such limit.
    """

    priority: int = 0xFF
    timers: int = 0
    menu_text_length: int = 0
    menu_entries: tuple[tuple[int, int], ...] = ()
    channels: int = 0
    minimum_security_level: int | None = None
    tars: tuple[bytes, ...] = ()
    services: int = 0


class _Reader:
    """Bytes taken from the front; ToolkitParametersError when there are not enough."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        if len(self._data) < count:
            raise ToolkitParametersError("too short")
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    @property
    def empty(self) -> bool:
        return not self._data


def parse(field: bytes) -> ToolkitParameters:
    """The value of field 80; ToolkitParametersError."""
    reader = _Reader(field)
    priority, timers, text = reader.take(3)
    pairs = reader.take(_MENU_ENTRY_LENGTH * reader.byte())
    channels = reader.byte()
    level = reader.take(reader.byte())
    tars = reader.take(reader.byte())
    if len(tars) % TAR_LENGTH:
        raise ToolkitParametersError("TARs of 3 bytes")
    services = 0 if reader.empty else reader.byte()
    if not reader.empty:
        raise ToolkitParametersError("too long")
    return ToolkitParameters(
        priority=priority,
        timers=timers,
        menu_text_length=text,
        menu_entries=tuple(zip(pairs[::2], pairs[1::2], strict=True)),
        channels=channels,
        minimum_security_level=level[1] if len(level) > 1 and level[0] == _MINIMUM_SPI1 else None,
        tars=tuple(tars[at : at + TAR_LENGTH] for at in range(0, len(tars), TAR_LENGTH)),
        services=services,
    )


def of_instance(uicc_parameters: bytes | None) -> ToolkitParameters:
    """Those of an instance, from the TLVs inside its parameter EA; without any: no TAR and no limit.

    A package may hold what nobody can read: then it counts as absent.
    """
    try:
        field = tlv.find(uicc_parameters or b"", TOOLKIT)
        return ToolkitParameters() if field is None else parse(field)
    except (TlvError, ToolkitParametersError):
        return ToolkitParameters()


def in_installation(system_parameters: dict[int, bytes]) -> bytes | None:
    """The TLVs to keep from the parameters EA or CA of INSTALL, by tag; None when it has neither.

    TlvError or ToolkitParametersError when they are malformed.
    """
    if UICC_TOOLKIT in system_parameters:
        given = system_parameters[UICC_TOOLKIT]
        fields = {each.tag: each.value for each in tlv.parse_all(given)}
        if TOOLKIT in fields:
            parse(fields[TOOLKIT])
        return given
    if SIM_TOOLKIT in system_parameters:
        reader = _Reader(system_parameters[SIM_TOOLKIT])
        access = reader.take(reader.byte())
        field = system_parameters[SIM_TOOLKIT][1 + len(access) :]
        parse(field)
        return tlv.encode(TOOLKIT, field)
    return None
