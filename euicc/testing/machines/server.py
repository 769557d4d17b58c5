"""An SM-DP+ as a test wants it: builds each message of a session by hand, right or wrong in one named place.

It shares nothing with `euicc.testing.smdp` but the cryptography, so that the two check each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from asn1.generated import rsp
from euicc.crypto import curves, ecka
from euicc.crypto.bsp import Bsp
from euicc.crypto.curves import Curve
from euicc.testing.pki import Issued, Pki

ADDRESS = "smdp.example.com"
TRANSACTION_ID = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
SERVER_CHALLENGE = bytes(range(16))
HOST_ID = b"TEST HOST"
SEGMENT = 1007
DEVICE_INFO = rsp.DeviceInfo(tac=bytes.fromhex("35290611"), device_capabilities=rsp.DeviceCapabilities())


@dataclass
class Server:
    """One SM-DP+; every attribute may be set to something wrong before a message is built."""

    pki: Pki
    curve: Curve = curves.P256
    address: str = ADDRESS
    transaction_id: bytes = TRANSACTION_ID
    matching_id: str = "MATCHING-ID"
    server_challenge: bytes = SERVER_CHALLENGE
    one_time_key: ec.EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.one_time_key = ecka.generate(self.curve, lambda count: bytes(range(1, count + 1)))

    @cached_property
    def ci_ski(self) -> bytes:
        """SKI of the CI on the server's curve."""
        return next(each.ski for each in self.pki.authorities if each.curve == self.curve)

    @cached_property
    def dp_auth(self) -> Issued:
        """CERT.DPauth and its key."""
        return self.pki.dp_auth[self.ci_ski]

    @cached_property
    def dp_pb(self) -> Issued:
        """CERT.DPpb and its key."""
        return self.pki.dp_pb[self.ci_ski]

    def authenticate_server(
        self,
        challenge: bytes,
        *,
        certificate: Issued | None = None,
        signature: Callable[[bytes], bytes] | None = None,
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
        return rsp.AuthenticateServerRequest(
            server_signed1=signed,
            server_signature1=(signature or issued.sign)(signed.encode()),
            euicc_ci_pk_id_to_be_used=self.ci_ski if ci_ski is None else ci_ski,
            server_certificate=issued.certificate,
            ctx_params1=rsp.CtxParams1(
                ctx_params_for_common_authentication=rsp.CtxParamsForCommonAuthentication(
                    matching_id=self.matching_id, device_info=DEVICE_INFO
                )
            ),
        ).encode()

    def prepare_download(
        self,
        euicc_signature1: bytes,
        *,
        certificate: Issued | None = None,
        signature: Callable[[bytes], bytes] | None = None,
        cc_required: bool = False,
        hash_cc: bytes | None = None,
        transaction_id: bytes | None = None,
        bpp_euicc_otpk: bytes | None = None,
    ) -> bytes:
        """BF21 bound to the card's signature of this session."""
        issued = certificate or self.dp_pb
        signed = rsp.SmdpSigned2(
            transaction_id=transaction_id or self.transaction_id,
            cc_required_flag=cc_required,
            bpp_euicc_otpk=bpp_euicc_otpk,
        )
        covered = signed.encode() + tlv.encode(0x5F37, euicc_signature1)
        return rsp.PrepareDownloadRequest(
            smdp_signed2=signed,
            smdp_signature2=(signature or issued.sign)(covered),
            hash_cc=hash_cc,
            smdp_certificate=issued.certificate,
        ).encode()

    def initialise_secure_channel(
        self,
        euicc_otpk: bytes,
        *,
        remote_op_id: int = 1,
        transaction_id: bytes | None = None,
        key_type: bytes = b"\x88",
        key_length: bytes = b"\x10",
        smdp_otpk: bytes | None = None,
        signature: Callable[[bytes], bytes] | None = None,
    ) -> bytes:
        """BF23, signed over its own fields and the card's one-time key."""
        unsigned = rsp.InitialiseSecureChannelRequest(
            remote_op_id=remote_op_id,
            transaction_id=transaction_id or self.transaction_id,
            control_ref_template=rsp.ControlRefTemplate(
                key_type=key_type, key_len=key_length, host_id=HOST_ID
            ),
            smdp_otpk=smdp_otpk or ecka.point(self.one_time_key.public_key()),
            smdp_sign=b"",
        ).encode()
        covered = tlv.parse(unsigned).value[: -len(tlv.encode(0x5F37, b""))]
        signed = (signature or self.dp_pb.sign)(covered + tlv.encode(0x5F49, euicc_otpk))
        return tlv.encode(0xBF23, covered, tlv.encode(0x5F37, signed))

    def stream(self, euicc_otpk: bytes, eid: bytes) -> Bsp:
        """The protected stream of this session, from the server's side."""
        secret = ecka.agree(self.one_time_key, ecka.from_point(self.curve, euicc_otpk))
        return Bsp.from_session(secret, 0x88, 0x10, HOST_ID, eid)


@dataclass(frozen=True)
class Contents:
    """What goes into a bound profile package, each part as plaintext."""

    metadata: bytes
    package: bytes
    configure_isdp: bytes = b"\xbf\x24\x00"
    session_keys: tuple[bytes, bytes, bytes] | None = None


def bound_package(first: bytes, stream: Bsp, contents: Contents) -> list[bytes]:
    """The package as pieces for ES10b.LoadBoundProfilePackage; BF23 is `first`."""
    commands = stream.protect(0x87, contents.configure_isdp, encrypt=True)
    metadata = [stream.protect(0x88, part, encrypt=False) for part in cut(contents.metadata)]
    keys, profile_stream = b"", stream
    if contents.session_keys is not None:
        mcv, encryption, mac = contents.session_keys
        replacing = tlv.encode(
            0xBF26, tlv.encode(0x80, mcv), tlv.encode(0x81, encryption), tlv.encode(0x82, mac)
        )
        keys = tlv.encode(0xA2, stream.protect(0x87, replacing, encrypt=True))
        profile_stream = (
            Bsp(mcv, encryption, mac) if {len(mcv), len(encryption), len(mac)} == {16} else stream
        )
    profile = [profile_stream.protect(0x86, part, encrypt=True) for part in cut(contents.package)]
    return pieces(first, tlv.encode(0xA0, commands), metadata, keys, profile)


def pieces(
    first: bytes, commands: bytes, metadata: list[bytes], keys: bytes, profile: list[bytes]
) -> list[bytes]:
    """The pieces in which a device sends a package, SGP.22 2.5.5."""
    parts = [first, commands, tlv.encode(0xA1, *metadata), keys, tlv.encode(0xA3, *profile)]
    return [
        header(0xBF36, parts) + first,
        commands,
        header(0xA1, metadata),
        *metadata,
        *([keys] if keys else []),
        header(0xA3, profile),
        *profile,
    ]


def header(tag: int, content: list[bytes]) -> bytes:
    """Tag and length alone."""
    value = b"".join(content)
    return tlv.encode(tag, value)[: -len(value)]


def cut(data: bytes) -> Iterator[bytes]:
    """Plaintext for one segment each."""
    return (data[at : at + SEGMENT] for at in range(0, len(data), SEGMENT))
