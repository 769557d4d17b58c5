"""Which certificates are trusted: SGP.26's are, and nothing with a flaw is, each for its own reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Unpack

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from euicc import eid as eids
from euicc.crypto import curves
from euicc.crypto.certificates import Certificate, CertificateError, CertificateFault, KeyUsage, Name, Role
from euicc.crypto.chain import TrustAnchor, verify_euicc, verify_server
from euicc.testing.pki import Pki
from euicc.testing.pki.forgery import UNKNOWN_EXTENSION, Flaws
from tests.data import SGP26, needs_sgp26

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SERVERS = (Role.DP_AUTH, Role.DS_AUTH)
CA_USAGE = KeyUsage.KEY_CERT_SIGN | KeyUsage.CRL_SIGN


@pytest.fixture(params=curves.ALL, ids=lambda curve: curve.name)
def pki(request: pytest.FixtureRequest) -> Pki:
    return Pki.default([request.param])


def flaws(**flaws: Unpack[Flaws]) -> Flaws:
    return flaws


def refusal(check: Callable[[], object]) -> tuple[CertificateFault, Role | None]:
    with pytest.raises(CertificateError) as caught:
        check()
    return caught.value.fault, caught.value.role


def server_fault(pki: Pki, certificate: Certificate, at: datetime | None = None) -> CertificateFault:
    fault, role = refusal(lambda: verify_server(certificate, pki.trusted, SERVERS, at=at))
    assert role is None
    return fault


SERVER_FLAWS = [
    (flaws(other_ci=True), CertificateFault.UNKNOWN_CI),
    (flaws(subject_curve=ec.SECP384R1()), CertificateFault.UNSUPPORTED_CURVE),
    (flaws(sha384=True), CertificateFault.ALGORITHM),
    (flaws(bad_signature=True), CertificateFault.BAD_SIGNATURE),
    (flaws(stranger=True), CertificateFault.BAD_SIGNATURE),
    (flaws(critical_extension=UNKNOWN_EXTENSION), CertificateFault.CRITICAL_EXTENSION),
    (flaws(key_usage=CA_USAGE), CertificateFault.KEY_USAGE),
    (flaws(ca=True), CertificateFault.CONSTRAINTS),
    (flaws(policy=Role.DP_PB.value), CertificateFault.WRONG_ROLE),
    (flaws(policy=Role.DP_TLS.value), CertificateFault.WRONG_ROLE),
    (flaws(policy=Role.EUICC.value), CertificateFault.WRONG_ROLE),
    (flaws(policy=None), CertificateFault.WRONG_ROLE),
    (flaws(oid=None), CertificateFault.NO_OID),
]


def named(each: Flaws | CertificateFault) -> str:
    """A name that is the same in every process, for the workers of a parallel run."""
    return each.name if isinstance(each, CertificateFault) else "+".join(each)


@pytest.mark.parametrize(("flaw", "fault"), SERVER_FLAWS, ids=named)
def test_a_server_certificate_with_one_flaw(pki: Pki, flaw: Flaws, fault: CertificateFault) -> None:
    assert server_fault(pki, pki.forge(Role.DP_AUTH, **flaw).parsed) is fault


@pytest.mark.parametrize("role", [each for each in Role if each not in (*SERVERS, Role.CI)])
def test_a_certificate_of_another_role(pki: Pki, role: Role) -> None:
    expected = {
        Role.EUM: CertificateFault.KEY_USAGE,
        Role.EUICC: CertificateFault.UNKNOWN_CI,
    }
    fault = server_fault(pki, pki.forge(role).parsed)
    assert fault is expected.get(role, CertificateFault.WRONG_ROLE)


def test_the_ci_certificate_itself_is_no_servers(pki: Pki) -> None:
    assert server_fault(pki, Certificate.parse(pki.ci_certificates[0])) is CertificateFault.UNKNOWN_CI


def test_another_servers_dppb_is_refused(pki: Pki) -> None:
    pb = pki.forge(Role.DP_PB, oid="2.999.12").parsed
    fault, _ = refusal(lambda: verify_server(pb, pki.trusted, [Role.DP_PB], entity="2.999.10"))
    assert fault is CertificateFault.OTHER_ENTITY


def test_a_dppb_of_another_ci_than_the_dpauth_is_refused() -> None:
    pki = Pki.default(curves.ALL)
    first, second = pki.trusted
    pb = pki.dp_pb[second.ski].parsed
    fault, _ = refusal(lambda: verify_server(pb, [first], [Role.DP_PB]))
    assert fault is CertificateFault.UNKNOWN_CI


def test_a_card_without_a_curve_says_so_before_it_looks_further() -> None:
    pki = Pki.default()
    forged = pki.forge(Role.DP_AUTH, subject_curve=curves.BRAINPOOL.ec, bad_signature=True).parsed
    fault, _ = refusal(lambda: verify_server(forged, pki.trusted, SERVERS, supported=[curves.P256]))
    assert fault is CertificateFault.UNSUPPORTED_CURVE
    assert server_fault(pki, forged) is CertificateFault.BAD_SIGNATURE


def test_a_bad_signature_is_reported_before_a_wrong_role(pki: Pki) -> None:
    forged = pki.forge(Role.DP_AUTH, policy=Role.DP_PB.value, bad_signature=True).parsed
    assert server_fault(pki, forged) is CertificateFault.BAD_SIGNATURE


def test_only_who_has_a_clock_looks_at_dates(pki: Pki) -> None:
    expired, early = (
        pki.forge(Role.DP_AUTH, expired=True).parsed,
        pki.forge(Role.DP_AUTH, not_yet_valid=True).parsed,
    )
    for certificate in (expired, early):
        assert verify_server(certificate, pki.trusted, SERVERS) == pki.trusted[0]
    assert server_fault(pki, expired, NOW) is CertificateFault.EXPIRED
    assert server_fault(pki, early, NOW) is CertificateFault.NOT_YET_VALID


def test_nobody_is_trusted_by_who_trusts_nobody(pki: Pki) -> None:
    certificate = pki.forge(Role.DP_AUTH).parsed
    fault, _ = refusal(lambda: verify_server(certificate, [], SERVERS))
    assert fault is CertificateFault.UNKNOWN_CI


def test_the_anchors_own_key_counts_not_the_identifier() -> None:
    """Another CI's key under the trusted identifier does not make its certificates good."""
    ours, theirs = Pki.default(), Pki.create(b"other")
    anchor = TrustAnchor(theirs.trusted[0].ski, curves.P256, ours.trusted[0].point)
    certificate = next(iter(theirs.dp_auth.values())).parsed
    fault, _ = refusal(lambda: verify_server(certificate, [anchor], SERVERS))
    assert fault is CertificateFault.BAD_SIGNATURE


