"""f1 to f5* of Milenage, TUAK and the USIM test algorithm against published sets and another implementation."""

from __future__ import annotations

from hashlib import sha3_256, sha3_512, shake_128

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euicc.crypto import milenage, tuak
from euicc.crypto.aka import AkaAlgorithm
from euicc.crypto.keccak import permute
from euicc.crypto.milenage import Milenage
from euicc.crypto.tuak import Tuak
from euicc.crypto.usim_test_algorithm import UsimTestAlgorithm
from tests.aka import keccak_bits, milenage_sets, network, tuak_sets

BLOCK = st.binary(min_size=16, max_size=16)
SQN = st.binary(min_size=6, max_size=6)
AMF = st.binary(min_size=2, max_size=2)


def of(text: str) -> bytes:
    return bytes.fromhex(text)


def agree(algorithm: AkaAlgorithm, other: network.Functions, rand: bytes, sqn: bytes, amf: bytes) -> None:
    assert algorithm.f1(rand, sqn, amf) == other.f1(sqn, rand, amf)
    assert algorithm.f1_star(rand, sqn, amf) == other.f1_star(sqn, rand, amf)
    assert algorithm.f2345(rand) == (other.f2(rand), other.f3(rand), other.f4(rand), other.f5(rand))
    assert algorithm.f5_star(rand) == other.f5_star(rand)


@pytest.mark.parametrize("given", milenage_sets.MILENAGE, ids=lambda given: f"set {given.number}")
def test_milenage_of_ts_35_207(given: milenage_sets.Milenage) -> None:
    assert milenage.opc(of(given.k), of(given.op)) == of(given.opc)
    algorithm = Milenage(of(given.k), of(given.opc))
    rand = of(given.rand)
    assert algorithm.f1(rand, of(given.sqn), of(given.amf)).hex() == given.mac_a
    assert algorithm.f1_star(rand, of(given.sqn), of(given.amf)).hex() == given.mac_s
    assert [part.hex() for part in algorithm.f2345(rand)] == [given.res, given.ck, given.ik, given.ak]
    assert algorithm.f5_star(rand).hex() == given.ak_star
    assert algorithm.mac_length == 8


@pytest.mark.parametrize("given", milenage_sets.SHORT, ids=lambda given: f"set {given.number}")
def test_milenage_of_ts_35_208(given: milenage_sets.Short) -> None:
    algorithm = Milenage(of(given.k), milenage.opc(of(given.k), of(given.op)))
    rand = of(given.rand)
    assert algorithm.f1(rand, of(given.sqn), of(given.amf)).hex() == given.mac_a
    assert algorithm.f1_star(rand, of(given.sqn), of(given.amf)).hex() == given.mac_s
    assert (algorithm.f2345(rand).res.hex(), algorithm.f2345(rand).ak.hex()) == (given.res, given.ak)
    assert algorithm.f5_star(rand).hex() == given.ak_star


@given(
    k=BLOCK,
    op=BLOCK,
    r=st.binary(min_size=5, max_size=5),
    c=st.lists(BLOCK, min_size=5, max_size=5),
    rand=BLOCK,
)
def test_milenage_with_any_constants(k: bytes, op: bytes, r: bytes, c: list[bytes], rand: bytes) -> None:
    other = network.Milenage(k, op, tuple(r), tuple(c))
    agree(Milenage(k, other.opc, r, b"".join(c)), other, rand, rand[:6], rand[6:8])


@pytest.mark.parametrize("given", tuak_sets.TUAK, ids=lambda given: f"set {given.number}")
def test_tuak_of_ts_35_233(given: tuak_sets.Tuak) -> None:
    assert tuak.topc(of(given.k), of(given.top), given.iterations).hex() == given.topc
    lengths = (len(of(part)) for part in (given.res, given.mac_a, given.ck, given.ik))
    algorithm = Tuak(of(given.k), of(given.topc), given.iterations, *lengths)
    rand = of(given.rand)
    assert algorithm.f1(rand, of(given.sqn), of(given.amf)).hex() == given.mac_a
    assert algorithm.f1_star(rand, of(given.sqn), of(given.amf)).hex() == given.mac_s
    assert [part.hex() for part in algorithm.f2345(rand)] == [given.res, given.ck, given.ik, given.ak]
    assert algorithm.f5_star(rand).hex() == given.ak_star


@settings(max_examples=6, deadline=None)
@given(
    k=st.one_of(BLOCK, st.binary(min_size=32, max_size=32)),
    top=st.binary(min_size=32, max_size=32),
    iterations=st.integers(1, 2),
    lengths=st.tuples(*map(st.sampled_from, ((4, 8, 16, 32), (8, 16, 32), (16, 32), (16, 32)))),
    rand=BLOCK,
)
def test_tuak_of_any_lengths(
    k: bytes, top: bytes, iterations: int, lengths: tuple[int, int, int, int], rand: bytes
) -> None:
    other = keccak_bits.Tuak(k, top, iterations, *(8 * length for length in lengths))
    assert tuak.topc(k, top, iterations) == other.topc
    agree(Tuak(k, other.topc, iterations, *lengths), other, rand, rand[:6], rand[6:8])


@pytest.mark.parametrize("rejected", [{"res_length": 5}, {"mac_length": 4}])
def test_tuak_has_no_other_lengths(rejected: dict[str, int]) -> None:
    algorithm = Tuak(bytes(16), bytes(32), **rejected)
    with pytest.raises(KeyError):
        (algorithm.f2345(bytes(16)), algorithm.f1(bytes(16), bytes(6), bytes(2)))


@given(st.binary(min_size=200, max_size=200))
@settings(max_examples=5, deadline=None)
def test_keccak_is_that_of_the_single_bits(state: bytes) -> None:
    assert permute(state) == keccak_bits.keccak_f(state)


def test_keccak_of_ts_35_231() -> None:
    state = b"\x80" + bytes(199)
    assert permute(state).hex().startswith("44e0e58ca968975c4c2592a157f53f2124519b010b89e15e301ef58f76501db5")


@pytest.mark.parametrize("message", [b"", b"TUAK1.0", bytes(range(256))], ids=len)
def test_the_single_bits_make_the_hashes_of_fips_202(message: bytes) -> None:
    assert keccak_bits.sponge(message, 136, 0x06, 32) == sha3_256(message).digest()
    assert keccak_bits.sponge(message, 72, 0x06, 64) == sha3_512(message).digest()
    assert keccak_bits.sponge(message, 168, 0x1F, 100) == shake_128(message).digest(100)


@given(k=BLOCK, rand=BLOCK, sqn=SQN, amf=AMF, length=st.sampled_from((4, 8, 16)))
def test_the_test_algorithm(k: bytes, rand: bytes, sqn: bytes, amf: bytes, length: int) -> None:
    agree(UsimTestAlgorithm(k, length), network.TestAlgorithm(k, length), rand, sqn, amf)


def test_keys_do_not_show() -> None:
    outputs = Milenage(bytes(16), bytes(16)).f2345(bytes(16))
    assert repr(outputs) == "Outputs(...)"
    assert outputs.ck.hex() not in repr(outputs)
