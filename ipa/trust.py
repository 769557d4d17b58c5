"""CI certificates from files: what TLS certificates of servers are verified with, SGP.22 4.5.2 and 2.6.6."""

from __future__ import annotations

import ssl
from pathlib import Path

from ipa.errors import NoTrustedIssuer

SUFFIXES = {".der", ".pem", ".cer", ".crt"}
_BEGIN = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----"


def load_ci_certificates(path: Path) -> tuple[bytes, ...]:
    """The CI certificates (DER) in a file, DER or PEM, or anywhere in a directory; NoTrustedIssuer if there is none.

    A CI is told from other certificates in that it issued itself and may issue others.
    """
    try:
        files = (
            sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES) if path.is_dir() else [path]
        )
        certificates = [certificate for file in files for certificate in _certificates(file.read_bytes())]
    except OSError as error:
        raise NoTrustedIssuer(f"{path} cannot be read: {error.strerror or error}") from error
    found = tuple(dict.fromkeys(certificate for certificate in certificates if is_ci(certificate)))
    if not found:
        raise NoTrustedIssuer(f"no CI certificate in {path}")
    return found


def is_ci(certificate: bytes) -> bool:
    """Whether a DER certificate is self-issued and of a certification authority."""
    from cryptography import x509

    try:
        parsed = x509.load_der_x509_certificate(certificate)
        constraints = parsed.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return constraints.ca and parsed.subject == parsed.issuer


def is_authority(certificate: bytes) -> bool:
    """Whether a DER certificate is of a certification authority; False for one that cannot be read."""
    from cryptography import x509

    try:
        parsed = x509.load_der_x509_certificate(certificate)
        return parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound):
        return False


def public_key_info(certificate: bytes) -> bytes:
    """The SubjectPublicKeyInfo (DER) of a DER certificate; b"" when it cannot be read."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _certificates(content: bytes) -> list[bytes]:
    text = content.decode("latin-1")
    blocks = [_BEGIN + block.partition(_END)[0] + _END for block in text.split(_BEGIN)[1:]]
    return [ssl.PEM_cert_to_DER_cert(block) for block in blocks] or [content]