EUM_FLAWS = [
    (flaws(other_ci=True), CertificateFault.UNKNOWN_CI),
    (flaws(subject_curve=ec.SECP384R1()), CertificateFault.UNSUPPORTED_CURVE),
    (flaws(sha384=True), CertificateFault.ALGORITHM),
    (flaws(bad_signature=True), CertificateFault.BAD_SIGNATURE),
    (flaws(critical_extension=UNKNOWN_EXTENSION), CertificateFault.CRITICAL_EXTENSION),
    (flaws(key_usage=KeyUsage.DIGITAL_SIGNATURE), CertificateFault.KEY_USAGE),
    (flaws(ca=False, path_length=None), CertificateFault.CONSTRAINTS),
    (flaws(expired=True), CertificateFault.EXPIRED),
    (flaws(not_yet_valid=True), CertificateFault.NOT_YET_VALID),
    (flaws(policy=Role.EUICC.value), CertificateFault.WRONG_ROLE),
    (flaws(policy=None), CertificateFault.WRONG_ROLE),
]


@pytest.mark.parametrize(("flaw", "fault"), EUM_FLAWS, ids=named)
def test_an_eum_certificate_with_one_flaw(pki: Pki, flaw: Flaws, fault: CertificateFault) -> None:
    eum = pki.forge(Role.EUM, **flaw)
    euicc = pki.forge(Role.EUICC, eum=pki.forge(Role.EUM)).parsed
    assert refusal(lambda: verify_euicc(euicc, eum.parsed, pki.trusted, at=NOW)) == (fault, Role.EUM)


