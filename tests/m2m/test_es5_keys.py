"""PUT KEY, ES5.FinaliseISDRhandover and ES5.MasterDelete: keys and what they are good for, by bytes over SCP80."""

from __future__ import annotations

import pytest
from Crypto.Cipher import AES

from apdu import Command
from euicc.m2m.commands import execute
from euicc.m2m.conversation import Conversation
from euicc.m2m.isd_p import LifeCycle
from euicc.runtime import keys
from euicc.testing.ota import KeySet, NoAnswer
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey
from tests.m2m import commands
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed, identity, managed, scp80

DISABLED, ENABLED = LifeCycle.DISABLED, LifeCycle.ENABLED
NEW = "the new SM-SR"
NEW_KEYS = tuple(bytes([first]) * 16 for first in (0x21, 0x22, 0x23))
PSK = bytes(range(32))
TOKEN_KEY = bytes(range(16))
AES_KEY, PSK_KEY, DES_KEY = "88", "85", "80"


def dek(version: int = 0x01, identifier: int = 3) -> bytes:
    return next(
        key.components[0].data
        for key in identity().isd_r_keys
        if (key.version, key.identifier) == (version, identifier)
    )


def field(value: bytes, kind: str = AES_KEY, check: str | None = None, under: bytes = b"") -> str:
    """A key data field: type, length, key block, check value of an AES key."""
    padded = value + bytes(-len(value) % 16)
    block = AES.new(under or dek(), AES.MODE_CBC, iv=bytes(16)).encrypt(padded)
    with_length = f"{len(value):02X}" + block.hex() if len(value) % 16 else block.hex()
    if check is None:
        check = AES.new(value, AES.MODE_ECB).encrypt(b"\x01" * 16)[:3].hex() if kind == AES_KEY else ""
    return kind + commands.lv(with_length) + commands.lv(check)


def put_key(version: int, *fields: str, old: int = 0, first: int = 1) -> str:
    several = 0x80 if len(fields) > 1 else 0
    return commands.apdu(f"80D8{old:02X}{first | several:02X}", f"{version:02X}" + "".join(fields))


def with_new_keys(here: Managed, version: int = 0x02) -> None:
    """The ISD-R has another SCP80 key set, and somebody else has it, too."""
    assert here.sw(put_key(version, *map(field, NEW_KEYS))) == 0x9000
    here.platform.register(NEW, KeySet(version, NEW_KEYS[0], NEW_KEYS[1]))


def versions(here: Managed) -> tuple[int, ...]:
    return here.isdr.key_ring.versions()


def test_a_new_key_set_works_beside_the_old_one() -> None:
    here = managed()
    data, sw = here.es5(put_key(0x02, *map(field, NEW_KEYS)))
    assert (data[:2], len(data), sw) == ("02", 2 * 10, 0x9000)
    here.platform.register(NEW, KeySet(0x02, NEW_KEYS[0], NEW_KEYS[1]))
    assert here.es5(commands.LIST_ALL, NEW) == here.es5(commands.LIST_ALL)


def test_a_pre_shared_key_comes_with_its_length() -> None:
    here = managed()
    assert here.es5(put_key(0x41, field(PSK[:20], PSK_KEY))) == ("41", 0x9000)
    stored = here.isdr.key_ring.key(0x41, 1)
    assert stored is not None
    assert stored.components == (KeyComponent(0x85, PSK[:20]),)


def test_keys_are_replaced_by_those_of_another_version() -> None:
    here = managed()
    assert here.es5(put_key(0x42, field(PSK, PSK_KEY), old=0x40)) == ("42", 0x9000)
    assert versions(here) == (0x01, 0x40, 0x42)
    assert here.isdr.key_ring.key(0x40, 1) is None


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (put_key(0x30, field(PSK[:16])), 0x6A80),
        (put_key(0x70, field(PSK[:16])), 0x6A80),
        (put_key(0x10, field(PSK[:16])), 0x6A80),
        (put_key(0x00, field(PSK[:16])), 0x6A80),
        (put_key(0x01, field(PSK[:16])), 0x6A80),
        (put_key(0x02, field(PSK[:16], check="000000")), 0x9485),
        (put_key(0x02, field(PSK[:16], "A1", check="")), 0x9484),
        (put_key(0x02, field(PSK[:8], DES_KEY, check="")), 0x6A80),
        (put_key(0x02, field(PSK[:16]), old=0x03), 0x6A88),
        (put_key(0x02, field(PSK[:16]), old=0x80), 0x6A86),
        (put_key(0x02, field(PSK[:16])[:-2]), 0x6A80),
        (commands.apdu("80D80001", "02"), 0x6A80),
    ],
)
def test_keys_that_are_refused(command: str, sw: int) -> None:
    here = managed()
    assert here.es5(command) == ("", sw)
    assert versions(here) == (0x01, 0x40)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(put_key(0x41, *map(field, NEW_KEYS), old=0x01), id="to SCP81"),
        pytest.param(put_key(0x02, field(PSK[:16]), old=0x01), id="KIc to another set"),
        pytest.param(put_key(0x01, field(PSK[:16], PSK_KEY), old=0x01), id="KIc a PSK"),
    ],
)
def test_no_key_makes_the_card_unreachable(command: str) -> None:
    here = managed()
    assert here.es5(command) == ("", 0x6A80)
    assert versions(here) == (0x01, 0x40)


