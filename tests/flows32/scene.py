"""A device in the field and everything it talks to, in one process: card, IPA, eIMs, SM-DP+."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Protocol

from apdu import Transport
from euicc import Card, Config
from euicc.crypto.curves import P256, Curve
from euicc.testing.eim import Eim, LocalServers
from euicc.testing.lab import InProcess
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, TestProfile, build
from euicc.testing.smdp import Order, SmDpPlus
from euicc.testing.smds import SmDs
from ipa.driver import Surroundings
from ipa.ipad import Ipa
from ipa.lpa import Lpa
from ipa.settings import Settings
from ipa.state import StateKeeper

SMDP, SMDS, EIM, OTHER_EIM = "smdp.example.com", "smds.example.com", "eim.example.com", "eim2.example.com"


class Handler(Protocol):
    """A server of ES9+ or ES11."""

    @property
    def address(self) -> str: ...

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]: ...


@cache
def pki(curve: Curve = P256) -> Pki:
    return Pki.default((curve,))


@cache
def operator(number: int = 1) -> TestProfile:
    """The profile of one operator."""
    return build(
        Subscription(
            iccid=f"890010123456789012{number}", imsi=f"00101012345606{number}", spn=f"Operator {number}"
        )
    )


class Relay:
    """How the eIM reaches the servers there are."""

    def __init__(self, *servers: Handler) -> None:
        self._servers = servers

    def add(self, server: Handler) -> None:
        """One more."""
        self._servers = (*self._servers, server)

    def call(self, address: str, function: str, body: Mapping[str, Any], interface: str) -> Mapping[str, Any]:
        """Runs the function of the server with this address."""
        return LocalServers(*self._servers).call(address, function, body, interface)


@dataclass
class Patient(Surroundings):
    """Waits in no time; the enabled profile has a network, or has not."""

    network: InProcess
    waited: list[float] = field(default_factory=list)

    def connected(self) -> bool:
        """Is the network there?"""
        return self.network.up()

    def wait(self, seconds: float) -> None:
        """Notes it."""
        self.waited.append(seconds)


class Scene:
    """A card with an eIM, an SM-DP+, and the device's memory."""

    def __init__(
        self,
        curve: Curve = P256,
        *,
        token: bool = True,
        indirect: bool = False,
        config: Config | None = None,
        **settings: Any,
    ) -> None:
        self.pki = pki(curve)
        self.card = Card.manufacture(
            pki=self.pki, seed=5, config=replace(config or Config(), variant="sgp32")
        )
        self.smdp = SmDpPlus(self.pki, SMDP)
        self.relay = Relay(self.smdp)
        self.eim = Eim(self.pki, "eim1", EIM, servers=self.relay)
        self.other = Eim(self.pki, "eim2", OTHER_EIM, servers=self.relay)
        self.network = InProcess((self.smdp,), (self.eim, self.other))
        self.surroundings = Patient(self.network)
        self.state = StateKeeper()
        self.settings = Settings(**settings)
        self.eid = self.card.identity.eid
        (made,) = self.ipa().add_initial_eims(self.eim.configuration(token=token, indirect=indirect))
        self.eim.associate(self.eid, token=made)

    def with_smds(self) -> SmDs:
        """An SM-DS that device and eIM can reach."""
        smds = SmDs(self.pki, SMDS)
        self.relay.add(smds)
        self.network.servers.append(smds)
        return smds

    def ipa(self, transport: Transport | None = None) -> Ipa:
        """The device after a restart: the card and what it has kept are what it knows."""
        return Ipa(
            transport or self.card,
            settings=self.settings,
            state=self.state,
            servers=self.network,
            eims=self.network,
            surroundings=self.surroundings,
        )

    def poll(self, **options: Any) -> Any:
        """One poll by a device that has just started."""
        return self.ipa().poll(**options)

    def install(self, *numbers: int) -> None:
        """Profiles of operators, installed without an eIM."""
        for number in numbers:
            self.download(self.smdp.order(operator(number).package))

    def download(self, order: Order) -> None:
        """Downloads what was ordered, without an eIM."""
        with Lpa(self.card, servers=self.network) as lpa:
            lpa.download(self.smdp.activation_code(order))

    def enable(self, number: int) -> None:
        """Enables a profile without an eIM, and delivers its notifications."""
        with Lpa(self.card, servers=self.network) as lpa:
            lpa.enable(operator(number).iccid)
            lpa.send_notifications()

    def without_network(self, *numbers: int) -> None:
        """These operators have no network here."""
        dark = {operator(number).iccid_bytes for number in numbers}
        self.network.up = lambda: self.enabled() not in dark

    def states(self) -> dict[bytes, bool]:
        """Whether each profile is enabled, by ICCID, asked of the card's store so that nothing is reset."""
        return {each.iccid: each.enabled for each in self.card.isdr.profiles.all()}

    def enabled(self) -> bytes | None:
        """ICCID of the enabled profile."""
        return next((iccid for iccid, enabled in self.states().items() if enabled), None)

    def waiting(self) -> int:
        """How many notifications and package results wait on the card."""
        return len(self.card.isdr.notifications.all()) + len(self.card.isdr.package_results.all())