# The first one is the EID that a server would take; a permitted second one must not help it.
TWO_SERIAL_NUMBERS = (("2.5.4.10", "RSP TEST EUM"), ("2.5.4.5", "98049032" * 4), ("2.5.4.5", "89049032" * 4))
EUICC_FLAWS = [
    (flaws(other_ci=True), CertificateFault.UNKNOWN_CI),
    (flaws(subject_curve=ec.SECP384R1()), CertificateFault.UNSUPPORTED_CURVE),
    (flaws(sha384=True), CertificateFault.ALGORITHM),
    (flaws(bad_signature=True), CertificateFault.BAD_SIGNATURE),
    (flaws(stranger=True), CertificateFault.BAD_SIGNATURE),
    (flaws(critical_extension=UNKNOWN_EXTENSION), CertificateFault.CRITICAL_EXTENSION),
    (flaws(key_usage=CA_USAGE), CertificateFault.KEY_USAGE),
    (flaws(ca=True), CertificateFault.CONSTRAINTS),
    (flaws(expired=True), CertificateFault.EXPIRED),
    (flaws(not_yet_valid=True), CertificateFault.NOT_YET_VALID),
    (flaws(policy=Role.DP_AUTH.value), CertificateFault.WRONG_ROLE),
    (flaws(subject=(("2.5.4.10", "RSP TEST EUM"),)), CertificateFault.MALFORMED),
    (flaws(subject=(("2.5.4.10", "RSP TEST EUM"), ("2.5.4.5", "8904903A" * 4))), CertificateFault.MALFORMED),
    (flaws(subject=(("2.5.4.10", "ELSE"), ("2.5.4.5", "89049032" * 4))), CertificateFault.NOT_PERMITTED),
    (flaws(subject=(("2.5.4.5", "89049032" * 4),)), CertificateFault.NOT_PERMITTED),
    (flaws(subject=TWO_SERIAL_NUMBERS), CertificateFault.NOT_PERMITTED),
    (
        flaws(subject=(("2.5.4.10", "RSP TEST EUM"), ("2.5.4.5", "98049032" * 4))),
        CertificateFault.NOT_PERMITTED,
    ),
]


@pytest.mark.parametrize(("flaw", "fault"), EUICC_FLAWS, ids=named)
def test_an_euicc_certificate_with_one_flaw(pki: Pki, flaw: Flaws, fault: CertificateFault) -> None:
    eum = pki.authority().eum_for(eids.DEFAULT).parsed
    euicc = pki.forge(Role.EUICC, **flaw).parsed
    assert refusal(lambda: verify_euicc(euicc, eum, pki.trusted, at=NOW)) == (fault, Role.EUICC)


PERMISSIONS = [
    ((), False),
    ((("2.5.4.5", "89049032"),), True),
    ((("2.5.4.5", "8904903200"),), True),
    ((("2.5.4.10", "RSP TEST EUM"), ("2.5.4.5", "89049032")), True),
    ((("2.5.4.10", "RSP TEST EUM"), ("2.5.4.5", "89049033")), False),
    ((("2.5.4.10", "ELSE"), ("2.5.4.5", "89049032")), False),
    ((("2.5.4.6", "XX"), ("2.5.4.5", "89049032")), False),
]


@pytest.mark.parametrize(("permitted", "granted"), PERMISSIONS, ids=str)
def test_an_eum_signs_only_for_its_range(permitted: Name, granted: bool) -> None:
    pki = Pki.default()
    eum = pki.forge(Role.EUM, permitted=permitted)
    euicc = pki.forge(Role.EUICC, eum=eum).parsed
    if granted:
        assert verify_euicc(euicc, eum.parsed, pki.trusted, at=NOW) == eids.DEFAULT
    else:
        expected = (CertificateFault.NOT_PERMITTED, Role.EUICC)
        assert refusal(lambda: verify_euicc(euicc, eum.parsed, pki.trusted)) == expected


