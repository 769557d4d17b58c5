"""The security contexts of AUTHENTICATE and the applications they are in; every status word it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euicc.testing.profile_builder import Aka, Subscription
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID
from euicc.uicc.filesystem import TERMINATED, Ef
from tests.aka import keccak_bits, network
from tests.aka.device import GBA, GSM, UMTS, VGCS, Device, accepted, auts, fields
from tests.aka.subscriber import NETWORK, K, card, known, sqn
from tests.data import needs_ts48, ts48_packages

MILENAGE, TUAK, TEST_ALGORITHM = 1, 2, 3
RAND = bytes(range(100, 116))
PIN = b"1234\xff\xff\xff\xff"


def test_gsm() -> None:
    answer = card().authenticate(b"\x10" + RAND, GSM)
    res, ck, ik = NETWORK.f2(RAND), NETWORK.f3(RAND), NETWORK.f4(RAND)
    assert answer.sw == 0x9000
    assert fields(answer.data) == [network.c2(res), network.c3(ck, ik)]


def test_gsm_leaves_the_sequence_numbers_alone() -> None:
    device = card()
    assert device.authenticate(b"\x10" + RAND, GSM) == device.authenticate(b"\x10" + RAND, GSM)
    assert known(device) == 0


def test_the_isim_shares_the_sequence_numbers_of_the_usim() -> None:
    device = card()
    assert accepted(device.challenged(NETWORK, sqn(1)))
    assert auts(device.isim().challenged(NETWORK, sqn(1)))
    res, ck, ik = accepted(device.challenged(NETWORK, sqn(2), RAND))  # no Kc in an ISIM
    assert (res, ck, ik) == (NETWORK.f2(RAND), NETWORK.f3(RAND), NETWORK.f4(RAND))
    device.select(USIM_AID)
    assert auts(device.challenged(NETWORK, sqn(2)))


def test_an_isim_with_its_own() -> None:
    subscription = Subscription(k=K, opc=NETWORK.opc, isim_aka=Aka(TEST_ALGORITHM, 2))
    device = Device(subscription)
    assert accepted(device.challenged(NETWORK, sqn(1)))
    xor = network.TestAlgorithm(K)
    assert accepted(device.isim().challenged(xor, 0, RAND))[0] == xor.f2(RAND)


@pytest.mark.parametrize("context", [GSM, VGCS, GBA])
@pytest.mark.parametrize("aid", [USIM_AID, ISIM_AID], ids=["usim", "isim"])
def test_contexts_that_the_application_does_not_have(context: int, aid: bytes) -> None:
    device = Device(Subscription(gsm_access=False))
    device.select(aid)
    assert device.authenticate(b"\x10" + RAND, context).sw == 0x9864


@pytest.mark.parametrize(
    "header", ["00880181", "00880001", "00880000", "00880083", "00880085", "00880086", "008800C1"]
)
def test_parameters_that_mean_nothing(header: str) -> None:
    assert card().send(header, network.challenge(NETWORK, sqn(1)).data).sw == 0x6A86


def test_the_odd_instruction_is_not_there() -> None:
    assert card().send("00890085", b"\x53\x00").sw == 0x6D00
    assert card().send("80880081", b"\x53\x00").sw == 0x6E00


GOOD = network.challenge(NETWORK, sqn(1)).data


@pytest.mark.parametrize(
    ("context", "data"),
    [
        (UMTS, b""),
        (UMTS, GOOD[:-1]),
        (UMTS, GOOD + b"\x00"),
        (UMTS, GOOD[:17]),
        (UMTS, b"\x0f" + GOOD[1:]),
        (UMTS, GOOD[:17] + b"\x0f" + GOOD[18:]),
        (UMTS, GOOD[:17] + b"\x0e" + GOOD[18:-2]),
        (GSM, b""),
        (GSM, GOOD),
        (GSM, b"\x10" + RAND[:-1]),
        (GSM, b"\x08" + RAND[:8]),
        (GSM, RAND),
    ],
)
def test_lengths(context: int, data: bytes) -> None:
    device = card()
    assert device.authenticate(data, context).sw == 0x6700
    assert accepted(device.authenticate(GOOD))


def test_services_of_an_isim_are_not_those_of_a_usim() -> None:
    device = card().isim()
    uicc = device.card.uicc.running
    table = uicc.profile.filesystem.adfs[ISIM_AID].children[0x6F07]
    assert isinstance(table, Ef)
    uicc.write(table, b"\xff" * 14)
    assert device.authenticate(b"\x10" + RAND, GSM).sw == 0x9864
    assert len(accepted(device.authenticate(GOOD))) == 3


def test_no_data_at_all() -> None:
    assert card().send("00880081", le=None).sw == 0x6700


def test_outside_the_application() -> None:
    device = card()
    assert device.send("00A4000C", b"\x3f\x00", None).sw == 0x9000
    assert device.authenticate(GOOD).sw == 0x6985
    assert device.send("00A4000C", b"\x7f\xff", None).sw == 0x9000
    assert device.send("00A4000C", b"\x5f\xc0", None).sw == 0x9000  # a directory of the USIM
    assert accepted(device.authenticate(GOOD))
    device.card.reset()
    assert device.authenticate(GOOD).sw == 0x6985


def test_a_terminated_application() -> None:
    device = card()
    uicc = device.card.uicc.running
    uicc.set_lcsi(uicc.profile.filesystem.adfs[USIM_AID], TERMINATED)
    assert device.authenticate(GOOD).sw == 0x6985
    assert device.send("80780001").sw == 0x6985


def test_another_channel() -> None:
    device = card()
    assert device.send("00700000", le=1).data == b"\x01"
    assert device.send("01880081", GOOD).sw == 0x6985
    assert device.send("01A4040C", USIM_AID, None).sw == 0x9000
    assert device.send("01880081", GOOD).sw == 0x9000
    assert auts(device.authenticate(GOOD))


def test_the_pin() -> None:
    device = Device(Subscription(k=K, opc=NETWORK.opc, pin1="1234"))
    for context in (UMTS, GSM):
        assert device.authenticate(GOOD, context).sw == 0x6982
    assert device.send("00200001", PIN, None).sw == 0x9000
    assert accepted(device.authenticate(GOOD))
    device.select(ISIM_AID)  # PIN1 is one for all applications
    assert auts(device.authenticate(GOOD))
    device.restart()
    assert device.authenticate(GOOD).sw == 0x6982


def test_a_wrong_mac() -> None:
    assert card().authenticate(GOOD[:-1] + b"\x00").sw == 0x9862
    assert card().challenged(network.Milenage(bytes(16), bytes(16)), sqn(1)).sw == 0x9862


@pytest.mark.parametrize("options", [0x0D, 0x1D | 0x20])
def test_options_that_no_algorithm_has(options: int) -> None:
    subscription = Subscription(k=K, opc=bytes(32), aka=Aka(TUAK, options))
    assert Device(subscription).authenticate(GOOD).sw == 0x6985


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
def test_a_csim_has_no_algorithm_here(path: Path) -> None:
    device = Device(path.read_bytes())
    (aid,) = device.card.uicc.running.profile.cdma
    device.select(aid)
    for context in (GSM, UMTS):
        assert device.authenticate(GOOD, context).sw == 0x6985


class TestCounter:
    def test_it_limits_the_uses(self) -> None:
        device = card(auth_counter_max=3)
        for number in (1, 2, 3):
            assert accepted(device.challenged(NETWORK, sqn(number)))
        assert device.challenged(NETWORK, sqn(4)).sw == 0x6985
        device.restart()
        assert device.challenged(NETWORK, sqn(4)).sw == 0x6985
        assert device.authenticate(b"\x10" + RAND, GSM).sw == 0x6985
        assert device.isim().challenged(NETWORK, sqn(4)).sw == 0x6985

    def test_every_use_counts(self) -> None:
        device = card(auth_counter_max=4)
        assert device.authenticate(GOOD[:-1] + b"\x00").sw == 0x9862
        assert device.authenticate(b"\x10" + RAND, GSM).sw == 0x9000
        assert auts(device.challenged(NETWORK, 0))
        assert accepted(device.isim().authenticate(GOOD))
        assert device.challenged(NETWORK, sqn(2)).sw == 0x6985

    def test_what_the_algorithm_did_not_see_does_not_count(self) -> None:
        device = card(auth_counter_max=1)
        assert device.authenticate(GOOD[:-1]).sw == 0x6700
        assert device.authenticate(GOOD, VGCS).sw == 0x9864
        assert accepted(device.authenticate(GOOD))

    def test_none_at_all(self) -> None:
        assert card(auth_counter_max=0).authenticate(GOOD).sw == 0x6985


BLOCK = st.binary(min_size=16, max_size=16)


def through_the_card(
    subscription: Subscription, other: network.Functions, number: int, rand: bytes, amf: bytes
) -> None:
    device = Device(subscription)
    challenge = network.challenge(other, number, rand, amf)
    assert accepted(device.authenticate(challenge.data)) == [
        challenge.res,
        challenge.ck,
        challenge.ik,
        network.c3(challenge.ck, challenge.ik),
    ]
    assert network.resynchronised(other, rand, auts(device.authenticate(challenge.data))) == number
    gsm = fields(device.authenticate(b"\x10" + rand, GSM).data)
    assert gsm == [network.c2(challenge.res), network.c3(challenge.ck, challenge.ik)]


@settings(max_examples=20, deadline=None)
@given(
    k=BLOCK,
    op=BLOCK,
    r=st.binary(min_size=5, max_size=5),
    c=st.binary(min_size=80, max_size=80),
    rand=BLOCK,
    data=st.data(),
)
def test_milenage_of_any_operator(k: bytes, op: bytes, r: bytes, c: bytes, rand: bytes, data: Any) -> None:
    other = network.Milenage(k, op, tuple(r), tuple(c[at : at + 16] for at in range(0, 80, 16)))
    aka = Aka(MILENAGE, rotation_constants=r, xoring_constants=c, sqn_options=0x0E)
    number, amf = data.draw(st.integers(32, 2**48 - 1)), data.draw(st.binary(min_size=2, max_size=2))
    through_the_card(Subscription(k=k, opc=other.opc, aka=aka), other, number, rand, amf)


@settings(max_examples=4, deadline=None)
@given(
    k=st.one_of(BLOCK, st.binary(min_size=32, max_size=32)),
    top=st.binary(min_size=32, max_size=32),
    lengths=st.tuples(st.sampled_from((0, 1, 2, 4)), st.sampled_from((0, 1, 2, 4)), st.booleans()),
    rand=BLOCK,
    number=st.integers(32, 2**48 - 1),
)
def test_tuak_of_any_operator(
    k: bytes, top: bytes, lengths: tuple[int, int, bool], rand: bytes, number: int
) -> None:
    res, mac, long = lengths
    bits = {0: 32, 1: 64, 2: 128, 4: 256}
    keys = 256 if long else 128
    other = keccak_bits.Tuak(k, top, 1, bits[res], max(64, bits[mac]), keys, keys)
    aka = Aka(TUAK, res | mac << 3 | long << 6, sqn_options=0x0E)
    through_the_card(Subscription(k=k, opc=other.topc, aka=aka), other, number, rand, b"\x80\x00")
