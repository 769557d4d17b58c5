"""The bound profile package, SGP.22 2.5: a profile protected so that one card, in one session, can read it.

Everything but BF23 depends on the key agreement only, so a retry with the same otPK.EUICC sends it again. The
profile itself may be protected in advance with keys of its own, which ReplaceSessionKeys then brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from apdu import tlv
from asn1.generated import rsp
from euicc.crypto import ecka
from euicc.crypto.bsp import (
    KEY_LENGTH,
    KEY_TYPE_AES,
    MAX_ENCRYPTED,
    MAX_MAC_ONLY,
    TAG_COMMAND,
    TAG_METADATA,
    TAG_PROFILE,
    Bsp,
)
from euicc.crypto.curves import Curve
from euicc.testing.smdp.faults import Piece

Alter = Callable[[Piece, bytes], bytes]
Random = Callable[[int], bytes]

HOST_ID_LENGTH = 16
# The parts of BoundProfilePackage and the elements of InitialiseSecureChannelRequest, by their tags in the schema.
FIRST_SEQUENCE_OF_87 = 0xA0
SEQUENCE_OF_88 = 0xA1
SECOND_SEQUENCE_OF_87 = 0xA2
SEQUENCE_OF_86 = 0xA3
TRANSACTION_ID = 0x80
REMOTE_OP_ID = 0x82
CONTROL_REF_TEMPLATE = 0xA6
ONE_TIME_PUBLIC_KEY = 0x5F49
SIGNATURE = 0x5F37


@dataclass(frozen=True)
class SegmentSizes:
    """Plaintext bytes of the longest segments; 1008 of the profile, as some servers send, makes 1036 on the wire."""

    metadata: int = MAX_MAC_ONLY
    profile: int = MAX_ENCRYPTED


@dataclass(frozen=True)
class ProtectedProfile:
    """A package protected with PPK-ENC and PPK-MAC: the keys as ReplaceSessionKeys brings them, the 86 TLVs."""

    keys: rsp.ReplaceSessionKeysRequest = field(repr=False)
    segments: bytes = field(repr=False)


@dataclass(frozen=True)
class Recipient:
    """For whom a package is bound: the card, its otPK (point, 65 bytes) and the curve that is on."""

    eid: bytes
    curve: Curve
    otpk: bytes


@dataclass(frozen=True)
class Binding:
    """A profile bound to one otPK.EUICC: the contents of A0..A3, and what BF23 has to say about the keys."""

    recipient: Recipient
    smdp_otpk: bytes
    host_id: bytes
    first_87: bytes = field(repr=False)
    sequence_of_88: bytes = field(repr=False)
    second_87: bytes = field(repr=False)
    sequence_of_86: bytes = field(repr=False)


@dataclass(frozen=True)
class Content:
    """What is bound: ConfigureISDP and StoreMetadata (TLVs), and the package, plain or protected in advance."""

    configuration: bytes
    metadata: bytes
    package: bytes = field(repr=False)
    protected: ProtectedProfile | None = None


def protect_in_advance(package: bytes, random: Random, sizes: SegmentSizes, alter: Alter) -> ProtectedProfile:
    """The profile under random keys of its own, SGP.22 2.5.3."""
    keys = rsp.ReplaceSessionKeysRequest(
        initial_mac_chaining_value=random(KEY_LENGTH),
        ppk_enc=random(KEY_LENGTH),
        ppk_cmac=random(KEY_LENGTH),
    )
    stream = Bsp(keys.initial_mac_chaining_value, keys.ppk_enc, keys.ppk_cmac)
    return ProtectedProfile(keys, _profile(stream, alter(Piece.PROFILE, package), sizes))


def bind(
    content: Content, recipient: Recipient, random: Random, sizes: SegmentSizes, alter: Alter
) -> Binding:
    """The package for this recipient, SGP.22 2.5.4; PointError when the otPK is no point of its curve."""
    otsk = ecka.generate(recipient.curve, random)
    secret = ecka.agree(otsk, ecka.from_point(recipient.curve, recipient.otpk))
    host_id = random(HOST_ID_LENGTH)
    stream = Bsp.from_session(secret, KEY_TYPE_AES, KEY_LENGTH, host_id, recipient.eid)
    # One stream: the order of these lines is the order of the TLVs.
    first_87 = _command(stream, alter(Piece.CONFIGURE_ISDP, content.configuration))
    sequence_of_88 = _metadata(stream, alter(Piece.STORE_METADATA, content.metadata), sizes)
    second_87, sequence_of_86 = _profile_part(stream, content, sizes, alter)
    return Binding(
        recipient=recipient,
        smdp_otpk=ecka.point(otsk.public_key()),
        host_id=host_id,
        first_87=alter(Piece.FIRST_87, first_87),
        sequence_of_88=alter(Piece.SEQUENCE_OF_88, sequence_of_88),
        second_87=second_87,
        sequence_of_86=alter(Piece.SEQUENCE_OF_86, sequence_of_86),
    )


def assemble(binding: Binding, transaction_id: bytes, sign: Callable[[bytes], bytes], alter: Alter) -> bytes:
    """BoundProfilePackage for one session: the binding behind a BF23 of its own, signed by `sign` (SK.DPpb)."""
    parts = [
        initialise_secure_channel(binding, transaction_id, sign, alter),
        tlv.encode(FIRST_SEQUENCE_OF_87, binding.first_87),
        tlv.encode(SEQUENCE_OF_88, binding.sequence_of_88),
    ]
    if binding.second_87:
        parts.append(tlv.encode(SECOND_SEQUENCE_OF_87, binding.second_87))
    parts.append(tlv.encode(SEQUENCE_OF_86, binding.sequence_of_86))
    return alter(Piece.BOUND_PACKAGE, tlv.encode(rsp.BoundProfilePackage.TAG, *parts))


def initialise_secure_channel(
    binding: Binding, transaction_id: bytes, sign: Callable[[bytes], bytes], alter: Alter
) -> bytes:
    """ES8+.InitialiseSecureChannel, SGP.22 5.5.1; smdpSign also covers the card's otPK, which is not sent."""
    operation = bytes((rsp.RemoteOpId.INSTALL_BOUND_PROFILE_PACKAGE,))
    elements = b"".join(
        (
            alter(Piece.REMOTE_OPERATION, tlv.encode(REMOTE_OP_ID, operation)),
            alter(Piece.BOUND_TRANSACTION_ID, tlv.encode(TRANSACTION_ID, transaction_id)),
            alter(Piece.CONTROL_REFERENCE, _control_reference(binding.host_id)),
            alter(Piece.SMDP_OTPK, tlv.encode(ONE_TIME_PUBLIC_KEY, binding.smdp_otpk)),
        )
    )
    signature = sign(elements + tlv.encode(ONE_TIME_PUBLIC_KEY, binding.recipient.otpk))
    signed = tlv.encode(SIGNATURE, alter(Piece.SMDP_SIGN, signature))
    request = tlv.encode(rsp.InitialiseSecureChannelRequest.TAG, elements, signed)
    return alter(Piece.INITIALISE_SECURE_CHANNEL, request)


