"""The protection of bound profile packages: one vector, both directions, and what must be refused."""

from __future__ import annotations

import pytest
from Crypto.Cipher import AES
from Crypto.Hash import CMAC

from apdu import tlv
from euicc.crypto import bsp
from euicc.crypto.bsp import Bsp, BspSecurityError, BspStructureError

Z = bytes(range(32))
EID = bytes.fromhex("89049032123451234512345678901235")
S_ENC = bytes.fromhex("3F99638ADF4F722796C13F130F147006")
S_MAC = bytes.fromhex("38164EBE5481C6833F43E4E683468E11")
MCV = bytes.fromhex("8297687A0ABAACEFD9A3CA713CC2096D")
STREAM = (
    (
        0x87,
        bytes.fromhex("BF2400"),
        bytes.fromhex("8718C1C061D4BF9E9DAAF046E5AEE32AFEAC1F68759AAEB044B1"),
    ),
    (0x88, bytes.fromhex("BF2503800101"), bytes.fromhex("880EBF2503800101287298CB958D963A")),
    (
        0x86,
        b"A" * 20,
        bytes.fromhex("8628E7C4B4A210180BA974534CC2C1EF08400CA79F1B1B1B8BF9AD083EE82DA3700228CA65B96329793D"),
    ),
)


def session() -> Bsp:
    return Bsp.from_session(Z, bsp.KEY_TYPE_AES, bsp.KEY_LENGTH, b"HOST", EID)


def protect(tag: int, plaintext: bytes) -> bytes:
    return session().protect(tag, plaintext, encrypt=tag != bsp.TAG_METADATA)


def mac_of(data: bytes) -> bytes:
    return CMAC.new(S_MAC, MCV + data, ciphermod=AES).digest()[:8]


def test_the_server_protects_as_the_vector_says() -> None:
    stream = session()
    for tag, plaintext, protected in STREAM:
        assert stream.protect(tag, plaintext, encrypt=tag != bsp.TAG_METADATA) == protected


def test_the_card_reads_what_the_vector_says() -> None:
    stream = session()
    for _, plaintext, protected in STREAM:
        assert stream.unprotect(protected) == plaintext


def test_replaced_keys_start_a_stream_of_their_own() -> None:
    stream = Bsp(MCV, S_ENC, S_MAC)
    assert stream.unprotect(STREAM[0][2]) == STREAM[0][1]


def test_a_mac_only_tlv_advances_counter_and_chain() -> None:
    stream = session()
    stream.unprotect(STREAM[0][2])
    with pytest.raises(BspSecurityError):
        stream.unprotect(STREAM[2][2])
    stream.unprotect(STREAM[1][2])
    assert stream.unprotect(STREAM[2][2]) == STREAM[2][1]


def test_a_tlv_does_not_count_twice() -> None:
    stream = session()
    stream.unprotect(STREAM[0][2])
    with pytest.raises(BspSecurityError):
        stream.unprotect(STREAM[0][2])


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 1007, 1008, 1020, 5000])
@pytest.mark.parametrize("tag", [0x86, 0x87, 0x88])
def test_any_length_comes_back(tag: int, length: int) -> None:
    plaintext = bytes(n * 7 % 256 for n in range(length))
    assert session().unprotect(protect(tag, plaintext)) == plaintext


@pytest.mark.parametrize(
    ("tag", "length"), [(bsp.TAG_PROFILE, bsp.MAX_ENCRYPTED), (bsp.TAG_METADATA, bsp.MAX_MAC_ONLY)]
)
def test_the_longest_segment_of_a_server_has_1020_bytes(tag: int, length: int) -> None:
    assert len(protect(tag, bytes(length))) == 1020
    assert len(protect(tag, bytes(length + 1))) > 1020


def test_plaintext_that_ends_in_padding_bytes_survives() -> None:
    plaintext = b"x\x80\x00\x00"
    assert session().unprotect(protect(0x86, plaintext)) == plaintext


@pytest.mark.parametrize("index", range(len(STREAM)))
def test_every_flipped_bit_is_refused_and_changes_nothing(index: int) -> None:
    stream = session()
    for _, _, before in STREAM[:index]:
        stream.unprotect(before)
    _, plaintext, protected = STREAM[index]
    for bit in range(8 * len(protected)):
        flipped = bytearray(protected)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((BspSecurityError, BspStructureError)):
            stream.unprotect(bytes(flipped))
    assert stream.unprotect(protected) == plaintext


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x86",
        bytes.fromhex("8600"),
        bytes.fromhex("860701020304050607"),
        bytes.fromhex("868001020304050607080000"),
        protect(0x86, b"x") + b"\x00",
        protect(0x86, b"x")[:-1],
        protect(0x89, b"x"),
        bytes.fromhex("BF25080000000000000000"),
    ],
)
def test_what_is_not_one_protected_tlv_is_a_structure_error(data: bytes) -> None:
    with pytest.raises(BspStructureError):
        session().unprotect(data)


@pytest.mark.parametrize(
    "ciphertext",
    [
        b"",
        bytes(15),
        bytes(16),
        AES.new(S_ENC, AES.MODE_ECB).encrypt(bytes(15) + b"\x01"),
    ],
)
def test_wrong_padding_under_a_right_mac_is_a_security_error(ciphertext: bytes) -> None:
    protected = b"\x86" + tlv.encode_length(len(ciphertext) + 8) + ciphertext
    with pytest.raises(BspSecurityError):
        session().unprotect(protected + mac_of(protected))


def test_a_block_of_nothing_but_padding_is_refused_when_it_is_one_too_many() -> None:
    """Padding is at most one block: 80 followed by sixteen or more 00 never comes from a server."""
    icv = AES.new(S_ENC, AES.MODE_ECB).encrypt((1).to_bytes(16, "big"))
    ciphertext = AES.new(S_ENC, AES.MODE_CBC, iv=icv).encrypt(b"\x80" + bytes(31))
    protected = b"\x86" + tlv.encode_length(len(ciphertext) + 8) + ciphertext
    with pytest.raises(BspSecurityError):
        session().unprotect(protected + mac_of(protected))


def test_another_library_reads_the_stream() -> None:
    protected = protect(0x86, b"profile element")
    assert protected[-8:] == mac_of(protected[:-8])
    icv = AES.new(S_ENC, AES.MODE_ECB).encrypt((1).to_bytes(16, "big"))
    assert AES.new(S_ENC, AES.MODE_CBC, iv=icv).decrypt(protected[2:-8]) == b"profile element\x80"


@pytest.mark.parametrize("lengths", [(15, 16, 16), (16, 24, 16), (16, 16, 0)])
def test_keys_of_another_length_are_a_mistake_of_the_caller(lengths: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        Bsp(*map(bytes, lengths))
