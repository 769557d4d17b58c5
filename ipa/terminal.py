"""The terminal around a card: start-up, proactive commands, REFRESH, events (TS 102 221 11, TS 102 223 6 and 7)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping

from apdu import (
    ApduChannel,
    Command,
    Response,
    StatusError,
    TlvError,
    Transport,
    TransportError,
    aid,
    instruction,
    open_channel,
    status,
    tlv,
)
from apdu.cat import (
    CommandType,
    Device,
    Envelope,
    GeneralResult,
    ProactiveCommand,
    TerminalResponse,
)
from apdu.cat.comprehension import Content
from apdu.cat.envelope import event_download, menu_selection, sms_pp_download
from apdu.cat.objects import Address
from ipa.errors import NotAnEuicc
from ipa.naa import Naa
from ipa.network_settings import Applied, SettingsSource
from ipa.subscription import PreferredNetwork, Subscription
from ipa.toolkit import refresh
from ipa.toolkit.handler import NotPerformed
from ipa.toolkit.polling import Polling
from ipa.toolkit.short_messages import DeliverReport
from ipa.toolkit.toolkit import Toolkit, attempt

PROPRIETARY = 0x80

# TERMINAL CAPABILITY, TS 102 221 11.1.19.2.4: who on the device's side manages the eUICC.
TERMINAL_CAPABILITY_TEMPLATE = 0xA9
LPA_IN_DEVICE = bytes.fromhex("830107")  # LUId, LPDd and LDSd
EVERY_ROLE = LPA_IN_DEVICE + bytes.fromhex("840101")  # and IPAd, SGP.32 3.8.2

COMPUTED = b""
"""As TERMINAL PROFILE: what the toolkit can do."""

# A card that always has one more proactive command is not followed for ever.
PROACTIVE_COMMANDS_MAX = 64
RESETS_MAX = 3
UNTOLD_MAX = 64
TICK_SECONDS = 0.02

STATUS = Command(PROPRIETARY, instruction.STATUS, 0x00, 0x0C)


class Terminal:
    """The device's side of one card: brought up on the first use, and again after each change of profiles.

    `toolkit`: what the device does for its card; without one, REFRESH and nothing else. `profile`: TERMINAL PROFILE to
    send at start-up instead of the toolkit's, None to send none; a card sends commands only to a terminal that sent
    one. `capability`: data objects for TERMINAL CAPABILITY. `channel_number`: the logical channel for the ISD-R; None
    lets the card assign one, 0 uses the basic channel. `pins`: ICCID in digits -> PIN1 of that subscription. `busy`:
    asked before a REFRESH, given its mode: None, or the TerminalProblem for which it has to wait.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        toolkit: Toolkit | None = None,
        profile: bytes | None = COMPUTED,
        capability: bytes = LPA_IN_DEVICE,
        channel_number: int | None = None,
        pins: Mapping[str, str] | None = None,
        busy: Callable[[int], int | None] = lambda mode: None,
    ) -> None:
        self.toolkit = toolkit or Toolkit()
        self._transport = transport
        self._basic = ApduChannel(transport)
        self._naa = Naa(self._basic, pins or {})
        self._profile = profile
        self._capability = capability
        self._channel_number = channel_number
        self._busy = busy
        self._channel: ApduChannel | None = None
        self._naa_selections = 0
        self._started = self._answered = False
        self._untold: deque[Envelope] = deque(maxlen=UNTOLD_MAX)
        self.fci = b""
        """The FCI that the ISD-R gave when it was selected last."""

    # -- the eUICC ----------------------------------------------------------------------------------------------------

    def store_data(self, request: bytes) -> bytes:
        """One ES10 command to the ISD-R; StatusError. Proactive commands that the card has are dealt with after it.

        Some IoT eUICCs answer 6985 to everything until an IPA was declared: to them an LPA declares both roles.
        """
        try:
            return self._store_data(request)
        except StatusError as error:
            wants_more = error.sw == status.CONDITIONS_NOT_SATISFIED and not self._answered
            if not wants_more or self._capability != LPA_IN_DEVICE:
                raise
        self._capability = EVERY_ROLE
        self.close()
        return self._store_data(request)

    def _store_data(self, request: bytes) -> bytes:
        try:
            channel = self._channel if self._isd_r_selected() else None
            channel = channel or self._open()
            answer = channel.store_data(request)
            self._answered = True
            if self._serve(channel.proactive_pending):
                self.close()
        except TransportError:
            # Nobody knows what the card has of it, nor whether it was reset: the next use begins anew.
            self.close()
            raise
        return answer

    def bring_up(self) -> ApduChannel:
        """Reset, TERMINAL CAPABILITY, TERMINAL PROFILE, a logical channel with the ISD-R selected, SGP.22 5.7.1.

        NotAnEuicc when there is no ISD-R, StatusError when there is no channel.
        """
        self.start()
        return self._open()

    def refresh(self) -> None:
        """Lets the card finish a change of profiles, SGP.22 3.2.1: a reset, whether or not it sent a REFRESH."""
        self.bring_up()

    def close(self) -> None:
        """Gives up the card and all that it had asked for: the next use resets it and begins anew."""
        self._channel = None
        self._started = False
        self._forget()

    @property
    def ci_certificates(self) -> tuple[bytes, ...]:
        """The CIs that the transport has to offer, DER."""
        return tuple(getattr(self._transport, "ci_certificates", ()))

    # -- the toolkit --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Reset, TERMINAL CAPABILITY, TERMINAL PROFILE; then the subscription, if somebody wants to hear of it."""
        for _ in range(RESETS_MAX):
            if self._start():
                continue
            self._naa.tell()
            if not self._serve(self._basic.proactive_pending):
                return

    def poll(self) -> None:
        """Tells the card what is due, asks by STATUS whether it wants anything, and does it, TS 102 221 14.5.2."""
        self._use()
        self._tell_due()
        self._ask()

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Looks after the card for so long, or until this is true: timers, channels, STATUS as often as it wants."""
        self._use()
        end = time.monotonic() + seconds
        polled = float("-inf")
        while not until() and (now := time.monotonic()) < end:
            self._tell_due()
            interval = self.poll_interval
            if interval is not None and now - polled >= interval:
                self._ask()
                polled = now
            time.sleep(min(TICK_SECONDS, max(0.0, end - now)))

    @property
    def poll_interval(self) -> float | None:
        """Seconds between two STATUS, None when the card wants none."""
        polling = self.toolkit.find(Polling)
        return polling.seconds if polling else None

    def report(self, event: int, *contents: Content, source: int = Device.TERMINAL) -> bool:
        """Tells the card of an Event with what belongs to it, if it asked for it; whether it did."""
        self._use()
        envelope = event_download(event, *contents, source=source)
        if not self.toolkit.wanted(envelope):
            return False
        self._tell(envelope)
        self._settle()
        return True

    def deliver_sms(self, tpdu: bytes, service_centre: str = "") -> DeliverReport:
        """Gives the card an SMS-DELIVER TPDU for it, TS 31.111 7.1.1; what it answers to the sender."""
        self._use()
        centre = Address.of(service_centre) if service_centre else None
        report = DeliverReport.of(self._envelope(sms_pp_download(tpdu, centre), le=256))
        self._settle()
        return report

    def select_menu_item(self, item: int, help_requested: bool = False) -> None:
        """The user chose an item of the card's menu, or wants help on it."""
        self._use()
        self._tell(menu_selection(item, help_requested))
        self._settle()

    # -- the subscription ---------------------------------------------------------------------------------------------

    def subscription(self) -> Subscription:
        """What the card says of its subscription; read once after each change. NoApplication without one."""
        self._use()
        found = self._naa.read()
        self._settle()
        return found

    def on_subscription(self, imei: str, source: SettingsSource) -> None:
        """Has `source` asked for network settings, now and after each change of the pair of device and subscription.

        The settings are applied to the device and, as far as it lets, to the card: see `settings`.
        """
        self._naa.management.follow(imei, source)
        if self._started:
            self._naa.tell()
            self._settle()

    @property
    def settings(self) -> Applied | None:
        """The network settings in force for the subscription, None where nobody gave any."""
        return self._naa.management.settings

    @property
    def steered(self) -> tuple[PreferredNetwork, ...]:
        """Networks that the operator prefers until the next reset, REFRESH 07."""
        return self._naa.steered

    # -- start-up -----------------------------------------------------------------------------------------------------

    def _use(self) -> None:
        if not self._started:
            self.start()

    def _open(self) -> ApduChannel:
        """The channel with the ISD-R, on a card that was started."""
        self._use()
        channel = self._select_isd_r()
        self._channel, self._naa_selections = channel, self._naa.selections
        return channel

    def _isd_r_selected(self) -> bool:
        """Where it is on the basic channel, reading the subscription there takes its place."""
        return self._channel is not self._basic or self._naa_selections == self._naa.selections

    def _start(self) -> bool:
        """Resets the card and tells it about the terminal; whether it wants to be reset again."""
        self._channel = None
        self._forget()
        self._transport.reset()
        self._started, self._answered = True, False
        self._declare()
        if self._profile is None:
            return False
        profile = self._profile or self.toolkit.profile
        self._basic.send(Command(PROPRIETARY, instruction.TERMINAL_PROFILE, 0, 0, profile))
        return self._serve(self._basic.proactive_pending)

    def _forget(self) -> None:
        """What a reset takes away."""
        self._basic.proactive_pending = 0
        self._untold.clear()
        self._naa.forget()
        self.toolkit.reset()

    def _select_isd_r(self) -> ApduChannel:
        number = self._channel_number
        channel = self._basic if number == 0 else open_channel(self._transport, number)
        try:
            self.fci = channel.select(aid.ISD_R)
        except StatusError as error:
            raise NotAnEuicc(str(error)) from error
        return channel

    def _declare(self) -> None:
        """TERMINAL CAPABILITY. Its status does not matter: a card that does not know the command does without."""
        template = tlv.encode(TERMINAL_CAPABILITY_TEMPLATE, self._capability)
        self._basic.send(Command(PROPRIETARY, instruction.TERMINAL_CAPABILITY, 0, 0, template))

    # -- proactive commands -------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._basic.send(STATUS)
        self._settle()

    def _settle(self) -> bool:
        """Does what the card announced on the basic channel; then resets it if it wanted that: whether it did."""
        wanted = self._serve(self._basic.proactive_pending)
        if wanted:
            self.start()
        else:
            self._naa.tell()
        return wanted

    def _serve(self, pending: int) -> bool:
        """Fetches and answers proactive commands until there are none, or the card is to be reset: whether it is.

        A card that refuses FETCH or TERMINAL RESPONSE has ended the session.
        """
        for _ in range(PROACTIVE_COMMANDS_MAX):
            if not pending:
                return False
            fetched = self._basic.send(Command(PROPRIETARY, instruction.FETCH, 0, 0, le=pending))
            if not fetched.successful:
                self._basic.proactive_pending = 0
                return False
            command = _parsed(fetched.data)
            answer = self._answer(command)
            self._basic.proactive_pending = 0
            self._basic.send(Command(PROPRIETARY, instruction.TERMINAL_RESPONSE, 0, 0, answer.encode()))
            pending = self._basic.proactive_pending
            if command.type == CommandType.REFRESH and answer.performed and refresh.resets(command):
                return True
        raise TransportError(f"the card has more than {PROACTIVE_COMMANDS_MAX} proactive commands")

    def _answer(self, command: ProactiveCommand) -> TerminalResponse:
        if command.type == CommandType.REFRESH:
            return attempt(self._refresh, command)
        return self.toolkit.answer(command)

    def _refresh(self, command: ProactiveCommand) -> TerminalResponse:
        problem = self._busy(command.qualifier)
        if problem is not None:
            raise NotPerformed(GeneralResult.TERMINAL_UNABLE_NOW, bytes((problem,)))
        return refresh.carry_out(self._naa, command)

    def _tell_due(self) -> None:
        """Envelopes that the card was too busy for, then new ones; each may have the card want something."""
        waiting = [*self._untold]
        self._untold.clear()
        for envelope in (*waiting, *self.toolkit.due()):
            self._tell(envelope)
            if self._settle():
                return

    def _tell(self, envelope: Envelope) -> None:
        """An envelope to whose answer there is nothing to be done, but for a card that is busy: it gets it later."""
        if self._envelope(envelope).sw == status.TOOLKIT_BUSY:
            self._untold.append(envelope)

    def _envelope(self, envelope: Envelope, le: int | None = None) -> Response:
        return self._basic.send(Command(PROPRIETARY, instruction.ENVELOPE, 0, 0, envelope.encode(), le))


def _parsed(fetched: bytes) -> ProactiveCommand:
    try:
        return ProactiveCommand.parse(fetched)
    except TlvError as error:
        raise TransportError(f"not a proactive command: {error}") from error
