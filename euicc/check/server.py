"""The SM-DP+ that faces the card: each message of a session, right or wrong in one named place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from asn1.generated import rsp
from euicc.crypto.curves import Curve
from euicc.testing.pki import Issued, Pki
from euicc.testing.smdp import bpp
from euicc.testing.smdp.bpp import SegmentSizes
from euicc.testing.smdp.faults import Fault, Piece, altered

ADDRESS = "smdp.check.example.com"
MATCHING_ID = "CHECK"
DEVICE_INFO = rsp.DeviceInfo(tac=bytes.fromhex("35290611"), device_capabilities=rsp.DeviceCapabilities())
SIGNATURE = 0x5F37
NOTHING: dict[Piece, Fault] = {}

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Content:
    """What is bound into a package. metadata: StoreMetadata, TLV; package: the profile; faults: see Piece.

    own_keys: the profile is protected in advance, and ReplaceSessionKeys brings its keys.
    """

    metadata: bytes
    package: bytes = field(repr=False)
    faults: dict[Piece, Fault] = field(default_factory=dict)
    own_keys: bool = False
    configuration: bytes = bytes.fromhex("BF2400")


@dataclass(frozen=True)
class Server:
    """One SM-DP+ under the CI `ci_ski`; the card shall sign under `signing_ski`."""

    pki: Pki
    ci_ski: bytes
    signing_ski: bytes
    transaction_id: bytes
    server_challenge: bytes
    random: Callable[[int], bytes]
    address: str = ADDRESS

    @property
    def curve(self) -> Curve:
        """Of the CI and of all below it."""
        return self.pki.authority(self.ci_ski).curve

    @property
    def dp_auth(self) -> Issued:
        """CERT.DPauth and its key."""
        return self.pki.dp_auth[self.ci_ski]

    @property
    def dp_pb(self) -> Issued:
        """CERT.DPpb and its key."""
        return self.pki.dp_pb[self.ci_ski]

    @property
    def oid(self) -> str:
        """The OID of this SM-DP+."""
        return self.dp_auth.parsed.subject_alt_oid or ""

    def authenticate_server(
        self,
        challenge: bytes,
        *,
        certificate: Issued | None = None,
        sign: Sign | None = None,
        ci_ski: bytes | None = None,
    ) -> bytes:
        """BF38 for this challenge. certificate: instead of CERT.DPauth, with the key that signs."""
        issued = certificate or self.dp_auth
        signed = rsp.ServerSigned1(
            transaction_id=self.transaction_id,
            euicc_challenge=challenge,
            server_address=self.address,
            server_challenge=self.server_challenge,
        )
        context = rsp.CtxParamsForCommonAuthentication(matching_id=MATCHING_ID, device_info=DEVICE_INFO)
        return rsp.AuthenticateServerRequest(
            server_signed1=signed,
            server_signature1=(sign or issued.sign)(signed.encode()),
            euicc_ci_pk_id_to_be_used=self.signing_ski if ci_ski is None else ci_ski,
            server_certificate=issued.certificate,
            ctx_params1=rsp.CtxParams1(ctx_params_for_common_authentication=context),
        ).encode()

    def prepare_download(
        self,
        euicc_signature1: bytes,
        *,
        certificate: Issued | None = None,
        sign: Sign | None = None,
        cc_required: bool = False,
        hash_cc: bytes | None = None,
        transaction_id: bytes | None = None,
        otpk: bytes | None = None,
    ) -> bytes:
        """BF21 bound to the card's signature of this session. otpk: of the package that was bound before."""
        issued = certificate or self.dp_pb
        signed = rsp.SmdpSigned2(
            transaction_id=transaction_id or self.transaction_id,
            cc_required_flag=cc_required,
            bpp_euicc_otpk=otpk,
        )
        covered = signed.encode() + tlv.encode(SIGNATURE, euicc_signature1)
        return rsp.PrepareDownloadRequest(
            smdp_signed2=signed,
            smdp_signature2=(sign or issued.sign)(covered),
            hash_cc=hash_cc,
            smdp_certificate=issued.certificate,
        ).encode()

    def bound_package(self, otpk: bytes, eid: bytes, content: Content) -> bytes:
        """BoundProfilePackage for the card's one-time key."""

        def alter(piece: Piece, data: bytes) -> bytes:
            return altered(content.faults, piece, data)

        sizes = SegmentSizes()
        bound = bpp.Content(content.configuration, content.metadata, content.package)
        if content.own_keys:
            protected = bpp.protect_in_advance(content.package, self.random, sizes, alter)
            bound = replace(bound, protected=protected)
        binding = bpp.bind(bound, bpp.Recipient(eid, self.curve, otpk), self.random, sizes, alter)
        return bpp.assemble(binding, self.transaction_id, self.dp_pb.sign, alter)

    def stranger(self) -> ec.EllipticCurvePrivateKey:
        """A key that no certificate is about."""
        return ec.derive_private_key(0x1234567, self.curve.ec)


SPLIT = (0xA1, 0xA3)


def pieces(package: bytes) -> list[bytes]:
    """How a bound profile package travels, SGP.22 2.5.5 and 5.7.6."""
    _tag, start, _end = tlv.read(package)
    first, *others = tlv.parse_all(package[start:])
    found = [package[:start] + first.encoded]
    for part in others:
        if part.tag in SPLIT:
            found.append(part.encoded[: len(part.encoded) - len(part.value)])
            found.extend(child.encoded for child in part.children())
        else:
            found.append(part.encoded)
    return found
