"""The bench of one case: a card in the slot, an SM-DP+ and an eIM that serve over HTTPS, and the program to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from apdu import Transport
from asn1.generated import sgp32
from euicc import Card, Config
from euicc.check.catalogue import Finding, NotApplicable
from euicc.testing import http
from euicc.testing.eim import Eim
from euicc.testing.http import Tls
from euicc.testing.ipa_check import card_state
from euicc.testing.ipa_check.conversation import Conversation
from euicc.testing.ipa_check.doors import Door, opened
from euicc.testing.ipa_check.journal import Journal, Slot
from euicc.testing.ipa_check.program import Commands, Patience, Run, run
from euicc.testing.ipa_check.watched import Watched, WatchedEim
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, TestProfile, build
from euicc.testing.smdp import Order, SmDpPlus
from euicc.testing.smdp.metadata import store_metadata

IOT = "sgp32"


@lru_cache
def operator(number: int) -> TestProfile:
    """The profile of the operator of this number, 1 to 9."""
    return build(
        Subscription(
            iccid=f"890010123456789012{number}",
            imsi=f"00101012345606{number}",
            spn=f"Operator {number}",
            profile_name=f"Profile {number}",
        )
    )


def served_rightly(pki: Pki) -> Tls:
    """The certificate of a server on loopback under the CI that the program trusts."""
    return pki.issue_tls(http.LOOPBACK)


Trusted = Callable[[Eim, sgp32.EimConfigurationData], sgp32.EimConfigurationData]


@dataclass(frozen=True)
class Setting:
    """What a case begins with.

    variant, config: of the card. profiles: numbers of the operators whose profiles are in it, enabled: the one that
    is. quirk: what stands before the card. smdp_tls, eim_tls: what the servers show. configured: what the card is told
    of the eIM. default_smdp: the card knows the SM-DP+.
    """

    variant: str = "sgp22"
    config: Mapping[str, Any] = field(default_factory=dict)
    profiles: tuple[int, ...] = ()
    enabled: int | None = None
    quirk: Callable[[Transport], Transport] | None = None
    smdp_tls: Callable[[Pki], Tls] = served_rightly
    eim_tls: Callable[[Pki], Tls] = served_rightly
    configured: Trusted = lambda eim, configuration: configuration
    default_smdp: bool = False


class Bench:
    """One case. card: the card itself; front: it as the program meets it. smdp, eim and what stands before them."""

    def __init__(self, place: Place, setting: Setting, directory: Path, opened_for: ExitStack) -> None:
        self.place = place
        self.journal = Journal()
        self.runs: list[Run] = []
        self.smdp = SmDpPlus(place.pki)
        self.eim = Eim(place.pki)
        self.watched_smdp = Watched("SM-DP+", self.smdp, self.journal)
        self.watched_eim = WatchedEim(self.eim, self.journal)
        self.values: dict[str, str] = {}
        self._directory = directory
        pki = place.pki
        opened_for.enter_context(http.serve(self.watched_smdp, tls=setting.smdp_tls(pki)))
        if setting.variant == IOT:
            opened_for.enter_context(http.serve(self.watched_eim, tls=setting.eim_tls(pki)))
        self.card = self._manufactured(setting)
        self.front: Transport = self.card if setting.quirk is None else setting.quirk(self.card)
        self.values |= {
            "smdp": self.smdp.address,
            "eim": self.eim.address,
            "eid": self.card.identity.eid.hex().upper(),
            "ca": str(_kept(directory / "ci.pem", _pem(pki))),
        }

    # -- the program --------------------------------------------------------------------------------------------------

    def run(self, action: str, **values: str) -> Run:
        """Runs the program for an action. NotApplicable without a command for it, Finding when it does not end."""
        commands = self.place.commands
        if action not in commands.lines:
            raise NotApplicable(f"there is no command to {action}")
        state = self._directory / "state"
        state.mkdir(exist_ok=True)
        known = {**self.values, "state": str(state), **values}
        done = run(action, commands.words(action, known), self._directory, self.place.patience)
        self.runs.append(done)
        if done.code is None:
            raise Finding(f"the program does not end within {self.place.patience.timeout:g} s")
        return done

    @property
    def talk(self) -> Conversation:
        """What was said until now."""
        return Conversation(self.journal.entries)

    # -- the SM-DP+ ---------------------------------------------------------------------------------------------------

    def order(self, number: int = 1, **options: Any) -> Order:
        """An order for the profile of an operator, whose activation code the program gets."""
        made = operator(number)
        names = {"service_provider_name": made.spn, "profile_name": made.profile_name}
        order = self.smdp.order(made.package, **{**names, **options})
        self.values["activation_code"] = f"LPA:{self.smdp.activation_code(order)}"
        self.values["iccid"] = made.iccid
        return order

    # -- the card -----------------------------------------------------------------------------------------------------

    def named(self, number: int) -> bytes:
        """The profile of an operator is what the program is to act on; its ICCID as the card has it."""
        self.values["iccid"] = operator(number).iccid
        return operator(number).iccid_bytes

    def profiles(self) -> dict[bytes, bool]:
        """ICCIDs, and which profile is enabled."""
        with self.place.slot.held():
            return card_state.profiles(self.card)

    def notifications(self) -> set[int]:
        """Sequence numbers of the notifications on the card."""
        with self.place.slot.held():
            return card_state.notifications(self.card)

    def package_results(self) -> list[bytes]:
        """Package results on the card."""
        with self.place.slot.held():
            return card_state.package_results(self.card)

    def change(self, tag: int, number: int) -> None:
        """The bench itself enables (BF31), disables (BF32) or deletes (BF33) an operator's profile."""
        with self.place.slot.held():
            card_state.change(self.card, tag, operator(number).iccid_bytes)

    @property
    def eid(self) -> bytes:
        """The card's EID."""
        return self.card.identity.eid

    def _manufactured(self, setting: Setting) -> Card:
        options = dict(setting.config)
        if setting.default_smdp:
            options["default_dp_address"] = self.smdp.address
        config = replace(Config(variant=setting.variant), **options)
        card = Card.manufacture(pki=self.place.pki, config=config)
        for number in setting.profiles:
            made = operator(number)
            metadata = store_metadata(
                made.package,
                {"service_provider_name": made.spn, "profile_name": made.profile_name},
                self.smdp.address,
            )
            card.preload(made.package, metadata.encode(), enabled=number == setting.enabled)
        card.reset()
        if setting.variant == IOT:
            configuration = setting.configured(self.eim, self.eim.configuration(token=True))
            self.eim.associate(card.identity.eid, token=card_state.associate(card, self.eim, configuration))
        return card


@dataclass(frozen=True)
class Place:
    """Where the cases of one check happen, one after the other. `where`: what the door is called by; "" while it is
    closed between cases."""

    commands: Commands
    door: Door
    slot: Slot
    pki: Pki
    patience: Patience
    where: str

    @contextmanager
    def bench(self, setting: Setting) -> Iterator[Bench]:
        """A bench for one case. ServeError, TransportError."""
        with ExitStack() as opened_for:
            directory = Path(opened_for.enter_context(TemporaryDirectory(prefix="ipa-check-")))
            bench = Bench(self, setting, directory, opened_for)
            self.slot.insert(bench.front, bench.journal)
            where = self.where or opened_for.enter_context(opened(self.door, self.slot))
            bench.values[self.door.placeholder] = where
            yield bench


def _pem(pki: Pki) -> bytes:
    certificates = (x509.load_der_x509_certificate(each) for each in pki.ci_certificates)
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def _kept(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
