"""GBA_U, TS 33.220: bootstrapping and derivation in USIM and ISIM, and what stands in their files."""

from __future__ import annotations

import hmac
from hashlib import sha1, sha256

import pytest

from apdu import tlv
from euicc.runtime import keys
from euicc.testing.profile_builder import Aka, Subscription
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID
from euicc.uicc.filesystem import Ef
from tests.aka import network
from tests.aka.device import GBA, Answer, Device, accepted, auts, fields
from tests.aka.subscriber import MILENAGE, NETWORK, K, known, sqn

RAND = bytes(range(50, 66))
OTHER_RAND = bytes(range(70, 86))
NAF = b"naf.example.org\x01\x00\x01\x00\x2f"
SECOND, THIRD = b"second.example.org\x01\x00\x00\x00\x02", b"third.example.org\x01\x00\x00\x00\x02"
IMPI = b"001010123456063@ims.mnc01.mcc001.3gppnetwork.org"
B_TID = b"btid@bsf"
FILES = {USIM_AID: (0x6FD6, 0x6FDA), ISIM_AID: (0x6FD5, 0x6FD7)}
APPLICATIONS = pytest.mark.parametrize("aid", FILES, ids=["usim", "isim"])


def card(aid: bytes = USIM_AID, gba: bool = True) -> Device:
    device = Device(Subscription(k=K, opc=NETWORK.opc, aka=Aka(MILENAGE), gba=gba))
    device.select(aid)
    return device


def bootstrapped(device: Device, number: int, rand: bytes = RAND) -> Answer:
    """What the BSF sends: MAC is changed so that the challenge is of use for nothing else, TS 33.220 5.3.2."""
    plain = network.challenge(NETWORK, number, rand)
    mask = sha1(NETWORK.f4(rand)).digest()[:8]
    changed = plain.autn[:8] + network.xor(plain.autn[8:], mask)
    return device.authenticate(b"\xdd\x10" + rand + b"\x10" + changed, GBA)


def derived(device: Device, naf: bytes = NAF, impi: bytes = IMPI) -> Answer:
    return device.authenticate(b"\xde" + bytes([len(naf)]) + naf + bytes([len(impi)]) + impi, GBA)


def naf_key(label: bytes, rand: bytes = RAND, naf: bytes = NAF) -> bytes:
    """TS 33.220 B.2 and B.3."""
    s = b"\x01"
    for part in (label, rand, IMPI, naf):
        s += part + len(part).to_bytes(2, "big")
    return hmac.new(NETWORK.f3(rand) + NETWORK.f4(rand), s, sha256).digest()


def write_b_tid(device: Device, aid: bytes, rand: bytes = RAND) -> None:
    """What the terminal does after bootstrapping."""
    content = b"\x10" + rand + bytes([len(B_TID)]) + B_TID + b"\x03" + b"1 h"
    assert device.update(content.ljust(48, b"\xff"), FILES[aid][0]) == 0x9000


@APPLICATIONS
def test_bootstrapping(aid: bytes) -> None:
    device = card(aid)
    assert accepted(bootstrapped(device, sqn(1))) == [NETWORK.f2(RAND)]  # neither CK nor IK
    assert device.read(FILES[aid][0]) == (b"\x10" + RAND + b"\x00\x00").ljust(48, b"\xff")
    assert known(device) == sqn(1)


@APPLICATIONS
def test_derivation(aid: bytes) -> None:
    device = card(aid)
    accepted(bootstrapped(device, sqn(1)))
    write_b_tid(device, aid)
    assert accepted(derived(device)) == [naf_key(b"gba-me")]
    listed = tlv.parse_all(device.read(FILES[aid][1], record=1).rstrip(b"\xff"))
    assert [(each.tag, each.value) for each in listed] == [(0x80, NAF), (0x81, B_TID)]
    device.restart(aid)
    assert accepted(derived(device)) == [naf_key(b"gba-me")]


def test_the_other_half_stays_in_the_card() -> None:
    device = card()
    bootstrapped(device, sqn(1))
    answer = derived(device)
    (index,) = device.nvm.indexes(keys.GBA_NAF_KEYS)
    assert device.nvm.get(keys.GBA_NAF_KEYS, index) == b"\x01" + naf_key(b"gba-u")
    assert naf_key(b"gba-u") not in answer.data


