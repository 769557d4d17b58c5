"""SCP03t, the secure channel of TLVs at an ISD-P, SGP.02 4.1.3.3: a key set of SCP03 (KVN 30 to 3F), level 33 only.

    84  KVN, KID, host challenge (8)            84  diversification data (10), KVN, 03, 70, card challenge (8),
                                                    card cryptogram (8), sequence counter (3)
    85  33, host cryptogram (8), C-MAC (8)      85  (empty)
    86  enciphered data, C-MAC (8)              86  (empty), or enciphered data, R-MAC (8)
    87  enciphered session keys, C-MAC (8)      87  (empty)
    any of them                                 9F84 to 9F87 with an `Error`: the session has ended

MACs cover tag and length as they stand, and in a chain all MACed TLVs before. A session lasts until another begins, an
error, or a reset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from apdu import TlvError, tlv
from euicc.globalplatform import scp03
from euicc.globalplatform.domain import scp03_keys
from euicc.globalplatform.get_data import NO_DIVERSIFICATION
from euicc.globalplatform.scp03 import SecureChannel, SecurityError, SessionKeys
from euicc.globalplatform.session import SecurityLevel
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.m2m.key_ring import KeyRing
    from euicc.uicc.memory import ProfileMemory

INITIALIZE_UPDATE, EXTERNAL_AUTHENTICATE, DATA, REPLACE_SESSION_KEYS = 0x84, 0x85, 0x86, 0x87
TAGS = (INITIALIZE_UPDATE, EXTERNAL_AUTHENTICATE, DATA, REPLACE_SESSION_KEYS)
ERROR = 0x9F
"""First byte of the tags of errors; the second one is that of the command."""
LEVEL = SecurityLevel.C_MAC | SecurityLevel.C_ENC | SecurityLevel.R_MAC | SecurityLevel.R_ENC
OPTION = scp03.OPTION_PSEUDO_RANDOM | scp03.OPTION_R_MAC | scp03.OPTION_R_ENC
CHALLENGE = MAC = scp03.S8
KEY_IDENTIFIERS = (0x00, 0x01)
"""KID of INITIALIZE UPDATE: 00 as in SCP03, or the first key of the set."""
_CHAINING_LENGTH = 16

# Content as of SGP.22 5.5.4, with or without the tag around it; a key of its own for responses is our addition.
_REPLACEMENT, _CHAINING, _ENC, _C_MAC, _R_MAC = 0xBF26, 0x80, 0x81, 0x82, 0x83


class Error(IntEnum):
    """Why a TLV was refused. Sources have 01 only; the others are as the reader of SGP.22's results would expect."""

    STRUCTURE = 0x01
    SECURITY = 0x02
    NOT_FOUND = 0x03
    """No such key set."""
    CONDITIONS = 0x04
    """The ISD-P does not wait for a profile."""


def refusal(tag: int, error: Error) -> bytes:
    """The TLV that answers a command TLV with this tag."""
    return bytes((ERROR, tag, 1, error))


