"""State of the model of a UICC: what lasts, where channels stand, who may do what, and the FCP of every file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from euicc.testing.machines.uicc.profile import (
    APPLICATIONS,
    DIRECTORIES,
    IN_MF,
    KEYS,
    MADE,
    PUK_TRIES,
    READ,
    RULES,
    UNIVERSAL,
    UPDATE,
    Entry,
)

EFS = {entry.path: entry for entry in (*IN_MF, *MADE)}
PIN_OF = {(key.directory, key.reference): key for key in KEYS}
CHANNELS = 20


class Refused(Exception):
    """Any status word but 9000, with data if there are some."""

    def __init__(self, sw: int, data: bytes = b"") -> None:
        self.sw = sw
        self.data = data


@dataclass
class Pin:
    """What lasts of a key."""

    value: bytes
    tries: int
    enabled: bool
    replaced: bool = False


@dataclass
class Lasting:
    """What survives a reset: bodies, deactivated files, keys, and tries of PUKs."""

    bodies: dict[str, bytes] = field(
        default_factory=lambda: {e.path: e.content for e in EFS.values() if not e.link}
    )
    deactivated: set[str] = field(default_factory=set)
    pins: dict[tuple[str, int], Pin] = field(
        default_factory=lambda: {
            at: Pin(key.value, key.tries, bool(key.attributes & 1)) for at, key in PIN_OF.items()
        }
    )
    puks: dict[int, int] = field(
        default_factory=lambda: {puk: tries for puk, (_, tries) in PUK_TRIES.items()}
    )

    def copy(self) -> Lasting:
        """One that can go another way."""
        pins = {at: replace(pin) for at, pin in self.pins.items()}
        return Lasting(dict(self.bodies), set(self.deactivated), pins, dict(self.puks))


@dataclass
class Channel:
    """Where a logical channel stands: paths of the DF, of the active application, of the EF; the record pointer."""

    df: str = ""
    adf: str | None = None
    ef: str | None = None
    record: int | None = None


@dataclass(frozen=True)
class Apdu:
    """A short command APDU, taken apart."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None

    @classmethod
    def of(cls, raw: bytes) -> Apdu:
        """As it was sent."""
        lc = raw[4] if len(raw) > 5 else 0
        rest = raw[5 + lc :] if lc else raw[4:]
        le = (rest[0] or 256) if rest else None
        return cls(raw[0], raw[1], raw[2], raw[3], raw[5 : 5 + lc], le)


def tlv(tag: int, value: bytes) -> bytes:
    """A data object of a tag of one byte and a short length."""
    return bytes((tag, len(value))) + value


class State:
    """One card."""

    def __init__(self) -> None:
        self.lasting = Lasting()
        self.reset()

    def reset(self) -> None:
        """Channels and verified keys are gone."""
        self.channels = {0: Channel()}
        self.verified: set[tuple[str, int]] = set()
        self.waiting = b""

    # -- files ------------------------------------------------------------------------------------------------------

    def body(self, path: str) -> bytes:
        """Content of an EF."""
        return self.lasting.bodies[EFS[path].link or path]

    def write(self, path: str, content: bytes) -> None:
        """Change it."""
        self.lasting.bodies[EFS[path].link or path] = content

    def fcp(self, path: str) -> bytes:
        """FCP template of a file, 11.1.1.4."""
        if path in EFS:
            return tlv(0x62, self._fcp_of_ef(EFS[path]))
        name = (
            tlv(0x84, APPLICATIONS[path])
            if path in APPLICATIONS
            else tlv(0x83, bytes.fromhex(path[-4:] or "3F00"))
        )
        capabilities = "8001718701 01" if not path else "800171"
        return tlv(
            0x62,
            bytes.fromhex("82027821")
            + name
            + tlv(0xA5, bytes.fromhex(capabilities))
            + bytes.fromhex("8A01058B032F0605")
            + tlv(0xC6, self._pin_status(path)),
        )

    def _fcp_of_ef(self, ef: Entry) -> bytes:
        content = self.body(ef.path)
        descriptor = bytes((ef.kind, 0x21))
        if ef.record_length:
            descriptor += bytes((0, ef.record_length, len(content) // ef.record_length))
        return (
            tlv(0x82, descriptor)
            + tlv(0x83, bytes.fromhex(ef.path[-4:]))
            + (tlv(0xA5, tlv(0xC0, bytes((ef.special,)))) if ef.special else b"")
            + tlv(0x8A, bytes((4 if ef.path in self.lasting.deactivated else 5,)))
            + tlv(0x8B, ef.security)
            + tlv(0x80, len(content).to_bytes(2, "big"))
            + tlv(0x88, bytes((ef.sfi << 3,)) if ef.sfi else b"")
        )

    def _pin_status(self, path: str) -> bytes:
        mask, references = 0, b""
        for place, reference in enumerate(DIRECTORIES[path]):
            at = self.key(reference, path)
            mask |= (0x80 >> place) * (at is not None and self.lasting.pins[at].enabled)
            if reference == UNIVERSAL:
                references += tlv(0x95, b"\x08" if self.lasting.pins["", 1].replaced else b"\x00")
            references += tlv(0x83, bytes((reference,)))
        return tlv(0x90, bytes((mask,))) + references

    # -- keys -------------------------------------------------------------------------------------------------------

    def key(self, reference: int, df: str) -> tuple[str, int] | None:
        """Which key a reference means in a directory."""
        at = (df[:4] if reference & 0x80 else "", reference)
        return at if at in PIN_OF else None

    def satisfied(self, reference: int, df: str) -> bool:
        """Whether who asks has verified this key, or need not."""
        at = self.key(reference, df)
        if at is None:
            return False
        pin = self.lasting.pins[at]
        if pin.enabled:
            return at in self.verified
        return not pin.replaced or self.satisfied(UNIVERSAL, df)

    def open(self, path: str, ins: int, access: int) -> bool:
        """Whether the access rule of an EF allows a command."""
        meaning = RULES[EFS[path].rule][1]
        rule = meaning.get(ins) or meaning.get(access)
        return rule is not None and rule(lambda reference: self.satisfied(reference, path[:-4]))

    def check(self, path: str, ins: int, access: int) -> None:
        """Refused unless the file is active and the rule allows it."""
        if access in (READ, UPDATE) and path in self.lasting.deactivated and not EFS[path].special & 0x40:
            raise Refused(0x6985)
        if not self.open(path, ins, access):
            raise Refused(0x6982)
