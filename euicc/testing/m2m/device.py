"""A vehicle's modem, as little of it as M2M needs: short messages both ways, the network it finds, timers, its power.

Without I/O and without a clock of its own, for tests of servers with whole cards; `ipa.terminal` is a real device.
"""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command, Response, StatusError, TlvError, Transport, instruction, status
from apdu import aid as aids
from apdu.cat import CommandType, Envelope, Event, GeneralResult, ProactiveCommand, TerminalResponse
from apdu.cat.codes import TimerAction
from apdu.cat.comprehension import Content
from apdu.cat.envelope import event_download, sms_pp_download, timer_expiration
from apdu.cat.information import Imei, TimerValue
from apdu.cat.objects import EventList, LocationStatus, SmsTpdu, TimerIdentifier
from euicc.testing.m2m.sms_network import Delivery, NoService, SmsNetwork

TERMINAL_PROFILE = b"\xff" * 11 + bytes(2) + b"\xff" * 7
"""Every facility but the bearer independent protocol (bytes 12 and 13)."""
NORMAL, NONE = 0x00, 0x02
"""Location status: normal service, no service."""
_UICC_RESET = 0x04
_IMSI_FILE, _IMSI_LENGTH = 0x6F07, 9
_NO_FCP, _BY_NAME = 0x0C, 0x04
_COMMANDS_MAX = 64