def test_an_euicc_cannot_act_as_eum_nor_an_eum_as_euicc(pki: Pki) -> None:
    eum, euicc = pki.forge(Role.EUM).parsed, pki.forge(Role.EUICC).parsed
    assert refusal(lambda: verify_euicc(euicc, euicc, pki.trusted))[1] is Role.EUM
    assert refusal(lambda: verify_euicc(eum, eum, pki.trusted))[1] is Role.EUICC


@needs_sgp26
class TestSgp26:
    @pytest.fixture(params=["NIST", "BRP"])
    def name(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def trusted(self) -> list[TrustAnchor]:
        """Both CIs: they have one name and differ by key identifier only."""
        folder = SGP26 / "CertificateIssuer"
        return [
            TrustAnchor.of((folder / f"CERT_CI_ECDSA_{each}.der").read_bytes()) for each in ("NIST", "BRP")
        ]

    @staticmethod
    def read(path: str) -> Certificate:
        return Certificate.parse((SGP26 / path).read_bytes())

    def test_the_servers_hold(self, name: str, trusted: list[TrustAnchor]) -> None:
        for server, oid in (("DP", "2.999.10"), ("DP2", "2.999.12")):
            auth = self.read(f"DPauth/CERT_S_SM_{server}auth_ECDSA_{name}.der")
            pb = self.read(f"DPpb/CERT_S_SM_{server}pb_ECDSA_{name}.der")
            assert verify_server(auth, trusted, SERVERS, at=NOW).curve is auth.curve
            assert verify_server(pb, trusted, [Role.DP_PB], entity=oid, at=NOW).curve is pb.curve

    def test_the_card_holds_beyond_the_year_7000(self, name: str, trusted: list[TrustAnchor]) -> None:
        euicc = self.read(f"eUICC/CERT_EUICC_ECDSA_{name}.der")
        eum = self.read(f"EUM/CERT_EUM_ECDSA_{name}.der")
        assert euicc.not_after.year == 7496
        eid = verify_euicc(euicc, eum, trusted, at=NOW)
        assert eids.digits(eid) == "89049032123451234512345678901235"

    def test_the_other_curves_card_does_not_hold_under_this_eum(self, trusted: list[TrustAnchor]) -> None:
        euicc, eum = self.read("eUICC/CERT_EUICC_ECDSA_BRP.der"), self.read("EUM/CERT_EUM_ECDSA_NIST.der")
        assert refusal(lambda: verify_euicc(euicc, eum, trusted)) == (CertificateFault.UNKNOWN_CI, Role.EUICC)

    @pytest.mark.parametrize(
        "path",
        [
            "DPauth/CERT_S_SM_DPauth_ECDSA_",
            "DPpb/CERT_S_SM_DPpb_ECDSA_",
            "EUM/CERT_EUM_ECDSA_",
            "eUICC/CERT_EUICC_ECDSA_",
        ],
    )
    def test_a_flipped_bit_anywhere_is_refused(
        self, path: str, name: str, trusted: list[TrustAnchor]
    ) -> None:
        """One bit of every byte, with nothing raised but CertificateError."""
        right = (SGP26 / f"{path}{name}.der").read_bytes()
        eum = self.read(f"EUM/CERT_EUM_ECDSA_{name}.der")
        card = self.read(f"eUICC/CERT_EUICC_ECDSA_{name}.der")
        for index in range(len(right)):
            flipped = right[:index] + bytes((right[index] ^ 1 << index % 8,)) + right[index + 1 :]
            with pytest.raises(CertificateError):
                self.accept(path, Certificate.parse(flipped), eum, card, trusted)

    @staticmethod
    def accept(
        path: str, flipped: Certificate, eum: Certificate, card: Certificate, trusted: list[TrustAnchor]
    ) -> None:
        if path.startswith("eUICC"):
            verify_euicc(flipped, eum, trusted)
        elif path.startswith("EUM"):
            verify_euicc(card, flipped, trusted)
        else:
            verify_server(flipped, trusted, [Role.DP_AUTH, Role.DP_PB])
