"""eUICC Package Results, SGP.32 5.14.6: whether the eUICC made them, which package they answer, what follows.

What is not taken changes nothing and is kept in `Euicc.discarded`. An unsigned error is a hint: its package is set
aside, and a signed result that comes later counts all the same.
"""

from __future__ import annotations

from apdu import tlv
from euicc.crypto import ecdsa
from euicc.testing.eim.orders import OrderState, PackageOrder
from euicc.testing.eim.package import SIGNATURE, token_object
from euicc.testing.eim.received import PackageResult, Unreadable
from euicc.testing.eim.records import PARKED_KEPT, Discard, Euicc, State, certificate_request

ROLLBACK, DELETE_EIM = 0x8C, 0x89
_DELETED = (0, 2)


def take_result(state: State, euicc: Euicc, encoded: bytes) -> int | None:
    """One EuiccPackageResult (BF51) of this eUICC; its sequence number if it may be forgotten there."""
    try:
        result = PackageResult.read(encoded)
    except Unreadable:
        euicc.discard(Discard.UNREADABLE, encoded)
        return None
    if result.eim_id != state.identity.eim_id:
        euicc.discard(Discard.OTHER_EIM, encoded)
        return None
    if not result.is_signed:
        _hint(euicc, result)
        return None
    if euicc.takes_unsigned and not result.signature:
        return _take_authentic(euicc, result)
    if euicc.euicc_certificate is None:
        _park(state, euicc, encoded)
        return None
    return _take_signed(euicc, result)


def take_parked(state: State, euicc: Euicc) -> list[int]:
    """The results that waited for the certificates; their sequence numbers."""
    parked, euicc.parked = euicc.parked, []
    taken = [take_result(state, euicc, each) for each in parked]
    return [each for each in taken if each is not None]


def is_genuine(euicc: Euicc, result: PackageResult) -> bool:
    """Whether the eUICC signed it for this eIM: over the data as received and the association token.

    SGP.32 v1.0: over the data and the signature of the package instead.
    """
    certificate, order = euicc.certificate, euicc.package(result.counter or 0)
    if certificate is None:
        return False
    covered = [token_object(euicc.token)]
    if order is not None and order.request:
        covered.append(tlv.encode(SIGNATURE, tlv.find(order.request, 0xBF51, SIGNATURE) or b""))
    return any(ecdsa.verify(certificate.public_key, result.signature, result.data + each) for each in covered)


def owner_of(state: State, encoded: bytes) -> Euicc | None:
    """Whose result it is, when nobody told the EID: by eimTransactionId, otherwise by counter and signature."""
    try:
        result = PackageResult.read(encoded)
    except Unreadable:
        return None
    if result.transaction_id is not None:
        found = state.by_transaction(result.transaction_id)
        return found and found[0]
    return next((each for each in state.euiccs.values() if is_genuine(each, result)), None)


def _hint(euicc: Euicc, result: PackageResult) -> None:
    order = euicc.order(result.transaction_id, PackageOrder)
    if isinstance(order, PackageOrder) and order.is_outstanding:
        order.result, order.token_shown = result.encoded, result.token
        order.conclude(OrderState.UNCONFIRMED)


def _park(state: State, euicc: Euicc, encoded: bytes) -> None:
    """Keep it until its signature can be verified, and ask for what is needed first."""
    if not euicc.parked:
        euicc.first(certificate_request(state, euicc))
    if encoded not in euicc.parked:
        euicc.parked.append(encoded)
        del euicc.parked[:-PARKED_KEPT]


def _take_signed(euicc: Euicc, result: PackageResult) -> int | None:
    if not is_genuine(euicc, result):
        euicc.discard(Discard.SIGNATURE, result.encoded)
        return None
    return _take_authentic(euicc, result)


def _take_authentic(euicc: Euicc, result: PackageResult) -> int | None:
    order = euicc.package(result.counter or 0)
    if order is None or order.transaction_id != result.transaction_id:
        euicc.discard(Discard.UNKNOWN_PACKAGE, result.encoded)
        return result.seq_number
    if result.seq_number is None:
        _refused(order, result)
        return None
    if result.seq_number <= euicc.last_seq:
        euicc.discard(Discard.STALE, result.encoded)
        return result.seq_number
    euicc.last_seq = result.seq_number
    _executed(euicc, order, result)
    return result.seq_number


def _refused(order: PackageOrder, result: PackageResult) -> None:
    """A signed error; after a result it only says that the package was there before."""
    if order.state is not OrderState.DONE:
        order.result = result.encoded
        order.conclude(OrderState.REFUSED, result.error)


def _executed(euicc: Euicc, order: PackageOrder, result: PackageResult) -> None:
    order.result, order.seq_number = result.encoded, result.seq_number
    if any(each.tag == ROLLBACK for each in result.results):
        order.rollback = result.results
    else:
        order.results = result.results
    if _deletes_us(order):
        euicc.associated = False
    order.conclude(OrderState.DONE)


def _deletes_us(order: PackageOrder) -> bool:
    """Whether one of the deleteEim that succeeded names this eIM."""
    ecos = (order.package and order.package.eco_list) or ()
    done = zip(ecos, order.results, strict=False)
    own = tlv.find(order.request, 0xBF51, 0x30, 0x80) or b""
    return any(
        eco.delete_eim is not None
        and eco.delete_eim.eim_id == own.decode()
        and result.tag == DELETE_EIM
        and result.code in _DELETED
        for eco, result in done
    )
