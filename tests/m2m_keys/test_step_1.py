"""Step 1 at the card: whose certificate it takes, and with what it refuses the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import status, tlv
from euicc import eid as eids
from euicc.crypto import curves
from euicc.crypto.gp_certificate import KEY_AGREEMENT, Content, GpCertificate, ServerKind
from euicc.m2m.key_establishment import KeyEstablishment
from euicc.testing.m2m.pki import M2mPki
from tests.m2m_keys.scene import Scene, random_of, refusal

PKI = M2mPki(seed=b"TEST seed")
IDENTITY = PKI.issue(eids.DEFAULT).identity
RIGHT = PKI.sm_dp().certificate.content
CA_KEY = b"\xc9\x14" + IDENTITY.ci_keys[0].key_identifier


def card() -> KeyEstablishment:
    return KeyEstablishment(IDENTITY, random_of("card"))


def refused(certificate: bytes) -> int:
    """The status word with which an ISD-P refuses it."""
    return refusal(lambda: card().certificate(certificate, ServerKind.SM_DP))


def certified(**fields: object) -> bytes:
    """An SM-DP's certificate of the CI with other content."""
    content: Content = replace(RIGHT, **fields)  # type: ignore[arg-type]
    return GpCertificate.issue(content, PKI.authority.key).encoded


@pytest.mark.parametrize("kind", ServerKind)
def test_each_kind_of_server_has_its_domain(kind: ServerKind) -> None:
    other = next(each for each in ServerKind if each is not kind)
    certificate = PKI.authority.issue_server(kind, b"TEST").encoded
    assert card().certificate(certificate, kind)[:2].hex() == "8510"
    assert refusal(lambda: card().certificate(certificate, other)) == status.INCORRECT_DATA


@pytest.mark.parametrize(
    "discretionary",
    [
        None,
        b"",
        CA_KEY,
        b"\xc8\x00" + CA_KEY,
        b"\xc8\x01\x03" + CA_KEY,
        b"\xc8\x02\x00\x01" + CA_KEY,
        b"\xc8\x01\x02\xc8\x01\x01" + CA_KEY,
    ],
)
def test_a_certificate_of_no_kind_is_refused(discretionary: bytes | None) -> None:
    certificate = certified(discretionary=discretionary)
    assert refused(certificate) == status.INCORRECT_DATA


@pytest.mark.parametrize("usage", [b"\x82", b"\x88"])
def test_keys_that_sign_are_taken(usage: bytes) -> None:
    assert card().certificate(certified(usage=usage), ServerKind.SM_DP)[:2].hex() == "8510"


@pytest.mark.parametrize("usage", [KEY_AGREEMENT, b"\x40", b"\x82\x00"])
def test_keys_for_something_else_are_not(usage: bytes) -> None:
    certificate = certified(usage=usage)
    assert refused(certificate) == status.INCORRECT_DATA


def test_the_key_of_the_ci_need_not_be_named() -> None:
    certificate = certified(discretionary=b"\xc8\x01\x01")
    assert card().certificate(certificate, ServerKind.SM_DP)[:2].hex() == "8510"


@pytest.mark.parametrize(
    "certificate",
    [
        certified(ca_identifier=b"TEST CI"),
        certified(discretionary=b"\xc8\x01\x01\xc9\x14" + bytes(20)),
        M2mPki(seed=b"stranger").sm_dp().encoded,
    ],
    ids=["another CI", "another key of the CI", "a stranger"],
)
def test_a_ci_that_is_not_known(certificate: bytes) -> None:
    assert refused(certificate) == status.REFERENCED_DATA_NOT_FOUND


def test_of_two_keys_of_a_ci_the_right_one_is_asked() -> None:
    (ci,) = IDENTITY.ci_keys
    other = M2mPki(curves.BRAINPOOL, b"TEST seed").ci
    older = replace(ci, key_identifier=bytes(20), curve=other.curve, point=other.point)
    both = KeyEstablishment(replace(IDENTITY, ci_keys=(older, ci)), random_of("card"))
    assert both.certificate(PKI.sm_dp().encoded, ServerKind.SM_DP)[:2].hex() == "8510"


def test_a_certificate_of_a_subordinate_is_none() -> None:
    """The EUM's key signs rightly, but it is no CI's."""
    eum = PKI.eum(eids.DEFAULT)
    forged = GpCertificate.issue(RIGHT, eum.key).encoded
    assert refused(forged) == status.INCORRECT_DATA
    honest = GpCertificate.issue(replace(RIGHT, ca_identifier=eids.DEFAULT[:4]), eum.key).encoded
    assert refused(honest) == status.REFERENCED_DATA_NOT_FOUND


def test_no_bit_can_be_changed() -> None:
    right, seen = PKI.sm_dp().encoded, []
    for place in range(0, len(right), 3):
        changed = bytearray(right)
        changed[place] ^= 0x80 >> place % 8
        seen.append(refused(bytes(changed)))
    assert set(seen) == {status.INCORRECT_DATA, status.REFERENCED_DATA_NOT_FOUND}
    assert len(seen) == 75


@pytest.mark.parametrize("value", ["", "7f2100", "5f3700", "85"])
def test_what_is_no_certificate(value: str) -> None:
    assert refused(bytes.fromhex(value)) == status.INCORRECT_DATA


def test_dates_are_not_checked_by_a_card() -> None:
    past = certified(effective=None, expiration=RIGHT.expiration.replace(year=2001))
    assert card().certificate(past, ServerKind.SM_DP)[:2].hex() == "8510"


def test_a_server_on_another_curve_may_sign() -> None:
    key = M2mPki(curves.BRAINPOOL, b"TEST seed").sm_dp().certificate.content.public_key
    assert card().certificate(certified(public_key=key), ServerKind.SM_DP)[:2].hex() == "8510"


def test_a_refused_certificate_takes_the_older_challenge_with_it() -> None:
    there = Scene()
    signed = there.signed()
    assert refusal(lambda: there.card.certificate(b"", ServerKind.SM_DP)) == status.INCORRECT_DATA
    value = signed.crt + tlv.encode(0x7F49, signed.public_key) + tlv.encode(0x5F37, signed.signature)
    assert refusal(lambda: there.card.establish(value)) == status.CONDITIONS_NOT_SATISFIED
