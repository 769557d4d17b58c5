"""A new key over the air: `change_keys` replaces what the package gave an application, for good."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from euicc import Card
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from euicc.testing.profile_builder import Aka, Subscription
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID
from euicc.uicc.authentication.parameters import change_keys, decode, encode, find
from euicc.uicc.profile_data import AkaParameters
from tests.aka import network
from tests.aka.device import Device, accepted
from tests.aka.subscriber import NETWORK, K, card, known, sqn
from tests.aka.test_gba import bootstrapped, derived

NEW = network.Milenage(bytes(range(200, 216)), bytes(range(220, 236)))
TUAK = 2
PARAMETERS = AkaParameters(1, NEW.k, NEW.opc)
EVERYTHING = AkaParameters(
    algorithm_id=TUAK,
    key=bytes(range(32)),
    opc=bytes(range(32, 64)),
    algorithm_options=0x52,
    rotation_constants=bytes(5),
    xoring_constants=bytes(range(80)),
    auth_counter_max=7,
    number_of_keccak=3,
    sqn_options=0x0E,
    sqn_delta=bytes(5) + b"\x01",
    sqn_age_limit=bytes(5) + b"\x02",
    sqn_init=tuple(number.to_bytes(6, "big") for number in range(32)),
)


def changed(device: Device, parameters: AkaParameters = PARAMETERS, aid: bytes = USIM_AID) -> Device:
    change_keys(device.card.uicc.running, aid, parameters)
    return device


def test_the_new_key_counts_and_the_old_does_not() -> None:
    device = changed(card())
    assert device.challenged(NETWORK, sqn(1)).sw == 0x9862
    assert accepted(device.challenged(NEW, sqn(1)))
    device.restart()
    assert device.challenged(NETWORK, sqn(2)).sw == 0x9862
    assert accepted(device.challenged(NEW, sqn(2)))


def test_sequence_numbers_start_anew() -> None:
    device = card()
    assert accepted(device.challenged(NETWORK, sqn(100)))
    changed(device)
    assert known(device, NEW) == 0
    assert accepted(device.challenged(NEW, sqn(1)))
    init = (bytes(5) + b"\x09",) * 32
    changed(device, replace(PARAMETERS, sqn_init=init))
    assert known(device, NEW) == sqn(9)


def test_the_counter_starts_anew() -> None:
    device = card(auth_counter_max=1)
    assert accepted(device.challenged(NETWORK, sqn(1)))
    assert device.challenged(NETWORK, sqn(2)).sw == 0x6985
    changed(device, replace(PARAMETERS, auth_counter_max=1))
    assert accepted(device.challenged(NEW, sqn(1)))
    assert device.challenged(NEW, sqn(2)).sw == 0x6985


def test_the_isim_follows_the_usim_it_shares_with() -> None:
    device = changed(card()).isim()
    assert accepted(device.challenged(NEW, sqn(1)))


def test_an_isim_that_gets_its_own() -> None:
    device = changed(card(), aid=ISIM_AID)
    assert accepted(device.challenged(NETWORK, sqn(1)))
    assert accepted(device.isim().challenged(NEW, sqn(1)))
    assert device.challenged(NETWORK, sqn(2)).sw == 0x9862


def test_what_gba_derived_is_gone() -> None:
    device = Device(Subscription(k=K, opc=NETWORK.opc, gba=True))
    bootstrapped(device, sqn(1))
    derived(device)
    bootstrapped(device.isim(), sqn(2))
    changed(device)
    assert derived(device).sw == 0x6985
    device.select(USIM_AID)
    assert derived(device).sw == 0x6985
    assert device.nvm.indexes(keys.GBA_NAF_KEYS) == []


def test_it_is_in_the_card_file(tmp_path: Path) -> None:
    device = changed(card())
    assert accepted(device.challenged(NEW, sqn(3)))
    device.card.save(tmp_path / "card")
    again = Card.open(tmp_path / "card")
    with again:
        device.card = again
        device.restart()
        assert known(device, NEW) == sqn(3)
        assert accepted(device.challenged(NEW, sqn(4)))


def test_parameters_come_back_from_the_memory() -> None:
    assert decode(encode(EVERYTHING)) == EVERYTHING
    assert decode(encode(PARAMETERS)) == PARAMETERS


@pytest.mark.parametrize(
    "parameters",
    [
        replace(PARAMETERS, key=bytes(15)),
        replace(PARAMETERS, opc=bytes(32)),
        replace(PARAMETERS, rotation_constants=bytes(4)),
        replace(PARAMETERS, xoring_constants=bytes(79)),
        replace(PARAMETERS, algorithm_id=4),
        replace(PARAMETERS, sqn_init=(bytes(6),) * 31),
        replace(PARAMETERS, sqn_init=(bytes(5),) * 32),
        replace(PARAMETERS, sqn_delta=b"\x08" + bytes(5)),
        replace(PARAMETERS, algorithm_id=3, algorithm_options=4),
        replace(EVERYTHING, key=bytes(24)),
        replace(EVERYTHING, algorithm_options=3),
        replace(EVERYTHING, number_of_keccak=0),
    ],
)
def test_parameters_that_no_algorithm_takes(parameters: AkaParameters) -> None:
    device = card()
    with pytest.raises(ValueError):
        changed(device, parameters)
    assert accepted(device.challenged(NETWORK, sqn(1)))


def test_an_application_without_keys() -> None:
    with pytest.raises(ValueError, match="a0000001"):
        changed(card(), aid=bytes.fromhex("A0000001"))


def test_power_lost_meanwhile_leaves_the_old_key_or_the_new_one() -> None:
    for cut in power_cuts(most=20):
        device = card()
        assert accepted(device.challenged(NETWORK, sqn(5)))
        with cut.on(device.nvm):
            changed(device)
        if cut.happened:
            device.restart()
            old = device.challenged(NETWORK, sqn(6)).sw == 0x9000
            assert old is (known(device, NETWORK if old else NEW) == sqn(6))
    assert cut.point > 3


def test_no_secret_shows() -> None:
    device = changed(card())
    subscription = find(device.card.uicc.running, USIM_AID)
    shown = repr(subscription) + repr(PARAMETERS) + repr(subscription and subscription.parameters)
    assert NEW.k.hex() not in shown
    assert repr(NEW.k) not in shown
    assert repr(NEW.opc) not in shown


def test_a_mapping_that_leads_nowhere() -> None:
    device = Device(Subscription(k=K, opc=NETWORK.opc, isim_aka=Aka()))
    assert find(device.card.uicc.running, bytes(5)) is None
