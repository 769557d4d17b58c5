"""SCP03, GlobalPlatform Card Specification Amendment D: key derivation, and the card's side of a secure channel.

Sizes: static and session keys 16, 24 or 32 bytes; challenges, cryptograms and MACs 8 bytes in S8 mode, 16 in S16 mode,
which is told from the host challenge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

from apdu import Command
from euicc.globalplatform.session import SecurityLevel

PROTOCOL = 0x03
S8, S16 = 8, 16
"""Bytes of a challenge, a cryptogram and a MAC."""
OPTION_S16, OPTION_PSEUDO_RANDOM, OPTION_R_MAC, OPTION_R_ENC = 0x01, 0x10, 0x20, 0x40
"""Bits of the parameter "i", Amendment D table 5-1."""
SEQUENCE_COUNTER_LENGTH = 3
_CARD_CRYPTOGRAM, _HOST_CRYPTOGRAM, _CARD_CHALLENGE, _S_ENC, _S_MAC, _S_RMAC = (
    0x00,
    0x01,
    0x02,
    0x04,
    0x06,
    0x07,
)
_BLOCK = 16
_RESPONSE = 0x80
_PADDING = b"\x80"
_CLASS_B8, _SECURED = 0x80, 0x04
_WARNINGS = (0x62, 0x63)
_SUCCESS = 0x9000

LEVELS = frozenset({0x00, 0x01, 0x03, 0x11, 0x13, 0x33})
"""P1 of EXTERNAL AUTHENTICATE, Amendment D table 7-4."""


class SecurityError(Exception):
    """A command that is not protected as its session demands, or whose MAC or padding is wrong."""


@dataclass(frozen=True, slots=True)
class StaticKeys:
    """One SCP03 key set: Key-ENC, Key-MAC and Key-DEK (identifiers 01, 02, 03)."""

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    dek: bytes = field(repr=False)


def derive(key: bytes, constant: int, length: int, context: bytes) -> bytes:
    """Data derivation, Amendment D 4.1.5 (NIST SP 800-108 in counter mode with AES-CMAC); `length` in bytes."""
    derived = b""
    counter = 1
    while len(derived) < length:
        label = bytes(11) + bytes((constant, 0x00)) + (8 * length).to_bytes(2, "big") + bytes((counter,))
        derived += cmac(key, label + context)
        counter += 1
    return derived[:length]


def cmac(key: bytes, data: bytes) -> bytes:
    """AES-CMAC, NIST SP 800-38B, 16 bytes."""
    mac = CMAC(AES(key))
    mac.update(data)
    return mac.finalize()


def pseudo_random_challenge(enc: bytes, counter: int, aid: bytes, length: int) -> bytes:
    """Card challenge of option i.b5, Amendment D 6.2.2.1: from Key-ENC, the sequence counter and the domain's AID."""
    return derive(enc, _CARD_CHALLENGE, length, counter.to_bytes(SEQUENCE_COUNTER_LENGTH, "big") + aid)


def supports(i: int, level: int) -> bool:
    """Whether a domain with this parameter "i" can have sessions of this level."""
    if level not in LEVELS:
        return False
    wanted = (OPTION_R_MAC if level & SecurityLevel.R_MAC else 0) | (
        OPTION_R_MAC | OPTION_R_ENC if level & SecurityLevel.R_ENC else 0
    )
    return i & wanted == wanted


def pad(data: bytes) -> bytes:
    """80 and zeros up to whole blocks, GPCS B.2.3."""
    padded = data + _PADDING
    return padded + bytes(-len(padded) % _BLOCK)


def unpad(padded: bytes) -> bytes:
    """What `pad` padded; SecurityError for anything else."""
    data = padded.rstrip(b"\x00")
    if not data.endswith(_PADDING) or len(padded) - len(data) >= _BLOCK:
        raise SecurityError("padding")
    return data[:-1]


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """S-ENC, S-MAC and S-RMAC of one session."""

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    rmac: bytes = field(repr=False)

    @classmethod
    def derive(cls, keys: StaticKeys, context: bytes) -> SessionKeys:
        """From the static keys and both challenges, Amendment D 6.2.1."""
        return cls(
            derive(keys.enc, _S_ENC, len(keys.enc), context),
            derive(keys.mac, _S_MAC, len(keys.mac), context),
            derive(keys.mac, _S_RMAC, len(keys.mac), context),
        )


