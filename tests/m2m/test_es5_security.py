"""Who reaches the ISD-R: SCP80 with its keys and security level, once for each counter; locally nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from euicc import Card
from euicc import eid as eids
from euicc.config import Config
from euicc.m2m.identity import M2mIdentity
from euicc.m2m.isd_p import LifeCycle
from euicc.testing.ota import Handset, KeySet, NoAnswer, Protection
from euicc.testing.ota.protection import Check, Counter, Proof
from tests.m2m import commands
from tests.m2m.managed import (
    CARD,
    FIRST,
    ICCID,
    OTHER_ICCID,
    SECOND,
    TAR,
    Managed,
    managed,
    package,
    scp80,
    written,
)

DISABLED, ENABLED = LifeCycle.DISABLED, LifeCycle.ENABLED
STRANGER = "somebody else"
LOW, INSUFFICIENT = 0x02, 0x0A


def deliver(here: Managed, tpdus: tuple[bytes, ...]) -> list[bytes]:
    return [here.handset.deliver(tpdu) for tpdu in tpdus]


def test_a_replayed_message_does_nothing_and_tells_no_data() -> None:
    here = managed()
    delivery = here.platform.pack(CARD, TAR, written(commands.create(SECOND)))
    (first,) = deliver(here, delivery.tpdus)
    assert delivery.response(first).status == 0
    assert here.sw(commands.delete(SECOND)) == 0x9000
    (again,) = deliver(here, delivery.tpdus)
    refused = delivery.response(again)
    assert (refused.status, refused.data) == (LOW, b"")
    assert here.states() == {FIRST: ENABLED}


def test_a_replayed_message_without_proof_is_met_with_silence() -> None:
    here = managed()
    protection = Protection(proof=Proof.NEVER)
    delivery = here.platform.pack(CARD, TAR, written(commands.create(SECOND)), protection)
    assert deliver(here, delivery.tpdus) == [b""]
    assert here.sw(commands.delete(SECOND)) == 0x9000
    assert deliver(here, delivery.tpdus) == [b""]
    assert here.handset.sent == []
    assert here.states() == {FIRST: ENABLED}


def test_a_long_script_in_parts_is_executed_once() -> None:
    here = managed()
    script = written(*(commands.create(SECOND[:14] + bytes((number, 0))) for number in range(0x20, 0x23)))
    delivery = here.platform.pack(CARD, TAR, script)
    assert len(delivery.tpdus) == 2
    *waiting, answer = deliver(here, delivery.tpdus)
    assert not any(waiting)
    assert delivery.response(answer).status == 0
    *waiting, answer = deliver(here, delivery.tpdus[::-1])
    assert delivery.response(answer).status == LOW
    assert len(here.states()) == 4


WRONG = {
    "KIc": replace(scp80(), kic=bytes(16)),
    "KID": replace(scp80(), kid=bytes(16)),
    "both": KeySet(0x01, bytes(16), bytes(16)),
    "no such version": replace(scp80(), version=0x02),
    "of another card": scp80(
        who=M2mIdentity.default(eids.with_check_digits("890490320010010000000000000002"))
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_who_has_not_the_keys_is_met_with_silence(name: str) -> None:
    here = managed()
    here.platform.register(STRANGER, WRONG[name])
    with pytest.raises(NoAnswer):
        here.script(commands.create(SECOND), name=STRANGER)
    assert here.handset.sent == []
    assert here.states() == {FIRST: ENABLED}


@pytest.mark.parametrize(
    "protection",
    [
        pytest.param(Protection(ciphered=False), id="not ciphered"),
        pytest.param(Protection(counter=Counter.NONE), id="no counter"),
        pytest.param(Protection(counter=Counter.UNCHECKED), id="counter not checked"),
    ],
)
def test_less_than_the_security_level_is_not_enough(protection: Protection) -> None:
    here = managed()
    response = here.send(written(commands.create(SECOND)), protection=protection)
    assert (response.status, response.data) == (INSUFFICIENT, b"")
    assert here.states() == {FIRST: ENABLED}


@pytest.mark.parametrize("check", [Check.NONE, Check.RC, Check.DS])
def test_without_a_checksum_there_is_silence(check: Check) -> None:
    here = managed()
    with pytest.raises(NoAnswer):
        here.send(written(commands.create(SECOND)), protection=Protection(check=check))
    assert here.states() == {FIRST: ENABLED}


def test_the_isd_r_answers_whatever_profile_is_enabled() -> None:
    here = managed(ICCID, OTHER_ICCID)
    counter = here.platform.counter(CARD)
    here.switch(SECOND)
    assert here.states() == {FIRST: DISABLED, SECOND: ENABLED}
    assert here.platform.counter(CARD) > counter
    blank = Card.manufacture(variant="sgp02")
    alone = Managed(blank, Handset(blank))
    alone.platform.register(CARD, scp80())
    assert alone.sw(commands.create(SECOND)) == 0x9000
    assert alone.states() == {SECOND: LifeCycle.SELECTABLE}


LOCAL = {
    "create": commands.create(SECOND),
    "for personalization": commands.personalize(FIRST),
    "list": commands.LIST_ALL,
    "enable": commands.enable(SECOND),
    "disable": commands.disable(FIRST),
    "fallback": commands.set_fallback(SECOND),
    "emergency": commands.set_emergency(SECOND),
    "addressing": commands.addressing("A3028100"),
    "confirmation": commands.confirm(1),
    "certificate": commands.apdu("80E28900", "3A01037F2100"),
    "keys": commands.apdu("80E28900", "3A0202A600"),
    "delete": commands.delete(SECOND),
    "master delete": commands.master_delete(SECOND, bytes(16)),
    "handover": commands.finalise("010103"),
    "keys sent": commands.apdu("80D80001", "02"),
}


@pytest.mark.parametrize("name", LOCAL)
def test_on_the_local_interface_es5_needs_a_secure_channel(name: str) -> None:
    here = managed(ICCID, OTHER_ICCID)
    assert here.terminal("00A4040C10" + commands.ISD_R).sw == 0x9000
    assert here.terminal(LOCAL[name]).sw == 0x6982
    assert here.states() == {FIRST: ENABLED, SECOND: DISABLED}


def test_what_anybody_may_ask_on_the_local_interface() -> None:
    here = managed()
    selected = here.terminal("00A4040010" + commands.ISD_R + "00")
    assert selected.data.hex().upper() == f"6F188410{commands.ISD_R}A5049F6501FF"
    assert here.terminal(commands.MEMORY).data[:2] == b"\xff\x21"
    assert here.terminal(commands.CERTIFICATE).data[:2] == b"\xbf\x30"
    for command, sw in (
        ("80E28800", 0x6700),
        ("80E2880004" + "3A6601FF", 0x6A80),
        ("80E2900004" + "3A6601FF", 0x6A86),
        ("80E4008000", 0x6982),
        ("8070000001", 0x6D00),
        ("00F2400202" + "4F00", 0x6E00),
    ):
        assert here.terminal(command).sw == sw


def test_an_unfinished_chain_does_not_outlive_its_selection() -> None:
    here = managed()
    here.terminal("00A4040C10" + commands.ISD_R)
    assert here.terminal("80E2080002" + "3A66").sw == 0x9000
    here.terminal("00A4040C10" + commands.ISD_R)
    assert here.terminal("80E2880102" + "01FF").sw == 0x6A86


def test_es10_is_not_there() -> None:
    here = managed()
    here.terminal("00A4040C10" + commands.ISD_R)
    assert here.terminal("80E2910003" + "BF2000").sw == 0x6A86


def test_a_card_may_come_without_profiles_and_keep_its_own_config() -> None:
    config = Config(variant="sgp02", nvm_size=100_000)
    card = Card.manufacture(config=config)
    card.preload(package(), enabled=True)
    here = Managed(card, Handset(card))
    here.platform.register(CARD, scp80())
    assert here.sw(commands.create(SECOND, commands.quota(100_000))) == 0x6A84
