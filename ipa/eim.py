"""An Associated eIM as the device sees it: where it is, and what proves that it is it, SGP.32 2.11.1.1.1."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import tlv
from asn1 import BitString
from asn1.generated import sgp32

EIM_ID, EIM_FQDN, ASSOCIATION_TOKEN, TRUSTED_KEY_TLS, PROTOCOLS, INDIRECT = 0x80, 0x81, 0x84, 0xA6, 0x87, 0x89
PUBLIC_KEY, CERTIFICATE, SEQUENCE = 0xA0, 0xA1, 0x30
CERTIFICATE_PARTS = 3


@dataclass(frozen=True)
class Eim:
    """One eIM. `configuration` is its EimConfigurationData as the card gave it.

    `trusted_key`: SubjectPublicKeyInfo (DER) that the eIM's TLS certificate must hold; `trusted_certificate`: the
    eIM's TLS certificate or that of its CA (DER). With neither, a trusted CI has to vouch for it.
    """

    configuration: bytes
    id: str
    address: str
    protocols: BitString | None = None
    indirect: bool = False
    trusted_key: bytes | None = None
    trusted_certificate: bytes | None = None

    @classmethod
    def parse(cls, configuration: bytes) -> Eim:
        """From one EimConfigurationData, of whatever tag; TlvError, UnicodeDecodeError or ValueError if it is none."""
        fields = {field.tag: field.value for field in tlv.parse_all(tlv.parse(configuration).value)}
        key, certificate = _trusted(fields.get(TRUSTED_KEY_TLS, b""))
        protocols = fields.get(PROTOCOLS)
        return cls(
            configuration=configuration,
            id=fields.get(EIM_ID, b"").decode("utf-8"),
            address=fields.get(EIM_FQDN, b"").decode("utf-8"),
            protocols=None if protocols is None else BitString.named(protocols[1:]),
            indirect=INDIRECT in fields,
            trusted_key=key,
            trusted_certificate=certificate,
        )

    @property
    def over_https(self) -> bool:
        """Whether packages can be fetched from it over HTTPS: it has an address and does not say otherwise."""
        speaks = sgp32.EimSupportedProtocol
        named = self.protocols is not None and set(self.protocols) - {speaks.EIM_PROPRIETARY}
        return bool(self.address) and (not named or speaks.EIM_RETRIEVE_HTTPS in (self.protocols or ()))

    @property
    def association_token(self) -> bytes | None:
        """The association token that the card made for it, as the data object 84."""
        return next(
            (
                each.encoded
                for each in tlv.parse(self.configuration).children()
                if each.tag == ASSOCIATION_TOKEN
            ),
            None,
        )


def _trusted(value: bytes) -> tuple[bytes | None, bytes | None]:
    """The key or the certificate in trustedPublicKeyDataTls, as DER of its own.

    The strict form replaces the outer tag of either by A0 or A1; some stacks keep it inside, or leave A0 and A1 out.
    """
    if not value:
        return None, None
    (outer,) = tlv.parse_all(value)
    parts = tlv.parse_all(outer.value)
    if outer.tag != SEQUENCE and len(parts) == 1:
        outer = parts[0]
        parts = tlv.parse_all(outer.value)
    der = tlv.encode(SEQUENCE, outer.value)
    return (None, der) if len(parts) == CERTIFICATE_PARTS else (der, None)
