"""What the card knows of one eIM, SGP.32 2.11.1.1.1: reading it, what must hold, what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1 import Asn1Error, BitString
from asn1.generated import sgp32
from euicc.crypto import curves
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from euicc.crypto.certificates import Certificate

GENERATE_TOKEN = -1
"""associationToken of a request: the card is to make one."""

_SEQUENCE, _EIM_ID = 0x30, 0x80
_KEY_MATERIAL = (0xA5, 0xA6)
_PUBLIC_KEY, _CERTIFICATE = 0xA0, 0xA1
_PARTS_OF_PUBLIC_KEY = 2
_NUMBER, _DATA = 0x80, 0x81
_FIELDS = (
    "eim_fqdn",
    "eim_id_type",
    "counter_value",
    "association_token",
    "eim_public_key_data",
    "trusted_public_key_data_tls",
    "eim_supported_protocol",
    "euicc_ci_pk_id",
    "indirect_profile_download",
)
"""Everything but the eimId, which cannot change."""


@dataclass(frozen=True)
class AssociatedEim:
    """One Associated eIM.

    number: its place in the order of association. data: its configuration as GetEimConfigurationData shows it, so
    without counterValue, with the defaults filled in and the token the card made.
    """

    number: int
    data: sgp32.EimConfigurationData

    @property
    def eim_id(self) -> str:
        """Who it is."""
        return self.data.eim_id

    @property
    def token(self) -> int | None:
        """The association token that its signatures and ours cover; None when it has none."""
        return self.data.association_token

    @property
    def ci_ski(self) -> bytes:
        """The CI under which the card signs for this eIM, 20 bytes."""
        ski = self.data.euicc_ci_pk_id
        assert ski is not None  # filled in when it was associated
        return ski

    @cached_property
    def key(self) -> ec.EllipticCurvePublicKey | None:
        """What verifies its packages; None when it gave none."""
        return public_key(self.data)

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 and 81."""
        return tlv.encode(_NUMBER, self.number.to_bytes(4, "big")) + tlv.encode(_DATA, self.data.encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> AssociatedEim:
        """What `to_bytes` wrote."""
        number, configuration = tlv.parse_all(data)
        return cls(
            int.from_bytes(number.value, "big"), sgp32.EimConfigurationData.decode(configuration.value)
        )


def read(element: bytes) -> sgp32.EimConfigurationData:
    """EimConfigurationData, whatever the tag it came under; keys and certificates in every wrapping that is used.

    Asn1Error when it is malformed, Refused(EIM_ID_MISSING) when it only lacks the eimId.
    """
    try:
        elements = tlv.parse(element).children()
        standard = b"".join(_standard(each) for each in elements)
    except TlvError as error:
        raise Asn1Error(str(error)) from None
    if all(each.tag != _EIM_ID for each in elements):
        raise Refused(Reason.EIM_ID_MISSING)
    return sgp32.EimConfigurationData.decode(tlv.encode(_SEQUENCE, standard))


def _standard(element: Tlv) -> bytes:
    """Key material as the standard has it: A0 and A1 in place of the 30 of public key and certificate.

    Stacks in the field leave the 30 inside, or leave A0 and A1 out. A wrapped structure is a single 30; a public key
    has two parts, a certificate three.
    """
    if element.tag not in _KEY_MATERIAL:
        return element.encoded
    (inner,) = _one(element.children())
    kind, contents = inner.tag, inner.value
    parts = tlv.parse_all(contents)
    if [part.tag for part in parts] == [_SEQUENCE]:
        contents = parts[0].value
    elif kind == _SEQUENCE:
        kind = _PUBLIC_KEY if len(parts) == _PARTS_OF_PUBLIC_KEY else _CERTIFICATE
    return tlv.encode(element.tag, tlv.encode(kind, contents))


def _one(elements: list[Tlv]) -> list[Tlv]:
    if len(elements) != 1:
        raise TlvError(f"{len(elements)} elements where one is due")
    return elements


def public_key(data: sgp32.EimConfigurationData) -> ec.EllipticCurvePublicKey | None:
    """The key of eimPublicKeyData, None when that is absent; Refused(INCORRECT_INPUT) when the card cannot use it."""
    material = data.eim_public_key_data
    if material is None:
        return None
    if material.eim_public_key is not None:
        return _usable(material.eim_public_key.encode())
    assert material.eim_certificate is not None
    return _usable(_certificate(material.eim_certificate).public_key_info)


def _certificate(der: bytes) -> Certificate:
    from euicc.crypto.certificates import Certificate, CertificateError

    try:
        return Certificate.parse(der)
    except CertificateError:
        raise Refused(Reason.INCORRECT_INPUT) from None


def _usable(public_key_info: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(public_key_info)
    except (ValueError, UnsupportedAlgorithm):
        raise Refused(Reason.INCORRECT_INPUT) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not curves.is_supported(key):
        raise Refused(Reason.INCORRECT_INPUT)
    return key


def completed(
    request: sgp32.EimConfigurationData, token: int | None, default_ci: bytes
) -> sgp32.EimConfigurationData:
    """What is kept of a new eIM, SGP.32 5.9.4: defaults for what it left out; the counter is kept elsewhere."""
    known = _given(request)
    known.setdefault("eim_id_type", sgp32.EimIdType.EIM_ID_TYPE_PROPRIETARY)
    known.setdefault("eim_supported_protocol", BitString.of(sgp32.EimSupportedProtocol.EIM_PROPRIETARY))
    known.setdefault("euicc_ci_pk_id", default_ci)
    return _kept(request.eim_id, known, token)


def updated(
    stored: sgp32.EimConfigurationData, request: sgp32.EimConfigurationData
) -> sgp32.EimConfigurationData:
    """What is kept after updateEim: the fields of the request, and where it has none, those there were."""
    return _kept(stored.eim_id, {**_given(stored), **_given(request)}, stored.association_token)


def changes_anything(request: sgp32.EimConfigurationData) -> bool:
    """Whether an updateEim says anything beside whom it means."""
    return bool(_given(request))


def _given(data: sgp32.EimConfigurationData) -> dict[str, object]:
    values = ((name, getattr(data, name)) for name in _FIELDS)
    return {name: value for name, value in values if value is not None}


def _kept(eim_id: str, known: dict[str, object], token: int | None) -> sgp32.EimConfigurationData:
    fields = {**known, "counter_value": None, "association_token": token}
    return sgp32.EimConfigurationData(eim_id=eim_id, **fields)  # type: ignore[arg-type]
