"""What no implementation on this machine could beat, measured in the same run as what is compared with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.cmac import CMAC

SEGMENT = 1008
VERIFICATIONS = 5
"""CERT.DPauth, serverSignature1, CERT.DPpb, smdpSignature2, smdpSign."""
SIGNATURES = 3
"""euiccSignature1, euiccSignature2, the installation result."""
HASHED = 3


def calibration() -> object:
    """A loop of plain Python: how fast the machine is at this moment."""
    return sum(range(20_000))


def bare_crypto(curve: ec.EllipticCurve, profile_size: int) -> Callable[[], object]:
    """The cryptography that a card must do for one download, on its libraries directly, and nothing else."""
    key = ec.generate_private_key(curve)
    public, peer = key.public_key(), ec.generate_private_key(curve).public_key()
    algorithm = ec.ECDSA(hashes.SHA256())
    message, signature = bytes(300), key.sign(bytes(300), algorithm)
    segment, symmetric = os.urandom(SEGMENT), os.urandom(16)
    segments = -(-profile_size // SEGMENT) + 2

    def download() -> None:
        for _ in range(VERIFICATIONS):
            public.verify(signature, message, algorithm)
        for _ in range(SIGNATURES):
            key.sign(message, algorithm)
        ec.generate_private_key(curve).exchange(ec.ECDH(), peer)
        for _ in range(HASHED):
            sha256(message).digest()
        for _ in range(segments):
            Cipher(AES(symmetric), CBC(symmetric)).decryptor().update(segment)
            mac = CMAC(AES(symmetric))
            mac.update(segment)
            mac.finalize()

    return download


class BareDispatcher:
    """The least that answers an APDU: look at the instruction, copy bytes."""

    def __init__(self) -> None:
        self._commands: dict[int, Callable[[bytes], bytes]] = {0xE2: self._store_data}
        self._block = bytearray()

    def transmit(self, apdu: bytes) -> bytes:
        """Data and status word."""
        command = self._commands.get(apdu[1])
        return command(apdu) if command else b"\x6d\x00"

    def _store_data(self, apdu: bytes) -> bytes:
        self._block += apdu[5 : 5 + apdu[4]]
        if apdu[2] != 0x91:
            return b"\x90\x00"
        data, self._block = self._block, bytearray()
        return b"\xbf\x3e\x12\x5a\x10" + bytes(16) + b"\x90\x00" if data[:2] == b"\xbf\x3e" else b"\x6a\x88"
