"""What the device tells the card of itself: PROVIDE LOCAL INFORMATION (TS 102 223 6.4.15, TS 31.111 6.4.15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from apdu.cat import (
    CommandType,
    Envelope,
    Facility,
    GeneralResult,
    ProactiveCommand,
    TerminalResponse,
    profile,
)
from apdu.cat.codes import LocalInformation, TerminalProblem
from apdu.cat.comprehension import DataObject
from apdu.cat.information import DateTimeAndTimeZone, Imei, Imeisv, Language, LocationInformation
from apdu.cat.objects import AccessTechnology, BatteryState
from ipa.toolkit.handler import Handler, NotPerformed

IMEI_DIGITS, IMEISV_DIGITS = 15, 16


def local_time() -> datetime:
    """Now, with the time zone of the machine."""
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Device:
    """A device as its card may know it; what is empty or None it does not tell.

    imei: 15 digits, imeisv: 16 digits; location: None without service; access_technology: TS 102 223 8.61, 00 GSM,
    03 UTRAN, 08 E-UTRAN, 0A NG-RAN; language: two letters of ISO 639; battery: 0 very low to 4 full; time: tells what
    time it is. ValueError for identities of another length.
    """

    imei: str = ""
    imeisv: str = ""
    location: LocationInformation | None = None
    access_technology: int | None = None
    language: str = ""
    battery: int | None = None
    time: Callable[[], datetime] | None = local_time

    def __post_init__(self) -> None:
        for name, digits in (("imei", IMEI_DIGITS), ("imeisv", IMEISV_DIGITS)):
            value = getattr(self, name)
            if value and (len(value) != digits or not (value.isascii() and value.isdigit())):
                raise ValueError(f"{name} has {digits} digits, not {value!r}")


class LocalInformationService:
    """PROVIDE LOCAL INFORMATION of `device`, which may be replaced at any time, for one at another place."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def facilities(self) -> list[Facility]:
        """What the device has to tell; location and IMEI go with the command."""
        told = [what for what, tell in _TOLD.items() if tell(self.device) is not None]
        bits = (profile.QUALIFIED.get((CommandType.PROVIDE_LOCAL_INFORMATION, what)) for what in told)
        return [bit for bit in bits if bit is not None]

    def handlers(self) -> Mapping[int, Handler]:
        """PROVIDE LOCAL INFORMATION."""
        return {CommandType.PROVIDE_LOCAL_INFORMATION: self._provide}

    def due(self) -> tuple[Envelope, ...]:
        """Nothing: what changes is for the device to report."""
        return ()

    def reset(self) -> None:
        """A device stays what it is."""

    def _provide(self, command: ProactiveCommand) -> TerminalResponse:
        told = _TOLD.get(command.qualifier)
        found = told(self.device) if told else None
        if found is not None:
            return TerminalResponse.to(command, GeneralResult.PERFORMED, found)
        if command.qualifier in _OF_THE_NETWORK:
            raise NotPerformed(GeneralResult.TERMINAL_UNABLE_NOW, bytes((TerminalProblem.NO_SERVICE,)))
        raise NotPerformed(GeneralResult.BEYOND_CAPABILITIES)


_TOLD: dict[int, Callable[[Device], DataObject | None]] = {
    LocalInformation.LOCATION: lambda device: device.location,
    LocalInformation.IMEI: lambda device: Imei(device.imei) if device.imei else None,
    LocalInformation.DATE_TIME_AND_TIME_ZONE: lambda device: (
        DateTimeAndTimeZone(device.time()) if device.time else None
    ),
    LocalInformation.LANGUAGE: lambda device: Language(device.language) if device.language else None,
    LocalInformation.ACCESS_TECHNOLOGY: lambda device: (
        None if device.access_technology is None else AccessTechnology(bytes((device.access_technology,)))
    ),
    LocalInformation.IMEISV: lambda device: Imeisv(device.imeisv) if device.imeisv else None,
    LocalInformation.BATTERY_STATE: lambda device: (
        None if device.battery is None else BatteryState(device.battery)
    ),
}
_OF_THE_NETWORK = (LocalInformation.LOCATION, LocalInformation.ACCESS_TECHNOLOGY)
