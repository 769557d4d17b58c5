"""The server's side of a key establishment by scenario #3, SGP.02 3.1.2, 3.8 and 4.1.3.1: SM-DP and SM-SR.

Written apart from the card, over pycryptodome and hashlib: they share no more than the curves.

    step 1   certificate_dgi(certificate)                        the card answers 85 {RC}
    step 2   establishment = KeyEstablishment(...); establishment.sign(RC)   [85 {DR}] 86 {receipt}
             establishment.conclude(answer)                      the keys, if the receipt is right

Who signs need not be who sends: an SM-SR that takes a card over sends through the one that has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from Crypto.Cipher import AES
from Crypto.Hash import CMAC
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import Command, instruction, tlv
from euicc.crypto import ecka
from euicc.crypto.curves import BRAINPOOL, P256
from euicc.crypto.gp_certificate import PublicKey
from euicc.crypto.gp_issuer import GpIssued
from euicc.testing.m2m.server_key import ServerKey

AES_KEY, PSK_KEY, DES_KEY = 0x88, 0x85, 0x80
THREE_KEYS, BASE_KEY = 0x10, 0x5C
_CLA, _MORE, _LAST = 0x80, 0x09, 0x89
_BLOCK = 255
_CHALLENGE_LENGTHS, _RANDOM_LENGTHS = (16, 32), (16, 24, 32)
_SECURE_CHANNELS = (range(0x01, 0x10), range(0x30, 0x40))
"""Key versions of SCP80 and SCP03."""
_CURVE_REFERENCES = {P256.oid: 0x00, BRAINPOOL.oid: 0x03}


class KeyEstablishmentError(Exception):
    """The card's answer is malformed, or its receipt is wrong: whatever it has now are not these keys."""


@dataclass(frozen=True)
class KeyRequest:
    """Which keys a server wants: element by element of the template A6.

    usage: THREE_KEYS or BASE_KEY; length: of each key in bytes; counter: its bytes as sent (0, 2, 3, 5, 8).
    host_id, with sin and sdin of the card's ISD-R: bind the keys to host and card.
    """

    version: int
    identifier: int = 0x01
    usage: int = THREE_KEYS
    type: int = AES_KEY
    length: int = 16
    counter: bytes = b""
    access: int | None = None
    delete_existing: bool = False
    derivation_random: bool = False
    host_id: bytes | None = None
    sin: bytes = b""
    sdin: bytes = b""

    def crt(self) -> bytes:
        """The TLV A6."""
        options = 0x08 | self.delete_existing | self.derivation_random << 1 | (self.host_id is not None) << 2
        parts = [
            bytes((0x90, 0x02, 0x03, options, 0x95, 0x01, self.usage)),
            b"" if self.access is None else bytes((0x96, 0x01, self.access)),
            bytes((0x80, 0x01, self.type, 0x81, 0x01, self.length)),
            bytes((0x82, 0x01, self.identifier, 0x83, 0x01, self.version, 0x91, len(self.counter))),
            self.counter,
        ]
        if self.host_id is not None:
            parts.append(bytes((0x45, len(self.sdin))) + self.sdin)
            parts.append(bytes((0x84, len(self.host_id))) + self.host_id)
        return tlv.encode(0xA6, *parts)


@dataclass(frozen=True)
class SignedRequest:
    """Step 2: the TLV A6, the ephemeral public key (value of 7F49) and the signature r || s."""

    crt: bytes
    public_key: bytes
    signature: bytes

    def dgis(self) -> bytes:
        """3A02 with the template, then 7F49 and 5F37."""
        return dgi(0x3A02, self.crt) + dgi(0x7F49, self.public_key) + dgi(0x5F37, self.signature)