def test_who_has_new_keys_begins_a_conversation_of_his_own() -> None:
    """With the same version: what the keys before had left unfinished is nobody's."""
    here = managed(ICCID, OTHER_ICCID)
    with_new_keys(here)
    assert here.es5(commands.create(THIRD), NEW)[1] == 0x9000
    assert here.es5(commands.personalize(THIRD), NEW)[1] == 0x9000
    assert here.es5("80E2080003" + "3A0512", NEW) == ("", 0x9000)
    others = tuple(bytes([first]) * 16 for first in (0x31, 0x32, 0x33))
    assert here.sw(put_key(0x02, *map(field, others), old=0x02)) == 0x9000
    here.platform.register(NEW, KeySet(0x02, others[0], others[1]))
    assert here.es5("80E2880112" + "4F10" + SECOND.hex(), NEW) == ("", 0x6A86)
    assert here.es5(commands.addressing("A3048102" + "9121"), NEW) == ("", 0x9000)


def test_keys_that_are_not_enciphered_for_this_conversation() -> None:
    here = managed()
    with_new_keys(here)
    assert here.sw(put_key(0x03, field(PSK[:16], under=NEW_KEYS[2]))) == 0x9485
    assert here.es5(put_key(0x03, field(PSK[:16], under=NEW_KEYS[2])), NEW)[1] == 0x9000


def test_without_a_key_to_decipher_them_there_are_no_keys() -> None:
    here = managed()
    with_new_keys(here)
    assert here.sw(commands.finalise("010101", "020101", "010202", "020202")) == 0x9000
    assert here.sw(put_key(0x03, field(PSK[:16]))) == 0x6985


def test_another_kik_does_not_make_the_counter_begin_anew() -> None:
    here = managed()
    before = here.platform.counter("the card") + 1
    assert here.sw(put_key(0x01, field(PSK[:16]), old=0x01, first=3)) == 0x9000
    here.platform.register(NEW, scp80(), before - 1)
    assert here.send(b"\xaa\x00", NEW).status == 0x02


def test_a_handover_leaves_nothing_to_the_old_sm_sr() -> None:
    here = managed()
    with_new_keys(here)
    old = here.platform.pack("the card", bytes.fromhex("000001"), b"\xaa\x00")
    assert here.es5(commands.finalise("020103"), NEW) == ("", 0x9000)
    assert versions(here) == (0x02,)
    with pytest.raises(NoAnswer):
        here.es5(commands.LIST_ALL)
    assert [here.handset.deliver(tpdu) for tpdu in old.tpdus] == [b""]
    assert here.es5(commands.LIST_ALL, NEW)[1] == 0x9000


def test_what_is_listed_stays() -> None:
    here = managed()
    with_new_keys(here)
    assert here.sw(commands.finalise("010103", "020101", "400202")) == 0x9000
    found = [(key.version, key.identifier) for key in here.isdr.key_ring.keys]
    assert found == [(0x01, 1), (0x01, 2), (0x01, 3), (0x40, 2), (0x02, 1)]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(commands.finalise("400102"), id="no SCP80"),
        pytest.param(commands.finalise("010101"), id="no KID"),
        pytest.param(commands.finalise("010203"), id="no KIc"),
        pytest.param(commands.finalise("030103"), id="not there"),
        pytest.param(commands.finalise("0101"), id="two bytes"),
        pytest.param("80E40000", id="nothing"),
        pytest.param(commands.apdu("80E40000", "F203010103D20101"), id="something else"),
    ],
)
def test_a_card_that_nobody_could_reach_is_not_made(command: str) -> None:
    here = managed()
    with_new_keys(here)
    assert here.sw(command) == 0x6A80
    assert versions(here) == (0x01, 0x40, 0x02)


