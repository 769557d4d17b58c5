"""A small world: cards in devices, networks between, one or two SM-SRs, and whoever asks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

from apdu import aid as aids
from euicc import Card
from euicc import eid as eids
from euicc.m2m.isdr import M2mIsdR
from euicc.runtime.nvm import PowerLoss
from euicc.testing.m2m import eum
from euicc.testing.m2m.device import Device
from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import (
    Notification,
    PolicyRule,
    ProfileInfo,
    ProfileState,
    Request,
    Response,
    Subscription,
)
from euicc.testing.m2m.messages import Answer, Call, Outgoing
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.m2m.registry import MEMORY
from euicc.testing.m2m.sms_network import Delivery, Report, SmsNetwork, SmsRule
from euicc.testing.profile_builder import Subscription as Packaged
from euicc.testing.profile_builder import build
from euicc.testing.smsr import Patience, Smsr, SmsrIdentity
from tests.smsr.mortality import Killed, MortalRegistry

PKI = M2mPki()
EID = eids.DEFAULT
A, B = "operator A", "operator B"
SR1, SR2 = "SM-SR 1", "SM-SR 2"
NUMBERS = {SR1: "+491700000001", SR2: "+491700000002"}
ICCIDS = ("8900101234567890123", "8900101234567890131")
IMSIS = ("001010123456063", "001010123456071")
MSISDNS = ("+491600000001", "+491600000002")
CAR = "car"


@cache
def package(number: int, pol1: int | None = None) -> bytes:
    return build(Packaged(iccid=ICCIDS[number], imsi=IMSIS[number], pol1=pol1)).package


def deterministic(seed: str) -> Any:
    """Bytes that only look random."""
    drawn = 0

    def random(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return sha256(f"{seed} {drawn}".encode()).digest()[:length]

    return random


def identity(name: str) -> SmsrIdentity:
    return SmsrIdentity(name, NUMBERS[name], PKI.sm_sr(name.encode()), (PKI.ci,))


def registered(
    profiles: int = 2, pol2: tuple[PolicyRule, PolicyRule] = (PolicyRule.NONE, PolicyRule.NONE)
) -> Eis:
    """The EIS of the card, with so many profiles: B's is enabled and has the fallback attribute."""
    infos = [
        ProfileInfo(
            ICCIDS[number],
            aids.isd_p(aids.FIRST_ISD_P + number),
            ProfileState.DISABLED if number else ProfileState.ENABLED,
            (B, A)[number],
            subscription=Subscription(IMSIS[number], MSISDNS[number]),
            pol2=pol2[number],
            fallback=not number,
        )
        for number in range(profiles)
    ]
    return eum.register(PKI.issue(EID), PKI.eum(EID), infos)


