"""SCP03 of the off-card entity, GlobalPlatform Amendment D: opens secure channels, protects commands, reads responses.

Written apart from the card's side, over pycryptodome, so that a wrong reading does not agree with itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from Crypto.Cipher import AES
from Crypto.Hash import CMAC

C_MAC, C_ENC, R_MAC, R_ENC = 0x01, 0x02, 0x10, 0x20
DEFAULT_CHALLENGE = bytes(range(0x10, 0x20))


class Scp03Error(Exception):
    """The card did not prove that it knows the keys, or refused; `sw` is its status word, if that was it."""

    def __init__(self, reason: str, sw: int = 0) -> None:
        super().__init__(f"{reason} {sw:04X}" if sw else reason)
        self.sw = sw


@dataclass(frozen=True)
class HostKeys:
    """A key set as the off-card entity has it: KVN, Key-ENC, Key-MAC, Key-DEK."""

    version: int
    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    dek: bytes = field(repr=False)


class Scp03Host:
    """One secure channel with the security domain that is selected behind `transmit`.

    mode: 8 or 16, bytes of challenges and MACs. After `open`: key_diversification (10 bytes), i, sequence_counter
    (None with a random challenge), card_challenge.
    """

    def __init__(
        self, transmit: Callable[[bytes], bytes], keys: HostKeys, mode: int = 8, channel: int = 0
    ) -> None:
        self._transmit = transmit
        self._keys = keys
        self._mode = mode
        self._channel = channel
        self.level = 0

    def open(self, level: int = C_MAC, challenge: bytes = DEFAULT_CHALLENGE) -> None:
        """INITIALIZE UPDATE and EXTERNAL AUTHENTICATE; Scp03Error."""
        data, sw = self._exchange(self.initialize_update(challenge))
        if sw != 0x9000:
            raise Scp03Error("INITIALIZE UPDATE", sw)
        self.take_initialize_update(data)
        _, sw = self._exchange(self.external_authenticate(level))
        if sw != 0x9000:
            raise Scp03Error("EXTERNAL AUTHENTICATE", sw)

    def initialize_update(self, challenge: bytes = DEFAULT_CHALLENGE) -> bytes:
        """The command that begins a session."""
        self._challenge = challenge[: self._mode]
        header = bytes([self._class(0x80, False), 0x50, self._keys.version, 0x00, self._mode])
        return header + self._challenge + b"\x00"

    def take_initialize_update(self, data: bytes) -> None:
        """Its response: derive the session keys, check the card; Scp03Error when it does not know the keys."""
        self.key_diversification, (version, protocol, self.i) = data[:10], data[10:13]
        self.card_challenge = data[13 : 13 + self._mode]
        cryptogram = data[13 + self._mode : 13 + 2 * self._mode]
        counter = data[13 + 2 * self._mode :]
        self.sequence_counter = int.from_bytes(counter, "big") if counter else None
        if protocol != 3 or (self._keys.version and version != self._keys.version):
            raise Scp03Error("another key set or protocol")
        context = self._challenge + self.card_challenge
        self._s_enc = kdf(self._keys.enc, 4, 8 * len(self._keys.enc), context)
        self._s_mac = kdf(self._keys.mac, 6, 8 * len(self._keys.mac), context)
        self._s_rmac = kdf(self._keys.mac, 7, 8 * len(self._keys.mac), context)
        self._chain = b"\x00" * 16
        self._count = 0
        if kdf(self._s_mac, 0, 8 * self._mode, context) != cryptogram:
            raise Scp03Error("card cryptogram")

    def external_authenticate(self, level: int) -> bytes:
        """The command that proves the host's knowledge of the keys and sets the security level."""
        cryptogram = kdf(self._s_mac, 1, 8 * self._mode, self._challenge + self.card_challenge)
        self.level = level
        return self._with_mac(0x80, bytes([0x82, level, 0x00]), cryptogram)

    def send(self, apdu: bytes) -> tuple[bytes, int]:
        """A plain command, protected on the way; the plain response and the status word. Scp03Error for a bad R-MAC."""
        data, sw = self._exchange(self.wrap(apdu))
        return self.unwrap(data, sw), sw

    def wrap(self, apdu: bytes) -> bytes:
        """Protect a short command APDU."""
        if not self.level & C_MAC:
            return apdu
        data, le = _body(apdu)
        if self.level & C_ENC:
            self._count += 1
            if data:
                padded = data + b"\x80" + b"\x00" * (15 - len(data) % 16)
                data = AES.new(self._s_enc, AES.MODE_CBC, self._icv(0)).encrypt(padded)
        return self._with_mac(apdu[0], apdu[1:4], data) + le

    def unwrap(self, data: bytes, sw: int) -> bytes:
        """Check and decipher response data."""
        if not self.level & R_MAC or not (sw == 0x9000 or 0x6200 <= sw <= 0x63FF):
            return data
        content, mac = data[: -self._mode], data[-self._mode :]
        expected = CMAC.new(
            self._s_rmac, self._chain + content + sw.to_bytes(2, "big"), ciphermod=AES
        ).digest()
        if mac != expected[: self._mode]:
            raise Scp03Error("R-MAC", sw)
        if not self.level & R_ENC or not content:
            return content
        padded = AES.new(self._s_enc, AES.MODE_CBC, self._icv(0x80)).decrypt(content)
        return padded[: padded.rindex(b"\x80")]

    def encrypt_key(self, key: bytes) -> bytes:
        """A key as PUT KEY carries it: enciphered with Key-DEK, filled up with zeros to whole blocks."""
        return AES.new(self._keys.dek, AES.MODE_CBC, b"\x00" * 16).encrypt(key + b"\x00" * (-len(key) % 16))

    def _with_mac(self, cla: int, header: bytes, data: bytes) -> bytes:
        lc = bytes([len(data) + self._mode])
        covered = bytes([cla & 0x80 | 0x04]) + header + lc + data
        self._chain = CMAC.new(self._s_mac, self._chain + covered, ciphermod=AES).digest()
        return bytes([self._class(cla & 0x80, True)]) + covered[1:] + self._chain[: self._mode]

    def _icv(self, direction: int) -> bytes:
        block = bytes([direction]) + self._count.to_bytes(15, "big")
        return AES.new(self._s_enc, AES.MODE_ECB).encrypt(block)

    def _class(self, cla: int, secured: bool) -> int:
        if self._channel < 4:
            return cla | self._channel | (0x04 if secured else 0)
        return cla | 0x40 | self._channel - 4 | (0x20 if secured else 0)

    def _exchange(self, apdu: bytes) -> tuple[bytes, int]:
        answer = self._transmit(apdu)
        data = answer[:-2]
        while answer[-2] == 0x61:
            answer = self._transmit(bytes([self._class(0, False), 0xC0, 0, 0, answer[-1]]))
            data += answer[:-2]
        return data, int.from_bytes(answer[-2:], "big")


def kdf(key: bytes, constant: int, bits: int, context: bytes) -> bytes:
    """Amendment D 4.1.5: label (12 bytes, the last the constant), 00, length in bits, counter, context."""
    blocks = [
        CMAC.new(
            key,
            b"\x00" * 11 + bytes([constant]) + b"\x00" + bits.to_bytes(2, "big") + bytes([number]) + context,
            ciphermod=AES,
        ).digest()
        for number in range(1, -(-bits // 128) + 1)
    ]
    return b"".join(blocks)[: bits // 8]


def key_check_value(key: bytes) -> bytes:
    """KCV of an AES key, Amendment D 4.1.4: a block of 01 enciphered, three bytes of it."""
    return AES.new(key, AES.MODE_ECB).encrypt(b"\x01" * 16)[:3]


def _body(apdu: bytes) -> tuple[bytes, bytes]:
    """Data and Le field of a short command."""
    if len(apdu) <= 5:
        return b"", apdu[4:]
    end = 5 + apdu[4]
    return apdu[5:end], apdu[end:]
