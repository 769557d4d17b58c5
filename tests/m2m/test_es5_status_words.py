"""Each status word of each function of ES5 in its situation, through the card: one table, held complete.

TABLE is what SGP.02 4.1 has for each function. SITUATIONS shows how the card comes to each; NEVER says why it gives the
others to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from apdu import Command
from euicc import eid as eids
from euicc.crypto.gp_issuer import GpIssued
from euicc.testing.m2m.key_establishment import KeyEstablishment, KeyRequest, certificate_dgi, store_data
from euicc.testing.m2m.pki import M2mPki
from tests.m2m import commands
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed, managed
from tests.m2m.test_es5_keys import NEW_KEYS, TOKEN_KEY, field, put_key, with_token_key
from tests.m2m_keys.scene import random_of

DONE, MALFORMED, UNSECURED = 0x9000, 0x6A80, 0x6982
ALL = {DONE, MALFORMED, UNSECURED}
UNKNOWN, NOT_FOUND, WRONG_STATE, POL1, NO_ROOM, MEMORY = 0x6A88, 0x6A82, 0x6985, 0x69E1, 0x6A84, 0x6581
SIGNATURE, SECURITY_ISSUE, WARNING = 0x6982, 0x6600, 0x6300
ESTABLISHMENT = {SECURITY_ISSUE, SIGNATURE, WARNING}

TABLE: dict[str, set[int]] = {
    "CreateISDP": ALL | {NO_ROOM, MEMORY},
    "EnableProfile": ALL | {UNKNOWN, WRONG_STATE, POL1},
    "DisableProfile": ALL | {UNKNOWN, WRONG_STATE, POL1},
    "SetFallbackAttribute": ALL | {UNKNOWN, WRONG_STATE},
    "DeleteProfile": ALL | {UNKNOWN, NOT_FOUND, WRONG_STATE, POL1, MEMORY},
    "MasterDelete": ALL | {UNKNOWN, NOT_FOUND, WRONG_STATE, POL1, MEMORY},
    "Audit (list)": ALL | {UNKNOWN, 0x6310},
    "Audit (memory)": ALL | {UNKNOWN},
    "Audit (ECASD)": ALL | {UNKNOWN},
    "EstablishISDRKeySet": ALL | ESTABLISHMENT,
    "EstablishISDPKeySet": ALL | ESTABLISHMENT | {UNKNOWN, WRONG_STATE},
    "FinaliseISDRhandover": ALL,
    "UpdateSMSRAddressingParameters": ALL,
    "HandleNotificationConfirmation": ALL | {UNKNOWN},
    "SetEmergencyProfileAttribute": ALL | {UNKNOWN, WRONG_STATE},
    "PUT KEY": ALL,
}

NO_MEMORY_FAILURE = "a memory that fails takes the whole card with it: CardFileError, and no answer"
ONE_OF_TWO = "6A88 says it: the standard leaves the choice"
OPEN = "anybody may ask, on the local interface too"
BY_TAG = "what is asked for stands in P1 and P2: another tag is not found"
NEVER = {
    ("CreateISDP", MEMORY): NO_MEMORY_FAILURE,
    ("DeleteProfile", MEMORY): NO_MEMORY_FAILURE,
    ("MasterDelete", MEMORY): NO_MEMORY_FAILURE,
    ("DeleteProfile", NOT_FOUND): ONE_OF_TWO,
    ("MasterDelete", NOT_FOUND): ONE_OF_TWO,
    ("MasterDelete", POL1): "it asks no POL1: that is what it is for",
    ("Audit (memory)", MALFORMED): BY_TAG,
    ("Audit (ECASD)", MALFORMED): BY_TAG,
    ("Audit (memory)", UNSECURED): OPEN,
    ("Audit (ECASD)", UNSECURED): OPEN,
    ("EstablishISDRKeySet", WARNING): "sources differ about wrong signatures: 6600 it is",
    ("EstablishISDPKeySet", WARNING): "sources differ about wrong signatures: 6600 it is",
}

PKI = M2mPki()
SM_SR, SM_DP = PKI.sm_sr(), PKI.sm_dp()


@dataclass(frozen=True)
class Situation:
    """A card, what it had to do before, and the command that is answered with the status word.

    local: the last one comes on the local interface.
    """

    command: str | Callable[[Managed], str]
    before: tuple[str, ...] = ()
    make: Callable[[], Managed] = lambda: managed(ICCID, OTHER_ICCID)
    local: bool = False

    def sw(self) -> int:
        here = self.make()
        for command in self.before:
            assert here.sw(command) == DONE
        last = self.command if isinstance(self.command, str) else self.command(here)
        if not self.local:
            return here.sw(last)
        assert here.terminal("00A4040C10" + commands.ISD_R).sw == DONE
        return here.terminal(last).sw


def with_pol1(*pol1: int) -> Callable[[], Managed]:
    return lambda: managed(ICCID, OTHER_ICCID, pol1=pol1)


def many(here: Managed) -> str:
    for number in range(0x20, 0x2C):
        here.es5(commands.create(SECOND[:14] + bytes((number, 0))))
    return commands.LIST_ALL


def step_1(server: GpIssued, named: bytes | None = None) -> Callable[[Managed], str]:
    def command(here: Managed) -> str:
        return _first(here, server, named)[-1].encode().hex()

    return command


def _first(here: Managed, server: GpIssued, named: bytes | None) -> list[Command]:
    """The blocks of step 1; all but the last were sent."""
    if named is not None:
        assert here.sw(commands.personalize(named)) == DONE
    blocks = store_data(certificate_dgi(server.encoded))
    for block in blocks[:-1]:
        assert here.sw(block.encode().hex()) == DONE
    return blocks


def step_2(
    server: GpIssued, version: int, named: bytes | None = None, spoilt: int = 0
) -> Callable[[Managed], str]:
    """spoilt: changes the signature."""

    def command(here: Managed) -> str:
        blocks = _first(here, server, named)
        challenge, sw = here.es5(blocks[-1].encode().hex())
        assert sw == DONE
        issued = PKI.issue(eids.DEFAULT)
        ecasd = PKI.ecasd_key(issued.ecasd_certificate, issued.eum_certificate, issued.eid)
        establishing = KeyEstablishment(server, ecasd, KeyRequest(version), random_of("server"))
        dgis = bytearray(establishing.sign(bytes.fromhex(challenge)).dgis())
        dgis[-1] ^= spoilt
        (block,) = store_data(bytes(dgis), first=len(blocks), last=True)
        return block.encode().hex()

    return command


NO_CERTIFICATE = "80E28900053A01027F2100"
CREATED = (commands.create(THIRD),)
ADDRESS = "A3048102" + "9121"

SITUATIONS: dict[tuple[str, int], Situation] = {
    ("CreateISDP", DONE): Situation(commands.create(THIRD)),
    ("CreateISDP", MALFORMED): Situation(commands.create(FIRST)),
    ("CreateISDP", UNSECURED): Situation(commands.create(THIRD), local=True),
    ("CreateISDP", NO_ROOM): Situation(commands.create(THIRD, commands.quota(0xFFFFFF))),
    ("EnableProfile", DONE): Situation(commands.enable(SECOND)),
    ("EnableProfile", MALFORMED): Situation(commands.enable(b"")),
    ("EnableProfile", UNSECURED): Situation(commands.enable(SECOND), local=True),
    ("EnableProfile", UNKNOWN): Situation(commands.enable(THIRD)),
    ("EnableProfile", WRONG_STATE): Situation(commands.enable(FIRST)),
    ("EnableProfile", POL1): Situation(commands.enable(SECOND), make=with_pol1(0x01)),
    ("DisableProfile", DONE): Situation(commands.disable(SECOND), (commands.enable(SECOND),)),
    ("DisableProfile", MALFORMED): Situation(commands.disable(SECOND[1:])),
    ("DisableProfile", UNSECURED): Situation(commands.disable(SECOND), local=True),
    ("DisableProfile", UNKNOWN): Situation(commands.disable(THIRD)),
    ("DisableProfile", WRONG_STATE): Situation(commands.disable(FIRST)),
    ("DisableProfile", POL1): Situation(
        commands.disable(SECOND), (commands.enable(SECOND),), with_pol1(0, 0x01)
    ),
    ("SetFallbackAttribute", DONE): Situation(commands.set_fallback(SECOND)),
    ("SetFallbackAttribute", MALFORMED): Situation(commands.set_fallback(SECOND + b"\x00")),
    ("SetFallbackAttribute", UNSECURED): Situation(commands.set_fallback(SECOND), local=True),
    ("SetFallbackAttribute", UNKNOWN): Situation(commands.set_fallback(THIRD)),
    ("SetFallbackAttribute", WRONG_STATE): Situation(commands.set_fallback(THIRD), CREATED),
    ("DeleteProfile", DONE): Situation(commands.delete(SECOND)),
    ("DeleteProfile", MALFORMED): Situation(commands.delete(SECOND[1:])),
    ("DeleteProfile", UNSECURED): Situation(commands.delete(SECOND), local=True),
    ("DeleteProfile", UNKNOWN): Situation(commands.delete(THIRD)),
    ("DeleteProfile", WRONG_STATE): Situation(commands.delete(FIRST)),
    ("DeleteProfile", POL1): Situation(commands.delete(SECOND), make=with_pol1(0, 0x02)),
    ("MasterDelete", DONE): Situation(commands.master_delete(SECOND, TOKEN_KEY), make=with_token_key),
    ("MasterDelete", MALFORMED): Situation(
        commands.master_delete(SECOND, TOKEN_KEY, token_id=""), make=with_token_key
    ),
    ("MasterDelete", UNSECURED): Situation(commands.master_delete(SECOND, bytes(16)), make=with_token_key),
    ("MasterDelete", UNKNOWN): Situation(commands.master_delete(THIRD, TOKEN_KEY)),
    ("MasterDelete", WRONG_STATE): Situation(commands.master_delete(FIRST, TOKEN_KEY)),
    ("Audit (list)", DONE): Situation(commands.LIST_ALL),
    ("Audit (list)", MALFORMED): Situation(commands.apdu("80F24002", "5C014F")),
    ("Audit (list)", UNSECURED): Situation(commands.LIST_ALL, local=True),
    ("Audit (list)", UNKNOWN): Situation(commands.apdu("80F24002", "4F10" + THIRD.hex())),
    ("Audit (list)", 0x6310): Situation(many),
    ("Audit (memory)", DONE): Situation(commands.MEMORY),
    ("Audit (memory)", UNKNOWN): Situation("80CAFF2200"),
    ("Audit (ECASD)", DONE): Situation(commands.CERTIFICATE),
    ("Audit (ECASD)", UNKNOWN): Situation("80CABF30045C027F2200"),
    ("EstablishISDRKeySet", DONE): Situation(step_2(SM_SR, 0x02)),
    ("EstablishISDRKeySet", MALFORMED): Situation(step_1(SM_DP)),
    ("EstablishISDRKeySet", UNSECURED): Situation(NO_CERTIFICATE, local=True),
    ("EstablishISDRKeySet", SECURITY_ISSUE): Situation(step_2(SM_SR, 0x02, spoilt=0x01)),
    ("EstablishISDPKeySet", DONE): Situation(step_2(SM_DP, 0x30, THIRD), CREATED),
    ("EstablishISDPKeySet", MALFORMED): Situation(step_1(SM_SR, THIRD), CREATED),
    ("EstablishISDPKeySet", UNSECURED): Situation(commands.personalize(THIRD), CREATED, local=True),
    ("EstablishISDPKeySet", SECURITY_ISSUE): Situation(step_2(SM_DP, 0x30, THIRD, 0x01), CREATED),
    ("EstablishISDPKeySet", UNKNOWN): Situation(commands.personalize(THIRD)),
    ("EstablishISDPKeySet", WRONG_STATE): Situation(step_1(SM_DP, SECOND)),
    ("FinaliseISDRhandover", DONE): Situation(commands.finalise("010103")),
    ("FinaliseISDRhandover", MALFORMED): Situation(commands.finalise("400102")),
    ("FinaliseISDRhandover", UNSECURED): Situation(commands.finalise("010103"), local=True),
    ("UpdateSMSRAddressingParameters", DONE): Situation(commands.addressing(ADDRESS)),
    ("UpdateSMSRAddressingParameters", MALFORMED): Situation(commands.addressing("A304")),
    ("UpdateSMSRAddressingParameters", UNSECURED): Situation(commands.addressing(ADDRESS), local=True),
    ("HandleNotificationConfirmation", DONE): Situation(commands.confirm(1), (commands.enable(SECOND),)),
    ("HandleNotificationConfirmation", MALFORMED): Situation(commands.apdu("80E28900", "3A08034E0101")),
    ("HandleNotificationConfirmation", UNSECURED): Situation(commands.confirm(1), local=True),
    ("HandleNotificationConfirmation", UNKNOWN): Situation(commands.confirm(1)),
    ("SetEmergencyProfileAttribute", DONE): Situation(commands.set_emergency(SECOND)),
    ("SetEmergencyProfileAttribute", MALFORMED): Situation(commands.set_emergency(b"")),
    ("SetEmergencyProfileAttribute", UNSECURED): Situation(commands.set_emergency(SECOND), local=True),
    ("SetEmergencyProfileAttribute", UNKNOWN): Situation(commands.set_emergency(THIRD)),
    ("SetEmergencyProfileAttribute", WRONG_STATE): Situation(commands.set_emergency(FIRST)),
    ("PUT KEY", DONE): Situation(put_key(0x02, *map(field, NEW_KEYS))),
    ("PUT KEY", MALFORMED): Situation(put_key(0x01, *map(field, NEW_KEYS))),
    ("PUT KEY", UNSECURED): Situation(put_key(0x02, *map(field, NEW_KEYS)), local=True),
}


def test_the_table_is_complete() -> None:
    wanted = {(function, sw) for function, words in TABLE.items() for sw in words}
    assert SITUATIONS.keys() | NEVER.keys() == wanted
    assert not SITUATIONS.keys() & NEVER.keys()


@pytest.mark.parametrize(
    ("function", "sw"), SITUATIONS, ids=lambda value: value if isinstance(value, str) else f"{value:04X}"
)
def test_each_status_word_in_its_situation(function: str, sw: int) -> None:
    assert SITUATIONS[function, sw].sw() == sw
