"""M2mIdentity: what the built-in authority gives to a card, and what the NVM keeps of it."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc import eid as eids
from euicc.crypto import curves, ecka
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import KEY_AGREEMENT, VERIFICATION, GpCertificate
from euicc.crypto.gp_issuer import GpAuthority
from euicc.m2m.identity import M2mIdentity, M2mIdentityError
from euicc.runtime import keys

OTHER = eids.with_check_digits("890490320010010000000000000002")
both_curves = pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)


def test_the_default_identity_is_a_chain_from_the_trusted_ci_to_the_eid() -> None:
    identity = M2mIdentity.default()
    ecasd = GpCertificate.parse(identity.ecasd_certificate)
    eum = GpCertificate.parse(identity.eum_certificate or b"")
    assert ecasd.content.subject == identity.eid == eids.DEFAULT
    assert ecasd.content.ca_identifier == eum.content.subject == eids.DEFAULT[:4]
    assert ecasd.is_signed_by(eum.content.public_key.key)
    assert eum.is_signed_by(identity.ci_keys[0].public_key)
    assert (ecasd.content.usage, eum.content.usage) == (KEY_AGREEMENT, VERIFICATION)
    assert ecasd.content.public_key.point == ecka.point(identity.private_key.public_key())
    assert identity.ci_keys[0].identifier.startswith(b"TEST CI")


def test_the_first_keys_are_those_of_scp80_and_scp81() -> None:
    found = [
        (key.version, key.identifier, key.usage_qualifier, key.components[0].type)
        for key in M2mIdentity.default().isd_r_keys
    ]
    assert found == [
        (0x01, 1, b"\x18", 0x88),
        (0x01, 2, b"\x14", 0x88),
        (0x01, 3, b"\x48", 0x88),
        (0x40, 1, b"\x18", 0x85),
        (0x40, 2, b"\x48", 0x88),
    ]


def test_no_two_keys_are_the_same_and_no_two_cards_share_one() -> None:
    values = [
        component.data
        for identity in (M2mIdentity.default(), M2mIdentity.default(OTHER))
        for key in identity.isd_r_keys
        for component in key.components
    ]
    assert len(set(values)) == len(values) == 10
    assert {len(value) for value in values} == {16}
    assert M2mIdentity.default().ecasd_key != M2mIdentity.default(OTHER).ecasd_key


@both_curves
def test_an_identity_survives_being_written(curve: Curve) -> None:
    identity = M2mIdentity.issue(eids.DEFAULT, GpAuthority(curve, b"seed"))
    assert M2mIdentity.from_bytes(identity.to_bytes()) == identity
    assert keys.M2M_IDENTITY.decode(keys.M2M_IDENTITY.encode(identity)) == identity


@pytest.mark.parametrize("data", [b"", b"\xe1\x00", b"\xe0\x00", b"\xe1\x02\x5a\x10", b"\x00"])
def test_other_bytes_are_no_identity(data: bytes) -> None:
    with pytest.raises(M2mIdentityError):
        M2mIdentity.from_bytes(data)


def test_an_identity_with_an_unknown_curve_or_without_a_field_of_a_key_is_refused() -> None:
    encoded = M2mIdentity.default().to_bytes()
    with pytest.raises(M2mIdentityError):
        M2mIdentity.from_bytes(encoded.replace(b"prime256v1", b"prime256v2"))
    parts = tlv.parse(encoded).children()
    for missing in (each for each in parts if each.tag not in (0x83, 0xE2)):
        rest = b"".join(each.encoded for each in parts if each != missing)
        with pytest.raises(M2mIdentityError):
            M2mIdentity.from_bytes(tlv.encode(0xE1, rest))


def test_no_secret_is_shown() -> None:
    identity = M2mIdentity.default()
    shown = repr(identity)
    assert repr(identity.ecasd_key) not in shown
    assert all(repr(key.components[0].data) not in shown for key in identity.isd_r_keys)
    authority = GpAuthority(curves.P256, b"a seed that is secret")
    assert "secret" not in repr(authority)
