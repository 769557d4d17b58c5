"""STORE DATA: data objects, blocks, ES6.UpdateMetadata and the key of a network access application."""

from __future__ import annotations

import pytest

from apdu import tlv
from asn1.generated import rsp
from euicc.card import Card
from euicc.config import Ppr
from euicc.globalplatform.domain import domains
from euicc.globalplatform.session import Session
from euicc.profiles.profile import Profile
from euicc.profiles.states import SGP22_RULES, ProfileStates
from euicc.profiles.store import ProfileStore
from euicc.refusals import Refused
from euicc.uicc.authentication import parameters
from tests.globalplatform.cards import SSD, card_with, host, mno_sd, package, remote, run
from tests.isdp.packages import USIM_AID
from tests.isdr.es10 import open_isdr

PPR1_AND_PPR2 = bytes.fromhex("99020560")


@pytest.fixture
def card() -> Card:
    return card_with(package(), PPR1_AND_PPR2)


def store(content: bytes, p1: int = 0x90, p2: int = 0) -> str:
    return (bytes([0x80, 0xE2, p1, p2, len(content)]) + content).hex()


def answers(card: Card, *commands: str) -> list[str]:
    of, session = mno_sd(card), remote()
    return [run(of, session, command) for command in commands]


@pytest.mark.parametrize(
    ("given", "tag", "stored"),
    [
        (store(bytes.fromhex("42020102")), "0042", "42020102"),
        (store(bytes.fromhex("4503ABCDEF"), 0x80), "0045", "4503ABCDEF"),
        (
            store(bytes.fromhex("420101CF0A" + "11" * 10)),
            "00CF",
            "CF0A" + "11" * 10,
        ),
        (store(bytes.fromhex("0070 0A 6600 5F5003616263 4500"), 0x88), "5F50", "5F5003616263"),
        (store(bytes.fromhex("0070 FF 0004 66027300"), 0x88), "0066", "66027300"),
    ],
    ids=["42", "no structure", "CF", "DGI 0070", "DGI with long length"],
)
def test_data_objects(card: Card, given: str, tag: str, stored: str) -> None:
    assert answers(card, given) == ["9000"]
    card.reset()
    assert run(mno_sd(card), Session(), f"80CA{tag}00") == stored + "9000"


def test_diversification_data_are_told_at_initialize_update(card: Card) -> None:
    answers(card, store(bytes.fromhex("CF0A") + b"\x77" * 10))
    assert host(card).key_diversification == b"\x77" * 10


def test_blocks(card: Card) -> None:
    whole = bytes.fromhex("5F5082012C") + b"x" * 300
    pieces = [whole[:100], whole[100:300], whole[300:]]
    of, session = mno_sd(card), remote()
    found = [run(of, session, store(piece, 0x10 if n < 2 else 0x90, n)) for n, piece in enumerate(pieces)]
    assert found == ["9000"] * 3
    assert run(of, session, "80CA5F5000") == whole.hex().upper() + "9000"


def test_a_first_block_begins_anew(card: Card) -> None:
    of, session = mno_sd(card), remote()
    assert run(of, session, store(b"\x42\x05", 0x10)) == "9000"
    assert run(of, session, store(b"\x42\x01\x01")) == "9000"
    assert run(of, session, "80CA004200") == "4201019000"


REFUSED = {
    "not the first block": ([store(b"\x42\x00", 0x90, 1)], "6A86"),
    "a block left out": ([store(b"\x42", 0x10), store(b"\x00", 0x90, 2)], "6A86"),
    "another structure": ([store(b"\x42", 0x10), store(b"\x00", 0x88, 1)], "6A86"),
    "reserved structure": ([store(b"\x42\x00", 0x98)], "6A86"),
    "enciphered": ([store(b"\x42\x00", 0xF0)], "6A86"),
    "empty": (["80E29000"], "6700"),
    "after a refusal": ([store(b"\x42", 0x10), "80E29000", store(b"\x00", 0x90, 1)], "6A86"),
    "malformed": ([store(b"\x42\x05")], "6A80"),
    "malformed inside": ([store(bytes.fromhex("66020142"))], "6A80"),
    "CF of 9 bytes": ([store(bytes.fromhex("CF09") + bytes(9))], "6A80"),
    "unknown tag": ([store(b"\x99\x00")], "6A88"),
    "unknown tag after a good one": ([store(b"\x42\x01\x01\x99\x00")], "6A88"),
    "unknown DGI": ([store(bytes.fromhex("00710142"), 0x88)], "6A88"),
    "DGI cut": ([store(bytes.fromhex("00700342"), 0x88)], "6A80"),
    "DGI without length": ([store(bytes.fromhex("0070"), 0x88)], "6A80"),
    "DGI with half a length": ([store(bytes.fromhex("0070FF01"), 0x88)], "6A80"),
    "DGI malformed inside": ([store(bytes.fromhex("00700242 05"), 0x88)], "6A80"),
}


