"""The enabled profile as a UICC: a file selected and read; AUTHENTICATE against the AES that it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from time import process_time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from euicc import Card
from euicc.crypto.milenage import Milenage
from euicc.testing.profile_builder import Subscription
from tests.aka.device import Device
from tests.bench.floors import calibration
from tests.bench.row import Row
from tests.bench.stopwatch import against, patiently, quiet, timed
from tests.isdr.installed import install

AUTHENTICATE_LIMIT = 6.0
SELECT_AND_READ_LIMIT = 0.04
SELECT_USIM = bytes.fromhex("00A4040C07A0000000871002")
SELECT_IMSI = bytes.fromhex("00A40004026F0700")
READ_IMSI = bytes.fromhex("00B0000009")
BATCH = 200
ROUNDS = 20
RAND = bytes(range(16))
AMF = b"\x80\x00"


def rows() -> Iterator[Row]:
    """Two lines."""
    yield _select_and_read()
    yield _authenticate()


def _select_and_read() -> Row:
    """SELECT of EF_IMSI with its FCP and READ BINARY of it: under 12 us where the calibration loop takes 300."""
    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.reset()
    card.transmit(SELECT_USIM)
    assert card.transmit(SELECT_IMSI).startswith(b"\x62")

    def play() -> float:
        start = process_time()
        for _ in range(BATCH):
            card.transmit(SELECT_IMSI)
            card.transmit(READ_IMSI)
        return (process_time() - start) / BATCH

    taken, lowest = against(play, timed(calibration), SELECT_AND_READ_LIMIT)
    return Row("SELECT and READ BINARY of EF_IMSI", taken, "calibration", lowest, SELECT_AND_READ_LIMIT)


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
