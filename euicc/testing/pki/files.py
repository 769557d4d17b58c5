"""Reads a tree of certificates and keys, whatever the files are called, and finds out what belongs together."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from euicc.crypto import chain, curves, ecka
from euicc.crypto.certificates import Certificate, CertificateError, Role
from euicc.crypto.chain import TrustAnchor
from euicc.crypto.issuer import Authority, Issued

SERVER_ROLES = (Role.DP_AUTH, Role.DP_PB, Role.DS_AUTH, Role.DP_TLS, Role.DS_TLS)

_SUFFIXES = frozenset((".der", ".pem", ".crt", ".cer", ".key"))
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LARGEST = 1 << 16


class PkiError(Exception):
    """The directory has no CI certificate."""


@dataclass(frozen=True)
class Material:
    """What a tree holds: every readable certificate once, and the private keys by their public points."""

    certificates: tuple[Certificate, ...]
    keys: dict[bytes, ec.EllipticCurvePrivateKey]

    def key_of(self, certificate: Certificate) -> ec.EllipticCurvePrivateKey | None:
        """The private key of a certificate, if it is in the tree."""
        return self.keys.get(ecka.point(certificate.public_key))

    def with_keys(self, certificates: Iterable[Certificate]) -> Iterator[Issued]:
        """Those of the certificates whose private key is in the tree."""
        for certificate in certificates:
            if (key := self.key_of(certificate)) is not None:
                yield Issued(certificate.der, key)

    def of_role(self, role: Role) -> list[Certificate]:
        """The certificates whose policy names this role."""
        return [each for each in self.certificates if each.role is role]


def read(directory: Path) -> Material:
    """Everything readable in the .der and .pem files (also .crt, .cer, .key) of a tree; the rest is passed over.

    Certificates and keys on other curves are passed over as well: no role here is theirs.
    """
    objects = [each for path in _files(directory) for each in _objects(path.read_bytes())]
    certificates = {each.der: each for each in map(_certificate, objects) if each is not None}
    keys = [key for key in map(_private_key, objects) if key is not None]
    return Material(
        certificates=tuple(certificates.values()),
        keys={ecka.point(key.public_key()): key for key in keys},
    )


def authorities(material: Material) -> tuple[Authority, ...]:
    """The CIs of a tree, P-256 before brainpool, with the EUMs and eUICCs under them; PkiError if there are none."""
    found = [_authority(material, each) for each in material.certificates if _is_ci(each)]
    if not found:
        raise PkiError("no CI certificate (policy 2.23.146.1.2.1.0) among the files")
    return tuple(sorted(found, key=lambda each: (curves.ALL.index(each.curve), each.ski)))


def servers(material: Material, trusted: Iterable[TrustAnchor]) -> tuple[Issued, ...]:
    """The SM-DP+ and SM-DS certificates that hold under these CIs (at some time or other) and have their key."""
    anchors = tuple(trusted)
    certificates = (each for role in SERVER_ROLES for each in material.of_role(role))
    return tuple(material.with_keys(each for each in certificates if _holds(each, anchors)))


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        if path.suffix.lower() in _SUFFIXES and path.is_file() and path.stat().st_size <= _LARGEST:
            yield path


def _objects(content: bytes) -> Iterator[bytes]:
    """The DER objects of a file: each block of a PEM file, or the file itself."""
    blocks = [block for _label, block in _PEM.findall(content)]
    if not blocks:
        yield content
    for block in blocks:
        try:
            yield base64.b64decode(block)
        except binascii.Error:
            continue


def _certificate(der: bytes) -> Certificate | None:
    try:
        certificate = Certificate.parse(der)
        return certificate if certificate.curve else None
    except CertificateError:
        return None


def _private_key(der: bytes) -> ec.EllipticCurvePrivateKey | None:
    try:
        key = load_der_private_key(der, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) and curves.is_supported(key) else None


def _is_ci(certificate: Certificate) -> bool:
    return certificate.role is Role.CI and certificate.is_ca and certificate.ski is not None


def _authority(material: Material, ci: Certificate) -> Authority:
    anchor = TrustAnchor.of(ci.der)
    eums = [each for each in material.of_role(Role.EUM) if each.aki == anchor.ski]
    return Authority(
        certificate=ci.der,
        key=material.key_of(ci),
        seed=sha256(b"euicc TEST keys under a loaded CI" + anchor.ski).digest(),
        eums=tuple(material.with_keys(eums)),
        euiccs=tuple(_euiccs(material, eums, anchor)),
    )


def _euiccs(
    material: Material, eums: Iterable[Certificate], anchor: TrustAnchor
) -> Iterator[tuple[bytes, Issued]]:
    for eum in eums:
        for euicc in material.with_keys(material.of_role(Role.EUICC)):
            if _vouches(anchor, eum, euicc.parsed):
                yield eum.der, euicc


def _vouches(anchor: TrustAnchor, eum: Certificate, euicc: Certificate) -> bool:
    try:
        chain.verify_euicc(euicc, eum, (anchor,))
    except CertificateError:
        return False
    return True


def _holds(certificate: Certificate, anchors: tuple[TrustAnchor, ...]) -> bool:
    """Sets made for tests contain wrong certificates on purpose: those are not for servers to use."""
    try:
        chain.verify_server(certificate, anchors, SERVER_ROLES)
    except CertificateError:
        return False
    return True
