"""The card: its applications on the runtime, over one memory, behind `reset` and `transmit`."""

from __future__ import annotations

from functools import cache, cached_property
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from euicc import eid as eids
from euicc.config import Config
from euicc.ecasd import applet as ecasd
from euicc.enabled_profile import EnabledProfile
from euicc.env import Env
from euicc.globalplatform.applet import SecurityDomains
from euicc.identity import Identity
from euicc.isdr.applet import IsdR
from euicc.runtime import keys
from euicc.runtime.applet import Applet
from euicc.runtime.atr import ATR
from euicc.runtime.nvm import Nvm, PowerLoss
from euicc.runtime.proactive import Proactive
from euicc.runtime.runtime import Runtime
from euicc.uicc.applet import UiccApplet
from euicc.variants import variant_of

if TYPE_CHECKING:
    from euicc.m2m.identity import M2mIdentity
    from euicc.profiles.profile import Profile
    from euicc.toolkit.applets import ToolkitApplets
    from euicc.uicc.suspend import Suspending


class EuiccIssuer(Protocol):
    """Who makes eUICCs: an EUM under one CI or several (euicc.testing.pki.Pki is one)."""

    def issue_euicc(self, eid: bytes) -> Identity:
        """Keys and certificates of the eUICC with this EID (16 bytes)."""
        ...


class Front(Protocol):
    """What a card answers with: its Runtime, or what stands in front of that and makes it act otherwise."""

    def reset(self) -> None:
        """The card is reset: nothing volatile stays."""
        ...

    def transmit(self, raw: bytes, /) -> bytes:
        """Answers one command APDU."""
        ...


