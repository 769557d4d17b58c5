"""One bit wrong in anything that is signed or MACed: refused with the right code, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import StatusError, tlv
from asn1.generated import rsp
from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.runtime import keys
from tests.rsp.contents import contents
from tests.rsp.device import Device, device

Reason = rsp.ErrorReason
Slice = Callable[[bytes], bytes]


def flipped(data: bytes, position: int, bit: int = 0) -> bytes:
    return data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]


def positions(data: bytes, part: bytes) -> list[int]:
    """First, middle and last byte of a part of the data."""
    start = data.index(part)
    return [start, start + len(part) // 2, start + len(part) - 1]


def stored(side: Device) -> list[tuple[str, ...]]:
    """What the card remembers of profiles and of keys for them."""
    nvm = side.card.nvm
    return [tuple(nvm.indexes(key)) for key in (keys.PROFILE, keys.PACKAGE, keys.LOAD_IN_PROGRESS)]


# --- AuthenticateServer


def signed_address(request: rsp.AuthenticateServerRequest) -> bytes:
    return request.server_signed1.server_address.encode()


AUTHENTICATE_PARTS: dict[str, tuple[Callable[[rsp.AuthenticateServerRequest], bytes], int]] = {
    "serverSigned1: transactionId": (lambda r: r.server_signed1.transaction_id, 2),
    "serverSigned1: euiccChallenge": (lambda r: r.server_signed1.euicc_challenge, 2),
    "serverSigned1: serverAddress": (signed_address, 2),
    "serverSigned1: serverChallenge": (lambda r: r.server_signed1.server_challenge, 2),
    "serverSignature1": (lambda r: r.server_signature1, 2),
    "certificate: signature": (lambda r: r.server_certificate[-32:], 1),
    "certificate: subject": (lambda r: b"TEST", 1),
}


@pytest.mark.parametrize("part", AUTHENTICATE_PARTS)
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_a_bit_in_authenticate_server(part: str, curve: Curve) -> None:
    where, code = AUTHENTICATE_PARTS[part]
    side = device(curve)
    request = side.server.authenticate_server(side.challenge())
    decoded = rsp.AuthenticateServerRequest.decode(request)
    haystack = decoded.server_certificate if part == "certificate: subject" else request
    offset = request.index(haystack)
    for position in positions(haystack, where(decoded)):
        answer = side.authenticate(flipped(request, offset + position)).authenticate_response_error
        assert answer is not None
        assert answer.authenticate_error_code == code
    assert side.authenticate(request).authenticate_response_ok is not None


def test_no_flipped_bit_in_what_the_server_signed_authenticates_it() -> None:
    side = device()
    request = side.server.authenticate_server(side.challenge())
    decoded = rsp.AuthenticateServerRequest.decode(request)
    generation = side.card.nvm.generation
    last = request.index(decoded.server_certificate) + len(decoded.server_certificate)
    unsigned = request.index(decoded.euicc_ci_pk_id_to_be_used)
    for position in range(last):
        if not unsigned - 2 <= position < unsigned + 20:
            assert not succeeds(side, flipped(request, position, position % 8), b"\xbf\x38")
    assert side.card.nvm.generation == generation


def succeeds(side: Device, request: bytes, tag: bytes) -> bool:
    """Whether the card answers with the alternative for success, [0]."""
    try:
        answer = side.send(request)
    except StatusError:
        return False
    return tlv.parse(answer).value[:1] == b"\xa0" and answer[:2] == tag


# --- PrepareDownload


def test_no_flipped_bit_in_prepare_download_is_taken() -> None:
    side = device()
    request = side.server.prepare_download(side.authenticated().euicc_signature1)
    generation = side.card.nvm.generation
    for position in range(len(request)):
        assert not succeeds(side, flipped(request, position, position % 8), b"\xbf\x21")
    assert side.card.nvm.generation == generation
    assert succeeds(side, request, b"\xbf\x21")


PREPARE_PARTS: dict[str, tuple[Callable[[rsp.PrepareDownloadRequest], bytes], int]] = {
    "smdpSigned2: transactionId": (lambda r: r.smdp_signed2.transaction_id, 2),
    "smdpSignature2": (lambda r: r.smdp_signature2, 2),
    "certificate: signature": (lambda r: r.smdp_certificate[-32:], 1),
}


@pytest.mark.parametrize("part", PREPARE_PARTS)
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_a_bit_in_prepare_download(part: str, curve: Curve) -> None:
    where, code = PREPARE_PARTS[part]
    side = device(curve)
    request = side.server.prepare_download(side.authenticated().euicc_signature1)
    for position in positions(request, where(rsp.PrepareDownloadRequest.decode(request))):
        answer = side.prepare(flipped(request, position)).download_response_error
        assert answer is not None
        assert answer.download_error_code == code


# --- the bound profile package


def refused(side: Device, pieces: list[bytes]) -> int:
    """The errorReason with which the card ends the load."""
    before = stored(side)
    result = side.load(pieces).profile_installation_result_data.final_result.error_result
    assert result is not None
    assert stored(side) == before
    return result.error_reason


FIRST_PARTS: dict[str, tuple[int, int]] = {
    "transactionId": (0x80, Reason.INVALID_TRANSACTION_ID),
    "CRT: hostId": (0xA6, Reason.INVALID_SIGNATURE),
    "smdpOtpk": (0x5F49, Reason.INVALID_SIGNATURE),
    "smdpSign": (0x5F37, Reason.INVALID_SIGNATURE),
}


@pytest.mark.parametrize("part", FIRST_PARTS)
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_a_bit_in_initialise_secure_channel(part: str, curve: Curve) -> None:
    tag, reason = FIRST_PARTS[part]
    side = device(curve)
    first, *rest = side.bind(side.prepared(), contents())
    at = first.index(tlv.find(first[first.index(b"\xbf\x23") :], 0xBF23, tag) or b"")
    length = len(tlv.find(first[first.index(b"\xbf\x23") :], 0xBF23, tag) or b"")
    assert refused(side, [flipped(first, at + length - 1), *rest]) == reason


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
@pytest.mark.parametrize("where", ["content", "MAC"])
@pytest.mark.parametrize("index", [1, 3, 4, 6, 8, -1], ids=lambda index: f"piece {index}")
def test_a_bit_in_a_segment(index: int, where: str, curve: Curve) -> None:
    """Pieces: 1 ConfigureISDP, 3 StoreMetadata, 4 ReplaceSessionKeys, 6 and on the profile."""
    side = device(curve)
    keyed = contents()
    replaced = type(keyed)(keyed.metadata, keyed.package, session_keys=(bytes(16), bytes(16), bytes(16)))
    pieces = side.bind(side.prepared(), replaced)
    position = len(pieces[index]) - (1 if where == "MAC" else 10)
    pieces[index] = flipped(pieces[index], position)
    assert refused(side, pieces) == Reason.SCP03T_SECURITY_ERROR
    assert len(side.notifications()) == 1


@pytest.mark.parametrize("change", ["swapped", "repeated", "left out"])
def test_segments_in_another_order_are_refused(change: str) -> None:
    side = device()
    pieces = side.bind(side.prepared(), contents())
    at = 6
    altered = {
        "swapped": [*pieces[:at], pieces[at + 1], pieces[at], *pieces[at + 2 :]],
        "repeated": [*pieces[: at + 1], pieces[at], *pieces[at + 1 :]],
        "left out": [*pieces[:at], *pieces[at + 1 :]],
    }
    assert refused(side, altered[change]) == Reason.SCP03T_SECURITY_ERROR


def test_a_package_of_another_session_is_refused() -> None:
    side = device()
    pieces = side.bind(side.prepared(), contents())
    side.prepared()
    assert refused(side, pieces) == Reason.INVALID_SIGNATURE