class SecureChannel:
    """Session keys and chaining of one secure channel, card side.

    level: 0 until the host is authenticated; then what every command must satisfy. SCP03 protects commands and
    responses (`unwrap`, `wrap`), made of parts that know no APDU: for SCP03t.
    """

    __slots__ = ("_chaining", "_context", "_counter", "_keys", "level", "mac_length")

    def __init__(self, keys: StaticKeys, host_challenge: bytes, card_challenge: bytes) -> None:
        self._context = host_challenge + card_challenge
        self._keys = SessionKeys.derive(keys, self._context)
        self._chaining = bytes(_BLOCK)
        self._counter = 0
        self.mac_length = len(host_challenge)
        self.level = SecurityLevel.NONE

    @property
    def card_cryptogram(self) -> bytes:
        """Card authentication cryptogram, Amendment D 6.2.2.2."""
        return derive(self._keys.mac, _CARD_CRYPTOGRAM, self.mac_length, self._context)

    @property
    def key_length(self) -> int:
        """Bytes of a session key."""
        return len(self._keys.enc)

    def is_host(self, cryptogram: bytes) -> bool:
        """Whether this is the host authentication cryptogram, Amendment D 6.2.2.3."""
        return compare_digest(
            derive(self._keys.mac, _HOST_CRYPTOGRAM, self.mac_length, self._context), cryptogram
        )

    def replace(self, keys: SessionKeys, chaining: bytes) -> None:
        """Go on with other keys and this MAC chaining value, counting commands anew."""
        self._keys, self._chaining, self._counter = keys, chaining, 0

    def check(self, covered: bytes, mac: bytes) -> None:
        """Take note of a C-MAC over `covered` and all before it; SecurityError when it is missing or wrong."""
        if len(mac) != self.mac_length:
            raise SecurityError("no C-MAC")
        expected = cmac(self._keys.mac, self._chaining + covered)
        if not compare_digest(expected[: self.mac_length], mac):
            raise SecurityError("C-MAC")
        self._chaining = expected

    def decipher(self, data: bytes) -> bytes:
        """The data field of the next command, Amendment D 6.2.6; SecurityError. Without data there is nothing to do."""
        self._counter += 1
        return unpad(self._decrypt(data)) if data else data

    def encipher(self, data: bytes) -> bytes:
        """The data field of the response to the last command, Amendment D 6.2.7."""
        return self._cipher(_RESPONSE).encryptor().update(pad(data))

    def response_mac(self, covered: bytes) -> bytes:
        """R-MAC of the response to the last command, Amendment D 6.2.5."""
        return cmac(self._keys.rmac, self._chaining + covered)[: self.mac_length]

    def verify(self, command: Command) -> bytes:
        """The data field without its C-MAC, Amendment D 6.2.4; SecurityError when there is none or it is wrong."""
        data, mac = command.data[: -self.mac_length], command.data[-self.mac_length :]
        self.check(_maced_header(command) + data, mac)
        return data

    def unwrap(self, command: Command) -> Command:
        """The command inside a protected one, Amendment D 6.2.4 and 6.2.6; SecurityError."""
        cla = command.cla & ~_SECURED if command.cla & 0x40 == 0 else command.cla & ~0x20
        data = self.verify(command)
        if self.level & SecurityLevel.C_ENC:
            data = self.decipher(data)
        return Command(cla, command.ins, command.p1, command.p2, data, command.le, command.extended)

    def wrap(self, data: bytes, sw: int = _SUCCESS) -> bytes:
        """The data field of a response, Amendment D 6.2.5 and 6.2.7. Errors are answered without protection."""
        if not self.level & SecurityLevel.R_MAC or (sw != _SUCCESS and sw >> 8 not in _WARNINGS):
            return data
        if data and self.level & SecurityLevel.R_ENC:
            data = self.encipher(data)
        return data + self.response_mac(data + sw.to_bytes(2, "big"))

    def _decrypt(self, data: bytes) -> bytes:
        if len(data) % _BLOCK:
            raise SecurityError("not whole blocks")
        return self._cipher(0).decryptor().update(data)

    def _cipher(self, direction: int) -> Cipher[CBC]:
        """AES in CBC mode; the initial chaining vector is the encrypted command counter, Amendment D 6.2.6, 6.2.7."""
        counter = bytes((direction,)) + self._counter.to_bytes(_BLOCK - 1, "big")
        icv = Cipher(AES(self._keys.enc), ECB()).encryptor().update(counter)
        return Cipher(AES(self._keys.enc), CBC(icv))


def _maced_header(command: Command) -> bytes:
    """Header and Lc as the MAC covers them: channel 0, GlobalPlatform's secure messaging, Lc in the form received."""
    lc = len(command.data)
    length = b"\x00" + lc.to_bytes(2, "big") if command.extended else bytes((lc,))
    return bytes((command.cla & _CLASS_B8 | _SECURED, command.ins, command.p1, command.p2)) + length
