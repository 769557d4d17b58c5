"""The published sets through APDUs: a card whose profile has their K and OPc, and the command AUTHENTICATE."""

from __future__ import annotations

from typing import Any

import pytest

from euicc.testing.profile_builder import Aka, Subscription
from tests.aka import milenage_sets, network, tuak_sets
from tests.aka.device import GSM, Device, accepted, auts, fields
from tests.aka.test_algorithms import of

MILENAGE, TUAK = 1, 2
ANY_SQN = 0x0E
"""sqnOptions: neither delta nor age limit, so that the sequence numbers of the sets are accepted by a fresh card."""
RES_OPTIONS = {4: 0, 8: 1, 16: 2, 32: 4}
MAC_OPTIONS = {8: 1, 16: 2, 32: 4}
LONG_KEYS = 0x40


def milenage_card(k: str, opc: bytes, **options: Any) -> Device:
    return Device(Subscription(k=of(k), opc=opc, aka=Aka(MILENAGE, sqn_options=ANY_SQN), **options))


@pytest.mark.parametrize("given", milenage_sets.MILENAGE, ids=lambda given: f"set {given.number}")
def test_milenage_of_ts_35_207(given: milenage_sets.Milenage) -> None:
    device = milenage_card(given.k, of(given.opc))
    data = b"\x10" + of(given.rand) + b"\x10" + of(given.autn)
    assert accepted(device.authenticate(data)) == [
        of(part) for part in (given.res, given.ck, given.ik, given.kc)
    ]
    assert auts(device.authenticate(data)).hex() == given.auts  # the same again
    gsm = device.authenticate(b"\x10" + of(given.rand), GSM)
    assert fields(gsm.data) == [of(given.sres), of(given.kc)]


def test_set_1_as_the_standards_write_it() -> None:
    given = milenage_sets.MILENAGE[0]
    device = milenage_card(given.k, of(given.opc))
    header = "00880081" + "22" + "10" + given.rand + "10" + given.autn
    assert device.card.transmit(bytes.fromhex(header)).hex() == "6135"
    answer = device.card.transmit(bytes.fromhex("00C0000035")).hex()
    assert answer == f"db08{given.res}10{given.ck}10{given.ik}08{given.kc}9000"


def test_without_gsm_access_there_is_no_kc() -> None:
    given = milenage_sets.MILENAGE[0]
    device = milenage_card(given.k, of(given.opc), gsm_access=False)
    data = b"\x10" + of(given.rand) + b"\x10" + of(given.autn)
    assert accepted(device.authenticate(data)) == [of(part) for part in (given.res, given.ck, given.ik)]
    assert device.authenticate(b"\x10" + of(given.rand), GSM).sw == 0x9864


@pytest.mark.parametrize("given", milenage_sets.SHORT, ids=lambda given: f"set {given.number}")
def test_milenage_of_ts_35_208(given: milenage_sets.Short) -> None:
    other = network.Milenage(of(given.k), of(given.op))
    device = milenage_card(given.k, other.opc)
    sqn, rand = int(given.sqn, 16), of(given.rand)
    concealed = network.xor(of(given.sqn), of(given.ak))
    data = b"\x10" + rand + b"\x10" + concealed + of(given.amf) + of(given.mac_a)
    res, ck, ik, kc = accepted(device.authenticate(data))
    assert (res.hex(), ck, ik) == (given.res, other.f3(rand), other.f4(rand))
    assert kc == network.c3(ck, ik)
    token = auts(device.authenticate(data))
    assert network.xor(token[:6], of(given.ak_star)).hex() == given.sqn
    assert network.resynchronised(other, rand, token) == sqn


def saip_options(given: tuak_sets.Tuak) -> int | None:
    """algorithmOptions, which have one bit for the lengths of CK and IK together."""
    if len(given.ck) != len(given.ik):
        return None
    return (
        RES_OPTIONS[len(of(given.res))]
        | MAC_OPTIONS[len(of(given.mac_a))] << 3
        | (LONG_KEYS if len(of(given.ck)) == 32 else 0)
    )


EXPRESSIBLE = [given for given in tuak_sets.TUAK if saip_options(given) is not None]


@pytest.mark.parametrize("given", EXPRESSIBLE, ids=lambda given: f"set {given.number}")
def test_tuak_of_ts_35_233(given: tuak_sets.Tuak) -> None:
    options = saip_options(given)
    assert options is not None
    aka = Aka(TUAK, options, number_of_keccak=given.iterations, sqn_options=ANY_SQN)
    device = Device(Subscription(k=of(given.k), opc=of(given.topc), aka=aka))
    autn = network.xor(of(given.sqn), of(given.ak)) + of(given.amf) + of(given.mac_a)
    data = b"\x10" + of(given.rand) + bytes([len(autn)]) + autn
    answer = accepted(device.authenticate(data))
    assert [part.hex() for part in answer[:3]] == [given.res, given.ck, given.ik]
    token = auts(device.authenticate(data))
    assert token[:6] == network.xor(of(given.sqn), of(given.ak_star))
    assert len(token) == 6 + len(of(given.mac_s))
    sres, kc = fields(device.authenticate(b"\x10" + of(given.rand), GSM).data)
    assert (sres, kc) == (network.c2(of(given.res)), network.c3(of(given.ck), of(given.ik)))


def test_two_sets_have_lengths_that_a_profile_cannot_ask_for() -> None:
    assert [given.number for given in tuak_sets.TUAK if given not in EXPRESSIBLE] == [3, 5]
