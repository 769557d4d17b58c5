"""The enabled profile as a UICC: AUTHENTICATE against the AES that it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from time import process_time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from euicc.crypto.milenage import Milenage
from euicc.testing.profile_builder import Subscription
from tests.aka.device import Device
from tests.bench.row import Row
from tests.bench.stopwatch import patiently, quiet

AUTHENTICATE_LIMIT = 6.0
BATCH = 200
ROUNDS = 20
RAND = bytes(range(16))
AMF = b"\x80\x00"


def rows() -> Iterator[Row]:
    """One line."""
    yield _authenticate()


def _authenticate() -> Row:
    """One accepted challenge in the 3G context, each with a fresh sequence number that is durable before the answer."""
    subscription = Subscription()
    network, device = Milenage(subscription.k, subscription.opc), Device(subscription)
    numbers = count(1)

    def challenge() -> bytes:
        seq = next(numbers)
        sqn = (seq << 5 | seq % 32).to_bytes(6, "big")
        concealed = bytes(a ^ b for a, b in zip(sqn, network.f2345(RAND).ak, strict=True))
        autn = concealed + AMF + network.f1(RAND, sqn, AMF)
        return bytes.fromhex("0088008122") + b"\x10" + RAND + b"\x10" + autn + b"\x00"

    def play() -> float:
        commands = [challenge() for _ in range(BATCH)]
        start = process_time()
        answers = [device.card.transmit(command) for command in commands]
        taken = process_time() - start
        assert all(answer[:1] == b"\xdb" for answer in answers)
        return taken / BATCH

    def floor() -> float:
        start = process_time()
        for _ in range(BATCH):
            bare_aes(subscription.k)
        return (process_time() - start) / BATCH

    def turns() -> list[float]:
        with quiet():
            taken = [(play(), floor()) for _ in range(ROUNDS)]
        return [min(each) for each in zip(*taken, strict=True)]

    taken, lowest = patiently(turns, AUTHENTICATE_LIMIT)
    return Row("AUTHENTICATE, Milenage, per bare AES", taken, "bare AES", lowest, AUTHENTICATE_LIMIT)


def bare_aes(key: bytes) -> None:
    """What `cryptography` takes for Milenage without anything around it: K expanded, then 5 blocks, one call each.

    The blocks are TEMP and OUT1 to OUT4 (TS 35.206 4.1), which an accepted challenge needs; OUT5 is for
    resynchronisation. K is expanded for each challenge, as by a card that keeps no expanded key; ours keeps it,
    which is part of what the ratio shows.
    """
    encrypt = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update
    for _ in range(5):
        encrypt(RAND)