def _control_reference(host_id: bytes) -> bytes:
    template = rsp.ControlRefTemplate(
        key_type=bytes((KEY_TYPE_AES,)), key_len=bytes((KEY_LENGTH,)), host_id=host_id
    )
    return tlv.encode(CONTROL_REF_TEMPLATE, tlv.parse(template.encode()).value)


def _command(stream: Bsp, request: bytes) -> bytes:
    return stream.protect(TAG_COMMAND, request, encrypt=True)


def _metadata(stream: Bsp, request: bytes, sizes: SegmentSizes) -> bytes:
    pieces = split(request, sizes.metadata)
    return b"".join(stream.protect(TAG_METADATA, piece, encrypt=False) for piece in pieces)


def _profile(stream: Bsp, package: bytes, sizes: SegmentSizes) -> bytes:
    pieces = split(package, sizes.profile)
    return b"".join(stream.protect(TAG_PROFILE, piece, encrypt=True) for piece in pieces)


def _profile_part(stream: Bsp, content: Content, sizes: SegmentSizes, alter: Alter) -> tuple[bytes, bytes]:
    """The contents of A2 and A3: with keys of its own, or under the session's."""
    if content.protected is None:
        return b"", _profile(stream, alter(Piece.PROFILE, content.package), sizes)
    keys = alter(Piece.REPLACE_SESSION_KEYS, content.protected.keys.encode())
    return alter(Piece.SECOND_87, _command(stream, keys)), content.protected.segments


def split(data: bytes, size: int) -> Iterator[bytes]:
    """Pieces of at most `size` bytes; of nothing, one empty piece."""
    yield from (data[offset : offset + size] for offset in range(0, max(len(data), 1), size))
