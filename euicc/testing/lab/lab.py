"""The laboratory: PKI, SM-DP+, SM-DS and eIM that know each other, cards and devices that know them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Unpack

from apdu import Transport
from euicc import Card, Config
from euicc.crypto.certificates import Role
from euicc.env import Env
from euicc.testing.eim import Eim, LocalServers
from euicc.testing.lab.cards import Cards, Profile, Profiles, names, profile
from euicc.testing.lab.in_process import InProcess
from euicc.testing.lab.seeds import Seed, derived
from euicc.testing.pki import Pki
from euicc.testing.smdp import Order, SmDpPlus
from euicc.testing.smdp.metadata import MetadataOptions
from euicc.testing.smds import SmDs
from ipa.driver import Surroundings, User
from ipa.ipad import Ipa
from ipa.lpa import Lpa
from ipa.settings import Settings
from ipa.state import StateKeeper

SMDP, SMDS, EIM = "smdp.example.com", "smds.example.com", "eim.example.com"
IOT = ("sgp32", "sgp32-v1.0")
FIRST_ORDERED = 1001
"""The number of the first subscription that is ordered without saying which; those in cards count from 1."""


class Patient(Surroundings):
    """The device has a network if the laboratory has, and lets time pass without waiting."""

    def __init__(self, network: InProcess) -> None:
        self._network = network

    def connected(self) -> bool:
        """Whether there is a network."""
        return self._network.up()

    def wait(self, seconds: float) -> None:
        """Nothing is to be waited for."""


class Lab:
    """Everybody a card has to do with. All that is random comes from `seed`; without one, from the operating system.

    `pki`: everybody's certificates. `smdp`, `smds`, `eim`: the servers, sans-IO. `network`: how devices reach them
    without sockets, and where their calls are noted; `serve` takes them to HTTPS. `cards`: who makes the cards, and
    those that were made (`cards.made`).
    """

    def __init__(self, seed: Seed = None, *, pki: Pki | None = None, cards: Cards | None = None) -> None:
        self.pki = pki or Pki.default()
        self.cards = cards or Cards(seed, self.pki, SMDP)
        dp, ds, eim = (Env(derived(seed, name)) for name in (SMDP, SMDS, EIM))
        self.smdp = SmDpPlus(self.pki, SMDP, random=dp.random, now=dp.now)
        self.smds = SmDs(self.pki, SMDS, random=ds.random, now=ds.now)
        relay = LocalServers(self.smdp, self.smds)
        self.eim = Eim(self.pki, "eim1", EIM, servers=relay, random=eim.random, now=eim.now)
        self.network = InProcess((self.smdp, self.smds), (self.eim,))
        self._served = False
        self._ordered = FIRST_ORDERED
        self._kept: list[tuple[Transport, StateKeeper]] = []

    # -- cards --------------------------------------------------------------------------------------------------------

    def card(
        self,
        variant: str = "sgp22",
        *,
        profiles: Profiles = (),
        enabled: int | None = None,
        config: Config | None = None,
        associated: bool = True,
    ) -> Card:
        """A new card whose root SM-DS is that of the laboratory; `profiles` in it, and which is `enabled`, from 0.

        An IoT card is `associated` with the eIM unless told otherwise. ValueError as for `Cards`.
        """
        self.cards.smdp_address = self.smdp.address
        chosen = config or Config(variant=variant)
        if chosen.root_ds_address == Config.root_ds_address:
            chosen = replace(chosen, root_ds_address=self.smds.address)
        wanted = associated and chosen.variant in IOT
        return self.cards(
            variant,
            profiles=profiles,
            enabled=enabled,
            config=chosen,
            prepare=self.associate if wanted else lambda card: None,
        )

    def associate(self, card: Card) -> None:
        """ES10b.AddInitialEim, SGP.32 3.5.2.1: the eIM manages this card from now on; EuiccRefused if one does."""
        (token,) = self.ipa(card).add_initial_eims(self.eim.configuration(token=True))
        self.eim.associate(card.identity.eid, token=token)

    # -- orders -------------------------------------------------------------------------------------------------------

    def order(self, wanted: Profile | None = None, **options: Unpack[MetadataOptions]) -> Order:
        """An order at the SM-DP+ for this profile, or for another one each time; Failure, PackageError."""
        made = profile(Cards.subscription(self._next()) if wanted is None else wanted)
        chosen: MetadataOptions = {**names(made), **options}
        return self.smdp.order(made.package, **chosen)

    def activation_code(self, order: Order) -> str:
        """What the user of a device types to get it, SGP.22 4.1."""
        return self.smdp.activation_code(order)

    def _next(self) -> int:
        self._ordered += 1
        return self._ordered - 1

    # -- devices ------------------------------------------------------------------------------------------------------

    def lpa(self, transport: Transport, user: User | None = None) -> Lpa:
        """A phone with this card in it."""
        return Lpa(transport, servers=None if self._served else self.network, user=user)

    def ipa(
        self,
        transport: Transport,
        *,
        settings: Settings | None = None,
        user: User | None = None,
        surroundings: Surroundings | None = None,
    ) -> Ipa:
        """An IoT device with this card in it, just started: what it has kept for this transport, it knows again."""
        network = None if self._served else self.network
        return Ipa(
            transport,
            settings=settings,
            state=self._state(transport),
            servers=network,
            eims=network,
            user=user,
            surroundings=surroundings or Patient(self.network),
        )

    def _state(self, transport: Transport) -> StateKeeper:
        for known, kept in self._kept:
            if known is transport:
                return kept
        self._kept.append((transport, state := StateKeeper()))
        return state

    # -- the servers' sockets -----------------------------------------------------------------------------------------

    @contextmanager
    def serve(self) -> Iterator[None]:
        """Serves SM-DP+, SM-DS and eIM over HTTPS on loopback while the context lasts; ServeError.

        Meanwhile they are called by those addresses: order, and make cards and devices, inside. Needs extra `http`.
        """
        from euicc.testing import http

        roles: dict[SmDpPlus | SmDs | Eim, Role] = {
            self.smdp: Role.DP_TLS,
            self.smds: Role.DS_TLS,
            self.eim: Role.DP_TLS,
        }
        before = {server: server.address for server in roles}
        with ExitStack() as serving:
            for server, role in roles.items():
                server.address = ""
                serving.callback(setattr, server, "address", before[server])
                serving.enter_context(http.serve(server, tls=self.pki.issue_tls(http.LOOPBACK, role=role)))
            serving.callback(setattr, self, "_served", False)
            self._served = True
            yield
