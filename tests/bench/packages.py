"""A signed eUICC Package with one operation, from its APDUs to its signed result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from time import process_time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from euicc.crypto import curves
from euicc.testing.pki import Pki
from tests.bench.row import Row
from tests.bench.stopwatch import against
from tests.isdr.installed import install
from tests.sgp32.device import Device, device
from tests.sgp32.eim import Eim, enable

LIMITS = {curves.P256: 4.0, curves.BRAINPOOL: None}
"""On P-256 it stays under four times its cryptography."""
PACKAGES = 40
SELECT_ISD_R = bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100")


def rows() -> Iterator[Row]:
    """One line for each curve."""
    for curve, limit in LIMITS.items():
        taken, floor = against(_packages(curve), partial(_each, _bare_crypto(curve.ec)), limit)
        yield Row(f"signed package, one PSMO, {curve.name}", taken, "one verify, one sign", floor, limit)


def _each(work: Callable[[], object]) -> float:
    """Processor seconds of one of many calls."""
    start = process_time()
    for _ in range(PACKAGES):
        work()
    return (process_time() - start) / PACKAGES


def _packages(curve: curves.Curve) -> Callable[[], float]:
    """A play of packages that enable a profile; each completes the switch that the one before marked."""
    side, eim = _device(curve), Eim(curve=curve.ec)
    side.associate(eim, token=True)
    side.card.transmit(SELECT_ISD_R)
    transmit, targets = side.card.transmit, cycle((enable(2), enable(1)))

    def play() -> float:
        commands = [_store_data(eim.package(side.eid, [next(targets)])) for _ in range(PACKAGES)]
        each = iter(commands)
        return _each(lambda: transmit(next(each)))

    play()
    assert len(side.stored_results()) == side.card.config.package_results
    return play


def _store_data(package: bytes) -> bytes:
    return bytes((0x80, 0xE2, 0x91, 0x00, len(package))) + package + b"\x00"


def _device(curve: curves.Curve) -> Device:
    side = device(pki=Pki.default(curves=(curve,)))
    install(side.card, 1, enabled=True, told=())
    install(side.card, 2, told=())
    return side


def _bare_crypto(curve: ec.EllipticCurve) -> Callable[[], object]:
    key = ec.generate_private_key(curve)
    public, algorithm, message = key.public_key(), ec.ECDSA(hashes.SHA256()), bytes(100)
    deterministic = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    signature = key.sign(message, algorithm)

    def verify_and_sign() -> object:
        public.verify(signature, message, algorithm)
        return key.sign(message, deterministic)

    return verify_and_sign
