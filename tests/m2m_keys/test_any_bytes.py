"""Whatever arrives: an error of the interface, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import StatusError, status, tlv
from euicc.crypto.gp_certificate import GpCertificate, GpCertificateError, ServerKind
from euicc.m2m.identity import M2mIdentity, M2mIdentityError
from tests.m2m_keys.scene import Scene, value

SCENE = Scene()
IDENTITY = M2mIdentity.default().to_bytes()
TAGS = (0x90, 0x95, 0x96, 0x80, 0x81, 0x82, 0x83, 0x91, 0x45, 0x84, 0x7F49, 0x5F37, 0xA6, 0xB0, 0xF0)

objects = st.builds(tlv.encode, st.sampled_from(TAGS), st.binary(max_size=20))
templates = st.lists(objects, max_size=12).map(lambda parts: tlv.encode(0xA6, *parts))
requests = st.tuples(templates, objects, objects).map(b"".join) | st.binary(max_size=80)


def mutated(whole: bytes) -> st.SearchStrategy[bytes]:
    """A byte changed, a piece taken out, or a piece put in."""
    places = st.integers(0, len(whole) - 1)
    return st.tuples(places, st.integers(0, 4), st.binary(max_size=4)).map(
        lambda drawn: whole[: drawn[0]] + drawn[2] + whole[drawn[0] + drawn[1] :]
    )


@settings(max_examples=150, deadline=None)
@given(data=mutated(SCENE.server.encoded) | st.binary(max_size=40))
def test_certificates(data: bytes) -> None:
    try:
        read = GpCertificate.parse(data)
    except GpCertificateError:
        return
    assert read.encoded == data
    assert tlv.parse(data).value.startswith(read.signed)


@settings(max_examples=150, deadline=None)
@given(data=requests | mutated(value(SCENE.signed())))
def test_requests(data: bytes) -> None:
    """None is signed for the challenge of this time."""
    SCENE.challenge()
    with pytest.raises(StatusError) as refused:
        SCENE.card.establish(data)
    assert refused.value.sw in (status.INCORRECT_DATA, status.SECURITY_ISSUE)


@settings(max_examples=100, deadline=None)
@given(data=mutated(SCENE.server.encoded))
def test_no_mutated_certificate_is_accepted(data: bytes) -> None:
    if data.endswith(SCENE.server.encoded[4:]):
        return  # Another way to write the length in front, at most, which is not signed.
    with pytest.raises(StatusError) as refused:
        SCENE.card.certificate(data, ServerKind.SM_DP)
    assert refused.value.sw in (status.INCORRECT_DATA, status.REFERENCED_DATA_NOT_FOUND)


@settings(max_examples=100, deadline=None)
@given(data=mutated(IDENTITY) | st.binary(max_size=40))
def test_stored_identities(data: bytes) -> None:
    try:
        read = M2mIdentity.from_bytes(data)
    except M2mIdentityError:
        return
    assert M2mIdentity.from_bytes(read.to_bytes()) == read
