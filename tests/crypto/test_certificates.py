"""Reading certificates: the fields of SGP.26's, and one exception for whatever is none."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from hashlib import sha1

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from apdu import tlv
from euicc import eid as eids
from euicc.crypto import curves, ecka, issuer
from euicc.crypto.certificates import (
    SERIAL_NUMBER,
    Certificate,
    CertificateError,
    CertificateFault,
    KeyUsage,
    Role,
)
from euicc.crypto.chain import TrustAnchor
from euicc.crypto.x509_reader import PERMITTED_EINS
from euicc.testing.pki import Pki
from tests.data import SGP26, needs_sgp26

CI = issuer.test_authority(curves.P256)
DP_AUTH = CI.issue_server(Role.DP_AUTH, "2.999.10")


def fault(der: bytes) -> CertificateFault:
    with pytest.raises(CertificateError) as caught:
        _ = Certificate.parse(der).curve
    return caught.value.fault


def built(
    *extensions: tuple[x509.ExtensionType, bool], key: ec.EllipticCurvePublicKey | None = None
) -> bytes:
    """A certificate of the test CI's key with just these extensions and an empty subject."""
    assert CI.key is not None
    builder = (
        x509.CertificateBuilder()
        .serial_number(1)
        .issuer_name(x509.Name([]))
        .subject_name(x509.Name([]))
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2050, 1, 1))
        .public_key(key or CI.key.public_key())
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(CI.key, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


def test_the_fields_of_a_server_certificate() -> None:
    certificate = DP_AUTH.parsed
    assert certificate.role is Role.DP_AUTH
    assert certificate.policies == ("2.23.146.1.2.1.4",)
    assert certificate.key_usage == KeyUsage.DIGITAL_SIGNATURE
    assert certificate.subject_alt_oid == "2.999.10"
    assert certificate.aki == CI.ski
    assert certificate.ski == sha1(ecka.point(DP_AUTH.key.public_key())).digest()
    assert certificate.curve is curves.P256
    assert certificate.issuer == Certificate.parse(CI.certificate).subject
    assert (certificate.is_ca, certificate.path_length, certificate.permitted) == (False, None, ())
    assert certificate.unknown_critical == ()
    assert certificate.der == DP_AUTH.certificate
    assert certificate.tbs in certificate.der


def test_the_fields_of_a_card_and_its_maker() -> None:
    eum, euicc = CI.issue_euicc(eids.DEFAULT)
    assert euicc.parsed.subject_value(SERIAL_NUMBER) == eids.digits(eids.DEFAULT)
    assert euicc.parsed.not_after == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    parsed = Certificate.parse(eum)
    assert (parsed.is_ca, parsed.path_length) == (True, 0)
    assert parsed.permitted == ((("2.5.4.10", "RSP TEST EUM"), (SERIAL_NUMBER, "89049032")),)
    assert Certificate.parse(CI.certificate).path_length is None


def test_the_same_bytes_are_parsed_once() -> None:
    assert Certificate.parse(DP_AUTH.certificate) is DP_AUTH.parsed
    assert Certificate.parse(DP_AUTH.certificate[:9] + DP_AUTH.certificate[9:]) is DP_AUTH.parsed


def test_a_certificate_without_extensions_is_read() -> None:
    certificate = Certificate.parse(built())
    assert (certificate.ski, certificate.aki, certificate.role, certificate.subject) == (None, None, None, ())
    assert certificate.key_usage == KeyUsage(0)
    with pytest.raises(CertificateError):
        TrustAnchor.of(built())


def test_permitted_eins_of_version_3_are_ranges_too() -> None:
    eins = tlv.encode(0x30, tlv.encode(0x13, b"89049032"), tlv.encode(0x13, b"8904903399"))
    certificate = Certificate.parse(built((x509.UnrecognizedExtension(PERMITTED_EINS, eins), True)))
    assert certificate.permitted == (((SERIAL_NUMBER, "89049032"),), ((SERIAL_NUMBER, "8904903399"),))
    assert certificate.unknown_critical == ()


@pytest.mark.parametrize("value", [b"", b"\x30\x02\x13\x05", b"\x30\x03\x13\x01\xff"])
def test_unreadable_permitted_eins_are_malformed(value: bytes) -> None:
    wrong = built((x509.UnrecognizedExtension(PERMITTED_EINS, value), True))
    assert fault(wrong) is CertificateFault.MALFORMED


def test_excluded_names_permit_nothing() -> None:
    iin = x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, "89049032")]))
    assert Certificate.parse(built((x509.NameConstraints([iin], None), True))).permitted != ()
    assert Certificate.parse(built((x509.NameConstraints([iin], [iin]), True))).permitted == ()


def test_names_of_other_kinds_are_passed_over() -> None:
    names = x509.SubjectAlternativeName([x509.DNSName("a.example"), x509.RFC822Name("a@a.example")])
    assert Certificate.parse(built((names, False))).subject_alt_oid is None
    issuer_only = x509.AuthorityKeyIdentifier(None, [x509.DNSName("a.example")], 5)
    assert Certificate.parse(built((issuer_only, False))).aki is None