class Device:
    """One device with its card. name: in the network; covered: whether there is any network where it stands.

    A `PowerLoss` of a card that a test cuts off passes through; `power_on` brings the device back.
    """

    def __init__(
        self,
        name: str,
        card: Transport,
        network: SmsNetwork,
        imei: str = "351234567890120",
        *,
        covered: bool = True,
    ) -> None:
        self.name = name
        self.card = card
        self.imei = imei
        self.covered = covered
        self.on = False
        self.imsi: str | None = None
        self.resets = 0
        self._network = network
        self._now = 0.0
        self._wanted = b""
        self._timers: dict[int, tuple[float, int]] = {}
        self._reset_wanted = False
        self._handlers: dict[int, Callable[[ProactiveCommand], TerminalResponse]] = {
            CommandType.REFRESH: self._refresh,
            CommandType.SEND_SHORT_MESSAGE: self._send_short_message,
            CommandType.SET_UP_EVENT_LIST: self._set_up_event_list,
            CommandType.TIMER_MANAGEMENT: self._manage_timer,
            CommandType.PROVIDE_LOCAL_INFORMATION: self._provide_local_information,
        }

    # -- what happens to it -------------------------------------------------------------------------------------------

    def power_on(self, now: float) -> None:
        """Power, or a reset: the card is introduced to its device, and the network is looked for."""
        self._now = max(self._now, now)
        self._network.detach(self.name)
        self._timers.clear()
        self._wanted = b""
        self._reset_wanted = False
        self.resets += 1
        self.card.reset()
        self.on = True
        self._transmit(Command(0x80, instruction.TERMINAL_PROFILE, 0, 0, TERMINAL_PROFILE))
        self.imsi = self._read_imsi()
        self._look_for_network()
        self._after()

    def power_off(self) -> None:
        """The device is gone from the network at once."""
        self.on = False
        self._network.detach(self.name)
        self._timers.clear()

    def cover(self, covered: bool, now: float) -> None:
        """It drives into a tunnel, or out of it."""
        self._now = max(self._now, now)
        if covered != self.covered:
            self.covered = covered
            if self.on:
                self._look_for_network()
                self._after()

    def deliver(self, delivery: Delivery, now: float) -> None:
        """A short message from the network; its card's report goes back. One that has no power takes none."""
        self._now = max(self._now, now)
        if not self.on:
            return
        report = self._envelope(sms_pp_download(delivery.tpdu))
        self._network.report(delivery.message, report.data)
        self._after()

    def advance(self, now: float) -> None:
        """Timers that are over by now."""
        self._now = max(self._now, now)
        due = [(end, number) for number, (end, _) in self._timers.items() if end <= now]
        for _, number in sorted(due):
            if number in self._timers:
                self._envelope(timer_expiration(number, self._timers.pop(number)[1]))
                self._after()

    @property
    def next_due(self) -> float | None:
        """When the next timer is over."""
        return min((end for end, _ in self._timers.values()), default=None)

    @property
    def attached(self) -> bool:
        """Whether a network has it."""
        return self._network.number_of(self.name) is not None

    # -- the network --------------------------------------------------------------------------------------------------

    def _look_for_network(self) -> None:
        self._network.detach(self.name)
        if self.covered and self.imsi is not None and self._network.knows(self.imsi):
            self._network.attach(self.imsi, self.name, self._now)
        location = LocationStatus(NORMAL if self.attached else NONE)
        if Event.LOCATION_STATUS in self._wanted:
            self._envelope(event_download(Event.LOCATION_STATUS, location))

    def _read_imsi(self) -> str | None:
        try:
            self._command(Command(0x00, instruction.SELECT, _BY_NAME, _NO_FCP, aids.USIM))
            self._command(Command(0x00, instruction.SELECT, 0x00, _NO_FCP, _IMSI_FILE.to_bytes(2, "big")))
            coded = self._command(Command(0x00, instruction.READ_BINARY, 0, 0, le=_IMSI_LENGTH))
        except StatusError:
            return None
        length, digits = coded[:1], "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in coded[1:])
        imsi = digits[1 : 2 * int.from_bytes(length, "big")].rstrip("f")
        return imsi if imsi.isdecimal() else None

    # -- the card -----------------------------------------------------------------------------------------------------

    def _after(self) -> None:
        """Carry out a REFRESH that reset the card, and what follows from it."""
        if self._reset_wanted:
            self.power_on(self._now)

    def _command(self, command: Command) -> bytes:
        response = self._transmit(command)
        if not response.successful and response.sw1 != status.PROACTIVE_COMMAND_XX >> 8:
            raise StatusError(response.sw)
        return response.data

    def _envelope(self, envelope: Envelope) -> Response:
        return self._transmit(Command(0x80, instruction.ENVELOPE, 0, 0, envelope.encode()))

    def _transmit(self, command: Command) -> Response:
        """A command with all that follows: GET RESPONSE, and proactive commands until there are none."""
        last = Response.parse(self.card.transmit(command.encode()))
        data = last.data
        while last.sw1 == status.RESPONSE_AVAILABLE_XX >> 8:
            get = Command(0x00, instruction.GET_RESPONSE, 0, 0, le=last.sw2 or 256)
            last = Response.parse(self.card.transmit(get.encode()))
            data += last.data
        whole = Response(data, last.sw)
        for _ in range(_COMMANDS_MAX):
            if last.sw1 != status.PROACTIVE_COMMAND_XX >> 8 or self._reset_wanted:
                break
            last = self._proactive(last.sw2 or 256)
        return whole

    def _proactive(self, length: int) -> Response:
        fetched = self.card.transmit(Command(0x80, instruction.FETCH, 0, 0, le=length).encode())
        command = ProactiveCommand.parse(Response.parse(fetched).checked())
        handler = self._handlers.get(command.type, TerminalResponse.to)
        data = handler(command).encode()
        response = self.card.transmit(Command(0x80, instruction.TERMINAL_RESPONSE, 0, 0, data).encode())
        return Response.parse(response)

    def _refresh(self, command: ProactiveCommand) -> TerminalResponse:
        self._reset_wanted = command.qualifier == _UICC_RESET
        return TerminalResponse.to(command)

    def _send_short_message(self, command: ProactiveCommand) -> TerminalResponse:
        tpdu = command.find(SmsTpdu)
        try:
            self._network.send(self.name, tpdu.value if tpdu else b"", self._now)
        except NoService:
            return TerminalResponse.to(command, GeneralResult.NETWORK_UNABLE_NOW)
        return TerminalResponse.to(command)

    def _set_up_event_list(self, command: ProactiveCommand) -> TerminalResponse:
        wanted = command.find(EventList)
        self._wanted = wanted.value if wanted else b""
        return TerminalResponse.to(command)

    def _manage_timer(self, command: ProactiveCommand) -> TerminalResponse:
        timer, value = command.find(TimerIdentifier), command.find(TimerValue)
        if timer is None:
            raise TlvError("no timer")
        if command.qualifier == TimerAction.START and value is not None:
            self._timers[timer.value] = (self._now + value.seconds, value.seconds)
        elif command.qualifier == TimerAction.DEACTIVATE:
            self._timers.pop(timer.value, None)
        return TerminalResponse.to(command, GeneralResult.PERFORMED, timer)

    def _provide_local_information(self, command: ProactiveCommand) -> TerminalResponse:
        found: tuple[Content, ...] = (Imei(self.imei),) if command.qualifier == _IMEI else ()
        return TerminalResponse.to(command, GeneralResult.PERFORMED, *found)


_IMEI = 0x01
"""Qualifier of PROVIDE LOCAL INFORMATION."""
