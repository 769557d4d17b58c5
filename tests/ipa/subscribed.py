"""Cards with subscriptions, operators that change them, and a device that follows."""

from __future__ import annotations

from apdu import Transport, open_channel
from apdu.cat import TerminalResponse
from apdu.ef import identity
from euicc import Card
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.testing.profile_builder import Subscription, build
from ipa import files, iccid, pin
from ipa.subscription import Subscription as Read
from tests.isdr.installed import iccid as iccid_of_number
from tests.isdr.installed import metadata

HOME = Subscription(imsi="262019876543210", iccid="8949000000000000001", apns=("internet", "iot.example"))
OTHER = Subscription(imsi="310260111111111", iccid="8901000000000000002", mnc_length=3, msisdn="")
IMEI = "352906110000000"
PLACEHOLDER = iccid_of_number(1)


def card_with(*subscriptions: Subscription) -> Card:
    """A card with these profiles, the first of them enabled."""
    return _card(*((each.iccid, build(each).package) for each in subscriptions))


def card_of(package: bytes) -> Card:
    """A card with this profile, enabled."""
    return _card((HOME.iccid, package))


def _card(*profiles: tuple[str, bytes]) -> Card:
    card = Card.manufacture(seed=1)
    store = ProfileStore(card.nvm)
    for number, (digits, package) in enumerate(profiles):
        profile = Profile(
            aid=store.free_aid(),
            iccid=iccid.from_digits(digits),
            metadata=metadata(1).replace(PLACEHOLDER, iccid.from_digits(digits)),
            ci_ski=card.identity.credentials[0].ci_ski,
            smdp_oid="2.999.10",
            state=ProfileState.DISABLED if number else ProfileState.ENABLED,
        )
        with card.nvm.transaction():
            store.add(profile, package)
    card.reset()
    return card


def rewrite(card: Card, path: str, content: bytes) -> None:
    """Writes a file of the USIM as the operator may, with ADM1, on a channel of its own."""
    with open_channel(card) as channel:
        files.enter(channel, "ADF.USIM")
        assert pin.verify(channel, pin.ADM1, HOME.adm).done
        files.update_binary(channel, path, content)


def change_imsi(card: Card, imsi: str) -> None:
    rewrite(card, "EF.IMSI", identity.imsi.encode(imsi, 9))


class Refreshes:
    """Has a card send REFRESH, and keeps the results."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self.results: list[str] = []

    def __call__(self, mode: int, *paths: str, aid: bytes | None = None) -> None:
        self._card.proactive.refresh(mode, self._done, [bytes.fromhex(path) for path in paths], aid)

    def _done(self, response: TerminalResponse) -> None:
        self.results.append(response.result.encode().hex().upper())


class Following:
    """A SettingsSource that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.seen: list[Read] = []

    def __call__(self, imei: str, subscription: Read) -> None:
        self.asked.append((imei, subscription.imsi))
        self.seen.append(subscription)


class Counting:
    """A Transport that counts the resets of another."""

    def __init__(self, card: Transport) -> None:
        self._card = card
        self.resets = 0

    def reset(self) -> bytes:
        self.resets += 1
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        return self._card.transmit(command)
