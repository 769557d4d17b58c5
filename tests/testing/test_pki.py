"""The test PKI: built in and loaded, every role, TLS that a real client accepts, and forgeries."""

from __future__ import annotations

import os
import shutil
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from euicc import eid as eids
from euicc.crypto import curves, ecdsa, ecka
from euicc.crypto.certificates import Certificate, CertificateError, CertificateFault, KeyUsage, Role
from euicc.crypto.chain import verify_euicc, verify_server
from euicc.crypto.curves import Curve
from euicc.identity import Identity
from euicc.testing.pki import IssuerError, Pki, PkiError
from tests.data import SGP26, needs_sgp26

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
SGP26_EID = eids.parse("89049032123451234512345678901235")
NIST_SKI = bytes.fromhex("F54172BDF98A95D65CBEB88A38A1C11D800A85C3")


@pytest.fixture(
    params=[
        pytest.param(lambda: Pki.default(), id="default"),
        pytest.param(lambda: Pki.default(curves.ALL), id="both curves"),
        pytest.param(lambda: Pki.default([curves.BRAINPOOL]), id="brainpool"),
        pytest.param(lambda: Pki.load(SGP26), id="SGP.26", marks=needs_sgp26),
    ]
)
def pki(request: pytest.FixtureRequest) -> Pki:
    made = request.param()
    assert isinstance(made, Pki)
    return made


def checked_eids(pki: Pki, identity: Identity) -> list[bytes]:
    return [
        verify_euicc(
            Certificate.parse(each.euicc_certificate),
            Certificate.parse(each.eum_certificate),
            pki.trusted,
            at=NOW,
        )
        for each in identity.credentials
    ]


def faults(pki: Pki, certificate: bytes, role: Role, at: datetime | None = None) -> CertificateFault:
    with pytest.raises(CertificateError) as caught:
        verify_server(Certificate.parse(certificate), pki.trusted, [role], at=at)
    return caught.value.fault


def test_the_default_is_made_once_per_choice_of_curves() -> None:
    assert Pki.default() is Pki.default([curves.P256])
    assert [each.curve for each in Pki.default(curves.ALL).authorities] == list(curves.ALL)


def test_the_default_trusts_what_the_default_identity_shows() -> None:
    assert Pki.default().issue_euicc(eids.DEFAULT) == Identity.default()


def test_every_ci_vouches_for_a_card(pki: Pki) -> None:
    for eid in (eids.DEFAULT, SGP26_EID, eids.with_check_digits("890860302022000000220000276543")):
        identity = pki.issue_euicc(eid)
        assert checked_eids(pki, identity) == [eid] * len(pki.authorities)
        assert identity.trusted == pki.trusted
        for credential in identity.credentials:
            public = Certificate.parse(credential.euicc_certificate).public_key
            assert ecdsa.verify(public, credential.sign(b"x"), b"x")


def test_a_server_has_both_certificates_with_one_oid_under_every_ci(pki: Pki) -> None:
    for ski in (each.ski for each in pki.authorities):
        auth, pb = pki.dp_auth[ski], pki.dp_pb[ski]
        assert verify_server(auth.parsed, pki.trusted, [Role.DP_AUTH], at=NOW).ski == ski
        assert verify_server(pb.parsed, pki.trusted, [Role.DP_PB], entity="2.999.10", at=NOW).ski == ski
        assert auth.parsed.subject_alt_oid == "2.999.10"
        assert ecdsa.verify(auth.parsed.public_key, auth.sign(b"x"), b"x")
        assert ecdsa.verify(pb.parsed.public_key, pb.sign(b"x"), b"x")
        assert auth.parsed.public_key != pb.parsed.public_key


def test_another_sm_dp_has_its_own_certificates(pki: Pki) -> None:
    other = pki.for_entity("2.999.12")
    for ski, auth in other.dp_auth.items():
        assert auth.parsed.subject_alt_oid == other.dp_pb[ski].parsed.subject_alt_oid == "2.999.12"
        assert auth.certificate != pki.dp_auth[ski].certificate


def test_sm_ds_and_eim_have_certificates(pki: Pki) -> None:
    for ski in (each.ski for each in pki.authorities):
        assert verify_server(pki.ds_auth[ski].parsed, pki.trusted, [Role.DS_AUTH], at=NOW).ski == ski
        eim = pki.eim[ski].parsed
        assert (eim.role, eim.policies, eim.key_usage) == (None, (), KeyUsage.DIGITAL_SIGNATURE)
        assert eim.aki == ski


def test_certificates_of_the_test_authority_say_so() -> None:
    pki = Pki.default()
    ski = pki.authorities[0].ski
    credential = pki.issue_euicc(eids.DEFAULT).credentials[0]
    certificates = [
        *pki.ci_certificates,
        credential.eum_certificate,
        credential.euicc_certificate,
        *(each[ski].certificate for each in (pki.dp_auth, pki.dp_pb, pki.ds_auth, pki.eim)),
    ]
    for certificate in certificates:
        assert "TEST" in dict(Certificate.parse(certificate).subject)["2.5.4.3"]


