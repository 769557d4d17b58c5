"""Applications that the profile package brought: kept, listed and managed like those that came later."""

from __future__ import annotations

import pytest

from asn1.generated import pe
from euicc.card import Card
from euicc.globalplatform.registry import Kind, Registry
from tests.globalplatform.cards import MNO_SD, SSD, card_with, mno_sd, package, remote, run
from tests.globalplatform.content import (
    INSTANCE,
    MODULE,
    PACKAGE,
    apdu,
    for_install,
    for_load,
    load_file,
)
from tests.isdp.packages import U, head, inserted, instance, with_

CONFIG = with_(U.JAVACARD)
OTHER = bytes.fromhex("A0000000010103")


@pytest.fixture
def card() -> Card:
    block = pe.ApplicationLoadPackage(load_package_aid=PACKAGE, load_block_object=load_file())
    of_package = {"application_load_package_aid": PACKAGE, "class_aid": MODULE}
    plain = instance(INSTANCE, **of_package, application_privileges=b"\x00", life_cycle_state=b"\x07")
    below = instance(OTHER, **of_package, application_privileges=b"\x00", extradite_security_domain_aid=SSD)
    application = pe.PEApplication(app_header=head(), load_block=block, instance_list=(plain, below))
    return card_with(inserted(package(), "end", ("application", application)), config=CONFIG)


def answer(card: Card, command: str) -> str:
    return run(mno_sd(card), remote(), command)


def test_they_are_listed(card: Card) -> None:
    entry = "E3234F06A000000001019F700101CE0201028407A0000000010101CC08A000000151000000"
    assert answer(card, "80F21002084F06A00000000101") == entry + "9000"
    first = "E3244F07A00000000101029F700107C503000000C406A00000000101CC08A000000151000000"
    assert answer(card, f"80F24002094F07{INSTANCE.hex()}") == first + "9000"
    known = {entry.aid: entry for entry in Registry(card.uicc.running).entries()}
    assert known[OTHER].domain == SSD
    assert known[PACKAGE].kind is Kind.PACKAGE


def test_they_can_be_deleted_and_come_again(card: Card) -> None:
    delete_package = b"\x4f\x06" + PACKAGE
    assert answer(card, for_load()) == "6A80"
    assert answer(card, for_install(of=PACKAGE, module=MODULE, instance=OTHER)) == "6A80"
    assert answer(card, apdu(0xE4, 0, 0, delete_package)) == "6985"
    assert answer(card, apdu(0xE4, 0, 0, b"\x4f\x07" + INSTANCE)) == "009000"
    card.reset()
    assert answer(card, f"80F24002094F07{INSTANCE.hex()}") == "6A88"
    assert answer(card, for_install(of=PACKAGE, module=MODULE)) == "009000"
    assert answer(card, f"80F24002094F07{INSTANCE.hex()}").endswith("9000")
    assert answer(card, apdu(0xE4, 0, 0x80, delete_package)) == "009000"
    card.reset()
    assert answer(card, "80F21002084F06A00000000101") == "6A88"
    left = {entry.aid for entry in Registry(card.uicc.running).entries()}
    assert not left & {PACKAGE, INSTANCE, OTHER}
    assert left >= {MNO_SD, SSD}
    assert answer(card, for_load()) == "009000"