def test_a_plain_challenge_does_not_bootstrap_nor_the_reverse() -> None:
    device = card()
    challenge = network.challenge(NETWORK, sqn(1), RAND)
    assert device.authenticate(b"\xdd" + challenge.data, GBA).sw == 0x9862
    mask = sha1(NETWORK.f4(RAND)).digest()[:8]
    changed = challenge.autn[:8] + network.xor(challenge.autn[8:], mask)
    assert device.authenticate(b"\x10" + RAND + b"\x10" + changed).sw == 0x9862
    assert device.nvm.indexes(keys.GBA_BOOTSTRAPPED) == []


def test_a_replay() -> None:
    device = card()
    accepted(bootstrapped(device, sqn(4)))
    token = auts(bootstrapped(device, sqn(4)))
    assert network.resynchronised(NETWORK, RAND, token) == sqn(4)
    assert accepted(derived(device)) == [naf_key(b"gba-me")]  # the first one still holds


def test_bootstrapping_replaces_what_was() -> None:
    device = card()
    bootstrapped(device, sqn(1))
    write_b_tid(device, USIM_AID)
    bootstrapped(device, sqn(2), OTHER_RAND)
    assert fields(device.read(0x6FD6)[:19]) == [OTHER_RAND, b"", b""]
    assert accepted(derived(device)) == [naf_key(b"gba-me", OTHER_RAND)]


def test_usim_and_isim_bootstrap_apart() -> None:
    device = card()
    bootstrapped(device, sqn(1))
    assert derived(device.isim()).sw == 0x6985
    bootstrapped(device, sqn(2), OTHER_RAND)
    assert accepted(derived(device)) == [naf_key(b"gba-me", OTHER_RAND)]
    device.select(USIM_AID)
    assert accepted(derived(device)) == [naf_key(b"gba-me")]


def names(device: Device) -> list[bytes | None]:
    return [tlv.find(device.read(0x6FDA, record=record).rstrip(b"\xff"), 0x80) for record in (1, 2)]


def test_the_key_not_used_for_longest_makes_room() -> None:
    device = card()
    bootstrapped(device, sqn(1))
    for naf in (NAF, SECOND, NAF):
        assert accepted(derived(device, naf)) == [naf_key(b"gba-me", naf=naf)]
    assert names(device) == [NAF, SECOND]
    derived(device, THIRD)
    assert names(device) == [NAF, THIRD]
    derived(device, SECOND)
    assert names(device) == [SECOND, THIRD]
    (index,) = device.nvm.indexes(keys.GBA_NAF_KEYS)
    kept = b"\x01" + naf_key(b"gba-u", naf=SECOND) + b"\x02" + naf_key(b"gba-u", naf=THIRD)
    assert device.nvm.get(keys.GBA_NAF_KEYS, index) == kept


def test_a_key_keeps_its_record() -> None:
    device = card()
    bootstrapped(device, sqn(1))
    derived(device, NAF)
    derived(device, SECOND)
    uicc = device.card.uicc.running
    listed = uicc.profile.filesystem.adfs[USIM_AID].children[0x6FDA]
    assert isinstance(listed, Ef)
    uicc.write(listed, b"\xff" * 64 + uicc.content(listed)[64:])
    assert accepted(derived(device, SECOND))
    assert names(device) == [None, SECOND]


def test_derivation_before_bootstrapping() -> None:
    assert derived(card()).sw == 0x6985


def test_without_the_service() -> None:
    device = card(gba=False)
    assert bootstrapped(device, sqn(1)).sw == 0x9864
    assert derived(device).sw == 0x9864


def test_a_name_that_the_file_has_no_room_for() -> None:
    device = card()
    bootstrapped(device, sqn(1))
    assert derived(device, b"n" * 70).sw == 0x9866
    assert names(device) == [None, None]
    assert device.nvm.indexes(keys.GBA_NAF_KEYS) == []


@pytest.mark.parametrize(
    "data", [b"", b"\xdd", b"\xde", b"\xdf\x00", b"\xde\x01", b"\xde\x01a\x02b", b"\xde\x01a\x01bc"]
)
def test_lengths(data: bytes) -> None:
    device = card()
    bootstrapped(device, sqn(1))
    assert device.authenticate(data, GBA).sw == 0x6700


def test_the_pin_comes_first() -> None:
    device = Device(Subscription(k=K, opc=NETWORK.opc, gba=True, pin1="1234"))
    assert derived(device).sw == 0x6982


def test_it_counts_as_a_use_of_the_key() -> None:
    aka = Aka(MILENAGE, auth_counter_max=1)
    device = Device(Subscription(k=K, opc=NETWORK.opc, gba=True, aka=aka))
    accepted(bootstrapped(device, sqn(1)))
    assert bootstrapped(device, sqn(2)).sw == 0x6985
    assert accepted(derived(device)) == [naf_key(b"gba-me")]