def test_another_seed_is_a_stranger() -> None:
    ours, theirs = Pki.default(), Pki.create(b"other")
    auth = next(iter(theirs.dp_auth.values())).certificate
    assert faults(ours, auth, Role.DP_AUTH) is CertificateFault.UNKNOWN_CI
    assert Pki.create(b"other").ci_certificates == theirs.ci_certificates


@needs_sgp26
class TestSgp26:
    def test_the_cis_come_nist_first(self) -> None:
        pki = Pki.load(SGP26)
        assert [each.curve for each in pki.authorities] == [curves.P256, curves.BRAINPOOL]
        assert pki.authorities[0].ski == NIST_SKI

    def test_the_published_certificates_are_used(self) -> None:
        pki = Pki.load(SGP26)
        for authority, name in zip(pki.authorities, ("NIST", "BRP"), strict=True):
            expected = {
                "DPauth/CERT_S_SM_DPauth": pki.dp_auth[authority.ski],
                "DPpb/CERT_S_SM_DPpb": pki.dp_pb[authority.ski],
                "DPauth/CERT_S_SM_DP2auth": pki.for_entity("2.999.12").dp_auth[authority.ski],
                "DPpb/CERT_S_SM_DP2pb": pki.for_entity("2.999.12").dp_pb[authority.ski],
            }
            for path, issued in expected.items():
                assert issued.certificate == (SGP26 / f"{path}_ECDSA_{name}.der").read_bytes()

    def test_the_published_euicc_is_used_for_its_eid(self) -> None:
        identity = Pki.load(SGP26).issue_euicc(SGP26_EID)
        for credential, name in zip(identity.credentials, ("NIST", "BRP"), strict=True):
            assert credential.euicc_certificate == (SGP26 / f"eUICC/CERT_EUICC_ECDSA_{name}.der").read_bytes()
            assert credential.eum_certificate == (SGP26 / f"EUM/CERT_EUM_ECDSA_{name}.der").read_bytes()

    def test_another_eid_is_issued_by_the_published_eum(self) -> None:
        identity = Pki.load(SGP26).issue_euicc(eids.DEFAULT)
        for credential, name in zip(identity.credentials, ("NIST", "BRP"), strict=True):
            assert credential.eum_certificate == (SGP26 / f"EUM/CERT_EUM_ECDSA_{name}.der").read_bytes()
            assert credential == Pki.load(SGP26).issue_euicc(eids.DEFAULT).credential(credential.ci_ski)

    @pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
    def test_one_curve_alone(self, curve: Curve) -> None:
        for pki in (Pki.load(SGP26, [curve]), Pki.load(SGP26).subset(curve)):
            assert [each.curve for each in pki.authorities] == [curve]
            assert len(pki.dp_auth) == 1
            assert [each.curve for each in pki.issue_euicc(SGP26_EID).credentials] == [curve]

    def test_without_the_euicc_certificate_the_eum_issues_one(self, tmp_path: Path) -> None:
        shutil.copytree(SGP26 / "EUM", tmp_path / "EUM")
        shutil.copytree(SGP26 / "CertificateIssuer", tmp_path / "CI")
        pki = Pki.load(tmp_path)
        assert checked_eids(pki, pki.issue_euicc(SGP26_EID)) == [SGP26_EID] * 2
        assert next(iter(pki.dp_auth.values())).parsed.role is Role.DP_AUTH

    def test_without_the_ci_key_what_is_at_hand_still_serves(self, tmp_path: Path) -> None:
        shutil.copytree(SGP26, tmp_path / "set")
        for path in (tmp_path / "set" / "CertificateIssuer").glob("SK_*"):
            path.chmod(0o600)
            os.chmod(path.parent, 0o700)
            path.unlink()
        pki = Pki.load(tmp_path)
        assert checked_eids(pki, pki.issue_euicc(eids.DEFAULT)) == [eids.DEFAULT] * 2
        assert len(pki.dp_auth) == 2
        with pytest.raises(IssuerError):
            pki.issue_tls("localhost")
        with pytest.raises(IssuerError):
            pki.issue_euicc(eids.with_check_digits("890860302022000000220000276543"))
        with pytest.raises(IssuerError):
            pki.forge(Role.DP_AUTH)

    def test_a_wrong_certificate_with_a_key_is_not_taken(self, tmp_path: Path) -> None:
        """Sets for testing hold CERT_S_SM_DPauth_INV_SIGN and its like beside the right ones."""
        for folder in ("CertificateIssuer", "DPauth", "DPpb"):
            shutil.copytree(SGP26 / folder, tmp_path / folder)
        right = (SGP26 / "DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der").read_bytes()
        (tmp_path / "A_INV_SIGN.der").write_bytes(right[:-1] + bytes((right[-1] ^ 1,)))
        assert Pki.load(tmp_path).dp_auth[NIST_SKI].certificate == right