@pytest.mark.parametrize(("given", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_what_store_data_refuses(card: Card, given: list[str], expected: str) -> None:
    assert answers(card, *given)[-1] == expected
    assert run(mno_sd(card), Session(), "80CA004200") == "6A88"


def test_personalization_of_a_domain_below(card: Card) -> None:
    of, session = mno_sd(card), remote()
    assert run(of, session, f"80E620000F000009{SSD.hex()}000000") == "9000"
    assert run(of, session, store(b"\x42\x01\x09")) == "9000"
    assert run(of, Session(), "80CA004200") == "6A88"
    assert run(domains(card.uicc.running)[1], Session(), "80CA004200") == "4201099000"
    assert run(of, session, store(tlv.encode(0xBF2A))) == "6A88"
    assert run(of, session, f"80E4008 00B4F09{SSD.hex()}".replace(" ", "")) == "009000"
    assert run(of, session, store(b"\x42\x01\x09")) == "6985"


# ES6.UpdateMetadata


def profile(card: Card) -> Profile:
    found = ProfileStore(card.nvm).enabled()
    assert found is not None
    return found


def update(*elements: bytes) -> str:
    return store(tlv.encode(0xBF2A, *elements))


def shown(card: Card, tags: str = "9192939499BF22") -> str:
    """What the LPA sees."""
    request = bytes.fromhex(f"BF2D{2 + len(tags) // 2:02X}5C{len(tags) // 2:02X}{tags}")
    found = tlv.parse(open_isdr(card).store_data(request)).find(0xA0, 0xE3)
    return (found or b"").hex().upper()


NAMES = tlv.encode(0x91, b"New provider"), tlv.encode(0x92, "Näme".encode())
ICON = tlv.encode(0x93, b"\x01"), tlv.encode(0x94, b"png")


def test_names_icon_and_specific_data(card: Card) -> None:
    item = rsp.VendorSpecificExtensionItem(vendor_oid="2.999.10", vendor_specific_data=b"\x04\x01x")
    specific = tlv.encode(0xBF22, item.encode())
    assert answers(card, update(*NAMES, *ICON)) == ["9000"]
    assert shown(card) == b"".join((*NAMES, *ICON, PPR1_AND_PPR2)).hex().upper()
    card.reset()
    assert profile(card).stored_metadata.profile_name == "Näme"
    assert profile(card).stored_metadata.profile_owner is not None
    assert answers(card, update(tlv.encode(0x93), tlv.encode(0x94))) == ["9000"]
    assert shown(card) == b"".join((*NAMES, PPR1_AND_PPR2)).hex().upper()
    assert answers(card, update()) == ["9000"]
    assert answers(card, update(tlv.encode(0x91), tlv.encode(0x92))) == ["9000"]
    assert shown(card, "9192") == "91009200"
    assert answers(card, update(specific)) == ["9000"]
    assert shown(card, "BF22") == specific.hex().upper()
    assert answers(card, update(tlv.encode(0xBF22))) == ["9000"]
    assert shown(card, "BF22") == ""


def test_over_the_local_interface(card: Card) -> None:
    command = bytes.fromhex(update(*NAMES))
    assert host(card, 0x33).send(command) == (b"", 0x9000)
    assert shown(card, "9192") == b"".join(NAMES).hex().upper()


RULES = {
    "none is left": ("990100", ""),
    "both stay": ("99020560", "99020560"),
    "PPR1 goes": ("99020520", "99020520"),
    "PPR2 goes": ("99020640", "99020640"),
}


@pytest.mark.parametrize(("given", "left"), RULES.values(), ids=RULES.keys())
def test_policy_rules_are_only_taken_away(card: Card, given: str, left: str) -> None:
    assert answers(card, update(bytes.fromhex(given))) == ["9000"]
    assert shown(card, "99") == left
    assert answers(card, update(PPR1_AND_PPR2)) == ["9000"]
    assert shown(card, "99") == left


def test_a_profile_without_ppr1_may_be_disabled(card: Card) -> None:
    isdr = card.isdr
    states = ProfileStates(card.nvm, isdr.profiles, isdr.notifications, SGP22_RULES)
    with pytest.raises(Refused):
        states.disable_target(profile(card))
    assert answers(card, update(bytes.fromhex("99020520"))) == ["9000"]
    assert list(profile(card).policy_rules) == [Ppr.DELETION_NOT_ALLOWED]
    assert states.disable_target(profile(card)) == b""


METADATA_REFUSED = {
    "pprUpdateControl": update(bytes.fromhex("99020780")),
    "PPRs without a byte": update(bytes.fromhex("9900")),
    "ICCID": update(tlv.encode(0x5A, bytes(10))),
    "class": update(tlv.encode(0x95, b"\x02")),
    "notifications": update(bytes.fromhex("B600")),
    "a long name": update(tlv.encode(0x92, b"x" * 65)),
    "a long provider": update(tlv.encode(0x91, b"x" * 33)),
    "no UTF-8": update(tlv.encode(0x91, b"\xff")),
    "an icon without its type": update(tlv.encode(0x94, b"png")),
    "an icon that lost its type": update(tlv.encode(0x93), tlv.encode(0x94, b"png")),
    "twice": update(NAMES[0], NAMES[0]),
    "malformed": store(bytes.fromhex("BF2A029105")),
}


@pytest.mark.parametrize("given", METADATA_REFUSED.values(), ids=METADATA_REFUSED.keys())
def test_what_update_metadata_refuses(card: Card, given: str) -> None:
    before = profile(card)
    assert answers(card, given) == ["6A80"]
    assert profile(card) == before


def test_only_the_mno_sd_and_only_authenticated(card: Card) -> None:
    below = domains(card.uicc.running)[1]
    assert run(below, remote(version=0x31), update(*NAMES)) == "6A88"
    assert run(mno_sd(card), Session(), update(*NAMES)) == "6982"
    assert shown(card, "91") == tlv.encode(0x91, b"Old provider").hex().upper()


# The key of a network access application

K, OPC = b"\x0a" * 16, b"\x0b" * 16


def network_keys(*more: bytes, aid: bytes = USIM_AID, algorithm: int = 1, key: bytes = K) -> str:
    fields = tlv.encode(0x4F, aid), tlv.encode(0x80, bytes([algorithm])), tlv.encode(0x81, key)
    return store(tlv.encode(0xFF6B, *fields, *more))


def test_another_key(card: Card) -> None:
    assert answers(card, network_keys(tlv.encode(0x82, OPC), tlv.encode(0x84, bytes(5)))) == ["9000"]
    card.reset()
    found = parameters.find(card.uicc.running, USIM_AID)
    assert found is not None
    given = found.parameters
    assert (given.algorithm_id, given.key, given.opc, given.rotation_constants) == (1, K, OPC, bytes(5))


def test_over_a_ciphered_local_session_only(card: Card) -> None:
    command = bytes.fromhex(network_keys(tlv.encode(0x82, OPC)))
    for level, expected in ((0x00, 0x6982), (0x01, 0x6982), (0x11, 0x6982), (0x03, 0x9000), (0x33, 0x9000)):
        assert host(card, level).send(command) == (b"", expected)


NETWORK_REFUSED = {
    "unknown application": (network_keys(tlv.encode(0x82, OPC), aid=bytes(8)), "6A88"),
    "no algorithm": (store(tlv.encode(0xFF6B, tlv.encode(0x4F, USIM_AID), tlv.encode(0x81, K))), "6A80"),
    "unknown algorithm": (network_keys(tlv.encode(0x82, OPC), algorithm=9), "6A80"),
    "K of 15 bytes": (network_keys(tlv.encode(0x82, OPC), key=bytes(15)), "6A80"),
    "no OPc": (network_keys(), "6A80"),
    "unknown field": (network_keys(tlv.encode(0x82, OPC), b"\x8f\x00"), "6A80"),
    "length of an option": (network_keys(tlv.encode(0x82, OPC), b"\x83\x02\0\0"), "6A80"),
    "malformed": (store(bytes.fromhex("FF6B024F05")), "6A80"),
}


@pytest.mark.parametrize(("given", "expected"), NETWORK_REFUSED.values(), ids=NETWORK_REFUSED.keys())
def test_what_is_no_network_key(card: Card, given: str, expected: str) -> None:
    before = parameters.find(card.uicc.running, USIM_AID)
    assert answers(card, given) == [expected]
    assert parameters.find(card.uicc.running, USIM_AID) == before


def test_network_keys_want_ciphering_and_the_mno_sd(card: Card) -> None:
    given = network_keys(tlv.encode(0x82, OPC))
    assert run(mno_sd(card), remote(ciphered=False), given) == "6982"
    assert run(domains(card.uicc.running)[1], remote(version=0x31), given) == "6A88"