class Card:
    """An eUICC with its power on; a Transport (ISO/IEC 7816-3: reset, transmit).

    nvm, env, config, identity: what it is made of. runtime, proactive, isdr: what it runs on. front: who gets every
    command first, the runtime unless the card has quirks or a test stands before it. enabled_profile: the
    files it shows; uicc: what runs them.
    ci_certificates: the trusted CIs, DER.
    """

    def __init__(self, nvm: Nvm, env: Env) -> None:
        """The card in this memory, as `manufacture` or `open` made it; ValueError when it holds none."""
        config, identity = nvm.get(keys.CONFIG), nvm.get(keys.IDENTITY)
        if config is None or identity is None:
            raise ValueError("no card was manufactured in this memory")
        self.nvm = nvm
        self.env = env
        self.config = config if not config.quirks else _quirky(config)
        self.identity = identity
        self.proactive = Proactive()
        self.enabled_profile = EnabledProfile(nvm, config)
        self.uicc = UiccApplet(self.enabled_profile.current, self)
        self.runtime = Runtime(self.uicc, self.proactive, config.channels)
        self.runtime.envelope = lambda data: self.toolkit.envelope(data)
        self.runtime.suspend = lambda command: self._suspending.execute(command)
        self.front: Front = self.runtime
        variant = variant_of(config)
        self.isdr = (variant.isdr or IsdR)(self)
        self.register(self.isdr)
        self.register((variant.ecasd or _ecasd)(self))
        self.register(SecurityDomains(lambda: self.uicc.running))
        if config.quirks:
            from euicc.quirks import fronted

            self.front = fronted(self, self.runtime)
        self.reset()

    @classmethod
    def manufacture(
        cls,
        eid: bytes | str | None = None,
        pki: EuiccIssuer | None = None,
        variant: str = "sgp22",
        seed: int | bytes | None = None,
        config: Config | None = None,
        m2m: M2mIdentity | None = None,
    ) -> Card:
        """A factory-new card, in memory.

        eid: 16 bytes or 32 digits with right check digits, otherwise ValueError; default: a fixed one. pki:
        who issues its certificates; default: the built-in test authority on P-256, whose keys are public.
        variant: "sgp22", "sgp32", "sgp32-v1.0" or "sgp02". seed: makes everything it will ever answer reproducible.
        config: all other choices; its own variant counts when `variant` is not given, and ValueError when the two
        contradict. m2m: ECASD and first keys of a card of SGP.02, whose EID then need not be given; default: those of
        the built-in test authority; ValueError for another EID, or for another card.
        """
        number = m2m.eid if eid is None and m2m is not None else _eid(eid)
        chosen = _config(variant, config)
        nvm = Nvm()
        with nvm.transaction():
            nvm.set(keys.CONFIG, chosen)
            variant_of(chosen).personalize(nvm, number, m2m)
            nvm.set(keys.IDENTITY, Identity.default(number) if pki is None else pki.issue_euicc(number))
        return cls(nvm, Env(seed))

    @classmethod
    def open(cls, path: str | PathLike[str], seed: int | bytes | None = None) -> Card:
        """The card saved at `path`, powered on; from now on every commit is durable in the file when it is
        answered.

        CardFileError when the file is missing, is not a card, or was written by a newer release.
        """
        from euicc.runtime.card_file import CardFileError

        nvm = Nvm.open(path)
        try:
            return cls(nvm, Env(seed))
        except BaseException as error:
            nvm.close()
            if isinstance(error, ValueError):
                raise CardFileError(f"{path}: {error}") from error
            raise

    def save(self, path: str | PathLike[str]) -> None:
        """Write the card as it would come back from a reset to a file, replacing what is there.

        The card itself goes on where it was: in memory, or in the file it was opened from.
        """
        self.nvm.save(path)

    def close(self) -> None:
        """Power off, and let go of the file."""
        self.power_off()
        self.nvm.close()

    def reset(self) -> bytes:
        """Reset, or power on; the ATR. What was volatile is gone, what waited for a reset is done."""
        self.nvm.power_on()
        self.front.reset()
        if self.nvm.get(keys.SUSPENSION) is not None:
            self._suspending.boot()
        return ATR

    @cached_property
    def _suspending(self) -> Suspending:
        from euicc.uicc.suspend import Suspending

        return Suspending(self)

    def power_off(self) -> None:
        """Take the power away; `reset` gives it back."""
        self.nvm.power_off()

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU: data and SW1 SW2, for any bytes whatsoever.

        PowerLoss when the card has no power, or loses it on the way (Nvm.lose_power_at); CardFileError when
        its file can no longer be written.
        """
        if not self.nvm.powered:
            raise PowerLoss("the card has no power: reset it")
        return self.front.transmit(command)

    def register(self, applet: Applet) -> None:
        """Install an application of one's own: selectable by its AIDs at once, booted at the next reset."""
        installed = getattr(applet, "installed", None)
        if installed is not None:
            installed(self)
        self.runtime.register(applet)

    @cached_property
    def toolkit(self) -> ToolkitApplets:
        """Applets that use the toolkit, and who takes envelopes; made on first use."""
        from euicc.toolkit.applets import ToolkitApplets

        return ToolkitApplets(self)

    def preload(self, package: bytes, metadata: bytes | None = None, *, enabled: bool = False) -> Profile:
        """Put a profile into the card as its manufacturer does: no SM-DP+, no session, no notification.

        package: the ProfileElements in plain. metadata: StoreMetadata (BF25); default: ICCID and type of the package's
        header. PreloadRefused (a ValueError) when a download of the same would be refused, or to enable a second one.
        """
        # The installer is not needed until there is something to install.
        from euicc.preloading import preload

        return preload(self, package, metadata, enabled)

    @property
    def ci_certificates(self) -> tuple[bytes, ...]:
        """Certificates (DER) of the trusted CIs, as far as the card has more than their keys."""
        return tuple(anchor.certificate for anchor in self.identity.trusted if anchor.certificate)

    def __enter__(self) -> Card:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _ecasd(card: Card) -> Applet:
    return ecasd.Ecasd(lambda: card.identity, ecasd.DATA_OBJECTS)


def _eid(eid: bytes | str | None) -> bytes:
    if eid is None:
        return eids.DEFAULT
    try:
        number = eids.parse(eid) if isinstance(eid, str) else eid
    except eids.EidError as error:
        raise ValueError(str(error)) from None
    if not eids.is_valid(number):
        raise ValueError(
            f"{number.hex()} is no EID: 16 bytes of decimal digits, the last two of them check digits"
        )
    return number


def _quirky(config: Config) -> Config:
    """Quirks are loaded by cards that have any."""
    from euicc.quirks import configured

    return configured(config)


def _config(variant: str, config: Config | None) -> Config:
    if config is None:
        return _standard(variant)
    if variant not in (Config.variant, config.variant):
        raise ValueError(f"variant {variant!r}, but a config for {config.variant!r}")
    return config


@cache
def _standard(variant: str) -> Config:
    """One object for all cards for which nothing else was chosen."""
    return Config(variant=variant)
