"""The network access application as a device keeps it: what it read of the USIM, and whom it tells of a change."""

from __future__ import annotations

from collections.abc import Mapping

from apdu import ApduChannel, Command, StatusError, TlvError, instruction
from ipa import files, subscription
from ipa.errors import NoApplication, PinRefused
from ipa.iccid import to_digits
from ipa.network_settings import DeviceManagement
from ipa.subscription import PreferredNetwork, Subscription

EF_ICCID = b"\x2f\xe2"

# STATUS, the terminal has initialised the current application, TS 102 221 11.1.2 and TS 31.102 5.1.1.
INITIALISED = Command(0x80, instruction.STATUS, 0x01, 0x0C)


class Naa:
    """The USIM of a card on the basic channel.

    pins: ICCID in digits -> PIN1, to be verified after each start of that subscription; a PIN that the card finds wrong
    is not tried again. application: AID of the USIM, b"" before one was selected. steered: networks that the operator
    prefers to those on the card until the next reset. selections: how often the USIM was selected.
    """

    def __init__(self, channel: ApduChannel, pins: Mapping[str, str]) -> None:
        self.application = b""
        self.subscription: Subscription | None = None
        self.selections = 0
        self.management = DeviceManagement()
        self.steered: tuple[PreferredNetwork, ...] = ()
        self._channel = channel
        self._pins = dict(pins)

    @property
    def kept(self) -> frozenset[bytes]:
        """Paths of the files that were read."""
        if self.subscription is None:
            return frozenset()
        from ipa.subscription_files import kept_paths

        return kept_paths()

    def forget(self) -> None:
        """The card was reset, or is going to be."""
        self.application = b""
        self.subscription = None
        self.steered = ()

    def read(self) -> Subscription:
        """The subscription as it was read last, or now; NoApplication, TransportError."""
        if self.subscription is None:
            iccid = self._iccid()
            self.selections += 1
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
        """Has the settings for the subscription that there is applied, if there is anybody who has some."""
        if self.management.followed:
            self.subscription = self.management.tell(self._channel, self.look())

    def _iccid(self) -> str:
        """As anybody may read it, "" when there is none."""
        try:
            return to_digits(files.read_binary(self._channel, EF_ICCID))
        except StatusError:
            return ""
