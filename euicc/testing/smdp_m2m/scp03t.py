"""SCP03t of the SM-DP, SGP.02 4.1.3.3: commands as TLVs, and what the card answers to them.

Written apart from the card, over pycryptodome, so that a wrong reading does not agree with itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hmac import compare_digest

from Crypto.Cipher import AES
from Crypto.Hash import CMAC

from apdu import tlv
from euicc.testing.scp03 import HostKeys, kdf

INITIALIZE_UPDATE, EXTERNAL_AUTHENTICATE, DATA, REPLACE_SESSION_KEYS = 0x84, 0x85, 0x86, 0x87
LARGEST_BLOCK = 1024
"""Bytes of a TLV that every card takes."""
_LEVEL = 0x33
_MAC = 8
_PROTOCOL = b"\x03\x70"
"""SCP03 with i = 70."""
_RESPONSE_LENGTH = 10 + 3 + 8 + 8 + 3


class Scp03tError(Exception):
    """The card did not prove that it knows the keys."""


class CardRefused(Exception):
    """The card answered with an error: `command` is the tag of the command, `error` what it says (01 and so on)."""

    def __init__(self, command: int, error: bytes) -> None:
        super().__init__(f"{command:02X}: error {error.hex()}")
        self.command = command
        self.error = error


@dataclass(frozen=True)
class Sent:
    """A command, and what its response will be read with. encoded: its TLV."""

    encoded: bytes
    enc: bytes = field(repr=False)
    rmac: bytes = field(repr=False)
    chaining: bytes = field(repr=False)
    counter: int


class Scp03tHost:
    """One session with the ISD-P `aid`, which has these keys. challenge: 8 bytes, unpredictable.

    After `take_initialize_update`: sequence_counter of the card.
    """

    def __init__(self, keys: HostKeys, aid: bytes, challenge: bytes, identifier: int = 0x01) -> None:
        self._keys = keys
        self._aid = aid
        self._challenge = challenge
        self._identifier = identifier

    def initialize_update(self) -> bytes:
        """84, which begins the session."""
        head = bytes((self._keys.version, self._identifier))
        return tlv.encode(INITIALIZE_UPDATE, head + self._challenge)

    def take_initialize_update(self, answer: tlv.Tlv) -> None:
        """Its response: derive the session keys, check the card; Scp03tError, CardRefused."""
        value = read_plain(INITIALIZE_UPDATE, answer)
        if len(value) != _RESPONSE_LENGTH:
            raise Scp03tError("response to INITIALIZE UPDATE")
        if value[10:13] != bytes((self._keys.version,)) + _PROTOCOL:
            raise Scp03tError("another key set or protocol")
        challenge, cryptogram, counter = value[13:21], value[21:29], value[29:]
        self.sequence_counter = int.from_bytes(counter, "big")
        if challenge != kdf(self._keys.enc, 0x02, 64, counter + self._aid):
            raise Scp03tError("card challenge")
        self._context = self._challenge + challenge
        bits = 8 * len(self._keys.enc)
        self._enc = kdf(self._keys.enc, 0x04, bits, self._context)
        self._mac = kdf(self._keys.mac, 0x06, bits, self._context)
        self._rmac = kdf(self._keys.mac, 0x07, bits, self._context)
        self._chaining, self._counter = bytes(16), 0
        if not compare_digest(kdf(self._mac, 0x00, 64, self._context), cryptogram):
            raise Scp03tError("card cryptogram")

    def external_authenticate(self) -> bytes:
        """85, which proves the host's knowledge of the keys."""
        cryptogram = kdf(self._mac, 0x01, 64, self._context)
        return self._maced(EXTERNAL_AUTHENTICATE, bytes((_LEVEL,)) + cryptogram)

    def data(self, plaintext: bytes) -> Sent:
        """86 with a part of the profile package, at most 1007 bytes of it for a block of 1024."""
        return self._enciphered(DATA, plaintext)

    def replace_session_keys(
        self, chaining: bytes, enc: bytes, mac: bytes, rmac: bytes | None = None
    ) -> Sent:
        """87: from the next command on these keys; as long as those before, `chaining` 16 bytes."""
        fields = ((0x80, chaining), (0x81, enc), (0x82, mac), (0x83, rmac))
        content = b"".join(tlv.encode(tag, value) for tag, value in fields if value is not None)
        sent = self._enciphered(REPLACE_SESSION_KEYS, tlv.encode(0xBF26, content))
        self._enc, self._mac, self._rmac = enc, mac, mac if rmac is None else rmac
        self._chaining, self._counter = chaining, 0
        return sent

    def _enciphered(self, tag: int, plaintext: bytes) -> Sent:
        self._counter += 1
        enc, rmac = self._enc, self._rmac
        content = plaintext
        if plaintext:
            padded = plaintext + b"\x80" + bytes(15 - len(plaintext) % 16)
            content = AES.new(enc, AES.MODE_CBC, _icv(enc, 0x00, self._counter)).encrypt(padded)
        encoded = self._maced(tag, content)
        return Sent(encoded, enc, rmac, self._chaining, self._counter)

    def _maced(self, tag: int, content: bytes) -> bytes:
        covered = bytes((tag,)) + tlv.encode_length(len(content) + _MAC) + content
        self._chaining = CMAC.new(self._mac, self._chaining + covered, ciphermod=AES).digest()
        return covered + self._chaining[:_MAC]


def read_plain(command: int, answer: tlv.Tlv) -> bytes:
    """The value of a response without protection: to 84, 85, 87. CardRefused, Scp03tError."""
    if answer.tag == 0x9F << 8 | command:
        raise CardRefused(command, answer.value)
    if answer.tag != command:
        raise Scp03tError(f"answer {answer.tag:X} to {command:02X}")
    return answer.value


def read(sent: Sent, answer: tlv.Tlv) -> bytes:
    """What the card said to an 86 (or 87), deciphered; empty when it had nothing to say. CardRefused, Scp03tError."""
    value = read_plain(sent.encoded[0], answer)
    if not value:
        return b""
    content, mac = value[:-_MAC], value[-_MAC:]
    expected = CMAC.new(sent.rmac, sent.chaining + answer.encoded[:-_MAC], ciphermod=AES).digest()
    if not compare_digest(expected[:_MAC], mac) or not content or len(content) % 16:
        raise Scp03tError("R-MAC")
    padded = AES.new(sent.enc, AES.MODE_CBC, _icv(sent.enc, 0x80, sent.counter)).decrypt(content)
    data, end, filler = padded.rpartition(b"\x80")
    if not end or filler.strip(b"\x00"):
        raise Scp03tError("padding")
    return data


def largest_plaintext(block: int) -> int:
    """How many bytes an 86 of at most `block` bytes, tag and length included, can carry; ValueError for none."""
    header = 1 + len(tlv.encode_length(block))
    room = (block - header - _MAC) // 16 * 16 - 1
    if room < 1:
        raise ValueError(f"a block of {block} bytes carries nothing")
    return room


def blocks(package: bytes, block: int = LARGEST_BLOCK) -> Iterator[bytes]:
    """A package cut for 86 TLVs of at most `block` bytes each."""
    size = largest_plaintext(block)
    for at in range(0, len(package), size):
        yield package[at : at + size]


def _icv(enc: bytes, direction: int, counter: int) -> bytes:
    block = bytes((direction,)) + counter.to_bytes(15, "big")
    return AES.new(enc, AES.MODE_ECB).encrypt(block)
