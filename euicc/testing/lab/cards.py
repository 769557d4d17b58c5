"""Cards in any number: each with an EID of its own, profiles in it, and a seed that comes from the seed of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from euicc import Card, Config
from euicc import eid as eids
from euicc.testing.lab.seeds import Seed, derived
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, TestProfile, build
from euicc.testing.smdp.metadata import MetadataOptions, store_metadata

SMDP_ADDRESS = "smdp.example.com"

Profile = Subscription | TestProfile | bytes
"""A profile to put into a card or to order: what it is made from, made already, or a package in plain."""
Profiles = int | Iterable[Profile]
"""Several of them; or how many, and `Cards.subscription` numbers them from 1."""


class Cards:
    """Makes eUICCs: call it. `made`: those it has made, oldest first.

    `seed`: with one, the n-th card is the same in every run, whatever the others do. `issuer`: who issues their
    certificates. `smdp_address`: who is told what becomes of the profiles that are in them from the beginning.
    """

    def __init__(
        self, seed: Seed = None, issuer: Pki | None = None, smdp_address: str = SMDP_ADDRESS
    ) -> None:
        self.seed = seed
        self.issuer = issuer or Pki.default()
        self.smdp_address = smdp_address
        self.made: list[Card] = []
        self._count = 0

    def __call__(
        self,
        variant: str = "sgp22",
        *,
        profiles: Profiles = (),
        enabled: int | None = None,
        config: Config | None = None,
        eid: bytes | str | None = None,
        prepare: Callable[[Card], object] = lambda card: None,
    ) -> Card:
        """A new card, with its power on.

        variant, config, eid: as for Card.manufacture; without an EID it gets the next one. profiles: those in it;
        `enabled`: which of them is enabled, counted from 0. prepare: what else is done to it before it is delivered.
        ValueError when the card does not take a profile, and when there is none to enable.
        """
        made = [profile(each) for each in _several(profiles)]
        if enabled is not None and not 0 <= enabled < len(made):
            raise ValueError(f"enabled is {enabled}, and there are {len(made)} profiles")
        number = self._next()
        card = self._manufacture(
            eid=eid or _eid(number),
            pki=self.issuer,
            variant=variant,
            seed=derived(self.seed, "card", number),
            config=config,
        )
        for place, each in enumerate(made):
            card.preload(each.package, self._metadata(each), enabled=place == enabled)
        prepare(card)
        card.reset()
        self.made.append(card)
        return self._deliver(card)

    @staticmethod
    def subscription(number: int) -> Subscription:
        """The subscription of this number, 1 to 99999: names, ICCID, IMSI and MSISDN of its own."""
        return Subscription(
            iccid=f"89001012345678{number:05d}",
            imsi=f"0010101234{number:05d}",
            msisdn=f"+8820000{number:05d}",
            spn=f"Operator {number}",
            profile_name=f"Profile {number}",
        )

    def _next(self) -> int:
        """The number of the card that is made now, from 1."""
        self._count += 1
        return self._count

    def _manufacture(self, **options: object) -> Card:
        """A factory-new card; options of Card.manufacture."""
        return Card.manufacture(**options)  # type: ignore[arg-type]

    def _deliver(self, card: Card) -> Card:
        """A card leaves the factory."""
        return card

    def _metadata(self, made: TestProfile) -> bytes:
        return store_metadata(made.package, names(made), self.smdp_address).encode()


def profile(wanted: Profile) -> TestProfile:
    """The profile with its package; ValueError for impossible values."""
    if isinstance(wanted, TestProfile):
        return wanted
    if isinstance(wanted, Subscription):
        return _built(wanted)
    return TestProfile(
        iccid="", imsi="", spn="", profile_name="", package=wanted, subscription=Subscription()
    )


def names(made: TestProfile) -> MetadataOptions:
    """What its operator calls it; nothing, for a package that only its own header tells of."""
    if not made.spn:
        return {}
    return {"service_provider_name": made.spn, "profile_name": made.profile_name}


@lru_cache(256)
def _built(subscription: Subscription) -> TestProfile:
    return build(subscription)


def _several(profiles: Profiles) -> Iterable[Profile]:
    if isinstance(profiles, int):
        return [Cards.subscription(number) for number in range(1, profiles + 1)]
    return profiles


def _eid(number: int) -> bytes:
    """EIDs in the range of SGP.26's test EUM; that of number 1 is a card's default."""
    return eids.with_check_digits(f"8904903200100100000000{number:08d}")
