"""The card's identity: repeatable, accepted by a server's checks, and the same after a stay in the NVM."""

from __future__ import annotations

from hashlib import sha256

import pytest

from apdu import tlv
from euicc import eid as eids
from euicc.crypto import curves, ecdsa, issuer
from euicc.crypto.certificates import Certificate
from euicc.crypto.chain import verify_euicc
from euicc.crypto.curves import Curve
from euicc.identity import Credential, Identity, IdentityError

OTHER_EID = eids.with_check_digits("890860302022000000220000276543")


@pytest.fixture(params=[curves.ALL, curves.ALL[:1], curves.ALL[1:]], ids=["both", "nist", "brainpool"])
def identity(request: pytest.FixtureRequest) -> Identity:
    return Identity.issue(eids.DEFAULT, map(issuer.test_authority, request.param))


def vouched_eid(identity: Identity, credential: Credential) -> bytes:
    euicc, eum = (
        Certificate.parse(credential.euicc_certificate),
        Certificate.parse(credential.eum_certificate),
    )
    return verify_euicc(euicc, eum, identity.trusted)


def test_the_default_is_one_object_and_the_same_bytes_every_time() -> None:
    assert Identity.default() is Identity.default(eids.DEFAULT)
    assert Identity.default() == Identity.issue(eids.DEFAULT, [issuer.test_authority(curves.P256)])
    assert [each.curve for each in Identity.default().credentials] == [curves.P256]


@pytest.mark.parametrize("eid", [eids.DEFAULT, OTHER_EID])
def test_any_eid_gets_an_eum_that_is_permitted_it(eid: bytes) -> None:
    identity = Identity.default(eid)
    assert identity.eid == eid
    assert [vouched_eid(identity, each) for each in identity.credentials] == [eid]


def test_two_cards_have_two_keys() -> None:
    ours, theirs = Identity.default().credentials[0], Identity.default(OTHER_EID).credentials[0]
    assert ours.private_scalar != theirs.private_scalar


def test_each_credential_signs_for_its_certificate(identity: Identity) -> None:
    for credential in identity.credentials:
        public = Certificate.parse(credential.euicc_certificate).public_key
        assert ecdsa.verify(public, credential.sign(b"data"), b"data")
        assert vouched_eid(identity, credential) == identity.eid


def test_lists_are_in_the_order_of_the_authorities() -> None:
    order: tuple[Curve, ...] = (curves.BRAINPOOL, curves.P256)
    identity = Identity.issue(eids.DEFAULT, map(issuer.test_authority, order))
    assert tuple(each.curve for each in identity.credentials) == order
    assert tuple(each.curve for each in identity.trusted) == order


def test_lookups_are_by_key_identifier_of_the_ci(identity: Identity) -> None:
    for credential in identity.credentials:
        assert identity.credential(credential.ci_ski) is credential
        anchor = identity.anchor(credential.ci_ski)
        assert anchor is not None
        assert anchor.certificate == credential.ci_certificate
    assert identity.credential(bytes(20)) is None
    assert identity.anchor(bytes(20)) is None


def test_it_survives_the_nvm(identity: Identity) -> None:
    again = Identity.from_bytes(identity.to_bytes())
    assert again == identity
    assert again.credentials[0].sign(b"data") == identity.credentials[0].sign(b"data")


def test_what_is_no_identity_is_refused() -> None:
    stored = Identity.default().to_bytes()
    unknown_curve = tlv.encode(
        0xE1, tlv.encode(0x5A, bytes(16)), tlv.encode(0xE3, tlv.encode(0x80, b"P-1"), bytes.fromhex("8100"))
    )
    for wrong in (b"", b"\xe1\x00", b"\x30\x00", stored[:-1], stored + b"\x00", unknown_curve):
        with pytest.raises(IdentityError):
            Identity.from_bytes(wrong)


def test_private_keys_are_not_shown() -> None:
    identity = Identity.default()
    assert identity.credentials[0].private_scalar.hex() not in repr(identity)
    assert repr(identity.credentials[0].private_scalar) not in repr(identity)


def test_the_default_never_changes() -> None:
    """Servers set up to trust the built-in CIs keep doing so, and cards made with one seed stay the same."""
    skis = [issuer.test_authority(curve).ski.hex() for curve in curves.ALL]
    assert skis == ["a4da48c62391680b236d5c8c26201a75333bc626", "a985897a2a9cb6c7a09f87dae72343b755cc2295"]
    assert (
        sha256(Identity.default().to_bytes()).hexdigest()
        == "90904ba2d07d1715257abbac81040221f50dafc78989c81e80bd1641f2bef78f"
    )
