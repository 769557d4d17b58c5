"""ES5.EstablishISDRKeySet and ES8.EstablishISDPKeySet, SGP.02 4.1.1.8 and 4.1.3.1: ECKA-EG, scenario #3.

    step 1   3A01 {7F21 certificate of the server}                 answered with 85 {RC}
    step 2   3A02 {A6 what keys}, 7F49 {ephemeral key}, 5F37 {r s}  answered with [85 {DR}] 86 {receipt}

The server signs step 2 with the key of its certificate, over the challenge RC too. RC serves one step 2, whether it
succeeds or not. Nothing here is stored: keys are given to the caller, who stores them and answers in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import StatusError, status, tlv
from euicc.crypto import ecdsa, ecka, ecka_eg, gp_certificate
from euicc.crypto.ecka_eg import Parties
from euicc.crypto.gp_certificate import GpCertificate, GpCertificateError, PublicKey, ServerKind
from euicc.m2m.identity import CiKey, M2mIdentity
from euicc.m2m.key_parameters import CRT, KeyParameters, Option
from euicc.uicc.application_data import SecurityDomainKey

_KEYS_DGI, _CHALLENGE_DGI = b"\x3a\x02", b"\x00\x85"
_RANDOM, _RECEIPT = 0x85, 0x86

BAD_CERTIFICATE = status.INCORRECT_DATA
"""Malformed, signed by another, for another purpose, or of the other kind of server."""
UNKNOWN_CI = status.REFERENCED_DATA_NOT_FOUND
NO_CHALLENGE = status.CONDITIONS_NOT_SATISFIED
"""Step 2 without a step 1 right before it."""
BAD_REQUEST = status.INCORRECT_DATA
# Sources have 6600, 6982 and 6300 for it.
BAD_SIGNATURE = status.SECURITY_ISSUE

_SIGNING_USAGES = (gp_certificate.VERIFICATION, b"\x88")
"""Key usage of a server's certificate; 88 is what one open SM-DP writes."""


@dataclass(frozen=True)
class Established:
    """The answer to step 2, the new keys, and whether they replace all others of the domain."""

    response: bytes
    keys: tuple[SecurityDomainKey, ...]
    delete_existing: bool


@dataclass(frozen=True)
class _Challenged:
    """Between the steps: who will sign, as which kind of server, over which challenge."""

    kind: ServerKind
    server: ec.EllipticCurvePublicKey
    challenge: bytes = field(repr=False)