def test_unknown_critical_extensions_are_named() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.999.99"), b"\x05\x00")
    assert Certificate.parse(built((unknown, True))).unknown_critical == ("2.999.99",)
    assert Certificate.parse(built((unknown, False))).unknown_critical == ()
    assert Certificate.parse(built((x509.InhibitAnyPolicy(0), True))).unknown_critical == ("2.5.29.54",)


def test_keys_on_other_curves_or_of_other_kinds() -> None:
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    assert fault(built(key=other)) is CertificateFault.UNSUPPORTED_CURVE
    assert CI.key is not None
    name = x509.Name([])
    with_rsa = (
        x509.CertificateBuilder(name, name, rsa.generate_private_key(65537, 2048).public_key(), 1)
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2050, 1, 1))
        .sign(CI.key, hashes.SHA256())
    )
    assert fault(with_rsa.public_bytes(Encoding.DER)) is CertificateFault.UNSUPPORTED_CURVE


def test_a_curve_nobody_knows() -> None:
    oid = bytes.fromhex("2a8648ce3d030107")
    unknown = DP_AUTH.certificate.replace(oid, oid[:-1] + b"\x70")
    assert fault(unknown) is CertificateFault.UNSUPPORTED_CURVE


def test_a_key_that_is_no_point_of_its_curve() -> None:
    point = ecka.point(DP_AUTH.key.public_key())
    off_curve = DP_AUTH.certificate.replace(point, point[:-1] + bytes((point[-1] ^ 1,)))
    assert fault(off_curve) is CertificateFault.MALFORMED


def test_the_algorithm_outside_the_signature_must_be_the_one_inside() -> None:
    head, _, tail = DP_AUTH.certificate.rpartition(bytes.fromhex("2a8648ce3d040302"))
    assert fault(head + bytes.fromhex("2a8648ce3d040303") + tail) is CertificateFault.MALFORMED


@pytest.mark.parametrize("serial", [bytes(8), b"\x80" + bytes(7), b"\xff" * 8])
def test_serial_numbers_are_positive(serial: bytes) -> None:
    right = DP_AUTH.parsed.serial_number.to_bytes(8, "big")
    assert fault(DP_AUTH.certificate.replace(right, serial)) is CertificateFault.MALFORMED


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        b"\x30\x80\x00\x00",
        bytes(500),
        DP_AUTH.certificate[:-1],
        DP_AUTH.certificate + b"\x00",
        DP_AUTH.certificate[4:],
        b"-----BEGIN CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate(der: bytes) -> None:
    assert fault(der) is CertificateFault.MALFORMED


def test_damaged_certificates_raise_nothing_else() -> None:
    """Cut, spliced and overwritten at places a fixed seed chooses."""
    chance = random.Random(1)
    sources = [DP_AUTH.certificate, CI.certificate, *CI.issue_euicc(eids.DEFAULT)[:1]]
    read = 0
    for _ in range(3000):
        damaged = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.choice(
                (0, 1, 0x30, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
        try:
            _ = Certificate.parse(bytes(damaged)).curve
            read += 1
        except CertificateError:
            continue
    assert 0 < read < 3000


@needs_sgp26
def test_all_of_sgp26_is_read() -> None:
    folders = {
        "CertificateIssuer": {Role.CI},
        "EUM": {Role.EUM},
        "eUICC": {Role.EUICC},
        "DPauth": {Role.DP_AUTH},
        "DPpb": {Role.DP_PB},
        "DPtls": {Role.DP_TLS},
    }
    for folder, roles in folders.items():
        certificates = [Certificate.parse(each.read_bytes()) for each in (SGP26 / folder).glob("*.der")]
        assert {each.role for each in certificates} == roles
        for each in certificates:
            assert each.ski == sha1(ecka.point(each.public_key)).digest()
            assert each.unknown_critical == ()


@needs_sgp26
def test_ours_have_the_extensions_of_sgp26() -> None:
    """The same extensions with the same criticality, in any order."""

    def extensions(der: bytes) -> dict[str, bool]:
        return {
            each.oid.dotted_string: each.critical for each in x509.load_der_x509_certificate(der).extensions
        }

    pki = Pki.default()
    ski = pki.authorities[0].ski
    credential = pki.issue_euicc(eids.DEFAULT).credentials[0]
    tls = x509.load_pem_x509_certificate(pki.issue_tls("localhost")[0]).public_bytes(Encoding.DER)
    ours = {
        "CertificateIssuer/CERT_CI_ECDSA_NIST": pki.ci_certificates[0],
        "EUM/CERT_EUM_ECDSA_NIST": credential.eum_certificate,
        "eUICC/CERT_EUICC_ECDSA_NIST": credential.euicc_certificate,
        "DPauth/CERT_S_SM_DPauth_ECDSA_NIST": pki.dp_auth[ski].certificate,
        "DPpb/CERT_S_SM_DPpb_ECDSA_NIST": pki.dp_pb[ski].certificate,
        "DPtls/CERT_S_SM_DP_VARO_TLS_NIST": tls,
    }
    for path, der in ours.items():
        assert extensions(der) == extensions((SGP26 / f"{path}.der").read_bytes()), path
