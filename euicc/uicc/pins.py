"""PINs, administrative keys and PUKs of a running UICC, TS 102 221 9.4 and 9.5.

A profile package says what they begin with; what differs by now lies in the memory of the profile. What was verified
lasts until the next reset, for every logical channel: global keys (bit 8 of the reference 0) for the whole UICC, local
ones for the directory whose PE-PINCodes defined them, and for those that share its PINs.

A try is counted, and the count durable, before the presented value is looked at; success gives it back. So whoever
cuts the power during a comparison has had that try.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hmac import compare_digest
from typing import TYPE_CHECKING, Protocol

from euicc.runtime import keys
from euicc.uicc.profile_data import PIN_CHANGEABLE, PIN_MAY_BE_DISABLED, UNIVERSAL_PIN, Pin, Puk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from euicc.uicc.filesystem import Df
    from euicc.uicc.memory import ProfileMemory
    from euicc.uicc.profile_data import UiccProfile

VALUE_LENGTH = 8
"""A PIN, an administrative key or a PUK is presented with 8 bytes, TS 102 221 9.5.1."""
APPLICATION_PINS = frozenset(range(0x01, 0x09))
ADMINISTRATIVE_KEYS = frozenset((*range(0x0A, 0x0F), *range(0x8A, 0x8F)))

_ENABLED, _REPLACED = 0x01, 0x02


@dataclass(frozen=True, slots=True)
class PinState:
    """A PIN as it is now. replaced: it is disabled, and the universal PIN must be verified in its place."""

    value: bytes = field(repr=False)
    tries_left: int
    enabled: bool
    replaced: bool = False

    def to_bytes(self) -> bytes:
        """Value, tries left (1 byte), b1 enabled and b2 replaced (1 byte)."""
        flags = (_ENABLED if self.enabled else 0) | (_REPLACED if self.replaced else 0)
        return self.value + bytes((self.tries_left, flags))

    @classmethod
    def from_bytes(cls, data: bytes) -> PinState:
        """The state that `to_bytes` wrote."""
        tries_left, flags = data[-2:]
        return cls(data[:-2], tries_left, bool(flags & _ENABLED), bool(flags & _REPLACED))


class Secret(Protocol):
    """What can be presented, and is blocked after too many wrong tries."""

    @property
    def tries_left(self) -> int:
        """Wrong values that may still be presented, the last of which blocks; 0: blocked."""
        ...

    def present(self, value: bytes) -> bool:
        """Whether this is the value; counts the try. Only for a secret that is not blocked."""
        ...


class RunningPin:
    """One PIN or administrative key of the running UICC."""

    __slots__ = ("_memory", "_name", "_original", "_verified", "pin", "puk")

    def __init__(
        self, pin: Pin, directory: bytes, memory: ProfileMemory, verified: set[str], puk: RunningPuk | None
    ) -> None:
        self.pin = pin
        self.puk = puk
        self._memory = memory
        self._name = f"{directory.hex()}/{pin.reference:02x}"
        enabled = pin.enabled or pin.reference in ADMINISTRATIVE_KEYS
        self._original = PinState(pin.value, pin.tries_left, enabled)
        self._verified = verified

    @property
    def state(self) -> PinState:
        """As it is now."""
        return self._memory.get(keys.PIN_STATE, self._name) or self._original

    @property
    def tries_left(self) -> int:
        """As `Secret.tries_left`."""
        return self.state.tries_left

    @property
    def enabled(self) -> bool:
        """Whether an access rule that names it asks for its verification; always so for an administrative key."""
        return self.state.enabled

    @property
    def replaced(self) -> bool:
        """Whether the universal PIN is in use instead."""
        return self.state.replaced

    @property
    def verified(self) -> bool:
        """Whether the right value was presented since the last reset."""
        return self._name in self._verified

    @property
    def may_change(self) -> bool:
        """Whether CHANGE PIN is allowed, by the attributes of the package."""
        return bool(self.pin.attributes & PIN_CHANGEABLE)

    @property
    def may_be_disabled(self) -> bool:
        """Whether DISABLE PIN is allowed, by the attributes of the package; never for an administrative key."""
        allowed = bool(self.pin.attributes & PIN_MAY_BE_DISABLED)
        return allowed and self.pin.reference not in ADMINISTRATIVE_KEYS

    def present(self, value: bytes) -> bool:
        """As `Secret.present`. The right value leaves the PIN verified, a wrong one that blocks it does not."""
        before = self.state
        self._store(replace(before, tries_left=before.tries_left - 1))
        if not compare_digest(before.value, value):
            if before.tries_left == 1:
                self.forget()
            return False
        self._store(replace(before, tries_left=self.pin.maximum_tries))
        self._verified.add(self._name)
        return True

    def forget(self) -> None:
        """Not verified any more."""
        self._verified.discard(self._name)

    def change(self, value: bytes) -> None:
        """Give it another value; only after the old one was presented."""
        self._store(replace(self.state, value=value))

    def enable(self) -> None:
        """Ask for its verification from now on."""
        self._store(replace(self.state, enabled=True, replaced=False))

    def disable(self, *, replaced: bool) -> None:
        """Ask for its verification no longer; for that of the universal PIN when that replaces it."""
        self._store(replace(self.state, enabled=False, replaced=replaced))

    def unblock(self, value: bytes) -> None:
        """A new value, all tries, enabled, and verified: what the right PUK does."""
        self._store(PinState(value, self.pin.maximum_tries, enabled=True))
        self._verified.add(self._name)

    def _store(self, state: PinState) -> None:
        with self._memory.transaction():
            self._memory.set(keys.PIN_STATE, state, self._name)


class RunningPuk:
    """One unblock PIN of the running UICC; several PINs may share it, and so its tries."""

    __slots__ = ("_memory", "_name", "_puk")

    def __init__(self, puk: Puk, memory: ProfileMemory) -> None:
        self._puk = puk
        self._memory = memory
        self._name = f"{puk.reference:02x}"

    @property
    def tries_left(self) -> int:
        """As `Secret.tries_left`."""
        stored = self._memory.get(keys.PUK_TRIES, self._name)
        return self._puk.tries_left if stored is None else stored

    def present(self, value: bytes) -> bool:
        """As `Secret.present`."""
        self._store(self.tries_left - 1)
        if not compare_digest(self._puk.value, value):
            return False
        self._store(self._puk.maximum_tries)
        return True

    def _store(self, tries: int) -> None:
        with self._memory.transaction():
            self._memory.set(keys.PUK_TRIES, tries, self._name)


class Pins:
    """All PINs of one running UICC, by the directory that asks for them."""

    __slots__ = ("_found", "_memory", "_profile", "_running", "_verified")

    def __init__(self, profile: UiccProfile, memory: ProfileMemory) -> None:
        self._profile = profile
        self._memory = memory
        self._verified: set[str] = set()
        self._running: dict[tuple[bytes, int], RunningPin] = {}
        self._found: dict[tuple[Df, int], RunningPin | None] = {}

    def find(self, reference: int, df: Df) -> RunningPin | None:
        """The key that `reference` means in `df`: the MF's if global, else of the nearest DF defining it."""
        place = (df, reference)
        if place not in self._found:
            self._found[place] = self._find(reference, df)
        return self._found[place]

    def satisfied(self, reference: int, df: Df) -> bool:
        """Whether the user authentication with this key is done, or not asked for: TS 102 221 9.5.1.

        A PIN that the universal PIN replaces is satisfied by that one. A disabled PIN is satisfied also when it is
        blocked, and in an IoT minimal profile a PIN that is not defined counts as disabled. Reference 00 is the
        application PIN.
        """
        pin = self.find(reference, df) if reference else self.application_pin(df)
        if pin is None:
            return self._profile.minimal and reference not in ADMINISTRATIVE_KEYS
        state = pin.state
        if state.enabled:
            return pin.verified
        return not state.replaced or self.satisfied(UNIVERSAL_PIN, df)

    def application_pin(self, df: Df) -> RunningPin | None:
        """The first global PIN in the PIN status template of `df`, or of the nearest DF above that shows one."""
        for directory in df.ancestors():
            for reference in directory.pin_keys:
                if reference in APPLICATION_PINS:
                    return self.find(reference, directory)
        return None

    @property
    def verified(self) -> tuple[str, ...]:
        """Which PINs were verified since the reset, as `restore` takes them."""
        return tuple(sorted(self._verified))

    def restore(self, verified: Iterable[str]) -> None:
        """Have these PINs verified, and no other: a suspended UICC goes on."""
        self._verified.clear()
        self._verified.update(verified)

    def _find(self, reference: int, df: Df) -> RunningPin | None:
        context = self._profile.pin_context(reference, df)
        return None if context is None else self._pin(context.directory, context.pins[reference])

    def _pin(self, directory: bytes, pin: Pin) -> RunningPin:
        place = (directory, pin.reference)
        if place not in self._running:
            self._running[place] = RunningPin(pin, directory, self._memory, self._verified, self._puk(pin))
        return self._running[place]

    def _puk(self, pin: Pin) -> RunningPuk | None:
        if pin.unblocking_reference is None:
            return None
        return RunningPuk(self._profile.puks[pin.unblocking_reference], self._memory)
