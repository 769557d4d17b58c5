"""eUICC Packages as an eIM signs them, SGP.32 2.11.1.1, rightly or with one thing wrong, and what a card has to answer.

The order of a card's checks is that of SGP.32 5.9.1: whoever does not prove to be an eIM of the card is answered
unsigned, everything after that with a signed error. Signatures have a random part: a seed gives the same packages with
other signatures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hypothesis.strategies import SearchStrategy

from apdu import tlv
from asn1.generated import sgp32
from asn1.generated.sgp32 import EuiccPackageErrorCode as Code
from euicc.crypto import curves, ecdsa
from euicc.crypto.issuer import derive_key
from euicc.testing.eim.identity import EimIdentity
from euicc.testing.eim.package import SIGNATURE, token_object
from euicc.testing.strategies.card_view import CardView
from euicc.testing.strategies.elements import element, encoded
from euicc.testing.strategies.messages import any_message
from euicc.testing.strategies.requests import known_of
from euicc.testing.strategies.schema import node_of
from euicc.testing.strategies.values import (
    Draw,
    Shown,
    Values,
    composed,
    flags,
    integers,
    octets,
    one_of,
    picks,
    tuples_of,
)
from euicc.testing.strategies.violations import respell_tree

MOST_OPERATIONS = 4
MOST_AHEAD = 100
COUNTER_OF_NO_CARD = (1 << 62) - 1
_SEQUENCE, _ECO_LIST = 0x30, 0xA1
_LAST_BIT = b"\x01"


class Wrong(Enum):
    """What can be wrong with a package whose encoding is right."""

    EIM_ID = "of an eIM that the card does not know"
    SIGNATURE = "one bit of the signature is another"
    KEY = "signed with another key"
    TOKEN = "signed over another association token"
    DATA = "changed after it was signed"
    EID = "for another eUICC"
    REPLAY = "a counter that was there before"
    COUNTER = "a counter higher than any card takes"
    NO_OPERATIONS = "an empty list of operations"
    TWO_LISTS = "PSMOs and eCOs"


SIGNED_ERRORS: Mapping[Wrong, int] = {
    Wrong.EID: Code.INVALID_EID,
    Wrong.REPLAY: Code.REPLAY_ERROR,
    Wrong.COUNTER: Code.COUNTER_VALUE_OUT_OF_RANGE,
    Wrong.NO_OPERATIONS: Code.UNDEFINED_ERROR,
    Wrong.TWO_LISTS: Code.UNDEFINED_ERROR,
}
"""euiccPackageErrorCode by what is wrong; the rest is answered with EuiccPackageErrorUnsigned."""


@dataclass(frozen=True)
class Association:
    """An eIM as the card has it: who it is, the counter value used last, the association token if there is one."""

    identity: EimIdentity
    counter: int = 0
    token: int | None = None


@dataclass(frozen=True, repr=False)
class SignedPackage(Shown):
    """EuiccPackageRequest (tag BF51) for ES10b.LoadEuiccPackage; `wrong`: None where a card has to execute it.

    `counter` is what it says. `respelled`: with lengths in a form that is not the shortest, which is no error.
    """

    encoded: bytes
    package: sgp32.EuiccPackage
    counter: int
    wrong: Wrong | None = None
    respelled: bool = False

    def __repr__(self) -> str:
        wrong = self.wrong.value if self.wrong else "nothing wrong"
        return f"<{self.package!r}, counter {self.counter}: {wrong} ({self.encoded.hex().upper()})>"

    @property
    def error(self) -> int | None:
        """The euiccPackageErrorCode to expect, None where none is signed."""
        return None if self.wrong is None else SIGNED_ERRORS.get(self.wrong)


def packages(association: Association, view: CardView, *wrong: Wrong | None) -> SearchStrategy[SignedPackage]:
    """Packages of one eIM for the card of this view; without `wrong`, right ones and all kinds of wrong ones."""
    return any_package(association, view, *wrong).strategy


def any_package(association: Association, view: CardView, *wrong: Wrong | None) -> Values[SignedPackage]:
    """See `packages`; as values that a seed can draw too."""
    known = known_of(view)
    operations = one_of(
        tuples_of(any_message(sgp32.Psmo, known=known), 1, MOST_OPERATIONS).map(_psmos),
        tuples_of(any_message(sgp32.Eco, known=known), 1, MOST_OPERATIONS).map(_ecos),
    )
    kinds = picks(wrong or (None, *Wrong))

    def package(draw: Draw) -> SignedPackage:
        kind = draw(kinds)
        made = sgp32.EuiccPackage(psmo_list=()) if kind is Wrong.NO_OPERATIONS else draw(operations)
        counter = _counter(draw, association.counter, kind)
        signed = sgp32.EuiccPackageSigned(
            eim_id=view.another_eim_id if kind is Wrong.EIM_ID else association.identity.eim_id,
            eid_value=_changed(view.eid) if kind is Wrong.EID else view.eid,
            counter_value=counter,
            eim_transaction_id=draw(_TRANSACTION) if draw(flags()) else None,
            euicc_package=made,
        )
        respelled = draw(flags())
        tree = element(node_of(sgp32.EuiccPackageSigned), signed)
        data = encoded(respell_tree(draw, tree) if respelled else tree)
        return SignedPackage(_request(data, association, kind), made, counter, kind, respelled)

    return composed(package)


_TRANSACTION = octets(1, 16)


def _psmos(operations: tuple[sgp32.Psmo, ...]) -> sgp32.EuiccPackage:
    return sgp32.EuiccPackage(psmo_list=operations)


def _ecos(operations: tuple[sgp32.Eco, ...]) -> sgp32.EuiccPackage:
    return sgp32.EuiccPackage(eco_list=operations)


def _counter(draw: Draw, used: int, kind: Wrong | None) -> int:
    if kind is Wrong.REPLAY:
        return draw(integers(0, used))
    if kind is Wrong.COUNTER:
        return COUNTER_OF_NO_CARD
    return used + draw(integers(1, MOST_AHEAD))


def _changed(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def _request(signed: bytes, association: Association, kind: Wrong | None) -> bytes:
    """The whole request, signed as it is to be."""
    if kind is Wrong.TWO_LISTS:
        signed = tlv.encode(_SEQUENCE, tlv.parse(signed).value, tlv.encode(_ECO_LIST))
    token = (association.token or 0) + 1 if kind is Wrong.TOKEN else association.token
    covered = signed + token_object(token)
    signature = (
        _another_key(association, covered) if kind is Wrong.KEY else association.identity.signer.sign(covered)
    )
    if kind is Wrong.SIGNATURE:
        signature = _changed(signature)
    if kind is Wrong.DATA:
        signed = tlv.encode(_SEQUENCE, tlv.parse(signed).value, _UNKNOWN)
    return tlv.encode(sgp32.EuiccPackageRequest.TAG, signed, tlv.encode(SIGNATURE, signature))


_UNKNOWN = tlv.encode(0xDF7A, _LAST_BIT)
"""An element that no card knows, and that the signature covers like any other."""


def _another_key(association: Association, covered: bytes) -> bytes:
    curve = curves.of(association.identity.signer.parsed.public_key)
    return ecdsa.sign(derive_key(curve, b"strategies", "another eIM"), covered)
