"""The test PKI: what an EUM makes of a card, and whom a server believes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from euicc import eid as eids
from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import VERIFICATION, Content, GpCertificate
from euicc.crypto.gp_issuer import GpIssued
from euicc.m2m.identity import M2mIdentity
from euicc.testing.m2m.pki import M2mPki, UntrustedCertificate, verify_ecasd
from tests.m2m_keys.scene import both_curves

EID = eids.DEFAULT
OTHER = eids.with_check_digits("890490320010010000000000000002")
ABROAD = eids.with_check_digits("890440000010010000000000000002")
PKI = M2mPki(seed=b"TEST seed")
ISSUED = PKI.issue(EID)


def test_the_default_pki_is_the_one_of_the_default_identity() -> None:
    issued = M2mPki().issue(EID)
    assert issued.identity == M2mIdentity.default()
    assert issued.identity.ci_keys[0].point == M2mPki().ci.point
    assert M2mPki(seed=b"other").ci != M2mPki().ci


@both_curves
def test_what_the_eum_tells_is_what_is_in_the_card(curve: Curve) -> None:
    issued = M2mPki(curve, b"TEST seed").issue(EID)
    identity = issued.identity
    assert (issued.sin, issued.sdin) == (identity.sin, identity.sdin) == (EID[:4], EID[4:])
    told = [(key.version, key.identifier, key.type, key.value) for key in issued.isd_r_keys]
    kept = [
        (key.version, key.identifier, key.components[0].type, key.components[0].data)
        for key in identity.isd_r_keys
    ]
    assert told == kept
    assert repr(told[0][3]) not in repr(issued)


@both_curves
def test_the_certificate_of_the_ecasd_leads_to_its_key(curve: Curve) -> None:
    pki = M2mPki(curve, b"TEST seed")
    issued = pki.issue(EID)
    key = pki.ecasd_key(issued.ecasd_certificate, issued.eum_certificate, EID, date(2026, 1, 1))
    assert key.key.public_numbers() == issued.identity.private_key.public_key().public_numbers()


def changed(issuer: GpIssued, **fields: object) -> bytes:
    """The ECASD's certificate with other content, signed by the EUM."""
    content: Content = replace(
        GpCertificate.parse(ISSUED.ecasd_certificate).content,
        **fields,  # type: ignore[arg-type]
    )
    return GpCertificate.issue(content, issuer.key).encoded


@pytest.mark.parametrize(
    ("ecasd", "reason"),
    [
        (PKI.issue(OTHER).ecasd_certificate, "another card's"),
        (PKI.issue(ABROAD).ecasd_certificate, "another issuer's"),
        (changed(PKI.eum(ABROAD)), "signature"),
        (changed(PKI.eum(EID), usage=VERIFICATION), "key usage"),
        (changed(PKI.eum(EID), ca_identifier=b"\x00"), "another EUM's"),
        (changed(PKI.eum(EID), discretionary=b"\xc9\x01\x00"), "another issuer's"),
        (ISSUED.eum_certificate, "another issuer's"),
        (ISSUED.ecasd_certificate[:-1], "the value of tag"),
    ],
)
def test_no_other_certificate_is_believed(ecasd: bytes, reason: str) -> None:
    with pytest.raises(UntrustedCertificate, match=reason):
        PKI.ecasd_key(ecasd, ISSUED.eum_certificate, EID)


def test_an_eum_under_another_ci_or_for_other_cards_is_not_believed() -> None:
    stranger = M2mPki(seed=b"stranger").issue(EID)
    with pytest.raises(UntrustedCertificate, match="another issuer's"):
        PKI.ecasd_key(stranger.ecasd_certificate, stranger.eum_certificate, EID)
    foreign = changed(PKI.eum(ABROAD), ca_identifier=ABROAD[:4], discretionary=None)
    with pytest.raises(UntrustedCertificate, match="another card's"):
        PKI.ecasd_key(foreign, PKI.eum(ABROAD).encoded, EID)


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2060, 1, 1)])
def test_a_server_has_a_calendar(day: date) -> None:
    with pytest.raises(UntrustedCertificate, match="not valid now"):
        verify_ecasd(ISSUED.ecasd_certificate, ISSUED.eum_certificate, PKI.ci, EID, day)


def test_the_eum_signs_with_the_key_of_its_certificate() -> None:
    eum = PKI.eum(EID)
    assert eum is PKI.eum(OTHER)
    assert eum.encoded == ISSUED.eum_certificate
    assert len(eum.sign(b"EIS")) == 64
    assert eum.certificate.content.public_key.curve == curves.P256