@dataclass
class World:
    """One card with B's profile, enabled, and A's, disabled; SM-SR 1 has it, SM-SR 2 is there, too.

    paths: files of the SM-SRs. dropped: numbers of the messages between servers that get lost, counted from 1.
    """

    rules: tuple[SmsRule, ...] = ()
    pol1: tuple[int | None, int | None] = (None, None)
    pol2: tuple[PolicyRule, PolicyRule] = (PolicyRule.NONE, PolicyRule.NONE)
    paths: dict[str, str] = field(default_factory=lambda: {SR1: MEMORY, SR2: MEMORY})
    dropped: frozenset[int] = frozenset()
    patience: Patience = field(default_factory=Patience)
    profiles: int = 2

    def __post_init__(self) -> None:
        self.now = 0.0
        self.network = SmsNetwork(1, self.rules)
        self.issued = PKI.issue(EID)
        self.card = Card.manufacture(variant="sgp02", m2m=self.issued.identity, seed=1)
        for number in range(self.profiles):
            self.card.preload(package(number, self.pol1[number]), enabled=number == 0)
        for imsi, msisdn in zip(IMSIS, MSISDNS, strict=True):
            self.network.subscribe(imsi, msisdn)
        self.registries = {name: MortalRegistry(path) for name, path in self.paths.items()}
        self.servers: dict[str, Smsr] = {}
        for name in self.paths:
            self.network.serve(NUMBERS[name], name)
            self.start(name)
        self.device = Device(CAR, self.card, self.network)
        self.answers: dict[str, Response] = {}
        self.told: list[tuple[str, Notification]] = []
        self.between = self._asked = 0
        self.cuts = self.deaths = 0
        self.servers[SR1].register(self.eis(), self.now)
        self.device.power_on(self.now)
        self.settle()

    def start(self, name: str) -> Smsr:
        """The SM-SR with what its registry says: as after a restart."""
        self.servers[name] = Smsr(
            identity(name),
            self.registries[name],
            now=self.now,
            patience=self.patience,
            random=deterministic(f"{name} {self.now}"),
        )
        return self.servers[name]

    def eis(self) -> Eis:
        """As the EUM registers the card."""
        return registered(self.profiles, self.pol2)

    def aid(self, number: int) -> bytes:
        return aids.isd_p(aids.FIRST_ISD_P + number)

    @property
    def isdr(self) -> M2mIsdR:
        assert isinstance(self.card.isdr, M2mIsdR)
        return self.card.isdr

    @property
    def enabled(self) -> bytes | None:
        """AID of the profile that the card has enabled."""
        found = self.isdr.profiles.enabled()
        return found.aid if found else None

    @property
    def sr1(self) -> Smsr:
        return self.servers[SR1]

    @property
    def sr2(self) -> Smsr:
        return self.servers[SR2]

    def ask(self, request: Request[Any], requester: str = A, at: str = SR1) -> Response:
        """A function, and all that goes on until nothing does."""
        self._asked += 1
        reference = f"{requester} {self._asked}"
        # Who asks asks again, under the same reference, where the connection broke.
        while not self.alive(at, lambda server: server.submit(requester, request, self.now, reference)):
            pass
        self.settle()
        return self.answers[reference]

    def settle(self, limit: float = 30 * 24 * 3600.0) -> None:
        """Let time pass until nothing is due any more but what waits for long."""
        end = self.now + limit
        self.pump()
        while (due := self.next_due) is not None and due <= end and not self.quiet:
            self.now = max(self.now, due)
            self.step()

    def fall_back(self) -> None:
        """A's network knows its subscription no longer, so that the card goes back to B's profile."""
        self.network.unsubscribe(IMSIS[1])
        self.device.cover(False, self.now)
        self.device.cover(True, self.now)
        while self.enabled == self.aid(1):
            self.now = self.device.next_due or self.now
            self.step()
        self.settle()

    @property
    def quiet(self) -> bool:
        """Whether no server has anything to do, no message is on its way, and the card has nothing to tell."""
        return (
            all(server.is_idle(EID) for server in self.servers.values())
            and self.network.next_due is None
            and self.isdr.notifications_m2m.pending is None
        )

    @property
    def next_due(self) -> float | None:
        sources = (
            self.network.next_due,
            self.device.next_due,
            *(each.next_due for each in self.servers.values()),
        )
        return min((each for each in sources if each is not None), default=None)

    def step(self) -> None:
        """What is due now, everywhere."""
        for name in tuple(self.servers):
            self.alive(name, lambda server: server.advance(self.now))
        self.powered(lambda: self.device.advance(self.now))
        self.pump()

    def pump(self) -> None:
        """Hand over what is to be handed over now."""
        busy = True
        while busy:
            busy = self._messages()
            for name in tuple(self.servers):
                for number, tpdu in self.servers[name].take_sms():
                    busy = True
                    self.network.submit(NUMBERS[name], number, tpdu, self.now)
            for each in self.network.due(self.now):
                busy = True
                self._hand_over(each)

    def alive(self, name: str, act: Callable[[Smsr], object]) -> bool:
        """Something that a server does, and it may be killed: then it starts again. Whether it lived."""
        try:
            act(self.servers[name])
        except Killed:
            self.deaths += 1
            self.start(name)
            return False
        return True

    def powered(self, act: Callable[[], object]) -> None:
        """Something that the card does, and its power may go: then it comes back."""
        try:
            act()
        except PowerLoss:
            self.cuts += 1
            self.device.power_off()
            self.powered(lambda: self.device.power_on(self.now))

    def _hand_over(self, item: Delivery | Report) -> None:
        if isinstance(item, Report):
            if item.recipient in self.servers and item.data is not None:
                number, data = item.message.destination, item.data
                self.alive(item.recipient, lambda server: server.receive_report(number, data, self.now))
        elif item.recipient in self.servers:
            tpdu = item.tpdu
            self.alive(item.recipient, lambda server: server.receive_sms(tpdu, self.now))
        else:
            self.powered(lambda: self.device.deliver(item, self.now))

    def _messages(self) -> bool:
        pending = [(name, each) for name, server in self.servers.items() for each in server.messages()]
        for name, message in pending:
            self._deliver(name, message)
            self.alive(name, self._acknowledging(message))
        return bool(pending)

    @staticmethod
    def _acknowledging(message: Outgoing) -> Callable[[Smsr], None]:
        return lambda server: server.acknowledge(message)

    def _deliver(self, sender: str, message: Outgoing) -> None:
        content = message.content
        if message.recipient in self.servers:
            self.between += 1
            if self.between not in self.dropped:
                self.alive(message.recipient, lambda server: server.receive(sender, content, self.now))
        elif isinstance(content, Answer):
            self.answers.setdefault(content.reference, content.response)
        elif not isinstance(content, Call):
            self.told.append((message.recipient, content))
