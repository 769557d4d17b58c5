"""The ISD-Ps of an SGP.02 card and the keys of its domains, as they are kept."""

from __future__ import annotations

from apdu import aid as aids
from euicc import Card
from euicc.m2m.isd_p import IsdP, IsdPs, LifeCycle
from euicc.m2m.isdr import M2mIsdR
from euicc.runtime import keys
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey

AID = aids.isd_p(0x10)


def key(version: int, identifier: int, byte: int = 0) -> SecurityDomainKey:
    return SecurityDomainKey(b"\x18", identifier, version, (KeyComponent(0x88, bytes([byte]) * 16, 8),))


def isdr_of(card: Card) -> M2mIsdR:
    assert isinstance(card.isdr, M2mIsdR)
    return card.isdr


def test_an_isd_p_lives_from_creation_to_deletion() -> None:
    isdr = isdr_of(Card.manufacture(variant="sgp02"))
    isd_p = IsdP(AID, quota=4096, parameters=bytes.fromhex("C90481020370"))
    with isdr.nvm.transaction():
        isdr.isd_ps.put(isd_p)
        isdr.isd_ps.key_ring(isd_p).put([key(0x30, 1)])
    assert isdr.isd_ps.by_aid(AID) == isd_p
    assert isdr.isd_ps.state(isd_p) is LifeCycle.SELECTABLE
    with isdr.nvm.transaction():
        isdr.isd_ps.personalize(isd_p)
    personalized = isdr.isd_ps.all()[0]
    assert isdr.isd_ps.state(personalized) is LifeCycle.PERSONALIZED
    with isdr.nvm.transaction():
        isdr.isd_ps.delete(personalized)
    assert isdr.isd_ps.all() == []
    assert isdr.nvm.indexes(keys.SECURITY_DOMAIN_KEYS) == []


def test_a_record_survives_as_bytes() -> None:
    for isd_p in (IsdP(AID), IsdP(AID, True, 0, b"\xc9\x00"), IsdP(AID, False, 0xFFFFFF, b"")):
        assert IsdP.from_bytes(isd_p.to_bytes()) == isd_p


def test_keys_replace_those_of_their_version_and_identifier() -> None:
    card = Card.manufacture(variant="sgp02")
    ring = IsdPs(card.nvm, card.isdr.profiles).key_ring(IsdP(AID))
    with card.nvm.transaction():
        ring.put([key(1, 1), key(1, 2)])
        ring.put([key(1, 2, byte=9), key(2, 1)])
    assert ring.versions() == (1, 2)
    assert [each.components[0].data[0] for each in ring.keys] == [0, 9, 0]
    with card.nvm.transaction():
        ring.keep(lambda each: each.version == 2)
    assert ring.keys == (key(2, 1),)
    assert ring.key(1, 1) is None


def test_other_cards_have_no_targets_of_their_own() -> None:
    assert tuple(Card.manufacture().isdr.targets()) == ()
    (target,) = isdr_of(Card.manufacture(variant="sgp02")).targets()
    assert target.tars == (bytes.fromhex("000001"),)