def test_files_that_are_none_of_it_are_passed_over(tmp_path: Path) -> None:
    made = Pki.default()
    (tmp_path / "ci.crt").write_bytes(made.ci_certificates[0])
    (tmp_path / "copy.der").write_bytes(made.ci_certificates[0])
    (tmp_path / "noise.der").write_bytes(os.urandom(300))
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "odd.pem").write_bytes(b"-----BEGIN X-----\n!\n-----END X-----\n")
    (tmp_path / "huge.der").write_bytes(bytes(1 << 17))
    (tmp_path / "notes.txt").write_text("none")
    (tmp_path / "folder.der").mkdir()
    certificate, key = made.issue_tls("localhost", now=NOW)
    (tmp_path / "tls.pem").write_bytes(certificate + key)
    loaded = Pki.load(tmp_path)
    assert loaded.ci_certificates == made.ci_certificates
    assert [each.parsed.role for each in loaded.servers] == [Role.DP_TLS]


def test_a_directory_without_a_ci_is_refused(tmp_path: Path) -> None:
    (tmp_path / "noise.der").write_bytes(b"\x30\x00")
    with pytest.raises(PkiError):
        Pki.load(tmp_path)
    with pytest.raises(PkiError):
        Pki.load(tmp_path / "nowhere")


class TestTls:
    def shake_hands(self, pki: Pki, certificate: bytes, key: bytes, name: str, folder: Path) -> str | None:
        """A handshake in memory; the protocol's version, or ssl.SSLError as the client raises it."""
        (folder / "chain.pem").write_bytes(certificate + key)
        server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_side.load_cert_chain(folder / "chain.pem")
        client_side = ssl.create_default_context(cadata=b"".join(pki.ci_certificates))
        # What Python 3.13 does by itself.
        client_side.verify_flags |= ssl.VERIFY_X509_STRICT
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_side.wrap_bio(back, there, server_hostname=name)
        server = server_side.wrap_bio(there, back, server_side=True)
        for end in (client, server, client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
        return client.version()

    @pytest.mark.parametrize("name", ["smdp.test.example.com", "127.0.0.1", "::1"])
    def test_a_client_that_trusts_the_ci_accepts(self, pki: Pki, name: str, tmp_path: Path) -> None:
        for authority in pki.authorities:
            pair = pki.issue_tls("smdp.test.example.com", ["127.0.0.1", "::1"], ci_ski=authority.ski)
            assert self.shake_hands(pki, *pair, name, tmp_path) == "TLSv1.3"

    def test_a_host_may_be_named_by_its_address(self, tmp_path: Path) -> None:
        pki = Pki.default()
        assert self.shake_hands(pki, *pki.issue_tls("127.0.0.1"), "127.0.0.1", tmp_path) == "TLSv1.3"

    def test_another_name_an_expired_one_and_a_stranger_are_refused(self, tmp_path: Path) -> None:
        pki, long_ago = Pki.default(), datetime.now(UTC) - timedelta(days=60)
        wrong = (
            pki.issue_tls("other.example.com"),
            pki.issue_tls("localhost", now=long_ago),
            Pki.create(b"other").issue_tls("localhost"),
        )
        for pair in wrong:
            with pytest.raises(ssl.SSLCertVerificationError):
                self.shake_hands(pki, *pair, "localhost", tmp_path)

    def test_the_same_moment_gives_the_same_certificate(self) -> None:
        pki = Pki.default()
        assert pki.issue_tls("localhost", now=NOW) == pki.issue_tls("localhost", now=NOW)
        assert pki.issue_tls("localhost", now=NOW) != pki.issue_tls("localhost", now=NOW + timedelta(days=1))


class TestForgeries:
    @pytest.mark.parametrize("role", [Role.DP_AUTH, Role.DP_PB, Role.DS_AUTH, Role.DP_TLS, Role.DS_TLS])
    def test_without_a_flaw_it_is_right(self, pki: Pki, role: Role) -> None:
        for authority in pki.authorities:
            forged = pki.forge(role, ci_ski=authority.ski)
            assert verify_server(forged.parsed, pki.trusted, [role], entity="2.999.10").ski == authority.ski
            assert ecdsa.verify(forged.parsed.public_key, forged.sign(b"x"), b"x")

    def test_of_eum_and_euicc(self, pki: Pki) -> None:
        for authority in pki.authorities:
            eum = pki.forge(Role.EUM, ci_ski=authority.ski)
            euicc = pki.forge(Role.EUICC, ci_ski=authority.ski, eum=eum, eid=SGP26_EID)
            assert verify_euicc(euicc.parsed, eum.parsed, pki.trusted) == SGP26_EID

    def test_an_unknown_ci_cannot_be_asked_to(self) -> None:
        with pytest.raises(IssuerError):
            Pki.default().forge(Role.DP_AUTH, ci_ski=bytes(20))

    def test_its_key_is_not_the_right_ones(self) -> None:
        pki = Pki.default()
        right = next(iter(pki.dp_auth.values()))
        assert ecka.scalar(pki.forge(Role.DP_AUTH).key) != ecka.scalar(right.key)
