"""What a device uses of a network besides its subscription, and who decides it: access points, SMSC, short codes.

Device management looks at the pair of device identity (IMEI) and subscription: a function `SettingsSource` that the
terminal calls after each change of subscription (`Terminal.on_subscription`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from apdu import ApduChannel, StatusError
from ipa.subscription import Subscription


class ShortCode(NamedTuple):
    """A short number by its name: voice mail, customer service."""

    name: str
    number: str


@dataclass(frozen=True)
class NetworkSettings:
    """What device management wants for a device with a subscription.

    access_points: APNs, the one to use first; smsc: service centre for short messages, also written to the card where
    it lets; "" leaves what the card says.
    """

    access_points: tuple[str, ...] = ()
    smsc: str = ""
    short_codes: tuple[ShortCode, ...] = ()


SettingsSource = Callable[[str, Subscription], NetworkSettings | None]
"""IMEI and subscription -> the settings for this pair; None where there are none."""


@dataclass(frozen=True)
class Applied:
    """What the device uses now.

    access_points: those of the settings that the subscription's access point control lets it use; refused: the others.
    smsc: that of the settings, or of the card; smsc_on_card: whether the card has it, too.
    """

    access_points: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    smsc: str = ""
    smsc_on_card: bool = False
    short_codes: tuple[ShortCode, ...] = ()


class DeviceManagement:
    """Whom the device asks for settings, for which subscription it asked last, and what came of it."""

    def __init__(self) -> None:
        self.settings: Applied | None = None
        self._told: tuple[str, str] | None = None
        self._imei = ""
        self._source: SettingsSource | None = None

    @property
    def followed(self) -> bool:
        """Whether anybody wants to hear of subscriptions."""
        return self._source is not None

    def follow(self, imei: str, source: SettingsSource) -> None:
        """From now on the source is asked after each change, and for the subscription that there is."""
        self._imei, self._source = imei, source
        self._told = None

    def tell(self, channel: ApduChannel | None, found: Subscription | None) -> Subscription | None:
        """Asks the source if it was asked for another subscription, or none, before; applies what it says.

        channel: where the USIM of `found` is selected, None without one. The subscription as it is now. Each pair of
        device and subscription is asked for once; again if the source or the card failed.
        """
        identity = found.identity if found else None
        if self._source is None or identity == self._told:
            return found
        self.settings = None
        self._told = identity
        if found is None or channel is None:
            return None
        # A source may use the terminal, which then finds this subscription told.
        applied = False
        try:
            found = self._ask(self._source, channel, found)
            applied = True
        finally:
            self._told = identity if applied else None
        return found

    def _ask(self, source: SettingsSource, channel: ApduChannel, found: Subscription) -> Subscription:
        wanted = source(self._imei, found)
        if wanted is None:
            return found
        self.settings = apply(channel, found, wanted)
        return replace(found, smsc=self.settings.smsc) if self.settings.smsc_on_card else found


def apply(channel: ApduChannel, subscription: Subscription, settings: NetworkSettings) -> Applied:
    """Applies settings to the device, and the SMSC to the card, on whose channel the USIM is selected."""
    permitted = tuple(each for each in settings.access_points if subscription.permits(each))
    return Applied(
        access_points=permitted,
        refused=tuple(each for each in settings.access_points if each not in permitted),
        smsc=settings.smsc or subscription.smsc,
        smsc_on_card=settings.smsc in ("", subscription.smsc) or write_smsc(channel, settings.smsc),
        short_codes=settings.short_codes,
    )


def write_smsc(channel: ApduChannel, number: str) -> bool:
    """Writes the service centre into the first record of EF.SMSP of the USIM; whether the card let it.

    Everything else in the record stays as it is.
    """
    # The codecs of the files' contents are loaded when a card is written, not when a device starts.
    from ipa.subscription_files import update_smsc

    try:
        update_smsc(channel, number)
    except StatusError:
        return False
    return True