class KeyEstablishment:
    """Key establishment of one security domain with a server, the ECASD's part of it included.

    random(length): unpredictable bytes. What is between the steps goes with the object.
    """

    def __init__(self, identity: M2mIdentity, random: Callable[[int], bytes]) -> None:
        self._identity = identity
        self._random = random
        self._challenged: _Challenged | None = None

    def certificate(self, value: bytes, kind: ServerKind) -> bytes:
        """Step 1, the value of DGI 3A01 (a TLV 7F21), from a server of this kind: the TLV 85 with a new challenge.

        StatusError: 6A80 bad certificate, 6A88 unknown CI. Either way an older challenge is gone.
        """
        self._challenged = None
        server = self._verified(value, kind)
        challenge = self._random(ecka_eg.challenge_length(self._identity.curve))
        self._challenged = _Challenged(kind, server, challenge)
        return tlv.encode(_RANDOM, challenge)

    def establish(self, value: bytes) -> Established:
        """Step 2: the TLVs A6, 7F49 and 5F37 one after the other, whatever of them DGI 3A02 embraced.

        StatusError: 6985 without a challenge, 6A80 malformed, not for this domain or not on the curve, 6600 signature.
        """
        challenged, self._challenged = self._challenged, None
        if challenged is None:
            raise StatusError(NO_CHALLENGE)
        crt, public_key, signature = _three(value)
        parameters = KeyParameters.parse(crt, challenged.kind)
        ephemeral = self._ephemeral(public_key.value)
        if not _is_signed(crt.encoded, public_key.encoded, signature.value, challenged):
            raise StatusError(BAD_SIGNATURE)
        return self._agree(crt.encoded, parameters, ephemeral)

    def _agree(
        self, crt: bytes, parameters: KeyParameters, ephemeral: ec.EllipticCurvePublicKey
    ) -> Established:
        random = self._derivation_random(parameters)
        info = ecka_eg.shared_info(
            parameters.usage, parameters.type, parameters.length, random, self._parties(parameters)
        )
        secret = ecka.agree(self._identity.private_key, ephemeral)
        derived = ecka_eg.derive(secret, info, parameters.lengths)
        shown = b"" if random is None else tlv.encode(_RANDOM, random)
        return Established(
            response=shown + tlv.encode(_RECEIPT, derived.receipt(crt, random)),
            keys=parameters.security_domain_keys(derived.keys),
            delete_existing=Option.DELETE_EXISTING in parameters.options,
        )

    def _derivation_random(self, parameters: KeyParameters) -> bytes | None:
        if Option.DERIVATION_RANDOM not in parameters.options:
            return None
        return self._random(ecka_eg.derivation_random_length(self._identity.curve))

    def _parties(self, parameters: KeyParameters) -> Parties | None:
        """Host and card, where the keys shall be bound to them; 6A80 when another card is meant."""
        if parameters.host_id is None:
            return None
        if parameters.sdin not in (None, self._identity.sdin):
            raise StatusError(BAD_REQUEST)
        return Parties(parameters.host_id, self._identity.sin, self._identity.sdin)

    def _ephemeral(self, value: bytes) -> ec.EllipticCurvePublicKey:
        """The server's ephemeral key: on the curve of the ECASD's own, or 6A80."""
        try:
            public_key = PublicKey.parse(value, implied=self._identity.curve)
        except GpCertificateError:
            raise StatusError(BAD_REQUEST) from None
        if public_key.curve != self._identity.curve:
            raise StatusError(BAD_REQUEST)
        return public_key.key

    def _verified(self, value: bytes, kind: ServerKind) -> ec.EllipticCurvePublicKey:
        """The key of a server's certificate that holds under a trusted CI."""
        try:
            certificate = GpCertificate.parse(value)
        except GpCertificateError:
            raise StatusError(BAD_CERTIFICATE) from None
        ci = self._ci(certificate)
        if (
            certificate.server_kind != bytes((kind,))
            or certificate.content.usage not in _SIGNING_USAGES
            or not certificate.is_signed_by(ci.public_key)
        ):
            raise StatusError(BAD_CERTIFICATE)
        return certificate.content.public_key.key

    def _ci(self, certificate: GpCertificate) -> CiKey:
        """The trusted CI that the certificate names, and of its keys the one that it names, if it names one."""
        for ci in self._identity.ci_keys:
            if ci.identifier == certificate.content.ca_identifier and certificate.ca_key_identifier in (
                None,
                ci.key_identifier,
            ):
                return ci
        raise StatusError(UNKNOWN_CI)


def _three(value: bytes) -> list[tlv.Tlv]:
    """A6, 7F49 and 5F37; 6A80 for anything else."""
    try:
        elements = tlv.parse_all(value)
    except tlv.TlvError:
        raise StatusError(BAD_REQUEST) from None
    if [each.tag for each in elements] != [CRT, gp_certificate.PUBLIC_KEY, gp_certificate.SIGNATURE]:
        raise StatusError(BAD_REQUEST)
    return elements


def _is_signed(crt: bytes, public_key: bytes, signature: bytes, challenged: _Challenged) -> bool:
    """Whether the server signed step 2 and the challenge, all as data groups; no length of theirs exceeds 7F."""
    template = _KEYS_DGI + tlv.encode_length(len(crt)) + crt
    challenge = _CHALLENGE_DGI + tlv.encode_length(len(challenged.challenge)) + challenged.challenge
    return ecdsa.verify(challenged.server, signature, template + public_key + challenge)
