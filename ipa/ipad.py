"""The IPA of a device: an IoT card in a terminal, its eIMs, servers, and the procedures run for them."""

from __future__ import annotations

from collections.abc import Iterable

from apdu import Transport
from asn1.generated import sgp32
from ipa.driver import CardAccess, Driver, Eims, Servers, Surroundings, User
from ipa.eim import Eim
from ipa.errors import EimUnknown
from ipa.package_result import PackageResult
from ipa.procedures import delivery, device, eim, fallback, injection, leftovers, polling, rollback
from ipa.procedures.notifications import Delivery
from ipa.procedures.polling import Polled
from ipa.servers.esipa import Link
from ipa.servers.esipa_https import HttpsEims
from ipa.servers.http import HttpServers
from ipa.settings import Settings
from ipa.state import StateKeeper
from ipa.steps import Procedure, recall
from ipa.terminal import COMPUTED, Terminal

# TERMINAL CAPABILITY, SGP.32 3.8.2: the IPA is in the device.
IPA_IN_DEVICE = bytes.fromhex("840101")
Cause = sgp32.StateChangeCause


class Ipa:
    """IoT Profile Assistant in the device (IPAd), SGP.32 2.3.

    `transport`: the card, as a Transport, in an ipa.terminal.Terminal with toolkit, PINs and network settings (its
    `capability` is IPA_IN_DEVICE), or as what a modem gives of it (ipa.modem.ModemAccess). `ci_certificates`:
    DER certificates of the CIs trusted for TLS, of eIMs too that bring no key or certificate of their own; default:
    what the transport itself offers as `ci_certificates`. `state`: ipa.state.StateFile, so that nothing is lost when
    the device restarts. `servers`, `eims`: other ways to SM-DP+, SM-DS and eIMs than HTTPS. `surroundings`: what the
    device knows of its network. Every method raises IpaError with a one-line reason; apdu.TransportError when the
    card cannot be talked to.
    """

    def __init__(
        self,
        transport: Transport | CardAccess,
        *,
        ci_certificates: Iterable[bytes] | None = None,
        settings: Settings | None = None,
        state: StateKeeper | None = None,
        servers: Servers | None = None,
        eims: Eims | None = None,
        user: User | None = None,
        surroundings: Surroundings | None = None,
        terminal_profile: bytes | None = COMPUTED,
    ) -> None:
        trusted = getattr(transport, "ci_certificates", ()) if ci_certificates is None else ci_certificates
        trusted = tuple(trusted)
        terminal = (
            Terminal(transport, profile=terminal_profile, capability=IPA_IN_DEVICE)
            if isinstance(transport, Transport)
            else transport
        )
        self.settings = settings or Settings()
        self._https = HttpServers(trusted)
        self._eims = HttpsEims(trusted)
        self._driver = Driver(
            terminal,
            servers or self._https,
            user,
            eims=eims or self._eims,
            surroundings=surroundings,
            state=state,
        )

    def close(self) -> None:
        """Closes the connections to servers; also done by leaving a `with`."""
        self._https.close()
        self._eims.close()

    def __enter__(self) -> Ipa:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- work for eIMs ------------------------------------------------------------------------------------------------

    def poll(
        self, eim_id: str | None = None, cause: int | None = None, registered_plmn: bytes | None = None
    ) -> Polled:
        """Finishes what was left, and does what each eIM, or that one, has for the card, SGP.32 3.1.1.1.

        `cause`: a sgp32.StateChangeCause that the eIMs are to know; `registered_plmn`: 3 bytes as in TS 24.008.
        """
        return self._driver.run(polling.poll(self.settings, eim_id, cause, registered_plmn))

    def transfer(self, eim_id: str, message: bytes) -> bytes:
        """ESipa.TransferEimPackage that this eIM sends, SGP.32 6.3.3.1: its answer. EimUnknown."""
        return self._driver.run(self._transfer(eim_id, message))

    def _transfer(self, eim_id: str, message: bytes) -> Procedure[bytes]:
        eid = yield from device.get_eid()
        yield from delivery.forget((yield from recall(eid)).acknowledged)
        eims = yield from eim.list_eims()
        for each in eims:
            if each.id == eim_id:
                others = tuple(other.id for other in eims if other is not each)
                return (yield from injection.transfer(Link(eid, each, self.settings, others), message))
        raise EimUnknown(f"the eUICC has no eIM {eim_id}")

    # -- eIMs ---------------------------------------------------------------------------------------------------------

    def eid(self) -> str:
        """The EID, 32 digits."""
        return self._driver.run(device.get_eid()).hex().upper()

    def eims(self) -> tuple[Eim, ...]:
        """The Associated eIMs."""
        return self._driver.run(eim.list_eims())

    def add_initial_eims(self, *configurations: sgp32.EimConfigurationData) -> tuple[int | None, ...]:
        """Associates the first eIMs, SGP.32 3.5.2: the association token of each, None where none was asked for."""
        return self._driver.run(eim.add_initial(*configurations))

    def escape(self, *configurations: sgp32.EimConfigurationData) -> tuple[int | None, ...]:
        """Erases the card's eIMs and associates these; the profiles stay."""
        return self._driver.run(eim.escape(*configurations))

    def reset_memory(self, *options: int) -> None:
        """Memory reset with these sgp32.EuiccMemoryResetRequest.ResetOptions; the eIMs that stay are told."""
        self._driver.run(_reset(options))

    # -- changes without an eIM ---------------------------------------------------------------------------------------

    def roll_back(self) -> PackageResult:
        """Back to the profile before the last package; its new result waits on the card for the next poll."""
        return self._driver.run(rollback.roll_back())

    def fall_back(self) -> None:
        """To the profile with the fallback attribute; the eIMs are told at the next poll."""
        self._driver.run(fallback.execute())

    def return_from_fallback(self) -> None:
        """To the profile before the fallback."""
        self._driver.run(fallback.give_up())

    def enable_emergency_profile(self) -> None:
        """To the profile for emergency calls."""
        self._driver.run(fallback.enable_emergency_profile())

    def disable_emergency_profile(self) -> None:
        """To the profile before the emergency."""
        self._driver.run(fallback.disable_emergency_profile())

    def notifications(self) -> tuple[Delivery, ...]:
        """Delivers the notifications that wait on the card, without asking the eIMs for packages."""
        return self._driver.run(_deliver(self.settings))


def _reset(options: tuple[int, ...]) -> Procedure[None]:
    yield from fallback.announced(Cause.RESET, lambda: eim.reset_memory(*options))


def _deliver(settings: Settings) -> Procedure[tuple[Delivery, ...]]:
    eid = yield from device.get_eid()
    yield from delivery.forget((yield from recall(eid)).acknowledged)
    eims = yield from eim.list_eims()
    if not eims:
        return ()
    return (yield from leftovers.deliver_notifications(Link(eid, eims[0], settings)))
