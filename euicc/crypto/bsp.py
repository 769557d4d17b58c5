"""BSP, the protection of a bound profile package, SGP.22 2.6.4 and 5.5: AES-128-CBC and AES-CMAC, TLV by TLV.

The server protects with one object, the card unprotects with its twin. Each TLV
advances the chain, encrypted or not, so the two stay in step only while every TLV arrives, once and in order.
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

from apdu import tlv
from euicc.crypto.ecka import kdf_x963

KEY_TYPE_AES = 0x88
KEY_LENGTH = 16
MAC_LENGTH = 8
TAG_PROFILE = 0x86
"""Encrypted and MACed: a segment of the profile."""
TAG_COMMAND = 0x87
"""Encrypted and MACed: ConfigureISDP, ReplaceSessionKeys."""
TAG_METADATA = 0x88
"""MACed only: StoreMetadata, which the device may read."""
MAX_ENCRYPTED = 1007
"""Plaintext bytes of the longest 86 or 87 TLV a server may send (1020 bytes on the wire)."""
MAX_MAC_ONLY = 1008
"""Plaintext bytes of the longest 88 TLV a server may send."""

_ENCRYPTED = {TAG_PROFILE: True, TAG_COMMAND: True, TAG_METADATA: False}
_BLOCK = 16
_PADDING = b"\x80"


class BspStructureError(Exception):
    """Not one 86, 87 or 88 TLV with room for a MAC: "scp03t/bsp structure error"."""


class BspSecurityError(Exception):
    """Wrong MAC, or padding that no server would have put under a right MAC: "scp03t/bsp security error"."""


class Bsp:
    """The state of one protected stream: S-ENC, S-MAC, the MAC chaining value and the block counter.

    Made from the keys themselves (as ReplaceSessionKeys brings them: the counter starts again at 1) or by
    `from_session`. All three are 16 bytes, ValueError otherwise.
    """

    __slots__ = ("_chaining_value", "_counter", "_encrypt_counter", "_keyed_mac", "_s_enc")

    def __init__(self, initial_mcv: bytes, s_enc: bytes, s_mac: bytes) -> None:
        if {len(initial_mcv), len(s_enc), len(s_mac)} != {KEY_LENGTH}:
            raise ValueError("initial MAC chaining value, S-ENC and S-MAC are 16 bytes each")
        self._chaining_value = initial_mcv
        self._counter = 0
        self._s_enc = AES(s_enc)
        # Kept keyed and copied per TLV: setting the key costs more than the MAC of a short TLV.
        self._keyed_mac = CMAC(AES(s_mac))
        self._encrypt_counter: Callable[[bytes], bytes] = Cipher(self._s_enc, ECB()).encryptor().update

    @classmethod
    def from_session(
        cls, shared_secret: bytes, key_type: int, key_length: int, host_id: bytes, eid: bytes
    ) -> Bsp:
        """The stream of a session, SGP.22 Annex G: Z, the CRT's three values, the EID as 16 bytes.

        A key type or length other than AES-128 is the caller's to refuse, before the keys are derived.
        """
        shared_info = bytes((key_type, key_length, len(host_id))) + host_id + bytes((len(eid),)) + eid
        keys = kdf_x963(shared_secret, shared_info, 3 * KEY_LENGTH)
        return cls(keys[:16], keys[16:32], keys[32:])

    def protect(self, tag: int, plaintext: bytes, encrypt: bool) -> bytes:
        """The next TLV of the stream: padded and encrypted if asked for, with its 8-byte MAC."""
        counter = self._counter + 1
        content = self._cipher(counter).encryptor().update(_pad(plaintext)) if encrypt else plaintext
        protected = bytes((tag,)) + tlv.encode_length(len(content) + MAC_LENGTH) + content
        mac = self._mac(protected)
        self._chaining_value, self._counter = mac, counter
        return protected + mac[:MAC_LENGTH]

    def unprotect(self, data: bytes) -> bytes:
        """The plaintext of the stream's next TLV, whose tag says whether it is encrypted.

        BspStructureError or BspSecurityError leave the state as it was. The MAC is checked before anything is
        decrypted. TLVs longer than a server may make are accepted: some send 1036 bytes.
        """
        tag, header_length = _header(data)
        content = data[header_length:-MAC_LENGTH]
        mac = self._mac(data[:-MAC_LENGTH])
        if not compare_digest(mac[:MAC_LENGTH], data[-MAC_LENGTH:]):
            raise BspSecurityError("MAC")
        counter = self._counter + 1
        plaintext = self._decrypt(counter, content) if _ENCRYPTED[tag] else content
        self._chaining_value, self._counter = mac, counter
        return plaintext

    def _mac(self, protected: bytes) -> bytes:
        mac = self._keyed_mac.copy()
        mac.update(self._chaining_value + protected)
        return mac.finalize()

    def _cipher(self, counter: int) -> Cipher[CBC]:
        icv = self._encrypt_counter(counter.to_bytes(_BLOCK, "big"))
        return Cipher(self._s_enc, CBC(icv))

    def _decrypt(self, counter: int, ciphertext: bytes) -> bytes:
        if not ciphertext or len(ciphertext) % _BLOCK:
            raise BspSecurityError("not whole blocks")
        return _unpad(self._cipher(counter).decryptor().update(ciphertext))


def _header(data: bytes) -> tuple[int, int]:
    try:
        tag, start, end = tlv.read(data, 0)
    except tlv.TlvError as error:
        raise BspStructureError(str(error)) from None
    if tag not in _ENCRYPTED or end != len(data) or end - start < MAC_LENGTH:
        raise BspStructureError("not one protected TLV")
    return tag, start


def _pad(plaintext: bytes) -> bytes:
    padded = plaintext + _PADDING
    return padded + bytes(-len(padded) % _BLOCK)


def _unpad(padded: bytes) -> bytes:
    plaintext = padded.rstrip(b"\x00")
    if not plaintext.endswith(_PADDING) or len(padded) - len(plaintext) >= _BLOCK:
        raise BspSecurityError("padding")
    return plaintext[:-1]