class Refused(Exception):
    """A TLV that is answered with an error."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.name)
        self.error = error


class NoSuchKeys(Exception):
    """There is no such key set, or its sequence counter has come to its end."""


@dataclass(frozen=True)
class Channels:
    """Where secure channels of one security domain begin: its AID, its keys, and where it counts sessions."""

    aid: bytes
    ring: KeyRing
    memory: ProfileMemory

    def open(self, version: int, identifier: int, host_challenge: bytes) -> tuple[SecureChannel, bytes]:
        """A channel whose host is not authenticated yet, and the response to INITIALIZE UPDATE; NoSuchKeys.

        The counter is raised before it is used, so that no challenge comes twice, whatever becomes of the session.
        """
        found = scp03_keys(self.ring, version)
        if found is None or identifier not in KEY_IDENTIFIERS:
            raise NoSuchKeys
        version, static = found
        counter = self._count(version)
        challenge = scp03.pseudo_random_challenge(static.enc, counter, self.aid, CHALLENGE)
        channel = SecureChannel(static, host_challenge, challenge)
        information = bytes((version, scp03.PROTOCOL, OPTION))
        shown = counter.to_bytes(scp03.SEQUENCE_COUNTER_LENGTH, "big")
        return channel, NO_DIVERSIFICATION + information + challenge + channel.card_cryptogram + shown

    def _count(self, version: int) -> int:
        name = f"{self.aid.hex()}/{version:02X}"
        counter = self.memory.get(keys.SCP03_COUNTER, name) + 1
        if counter >> 8 * scp03.SEQUENCE_COUNTER_LENGTH:
            raise NoSuchKeys
        with self.memory.transaction():
            self.memory.set(keys.SCP03_COUNTER, counter, name)
        return counter


@dataclass(frozen=True)
class Loaded:
    """What came of the data in an 86: what to answer, and whether the session is over with it."""

    response: bytes = b""
    ended: bool = False


class Scp03t:
    """SCP03t of one ISD-P. load: takes what arrives deciphered; Refused ends the session."""

    def __init__(
        self, channels: Channels, load: Callable[[bytes], Loaded], began: Callable[[], None]
    ) -> None:
        """began: called when a session begins, so that what belonged to the one before is given up."""
        self._channels = channels
        self._load = load
        self._began = began
        self._channel: SecureChannel | None = None

    def process(self, element: tlv.Tlv) -> tuple[bytes, bool]:
        """One command TLV; the TLV that answers it, and whether others may follow in the same script."""
        try:
            loaded = _FUNCTIONS[element.tag](self, element)
        except Refused as refused:
            self._channel = None
            return refusal(element.tag, refused.error), False
        if loaded.ended:
            self._channel = None
        return loaded.response, not loaded.ended

    def _initialize_update(self, element: tlv.Tlv) -> Loaded:
        self._channel = None
        if len(element.value) != 2 + CHALLENGE:
            raise Refused(Error.STRUCTURE)
        version, identifier = element.value[:2]
        try:
            channel, response = self._channels.open(version, identifier, element.value[2:])
        except NoSuchKeys:
            raise Refused(Error.NOT_FOUND) from None
        self._channel = channel
        return Loaded(tlv.encode(INITIALIZE_UPDATE, response))

    def _external_authenticate(self, element: tlv.Tlv) -> Loaded:
        level, cryptogram, mac = element.value[:1], element.value[1 : 1 + MAC], element.value[1 + MAC :]
        if len(mac) != MAC or level[0] != LEVEL:
            raise Refused(Error.STRUCTURE)
        channel = self._channel
        if channel is None or channel.level or not channel.is_host(cryptogram):
            raise Refused(Error.SECURITY)
        _checked(channel, element)
        channel.level = LEVEL
        self._began()
        return Loaded(tlv.encode(EXTERNAL_AUTHENTICATE, b""))

    def _data(self, element: tlv.Tlv) -> Loaded:
        channel = self._authenticated()
        loaded = self._load(_deciphered(channel, element))
        return Loaded(_response(channel, element.tag, loaded.response), loaded.ended)

    def _replace_session_keys(self, element: tlv.Tlv) -> Loaded:
        channel = self._authenticated()
        chaining, replacing = _session_keys(_deciphered(channel, element), channel.key_length)
        channel.replace(replacing, chaining)
        return Loaded(tlv.encode(REPLACE_SESSION_KEYS, b""))

    def _authenticated(self) -> SecureChannel:
        if self._channel is None or not self._channel.level:
            raise Refused(Error.SECURITY)
        return self._channel


_FUNCTIONS: dict[int, Callable[[Scp03t, tlv.Tlv], Loaded]] = {
    INITIALIZE_UPDATE: Scp03t._initialize_update,
    EXTERNAL_AUTHENTICATE: Scp03t._external_authenticate,
    DATA: Scp03t._data,
    REPLACE_SESSION_KEYS: Scp03t._replace_session_keys,
}


def _checked(channel: SecureChannel, element: tlv.Tlv) -> bytes:
    """The value without its C-MAC."""
    if len(element.value) < MAC:
        raise Refused(Error.STRUCTURE)
    try:
        channel.check(element.encoded[:-MAC], element.value[-MAC:])
    except SecurityError:
        raise Refused(Error.SECURITY) from None
    return element.value[:-MAC]


def _deciphered(channel: SecureChannel, element: tlv.Tlv) -> bytes:
    """MAC first: nothing is deciphered that the host did not send."""
    data = _checked(channel, element)
    try:
        return channel.decipher(data)
    except SecurityError:
        raise Refused(Error.SECURITY) from None


def _response(channel: SecureChannel, tag: int, data: bytes) -> bytes:
    """An empty response has no R-MAC."""
    if not data:
        return tlv.encode(tag, b"")
    enciphered = channel.encipher(data)
    covered = bytes((tag,)) + tlv.encode_length(len(enciphered) + MAC) + enciphered
    return covered + channel.response_mac(covered)


def _session_keys(content: bytes, length: int) -> tuple[bytes, SessionKeys]:
    """MAC chaining value and session keys, all as long as those before; without R-MAC key that of the C-MAC."""
    try:
        objects = tlv.parse_all(content)
        if [each.tag for each in objects] == [_REPLACEMENT]:
            objects = objects[0].children()
    except TlvError:
        raise Refused(Error.STRUCTURE) from None
    given = {each.tag: each.value for each in objects}
    given.setdefault(_R_MAC, given.get(_C_MAC, b""))
    wanted = {_CHAINING: _CHAINING_LENGTH, _ENC: length, _C_MAC: length, _R_MAC: length}
    if len(objects) > len(given) or {tag: len(value) for tag, value in given.items()} != wanted:
        raise Refused(Error.STRUCTURE)
    return given[_CHAINING], SessionKeys(given[_ENC], given[_C_MAC], given[_R_MAC])
