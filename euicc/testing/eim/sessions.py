"""RSP sessions that go through the eIM, SGP.32 3.2.3.2: what compact messages leave out is remembered here."""

from __future__ import annotations

from dataclasses import dataclass, field

from asn1.generated import rsp
from euicc.crypto.certificates import Certificate, CertificateError
from euicc.testing.eim.orders import DownloadOrder
from euicc.testing.eim.records import Euicc

SESSIONS_KEPT = 1024


@dataclass(eq=False)
class Session:
    """One session with an SM-DP+ or SM-DS. `interface`: es9plus or es11."""

    address: str
    interface: str
    transaction_id: bytes
    server_signed1: rsp.ServerSigned1
    server_certificate: bytes = field(repr=False)
    order: DownloadOrder | None = None
    euicc: Euicc | None = None
    ctx_params1: rsp.CtxParams1 | None = None
    """What the eIM made in the device's place."""
    smdp_signed2: rsp.SmdpSigned2 | None = None
    metadata: bytes | None = field(default=None, repr=False)
    """StoreMetadataRequest as announced."""
    euicc_certificate: Certificate | None = field(default=None, repr=False)
    cancel_reason: int = rsp.CancelSessionReason.UNDEFINED_REASON
    """Why the device is going to cancel, if the eIM made it."""

    @property
    def server_oid(self) -> str | None:
        """The OID in the server's certificate."""
        try:
            return Certificate.parse(self.server_certificate).subject_alt_oid
        except CertificateError:
            return None
