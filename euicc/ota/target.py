"""What a TAR leads to: an application that runs remote scripts, with the security domain whose keys protect it.

A card has targets from several providers; the receiver knows none of them but by these protocols.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from apdu import Command
    from apdu.tlv import Tlv
    from euicc.ota.security import KeySource
    from euicc.uicc.memory import ProfileMemory


@dataclass(frozen=True, slots=True)
class Protected:
    """How the packet that carries a script was protected.

    authenticated: it had a cryptographic checksum that was right. key_version: of the key that computed it, 0 without.
    """

    authenticated: bool
    ciphered: bool
    key_version: int


class Session(Protocol):
    """One script being executed, or a chain of them."""

    @property
    def changed(self) -> Sequence[bytes]:
        """Full paths, from 3F00 on, of the files that the script wrote to."""
        ...

    @property
    def application(self) -> bytes | None:
        """AID of the ADF that 7FFF means in these paths."""
        ...

    @property
    def afterwards(self) -> Sequence[Callable[[], None]]:
        """What its commands left to be done once the response is out."""
        ...

    def execute(self, command: Command) -> bytes:
        """Run one command; response data, StatusError for any other status word than 9000."""
        ...

    def state(self) -> bytes | None:
        """What `Target.resume` needs to go on from here with another script; None when that is not possible."""
        ...


class Target(Protocol):
    """An application that is administered over the air.

    tars: 3 bytes each. minimum_security_level: coded as the first byte of SPI. domain: the security domain it is
    associated with. memory: where counters and script chains are kept.
    """

    @property
    def tars(self) -> tuple[bytes, ...]:
        """Toolkit application references under which packets reach it."""
        ...

    @property
    def minimum_security_level(self) -> int:
        """What a packet must be protected with."""
        ...

    @property
    def domain(self) -> KeySource:
        """Whose keys protect packets."""
        ...

    @property
    def memory(self) -> ProfileMemory:
        """Where the receiver remembers what concerns this target."""
        ...

    def open(self, protected: Protected) -> Session:
        """A fresh session for a script."""
        ...

    def resume(self, state: bytes, protected: Protected) -> Session | None:
        """The session that `Session.state` described; None when it does not fit the card any more."""
        ...


@runtime_checkable
class TlvSession(Session, Protocol):
    """A session that takes further elements of a script in expanded format, besides those of TS 102 226."""

    def tlv(self, element: Tlv) -> tuple[bytes, bool]:
        """Carry out an element; the one that answers it, and whether the script goes on."""
        ...


class TlvTarget(Target, Protocol):
    """A target whose sessions are `TlvSession`. further_tags: of their elements, one byte each."""

    @property
    def further_tags(self) -> Collection[int]:
        """Tags of the elements that it takes besides those of every script."""
        ...

    def open(self, protected: Protected) -> TlvSession:
        """As `Target.open`."""
        ...


def further_tags(target: Target) -> Collection[int]:
    """Those of a `TlvTarget`; of any other target: none."""
    return getattr(target, "further_tags", ())


class DataTarget(Target, Protocol):
    """A target to which packets may bring something else than scripts."""

    def take(self, data: bytes, protected: Protected) -> Sequence[Callable[[], None]] | None:
        """What the data ask for, to be done once the response is out; None when they are a script."""
        ...


def taken(target: Target, data: bytes, protected: Protected) -> Sequence[Callable[[], None]] | None:
    """What a `DataTarget` says; None for any other target: scripts is all it knows."""
    take = getattr(target, "take", None)
    return None if take is None else take(data, protected)


def find(targets: Iterable[Target], tar: bytes) -> Target | None:
    """The target with this TAR."""
    return next((target for target in targets if tar in target.tars), None)