class KeyEstablishment:
    """One key establishment with a card whose ECASD has this key (verified before). random: of the ephemeral key."""

    def __init__(
        self, server: GpIssued, ecasd: PublicKey, request: KeyRequest, random: Callable[[int], bytes]
    ) -> None:
        self._server = server
        self._ecasd = ecasd
        self._request = request
        self._ephemeral = ecka.generate(ecasd.curve, random)

    def sign(self, answer: bytes, bare: bool = False) -> SignedRequest:
        """Step 2 for the card that answered step 1 so (TLV 85); KeyEstablishmentError.

        bare: the ephemeral key as the point alone, instead of with B0 and F0.
        """
        challenge = _only(answer, 0x85, _CHALLENGE_LENGTHS)
        crt, public_key = self._request.crt(), self._public_key(bare)
        signed = dgi(0x3A02, crt) + dgi(0x7F49, public_key) + dgi(0x0085, challenge)
        return SignedRequest(crt, public_key, self._server.sign(signed))

    def conclude(self, answer: bytes) -> tuple[ServerKey, ...]:
        """The keys that server and card have now, by the answer to step 2; KeyEstablishmentError."""
        random, receipt = self._read(answer)
        request = self._request
        count = 3 if request.usage == THREE_KEYS else 1
        data = self._key_data(random, 16 + count * request.length)
        mac = CMAC.new(data[:16], ciphermod=AES)
        mac.update(request.crt() + (b"" if random is None else bytes((0x85, len(random))) + random))
        if not compare_digest(mac.digest(), receipt):
            raise KeyEstablishmentError("receipt")
        values = [data[at : at + request.length] for at in range(16, len(data), request.length)]
        return tuple(self._keys(values))

    def _keys(self, values: list[bytes]) -> list[ServerKey]:
        """Keys by identifier; a base key of a secure channel is all three of its keys."""
        request = self._request
        channel = any(request.version in versions for versions in _SECURE_CHANNELS)
        given = values * 3 if request.usage == BASE_KEY and channel else values
        counter = int.from_bytes(request.counter, "big")
        return [
            ServerKey(request.version, request.identifier + place, request.type, value, counter)
            for place, value in enumerate(given)
        ]

    def _read(self, answer: bytes) -> tuple[bytes | None, bytes]:
        """DR, if the card was asked for it, and the receipt."""
        if not self._request.derivation_random:
            return None, _only(answer, 0x86, (16,))
        try:
            random, receipt = tlv.parse_all(answer)
        except (tlv.TlvError, ValueError):
            raise KeyEstablishmentError("answer to step 2") from None
        return _only(random.encoded, 0x85, _RANDOM_LENGTHS), _only(receipt.encoded, 0x86, (16,))

    def _key_data(self, random: bytes | None, length: int) -> bytes:
        request = self._request
        info = bytes((request.usage, request.type, request.length)) + (random or b"")
        if request.host_id is not None:
            for identifier in (request.host_id, request.sin, request.sdin):
                info += bytes((len(identifier),)) + identifier
        secret = self._ephemeral.exchange(ec.ECDH(), self._ecasd.key)
        data, counter = b"", 1
        while len(data) < length:
            data += sha256(secret + counter.to_bytes(4, "big") + info).digest()
            counter += 1
        return data[:length]

    def _public_key(self, bare: bool) -> bytes:
        point = ecka.point(self._ephemeral.public_key())
        if bare:
            return point
        reference = _CURVE_REFERENCES[self._ecasd.curve.oid]
        return bytes((0xB0, len(point))) + point + bytes((0xF0, 0x01, reference))


def certificate_dgi(certificate: bytes) -> bytes:
    """Step 1: 3A01 with the server's certificate (TLV 7F21)."""
    return dgi(0x3A01, certificate)


def dgi(identifier: int, value: bytes) -> bytes:
    """A data group, GPCS 11.11.2.3: its length in one byte up to 254, then FF and two bytes."""
    length = bytes((len(value),)) if len(value) < 0xFF else b"\xff" + len(value).to_bytes(2, "big")
    return identifier.to_bytes(2, "big") + length + value


def store_data(data: bytes, first: int = 0, last: bool = False, size: int = _BLOCK) -> list[Command]:
    """STORE DATA with these data groups, in blocks of up to `size` bytes numbered from `first` on (P2).

    last: nothing follows (step 2): then P1 of the last block is 89; all others have 09.
    """
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return [
        Command(
            _CLA,
            instruction.STORE_DATA,
            _LAST if last and place == len(pieces) - 1 else _MORE,
            first + place,
            piece,
            256,
        )
        for place, piece in enumerate(pieces)
    ]


def _only(data: bytes, tag: int, lengths: tuple[int, ...]) -> bytes:
    """The value of the one TLV that this is."""
    try:
        element = tlv.parse(data)
    except tlv.TlvError as error:
        raise KeyEstablishmentError(str(error)) from None
    if element.tag != tag or len(element.value) not in lengths:
        raise KeyEstablishmentError(f"{element.tag:02X} of {len(element.value)} bytes")
    return element.value