def with_token_key(pol1: int = 0x02) -> Managed:
    """The second one may not be deleted by POL1, and has a token key."""
    here = managed(ICCID, OTHER_ICCID, pol1=(0, pol1))
    isd_p = here.isdr.isd_ps.by_aid(SECOND)
    assert isd_p is not None
    with here.isdr.nvm.transaction():
        key = SecurityDomainKey(b"\x81", 1, 0x70, (KeyComponent(0x88, TOKEN_KEY),))
        here.isdr.isd_ps.key_ring(isd_p).put([key])
    return here


def test_master_delete_asks_no_pol1() -> None:
    here = with_token_key()
    assert here.sw(commands.delete(SECOND)) == 0x69E1
    assert here.es5(commands.master_delete(SECOND, TOKEN_KEY)) == ("00", 0x9000)
    assert here.states() == {FIRST: ENABLED}


def test_a_token_is_good_for_once() -> None:
    here = with_token_key()
    assert here.sw(commands.master_delete(SECOND, TOKEN_KEY)) == 0x9000
    again = with_token_key()
    with again.isdr.nvm.transaction():
        for index in here.isdr.nvm.indexes(keys.TOKEN_USED):
            again.isdr.nvm.set(keys.TOKEN_USED, b"", index)
    assert again.sw(commands.master_delete(SECOND, TOKEN_KEY)) == 0x6982
    assert again.sw(commands.master_delete(SECOND, TOKEN_KEY, token_id="02")) == 0x9000


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        pytest.param(commands.master_delete(SECOND, bytes(16)), 0x6982, id="another key"),
        pytest.param(commands.master_delete(SECOND, b"", token=b""), 0x6982, id="no token"),
        pytest.param(commands.master_delete(SECOND, TOKEN_KEY, token_id=""), 0x6A80, id="no token id"),
        pytest.param(commands.master_delete(THIRD, TOKEN_KEY), 0x6A88, id="no such ISD-P"),
        pytest.param(commands.master_delete(FIRST, TOKEN_KEY), 0x6985, id="enabled"),
        pytest.param(
            commands.apdu("80E40040", f"4F10{SECOND.hex()}B600"), 0x6A80, id="reference without token"
        ),
        pytest.param(
            commands.apdu("80E40040", f"4F10{SECOND.hex()}B60193" + "9E00"), 0x6A80, id="reference cut off"
        ),
    ],
)
def test_master_deletions_that_are_refused(command: str, sw: int) -> None:
    here = with_token_key()
    assert here.es5(command) == ("", sw)
    assert here.states() == {FIRST: ENABLED, SECOND: DISABLED}


def test_a_token_of_one_isd_p_is_none_of_another() -> None:
    here = with_token_key()
    other = bytes.fromhex(commands.master_delete(FIRST, TOKEN_KEY)[-34:-2])
    assert here.sw(commands.master_delete(SECOND, TOKEN_KEY, token=other)) == 0x6982


def test_the_fallback_profile_stays_in_spite_of_a_token() -> None:
    here = with_token_key()
    assert here.sw(commands.set_fallback(SECOND)) == 0x9000
    assert here.sw(commands.master_delete(SECOND, TOKEN_KEY)) == 0x6985


def test_an_isd_p_without_token_key_or_profile_has_no_master() -> None:
    here = managed(ICCID, OTHER_ICCID)
    assert here.sw(commands.master_delete(SECOND, TOKEN_KEY)) == 0x6982
    assert here.sw(commands.create(THIRD)) == 0x9000
    assert here.sw(commands.master_delete(THIRD, TOKEN_KEY)) == 0x6985


def test_in_a_session_of_scp81_keys_come_under_its_own_dek() -> None:
    here = managed()
    under_kik, under_dek = (
        Command.parse(bytes.fromhex(put_key(0x41, field(PSK, PSK_KEY, under=key))))
        for key in (dek(), dek(0x40, 2))
    )
    for command in (under_kik, under_dek):
        session = Conversation.secured_packet(True, True, 0x40)
        assert execute(here.isdr, session, command) == b"\x41"
        stored = here.isdr.key_ring.key(0x41, 1)
        assert stored is not None
        assert (stored.components[0].data == PSK) is (command is under_dek)
        with here.isdr.nvm.transaction():
            here.isdr.key_ring.keep(lambda key: key.version != 0x41)
