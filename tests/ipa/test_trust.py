from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from euicc.testing.pki import Pki
from ipa.errors import NoTrustedIssuer
from ipa.trust import load_ci_certificates
from tests.data import SGP26, needs_sgp26

PKI = Pki.default()
(CI,) = PKI.ci_certificates


def test_der_and_pem(tmp_path: Path) -> None:
    der, pem = tmp_path / "ci.der", tmp_path / "ci.pem"
    der.write_bytes(CI)
    pem.write_text("Subject: a comment\n" + ssl.DER_cert_to_PEM_cert(CI))
    assert load_ci_certificates(der) == (CI,)
    assert load_ci_certificates(pem) == (CI,)


def test_in_a_directory_only_the_cis_count(tmp_path: Path) -> None:
    certificate, key = PKI.issue_tls("localhost")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "tls.pem").write_bytes(certificate)
    (tmp_path / "deep" / "key.pem").write_bytes(key)
    (tmp_path / "ci.cer").write_bytes(CI)
    (tmp_path / "again.der").write_bytes(CI)
    (tmp_path / "readme.txt").write_text("nothing")
    assert load_ci_certificates(tmp_path) == (CI,)


def test_without_a_ci(tmp_path: Path) -> None:
    (tmp_path / "tls.pem").write_bytes(PKI.issue_tls("localhost")[0])
    for path in (tmp_path, tmp_path / "tls.pem", tmp_path / "absent.der"):
        with pytest.raises(NoTrustedIssuer):
            load_ci_certificates(path)


@needs_sgp26
def test_the_published_test_cis() -> None:
    assert len(load_ci_certificates(SGP26)) >= 2
