"""Who an eIM is, and the eIM Configuration Data by which an eUICC knows it, SGP.32 2.11.1.1.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from asn1 import BitString
from asn1.generated import pkix, sgp32
from euicc.crypto.certificates import Certificate

ASK_FOR_TOKEN = -1
"""associationToken of a request: the eUICC is to make one."""

_Protocol = sgp32.EimSupportedProtocol


class Signer(Protocol):
    """The eIM's signing certificate and its key, P-256 or brainpoolP256r1."""

    @property
    def certificate(self) -> bytes:
        """DER."""
        ...

    @property
    def parsed(self) -> Certificate:
        """The same, parsed."""
        ...

    def sign(self, data: bytes) -> bytes:
        """r || s, 64 bytes."""
        ...


@dataclass(frozen=True)
class EimIdentity:
    """What an eIM says of itself.

    tls_trust: DER of the certificate by which IPAs know it in TLS, its own or its CA's. protocols: bits of
    EimSupportedProtocol. shows_certificate: its configuration has the signing certificate, not only the key.
    """

    eim_id: str
    signer: Signer
    id_type: int = sgp32.EimIdType.EIM_ID_TYPE_PROPRIETARY
    tls_trust: bytes | None = None
    protocols: tuple[int, ...] = (_Protocol.EIM_RETRIEVE_HTTPS,)
    shows_certificate: bool = False

    def configuration(
        self,
        fqdn: str,
        *,
        counter: int = 0,
        token: bool = False,
        ci_ski: bytes | None = None,
        indirect: bool = False,
    ) -> sgp32.EimConfigurationData:
        """EimConfigurationData for AddInitialEim, addEim and updateEim.

        fqdn: where IPAs reach it, with a port if need be. counter: what the replay counter starts from. token: the
        eUICC is to make an association token. ci_ski: under which CI the eUICC signs results; None: its first.
        indirect: downloads go through this eIM.
        """
        return sgp32.EimConfigurationData(
            eim_id=self.eim_id,
            eim_fqdn=fqdn or None,
            eim_id_type=self.id_type,
            counter_value=counter,
            association_token=ASK_FOR_TOKEN if token else None,
            eim_public_key_data=self._public_key_data(),
            trusted_public_key_data_tls=self._tls_trust(),
            eim_supported_protocol=BitString.of(*self.protocols),
            euicc_ci_pk_id=ci_ski,
            indirect_profile_download=indirect or None,
        )

    def _public_key_data(self) -> sgp32.EimConfigurationData.EimPublicKeyData:
        if self.shows_certificate:
            return sgp32.EimConfigurationData.EimPublicKeyData(eim_certificate=self.signer.certificate)
        key = pkix.SubjectPublicKeyInfo.decode(self.signer.parsed.public_key_info)
        return sgp32.EimConfigurationData.EimPublicKeyData(eim_public_key=key)

    def _tls_trust(self) -> sgp32.EimConfigurationData.TrustedPublicKeyDataTls | None:
        if self.tls_trust is None:
            return None
        return sgp32.EimConfigurationData.TrustedPublicKeyDataTls(trusted_certificate_tls=self.tls_trust)
