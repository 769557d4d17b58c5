"""One vehicle: its card, the device around it, and where it is: coverage, power, and what networks are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from apdu import ApduChannel, Command, instruction, status
from apdu.cat import Event, GeneralResult, Result
from apdu.cat.objects import LocationStatus
from euicc import Card
from euicc.runtime.nvm import PowerLoss
from euicc.testing.m2m.https_admin import HttpsAdmin
from euicc.testing.m2m.sms_network import NoService, SmsNetwork
from euicc.testing.network import Admission, Challenge, HomeNetwork
from examples.fleet.line import Lines
from ipa.terminal import Terminal
from ipa.toolkit.bip import Bip
from ipa.toolkit.local_information import Device
from ipa.toolkit.timers import Timers
from ipa.toolkit.toolkit import Toolkit

USIM = bytes.fromhex("A0000000871002FF49FF0589")
NORMAL, LIMITED, NONE = 0x00, 0x01, 0x02
"""Location status, TS 102 223 8.27."""
PLMN_DIGITS = 5
REGISTRATIONS_MAX = 8
"""How often in a row a card may have its device start anew."""


@dataclass
class Air:
    """What is in the air. networks: by the first digits of their IMSIs; sms: for all of them; now: seconds.

    admin: the SM-SR that is reached by HTTPS.
    """

    sms: SmsNetwork
    networks: Mapping[str, HomeNetwork]
    now: Callable[[], float]
    admin: HttpsAdmin


class Sim:
    """The card as the device holds it: knows whether it was reset since the device registered."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.fresh = True

    def reset(self) -> bytes:
        """A reset: whatever the device knew of the subscription may be wrong now."""
        self.fresh = True
        return self.card.reset()

    def transmit(self, command: bytes) -> bytes:
        """One APDU."""
        return self.card.transmit(command)


@dataclass
class Vehicle:
    """A vehicle, by its VIN. covered: some network is there at all; absent: those (digits) that are not.

    powered: False after its power went, until `start`.
    """

    vin: str
    imei: str
    card: Card
    air: Air
    covered: bool = True
    absent: set[str] = field(default_factory=set)
    powered: bool = False
    power_losses: int = 0

    def __post_init__(self) -> None:
        self._sim = Sim(self.card)
        self._terminal = self._device()

    @property
    def eid(self) -> bytes:
        """Its card's."""
        return self.card.identity.eid

    @property
    def imsi(self) -> str:
        """Of the subscription that its card presents now."""
        return self._terminal.subscription().imsi

    @property
    def in_service(self) -> bool:
        """Whether short messages reach it."""
        return self.air.sms.number_of(self.vin) is not None

    @property
    def wake(self) -> float | None:
        """When the next timer of the device expires, or something arrives: `poll` then."""
        timers = self._terminal.toolkit.find(Timers)
        dues = (timers.next_end if timers else None, self._lines.ready)
        return min((due for due in dues if due is not None), default=None) if self.powered else None

    def start(self) -> None:
        """Power on: the card is reset, the device looks for its network."""
        self.powered = True
        self._terminal = self._device()
        self._safely(self._terminal.poll)

    def stop(self) -> None:
        """Power off."""
        self.powered = False
        self.air.sms.detach(self.vin)
        self.card.power_off()

    def attach(self) -> Admission | None:
        """Once more to the network of its subscription; None where that network is not."""
        network = self._network(self.imsi)
        return None if network is None else network.attach(self.imsi, self._authenticate, self.imei)

    def poll(self) -> None:
        """Whatever is due in the device: timers, commands of the card."""
        self._safely(self._terminal.poll)

    def deliver(self, tpdu: bytes) -> bytes | None:
        """A short message arrived; what goes back in the report, None when the device went down over it."""
        return self._safely(lambda: self._terminal.deliver_sms(tpdu).data)

    def move(self, covered: bool) -> None:
        """Into coverage, or out of it."""
        self.covered = covered
        if self.powered:
            self._sim.fresh = True
            self._safely(lambda: b"")

    def lose_power_at(self, write: int | None) -> None:
        """Power will go at this write to the card's memory, counted from now; None: it will not."""
        self.card.nvm.lose_power_at = write

    def _safely(self, act: Callable[[], bytes | None]) -> bytes | None:
        """Do something, then register if the card was reset over it; the power may go meanwhile."""
        try:
            done = act()
            self._register()
        except PowerLoss:
            self.power_losses += 1
            self.stop()
            return None
        return done

    def _register(self) -> None:
        for _ in range(REGISTRATIONS_MAX):
            if not self._sim.fresh:
                return
            self._sim.fresh = False
            self.air.sms.detach(self.vin)
            self._terminal.report(Event.LOCATION_STATUS, LocationStatus(self._location_status()))

    def _location_status(self) -> int:
        if not self.covered:
            return NONE
        if self.attach() is not Admission.ADMITTED:
            return LIMITED
        self.air.sms.attach(self.imsi, self.vin, self.air.now())
        return NORMAL

    def _network(self, imsi: str) -> HomeNetwork | None:
        digits = imsi[:PLMN_DIGITS]
        return None if digits in self.absent or not self.covered else self.air.networks.get(digits)

    def _authenticate(self, challenge: Challenge) -> bytes | None:
        """AUTHENTICATE in the USIM; None when the card does not recognise the network."""
        channel = ApduChannel(self._sim)
        channel.select(USIM)
        response = channel.send(Command(0x00, instruction.AUTHENTICATE, 0, 0x81, challenge.data, 256))
        return None if response.sw == status.INCORRECT_MAC else response.checked()

    def _send(self, tpdu: bytes, service_centre: str) -> Result:
        """A short message of the card."""
        try:
            self.air.sms.send(self.vin, tpdu, self.air.now())
        except NoService:
            return Result(GeneralResult.NETWORK_UNABLE_NOW, b"\x00")
        return Result(GeneralResult.PERFORMED)

    def _device(self) -> Terminal:
        self._lines = Lines(self.air.admin, lambda: self.in_service, self.air.now)
        bip = Bip(link=self._lines.link)
        toolkit = Toolkit.of(Device(imei=self.imei), sms=self._send, bip=bip, clock=self.air.now)
        return Terminal(self._sim, toolkit=toolkit)
