"""The card behind a modem, as procedures need it: the modem is its terminal and manages it (TS 27.007 8.17, 8.43)."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

from apdu import (
    ApduChannel,
    Command,
    Recorder,
    StatusError,
    TraceWriter,
    Transport,
    TransportError,
    aid,
    instruction,
    open_channel,
    tlv,
)
from apdu.status import FUNCTION_NOT_SUPPORTED, LOGICAL_CHANNEL_NOT_SUPPORTED
from apdu.store_data import BLOCK_SIZE_MAX
from apdu.transport.modem import Dialogue, ModemError, ModemTransport, Port, open_port, open_session, restart
from ipa.errors import NoApplication, NotAnEuicc
from ipa.network_settings import Applied, DeviceManagement, SettingsSource
from ipa.subscription import read_subscription
from ipa.terminal import LPA_IN_DEVICE, PROPRIETARY, TERMINAL_CAPABILITY_TEMPLATE

PATIENCE_SECONDS = 20.0
"""How long a modem may take to notice a REFRESH, and to bring its card up again."""
PAUSE_SECONDS = 0.5

# STATUS without indication and without answer, TS 102 221 11.1.2: an application answers it somehow, a closed channel
# does not.
ARE_YOU_THERE = Command(PROPRIETARY, instruction.STATUS, 0x00, 0x0C)


class Way(Enum):
    """How APDUs go through a modem."""

    SESSIONS = "+CCHO, +CGLA, +CCHC"
    GENERIC = "+CSIM"


class ModemAccess:
    """The ISD-R of a modem's card; an ipa.driver.CardAccess.

    `port`: path of the modem's port, `tcp:HOST:PORT`, or a Port that is open. `way`: how to go; None takes sessions,
    and +CSIM where the modem or its card does not give one. `capability`: data objects for TERMINAL CAPABILITY, which
    goes by +CSIM where the modem has it. `block_size` bounds the STORE DATA blocks for modems with short lines.
    TransportUnavailable when the port cannot be opened, TransportError when the modem does not answer, ModemError when
    it refuses.
    """

    def __init__(
        self,
        port: str | Port,
        *,
        way: Way | None = None,
        capability: bytes = LPA_IN_DEVICE,
        block_size: int = BLOCK_SIZE_MAX,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.modem = Dialogue(open_port(port) if isinstance(port, str) else port)
        self._generic: Transport = ModemTransport(self.modem, proactive=True)
        self._recorded: Callable[[Transport], Transport] = lambda transport: transport
        self._way = way
        self._capability = capability
        self._block_size = block_size
        self._patience = patience
        self._channel: ApduChannel | None = None
        self._announced = False
        self._restarting = False
        self._management = DeviceManagement()
        self._unread = True

    def record(self, writer: TraceWriter, name: str) -> None:
        """Keeps the APDUs that go by +CGLA and +CSIM from now on.

        What the modem exchanges with its card by itself does not show: SELECT for +CCHO, resets, proactive commands.
        """
        recorder = Recorder(self._generic, limit=1, name=name, writer=writer)
        self._generic, self._recorded = recorder, recorder.beside

    def store_data(self, request: bytes) -> bytes:
        """One ES10 command to the ISD-R; StatusError. The modem deals with proactive commands by itself."""
        channel = self._channel or self._open()
        try:
            answer = channel.store_data(request)
        except TransportError:
            self._channel = None
            raise
        self._announced = channel.proactive_pending > 0
        return answer

    def refresh(self) -> None:
        """Lets the card finish a change of profiles, SGP.22 3.2.1: the modem resets it on its REFRESH.

        Where no REFRESH was announced, or the modem takes no notice of it, the card is restarted by +CFUN.
        """
        self._unread = True
        self._wait_for_refresh()
        if self._management.followed:
            self._open()

    def _wait_for_refresh(self) -> None:
        channel, self._channel = self._channel, None
        deadline = time.monotonic() + (self._patience if self._announced else 0.0)
        self._announced = False
        self._restarting = True
        while channel is not None and _is_open(channel):
            if time.monotonic() >= deadline:
                restart(self.modem)
                return
            self.modem.wait(("+CPIN:",), PAUSE_SECONDS)
            self.modem.unsolicited.clear()

    def on_subscription(self, imei: str, source: SettingsSource) -> None:
        """Has `source` asked for network settings, as ipa.terminal.Terminal has: now and after each refresh."""
        self._management.follow(imei, source)
        self._unread = True
        if self._channel is not None:
            self._read_subscription()

    @property
    def settings(self) -> Applied | None:
        """The network settings in force for the subscription, None where nobody gave any."""
        return self._management.settings

    def open_application(self, application: bytes) -> ApduChannel:
        """A channel with this application selected, apart from that of the ISD-R. NoApplication, ModemError."""
        if self._way is Way.GENERIC:
            return self._select(application)
        try:
            return open_session(self.modem, application, self._block_size, self._recorded)
        except ModemError as refusal:
            if self._way is Way.SESSIONS:
                raise
            return self._instead(application, refusal)

    def close(self) -> None:
        """Gives the channel back and closes the port."""
        try:
            if self._channel is not None:
                self._channel.close()
        except (TransportError, StatusError):
            pass  # there is nobody left to give it back to
        finally:
            self._channel = None
            self.modem.close()

    def __enter__(self) -> ModemAccess:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open(self) -> ApduChannel:
        """A channel with the ISD-R; after a REFRESH the modem is given time to have its card again."""
        deadline = time.monotonic() + (self._patience if self._restarting else 0.0)
        while True:
            try:
                self._channel = self._open_once()
                self._restarting = False
                self._read_subscription()
                return self._channel
            except (TransportError, NotAnEuicc):
                if time.monotonic() >= deadline:
                    raise
                time.sleep(PAUSE_SECONDS)

    def _open_once(self) -> ApduChannel:
        self._declare()
        return self.open_application(aid.ISD_R)

    def _read_subscription(self) -> None:
        """The subscription on a channel of its own, if somebody follows it and it may have changed."""
        if not (self._unread and self._management.followed):
            return
        try:
            channel = self.open_application(aid.USIM)
        except (ModemError, NoApplication):
            self._management.tell(None, None)
        else:
            with channel:
                self._management.tell(channel, read_subscription(channel))
        self._unread = False

    def _instead(self, application: bytes, refusal: ModemError) -> ApduChannel:
        """By +CSIM; where the modem does not have it either, what was wrong with +CCHO is what is wrong."""
        try:
            return self._select(application)
        except ModemError:
            raise refusal from None

    def _select(self, application: bytes) -> ApduChannel:
        channel = self._free_channel()
        try:
            channel.select(application)
        except StatusError as error:
            channel.close()
            missing = NotAnEuicc if application == aid.ISD_R else NoApplication
            raise missing(str(error)) from error
        return channel

    def _free_channel(self) -> ApduChannel:
        """MANAGE CHANNEL; where earlier users took every channel and gave none back, after a restart of the card."""
        try:
            return open_channel(self._generic, block_size=self._block_size)
        except StatusError as error:
            if error.sw != FUNCTION_NOT_SUPPORTED:
                raise
        restart(self.modem)
        self._declare()
        return open_channel(self._generic, block_size=self._block_size)

    def _declare(self) -> None:
        """TERMINAL CAPABILITY. Neither a modem nor a card that does not know it is a reason to stop."""
        template = tlv.encode(TERMINAL_CAPABILITY_TEMPLATE, self._capability)
        command = Command(PROPRIETARY, instruction.TERMINAL_CAPABILITY, 0, 0, template)
        try:
            self._generic.transmit(command.encode())
        except ModemError:
            return


def _is_open(channel: ApduChannel) -> bool:
    """Whether the channel still is the one with the ISD-R."""
    try:
        return channel.send(ARE_YOU_THERE).sw != LOGICAL_CHANNEL_NOT_SUPPORTED
    except ModemError:
        return False
