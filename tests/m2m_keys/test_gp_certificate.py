"""Certificates of the form 7F21: what is read, what is refused, and what of them is signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from apdu import tlv
from euicc.crypto import curves, ecdsa
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import GpCertificate, GpCertificateError, PublicKey
from euicc.testing.m2m.pki import M2mPki
from tests.m2m_keys.scene import both_curves

PKI = M2mPki(seed=b"TEST seed")
SERVER = PKI.sm_dp()
PARTS = [each.encoded for each in tlv.parse(SERVER.encoded).children()]
TAGS = ["93", "42", "5f20", "95", "5f25", "5f24", "73", "7f49", "5f37"]
POINT = SERVER.certificate.content.public_key.point


def certificate(*parts: bytes) -> bytes:
    return tlv.encode(0x7F21, *parts)


def with_part(place: int, *parts: bytes) -> bytes:
    return certificate(*PARTS[:place], *parts, *PARTS[place + 1 :])


@both_curves
def test_what_was_issued_is_read_again(curve: Curve) -> None:
    issued = M2mPki(curve, b"TEST seed").sm_sr(b"another name")
    read = GpCertificate.parse(issued.encoded)
    assert read == issued.certificate
    assert read.content.encode() == read.signed
    assert (read.content.subject, read.content.expiration) == (b"another name", date(2059, 12, 31))
    assert read.content.public_key == PublicKey.of(issued.key.public_key())
    assert (read.server_kind, len(read.ca_key_identifier or b"")) == (b"\x02", 20)


def test_the_reference_of_the_curve_is_written_into_the_key() -> None:
    keys = [M2mPki(curve, b"TEST seed").sm_dp().certificate.content.public_key for curve in curves.ALL]
    assert [key.encode()[-3:].hex() for key in keys] == ["f00100", "f00103"]
    assert {key.encode()[:6].hex() for key in keys} == {"7f4946b04104"}


def test_every_element_has_its_place() -> None:
    assert [each.hex()[: len(tag)] for each, tag in zip(PARTS, TAGS, strict=True)] == TAGS


@pytest.mark.parametrize("place", range(len(TAGS)), ids=TAGS)
def test_only_date_of_effect_and_discretionary_data_may_be_missing(place: int) -> None:
    if TAGS[place] in ("5f25", "73"):
        GpCertificate.parse(with_part(place))
    else:
        with pytest.raises(GpCertificateError):
            GpCertificate.parse(with_part(place))


@pytest.mark.parametrize("place", range(len(TAGS)), ids=TAGS)
def test_no_element_comes_twice_or_elsewhere(place: int) -> None:
    wrong = [
        with_part(place, PARTS[place], PARTS[place]),
        with_part(place, PARTS[place], b"\x81\x00"),
        certificate(*PARTS[place:], *PARTS[:place]) if place else certificate(*reversed(PARTS)),
    ]
    for each in wrong:
        with pytest.raises(GpCertificateError):
            GpCertificate.parse(each)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("93", ""),
        ("93", "00" * 17),
        ("42", ""),
        ("42", "00" * 21),
        ("5f20", ""),
        ("5f20", "00" * 21),
        ("95", ""),
        ("95", "820000"),
        ("5f25", ""),
        ("5f24", ""),
        ("5f25", "20200230"),
        ("5f25", "2020010a"),
        ("5f24", "205912"),
        ("73", "c801"),
        ("5f37", "00" * 63),
        ("5f37", "00" * 65),
    ],
)
def test_values_that_are_none_are_refused(tag: str, value: str) -> None:
    element = tlv.encode(int(tag, 16), bytes.fromhex(value))
    with pytest.raises(GpCertificateError):
        GpCertificate.parse(with_part(TAGS.index(tag), element))


@pytest.mark.parametrize(
    "value",
    [
        b"\xb0\x41" + POINT,
        b"\xb0\x41" + POINT + b"\xf0\x01\x40",
        b"\xb0\x41" + POINT + b"\xf0\x01\x03",
        b"\xb0\x41" + POINT + b"\xf0\x02\x00\x00",
        b"\xb0\x41" + POINT + b"\xf0\x00",
        b"\xf0\x01\x00\xb0\x41" + POINT,
        b"\xb0\x41" + POINT[:-1] + bytes((POINT[-1] ^ 1,)) + b"\xf0\x01\x00",
        b"\xb0\x21\x02" + POINT[1:33] + b"\xf0\x01\x00",
        b"\xb0\x01\x00\xf0\x01\x00",
        POINT,
        b"",
    ],
    ids=[
        "no curve",
        "FRP256V1",
        "another curve",
        "long reference",
        "empty reference",
        "order",
        "off the curve",
        "compressed",
        "infinity",
        "bare",
        "empty",
    ],
)
def test_public_keys_that_are_none_are_refused(value: bytes) -> None:
    with pytest.raises(GpCertificateError):
        GpCertificate.parse(with_part(7, tlv.encode(0x7F49, value)))


@pytest.mark.parametrize("data", [b"", b"\x7f\x21\x00", SERVER.encoded + b"\x00", SERVER.encoded[:-1]])
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(GpCertificateError):
        GpCertificate.parse(data)


def test_no_bit_of_a_certificate_can_be_changed() -> None:
    """Each changed byte makes it unreadable, or not the CI's."""
    accepted = []
    for place in range(len(SERVER.encoded)):
        changed = bytearray(SERVER.encoded)
        changed[place] ^= 1 << place % 8
        try:
            read = GpCertificate.parse(bytes(changed))
        except GpCertificateError:
            continue
        if read.is_signed_by(PKI.ci.key):
            accepted.append(place)
    assert SERVER.certificate.is_signed_by(PKI.ci.key)
    assert accepted == []


def test_signed_are_the_bytes_as_received() -> None:
    """A length in more bytes than needed is other signed data."""
    serial = PARTS[0]
    longer = bytes((serial[0], 0x81, serial[1])) + serial[2:]
    signed = b"".join((longer, *PARTS[1:-1]))
    assert not GpCertificate.parse(with_part(0, longer)).is_signed_by(PKI.ci.key)
    again = certificate(signed, tlv.encode(0x5F37, _signed(signed)))
    assert GpCertificate.parse(again).is_signed_by(PKI.ci.key)
    assert GpCertificate.parse(again).content == SERVER.certificate.content


def _signed(data: bytes) -> bytes:
    return ecdsa.sign(PKI.authority.key, data)


def test_a_certificate_without_a_key_of_the_ci_or_a_kind_has_none() -> None:
    content = replace(SERVER.certificate.content, discretionary=None, effective=None)
    read = GpCertificate.parse(GpCertificate.issue(content, PKI.authority.key).encoded)
    assert (read.server_kind, read.ca_key_identifier, read.content.effective) == (None, None, None)
