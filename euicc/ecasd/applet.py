"""ECASD as an application of the card: SELECT and GET DATA, SGP.22 2.4.2 and GPCS 11.3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from apdu import Command, StatusError, instruction, status, tlv
from apdu import aid as aids
from euicc.globalplatform.fci import fci

if TYPE_CHECKING:
    from euicc.identity import Identity

EID = 0x5A
CERTIFICATE = 0x7F21
CERTIFICATE_STORE = 0xBF30
TAG_LIST = 0x5C

AnyIdentity = TypeVar("AnyIdentity")
"""Who the card is; what that says depends on its kind."""


def _eid(identity: Identity) -> bytes:
    return tlv.encode(EID, identity.eid)


def _certificate(identity: Identity) -> bytes:
    """CERT.EUICC.ECDSA that the card prefers to sign under, as an X.509 certificate inside 7F21."""
    return tlv.encode(CERTIFICATE, identity.credentials[0].euicc_certificate)


def _certificates(identity: Identity) -> bytes:
    """Every certificate of the card: for each credential CERT.EUICC and CERT.EUM, each inside its own 7F21."""
    return tlv.encode(
        CERTIFICATE_STORE,
        *(
            tlv.encode(CERTIFICATE, certificate)
            for credential in identity.credentials
            for certificate in (credential.euicc_certificate, credential.eum_certificate)
        ),
    )


DATA_OBJECTS: dict[int, Callable[[Identity], bytes]] = {
    EID: _eid,
    CERTIFICATE: _certificate,
    CERTIFICATE_STORE: _certificates,
}
"""What GET DATA answers, by the tag in P1 and P2, on a card of SGP.22 or SGP.32."""


class Ecasd(Generic[AnyIdentity]):
    """The ECASD of one card. identity: asked at every command. data_objects: what GET DATA answers, by tag."""

    def __init__(
        self, identity: Callable[[], AnyIdentity], data_objects: Mapping[int, Callable[[AnyIdentity], bytes]]
    ) -> None:
        self._identity = identity
        self._data_objects = data_objects

    def aids(self) -> Iterable[bytes]:
        """The ECASD's own AID."""
        return (aids.ECASD,)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[EcasdSelection[AnyIdentity], bytes]:
        """SELECT of the ECASD; FCI as any security domain gives it, GPCS 11.9.3."""
        return EcasdSelection(self._identity, self._data_objects), fci(aid)


class EcasdSelection(Generic[AnyIdentity]):
    """The ECASD on one logical channel."""

    def __init__(
        self, identity: Callable[[], AnyIdentity], data_objects: Mapping[int, Callable[[AnyIdentity], bytes]]
    ) -> None:
        self._identity = identity
        self._data_objects = data_objects

    def process(self, command: Command) -> bytes:
        """GET DATA is the only command: 80 CA or 00 CA, the tag in P1 and P2."""
        if command.ins != instruction.GET_DATA:
            raise StatusError(status.INS_NOT_SUPPORTED)
        data_object = self._data_objects.get(command.p1 << 8 | command.p2)
        if data_object is None or not asks_for_certificates_only(command.data):
            raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
        return data_object(self._identity())

    def closed(self) -> None:
        """Nothing is kept between commands."""


def asks_for_certificates_only(data: bytes) -> bool:
    """Whether the data field of GET DATA is empty, or a tag list that names the certificates alone."""
    return data in (b"", tlv.encode(TAG_LIST, CERTIFICATE.to_bytes(2, "big")))
