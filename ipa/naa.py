"""The network access application as a device keeps it: what it read of the USIM, and whom it tells of a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apdu import ApduChannel, Command, StatusError, TlvError, instruction
from ipa import files, network_settings, subscription
from ipa.errors import NoApplication, PinRefused
from ipa.iccid import to_digits
from ipa.network_settings import Applied, NetworkSettings, SettingsSource
from ipa.subscription import PreferredNetwork, Subscription

EF_ICCID = b"\x2f\xe2"

# STATUS, the terminal has initialised the current application, TS 102 221 11.1.2 and TS 31.102 5.1.1.
INITIALISED = Command(0x80, instruction.STATUS, 0x01, 0x0C)


class Naa:
    """The USIM of a card on the basic channel.

    pins: ICCID in digits -> PIN1, to be verified after each start of that subscription; a PIN that the card finds wrong
    is not tried again. application: AID of the USIM, b"" before one was selected. steered: networks that the operator
    prefers to those on the card until the next reset.
    """

    def __init__(self, channel: ApduChannel, pins: Mapping[str, str]) -> None:
        self.application = b""
        self.subscription: Subscription | None = None
        self.settings: Applied | None = None
        self.steered: tuple[PreferredNetwork, ...] = ()
        self._channel = channel
        self._pins = dict(pins)
        self._told: tuple[str, str] | None = None
        self._imei = ""
        self._source: SettingsSource | None = None

    @property
    def kept(self) -> frozenset[bytes]:
        """Paths of the files that were read."""
        if self.subscription is None:
            return frozenset()
        from ipa.subscription_files import kept_paths

        return kept_paths()

    def follow(self, imei: str, source: SettingsSource) -> None:
        """From now on the source is asked after each change, and for the subscription that there is."""
        self._imei, self._source = imei, source
        self._told = None

    def forget(self) -> None:
        """The card was reset, or is going to be."""
        self.application = b""
        self.subscription = None
        self.steered = ()

    def read(self) -> Subscription:
        """The subscription as it was read last, or now; NoApplication, TransportError."""
        if self.subscription is None:
            iccid = self._iccid()
            try:
                found = subscription.read(self._channel, self._pins.get(iccid))
            except PinRefused:
                del self._pins[iccid]
                found = subscription.read(self._channel)
            self.subscription, self.application = found
            self._channel.send(INITIALISED)
        return self.subscription

    def read_again(self) -> None:
        """Reads all that is kept, after selecting the application anew."""
        if self.subscription is not None:
            self.subscription = None
            self.look()

    def steer(self, networks: bytes) -> None:
        """REFRESH, steering of roaming, TS 31.111 6.4.7: these networks come first."""
        from apdu.ef.error import ContentError
        from apdu.ef.networks import networks_with_technology
        from ipa.subscription_files import preferred_network

        try:
            entries = networks_with_technology.decode(networks)
        except ContentError as error:
            raise TlvError(str(error)) from error
        self.steered = tuple(preferred_network(entry) for entry in entries if entry is not None)

    def look(self) -> Subscription | None:
        """The subscription, None on a card without one."""
        try:
            return self.read()
        except NoApplication:
            return None

    def tell(self) -> None:
        """Asks the source for its settings if the subscription is another one than it was asked for, and applies them.

        Once for each pair of device and subscription; again if the source or the card failed.
        """
        if self._source is None:
            return
        found = self.look()
        identity = found.identity if found else None
        if identity == self._told:
            return
        self.settings = None
        if found is not None:
            self._apply(found, self._source(self._imei, found))
        self._told = identity

    def _apply(self, found: Subscription, wanted: NetworkSettings | None) -> None:
        """Settings, if there are any, to the device and the card; what was written to the card is known, too."""
        if wanted is None:
            return
        self.settings = network_settings.apply(self._channel, found, wanted)
        if self.settings.smsc_on_card:
            self.subscription = replace(found, smsc=self.settings.smsc)

    def _iccid(self) -> str:
        """As anybody may read it, "" when there is none."""
        try:
            return to_digits(files.read_binary(self._channel, EF_ICCID))
        except StatusError:
            return ""
