"""The subscription on a card, as a device reads it after start-up and after each change (TS 31.102 5.1.1 and 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import ApduChannel, StatusError, Transport
from ipa import pin as pins
from ipa.errors import NoApplication, PinRefused

# What cards answer to the VERIFY of a PIN that is disabled.
NOT_ASKED_FOR = (pins.Outcome.DISABLED, pins.Outcome.NOT_NOW)

NETWORK_PROVIDED = ""
"""The access point name that stands for the one of the network's choice."""


@dataclass(frozen=True)
class ServiceProvider:
    """EF.SPN: the name, and when it is shown beside or without the network's."""

    name: str
    show_network_at_home: bool = False
    hide_name_when_roaming: bool = False


@dataclass(frozen=True)
class PreferredNetwork:
    """A network, `262-01`, and the access technologies it is preferred with, by the names of apdu.ef.networks."""

    plmn: str
    technologies: tuple[str, ...] = ()


@dataclass(frozen=True)
class EmergencyCode:
    """EF.ECC: a number for emergency calls, its name, and whom it calls; no category means all."""

    number: str
    name: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImsIdentity:
    """What the ISIM says: private identity, public identities, home domain."""

    private: str = ""
    public: tuple[str, ...] = ()
    domain: str = ""


@dataclass(frozen=True)
class Subscription:
    """One subscription. What the card does not have, does not let read, or has in a form of its own, is empty or None.

    iccid, imsi: digits. mnc_length: 2 or 3 digits. smsc: number of the service centre for short messages.
    access_points: EF.ACL; access_points_in_force: whether the device may use no others. home_networks,
    operator_networks, user_networks: preferred in this order; equivalent_homes, forbidden: `262-01`. access_classes: 0
    to 15. numbers: the subscriber's own. services: numbers of EF.UST.
    """

    iccid: str = ""
    imsi: str = ""
    mnc_length: int | None = None
    service_provider: ServiceProvider | None = None
    smsc: str = ""
    access_points: tuple[str, ...] = ()
    access_points_in_force: bool = False
    home_networks: tuple[PreferredNetwork, ...] = ()
    operator_networks: tuple[PreferredNetwork, ...] = ()
    user_networks: tuple[PreferredNetwork, ...] = ()
    equivalent_homes: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    access_classes: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    emergency_codes: tuple[EmergencyCode, ...] = ()
    ims: ImsIdentity | None = None
    services: frozenset[int] = frozenset()

    @property
    def identity(self) -> tuple[str, str]:
        """What tells subscriptions apart: ICCID and IMSI."""
        return self.iccid, self.imsi

    @property
    def home_network(self) -> str:
        """MCC and MNC of the IMSI, `262-01`; "" when it or the length of the MNC is not known."""
        if not self.imsi or self.mnc_length is None:
            return ""
        return f"{self.imsi[:3]}-{self.imsi[3 : 3 + self.mnc_length]}"

    def permits(self, access_point: str) -> bool:
        """Whether the device may use this access point name, TS 31.102 5.3.14: case does not matter."""
        if not self.access_points_in_force:
            return True
        return access_point.lower() in (each.lower() for each in self.access_points)


def read_subscription(card: Transport | ApduChannel, pin: str | bytes | None = None) -> Subscription:
    """The subscription of a card; the USIM is selected after it.

    card: a Transport, which is reset, or a channel as it is. pin: verified before, as PIN1. NoApplication without a
    USIM, PinRefused for a wrong PIN; TransportError.
    """
    if isinstance(card, ApduChannel):
        return read(card, pin)[0]
    card.reset()
    return read(ApduChannel(card), pin)[0]


def read(channel: ApduChannel, pin: str | bytes | None = None) -> tuple[Subscription, bytes]:
    """The subscription, and the AID of the USIM that it is in; errors as in `read_subscription`."""
    # The codecs of the files' contents are loaded when a card is read, not when a device starts.
    from ipa.subscription_files import SubscriptionFiles, select_usim

    try:
        application = select_usim(channel)
    except StatusError as error:
        raise NoApplication(str(error)) from error
    if pin is not None:
        verify(channel, pin)
    return SubscriptionFiles(channel).read(), application


def verify(channel: ApduChannel, pin: str | bytes) -> None:
    """VERIFY of PIN1 of the application that is selected; PinRefused. A PIN that is disabled is as good as verified."""
    result = pins.verify(channel, pins.PIN1, pin)
    if result.outcome not in (pins.Outcome.DONE, *NOT_ASKED_FOR):
        raise PinRefused("VERIFY PIN", str(result), result.tries_left)
