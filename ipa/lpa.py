"""The LPA of a device: a card in a terminal, servers, a user, and the procedures run for them."""

from __future__ import annotations

from collections.abc import Container, Iterable

from apdu import Transport
from asn1.generated import rsp
from ipa import iccid as iccids
from ipa.activation_code import ActivationCode
from ipa.driver import CardAccess, Driver, Servers, User
from ipa.procedures import device, download, notifications, profiles
from ipa.procedures.download import Downloaded
from ipa.procedures.notifications import Delivery
from ipa.servers.http import HttpServers
from ipa.terminal import COMPUTED, Terminal

# What the terminal says of itself unless told otherwise: LTE, SGP.22 v2.5, the TAC that test equipment uses.
DEVICE_INFO = rsp.DeviceInfo(
    tac=bytes.fromhex("35290611"),
    device_capabilities=rsp.DeviceCapabilities(
        eutran_epc_supported_release=bytes((15, 0, 0)), lpa_svn=bytes((2, 5, 0))
    ),
)


class Lpa:
    """Local Profile Assistant in the device (LPAd), SGP.22 2.4.

    `transport`: the card, as a Transport, in an ipa.terminal.Terminal with toolkit, PINs and network settings, or as
    what a modem gives of it (ipa.modem.ModemAccess). `ci_certificates`:
    DER certificates of the CIs trusted for TLS; default: what the transport itself offers as `ci_certificates`.
    `servers`: another way to the servers than HTTPS. `user`: who is asked and told. ICCIDs are taken as digits or
    as 10 bytes. Every method raises IpaError with a one-line reason; apdu.TransportError when the card cannot be
    talked to.
    """

    def __init__(
        self,
        transport: Transport | CardAccess,
        *,
        ci_certificates: Iterable[bytes] | None = None,
        servers: Servers | None = None,
        user: User | None = None,
        device_info: rsp.DeviceInfo = DEVICE_INFO,
        terminal_profile: bytes | None = COMPUTED,
    ) -> None:
        trusted = getattr(transport, "ci_certificates", ()) if ci_certificates is None else ci_certificates
        terminal = (
            Terminal(transport, profile=terminal_profile) if isinstance(transport, Transport) else transport
        )
        self._device_info = device_info
        self._https = HttpServers(trusted)
        self._driver = Driver(terminal, servers or self._https, user)

    def close(self) -> None:
        """Closes the connections to servers; also done by leaving a `with`."""
        self._https.close()

    def __enter__(self) -> Lpa:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def eid(self) -> str:
        """The EID, 32 digits."""
        return self._driver.run(device.get_eid()).hex().upper()

    def info1(self) -> rsp.EUICCInfo1:
        """EUICCInfo1."""
        return self._driver.run(device.get_info1())

    def info2(self) -> rsp.EUICCInfo2:
        """EUICCInfo2."""
        return self._driver.run(device.get_info2())

    def addresses(self) -> rsp.EuiccConfiguredAddressesResponse:
        """The default SM-DP+ and the root SM-DS."""
        return self._driver.run(device.get_addresses())

    def set_default_dp_address(self, address: str) -> None:
        """Sets the default SM-DP+; "" for none."""
        self._driver.run(device.set_default_dp_address(address))

    def rules_authorisation_table(self) -> tuple[rsp.ProfilePolicyAuthorisationRule, ...]:
        """The Rules Authorisation Table."""
        return self._driver.run(device.get_rat())

    def profiles(self, profile_class: int | None = None) -> tuple[rsp.ProfileInfo, ...]:
        """All profiles, or those of one class (rsp.ProfileClass)."""
        return self._driver.run(profiles.list_profiles(profile_class))

    def download(
        self, code: str | ActivationCode | None = None, confirmation_code: str | None = None
    ) -> Downloaded:
        """Downloads and installs a profile by activation code, or from the card's default SM-DP+ without one."""
        if code is None:
            return self._driver.run(download.download_from_default(self._device_info, confirmation_code))
        parsed = ActivationCode.parse(code) if isinstance(code, str) else code
        return self._driver.run(download.download(parsed, self._device_info, confirmation_code))

    def enable(self, iccid: str | bytes, refresh: bool = True) -> None:
        """Enables a profile, and thereby disables the one that is; the card is reset after it if `refresh`."""
        self._driver.run(profiles.enable(_iccid(iccid), refresh))

    def disable(self, iccid: str | bytes, refresh: bool = True) -> None:
        """Disables a profile; the card is reset after it if `refresh`."""
        self._driver.run(profiles.disable(_iccid(iccid), refresh))

    def delete(self, iccid: str | bytes) -> None:
        """Deletes a disabled profile."""
        self._driver.run(profiles.delete(_iccid(iccid)))

    def set_nickname(self, iccid: str | bytes, nickname: str) -> None:
        """Gives a profile a name; "" takes it away."""
        self._driver.run(profiles.set_nickname(_iccid(iccid), nickname))

    def reset_memory(self, *options: int) -> None:
        """Memory reset with these rsp.EuiccMemoryResetRequest.ResetOptions."""
        self._driver.run(profiles.reset_memory(*options))

    def notifications(self) -> tuple[rsp.NotificationMetadata, ...]:
        """The notifications that wait on the card."""
        return self._driver.run(notifications.list_notifications())

    def send_notifications(self, only: Container[int] | None = None) -> tuple[Delivery, ...]:
        """Delivers the waiting notifications, or those of these sequence numbers; each with what became of it."""
        return self._driver.run(notifications.deliver_all(only))

    def remove_notification(self, seq_number: int) -> None:
        """Removes a notification from the card without delivering it."""
        self._driver.run(notifications.remove(seq_number))


def _iccid(iccid: str | bytes) -> bytes:
    return iccids.from_digits(iccid) if isinstance(iccid, str) else iccid
