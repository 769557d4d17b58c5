"""SGP.02: the card's side of a key establishment, and how many cards change operators a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import process_time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from euicc import eid
from euicc.crypto import curves
from euicc.crypto.gp_certificate import ServerKind
from euicc.m2m.identity import M2mIdentity
from euicc.m2m.key_establishment import KeyEstablishment
from euicc.testing.lab.m2m_lab import SMDP, SMSR, Equipped, M2mLab
from euicc.testing.m2m.es2 import DownloadProfile
from euicc.testing.m2m.key_establishment import KeyEstablishment as ServerSide
from euicc.testing.m2m.key_establishment import KeyRequest
from euicc.testing.m2m.pki import M2mPki, verify_ecasd
from euicc.testing.profile_builder import Subscription
from tests.bench.row import Row
from tests.bench.stopwatch import against, timed

LIMIT = 2.5
"""A key establishment stays under two and a half times its cryptography."""
VEHICLES = 10
FEWEST_A_SECOND = 5
EPHEMERAL = bytes(range(1, 33))


def rows() -> Iterator[Row]:
    """One line each."""
    taken, floor = against(timed(_establishment()), timed(_bare_crypto()), LIMIT)
    yield Row("key establishment, the card's side", taken, "two verifies, one agreement", floor, LIMIT)
    one = min(_change_of_operator() for _ in range(2)) / VEHICLES
    yield Row(
        f"change of operator by short messages, {1 / one:,.1f} cards a second",
        one,
        f"{FEWEST_A_SECOND} cards a second",
        1 / FEWEST_A_SECOND,
        1.0,
    )


def _establishment() -> Callable[[], object]:
    """Both steps; the server's side was done before, since the challenge is the same each time."""
    pki, identity = M2mPki(), M2mIdentity.default()
    card = KeyEstablishment(identity, lambda count: bytes(count))
    issued = pki.sm_dp()
    assert identity.eum_certificate is not None
    ecasd = verify_ecasd(identity.ecasd_certificate, identity.eum_certificate, pki.ci, eid.DEFAULT)
    server = ServerSide(issued, ecasd, KeyRequest(0x30), lambda count: EPHEMERAL[:count])
    signed = server.sign(card.certificate(issued.encoded, ServerKind.SM_DP))
    step_2 = signed.crt + tlv.encode(0x7F49, signed.public_key) + tlv.encode(0x5F37, signed.signature)

    def both_steps() -> object:
        card.certificate(issued.encoded, ServerKind.SM_DP)
        return card.establish(step_2)

    assert server.conclude(card.establish(step_2).response)
    return both_steps


def _bare_crypto() -> Callable[[], object]:
    key, other = ec.generate_private_key(curves.P256.ec), ec.generate_private_key(curves.P256.ec).public_key()
    public, algorithm, message = key.public_key(), ec.ECDSA(hashes.SHA256()), bytes(200)
    signature = key.sign(message, algorithm)

    def verify_twice_and_agree() -> object:
        public.verify(signature, message, algorithm)
        public.verify(signature, message, algorithm)
        return key.exchange(ec.ECDH(), other)

    return verify_twice_and_agree


def _change_of_operator() -> float:
    """Processor seconds for all vehicles: keys, download, switch, notification, all of it by SMS; servers included."""
    lab = M2mLab(seed=1)
    cars = [lab.device(f"car {number}", _subscription(1, number)) for number in range(VEHICLES)]
    orders = [lab.order(_subscription(2, number)) for number in range(VEHICLES)]
    lab.run(3600)
    start = process_time()
    for car, order in zip(cars, orders, strict=True):
        _change(lab, car, order.iccid)
    return process_time() - start


def _change(lab: M2mLab, car: Equipped, iccid: str) -> None:
    response = lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, iccid, enable=True))
    assert response.status.ok


def _subscription(operator: int, number: int) -> Subscription:
    return Subscription(imsi=f"00101{operator}{number:09}", iccid=f"890010{operator}{number:012}")
