"""INSTALL and DELETE: instances and packages come, move and go."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import Command
from euicc.card import Card
from euicc.globalplatform.domain import domains
from euicc.globalplatform.registry import Registry
from euicc.profiles.store import ProfileStore
from euicc.runtime import keys
from tests.globalplatform.cards import (
    MNO_SD,
    SSD,
    SSD_MODULE,
    SSD_PACKAGE,
    card_with,
    mno_sd,
    package,
    remote,
    run,
    select,
    send,
)
from tests.globalplatform.content import (
    FOR_LOAD,
    INSTANCE,
    MODULE,
    NEW_SSD,
    PACKAGE,
    answers,
    apdu,
    entry,
    for_install,
    for_load,
    install,
    loaded,
    lv,
)
from tests.isdp.packages import USIM_AID


@pytest.fixture
def card() -> Card:
    return card_with(package())


INSTALL_REFUSED = {
    "P1": (install(0x03, PACKAGE, b"", b"", b"", b""), "6A86"),
    "P1 0": (install(0x00, PACKAGE, b"", b"", b"", b""), "6A86"),
    "P2": (apdu(0xE6, 0x02, 1, lv(PACKAGE, b"", b"", b"", b"")), "6A86"),
    "five fields": (apdu(0xE6, 0x0C, 0, lv(SSD_PACKAGE, SSD_MODULE, INSTANCE, b"\0", b"\xc9\0")), "6A80"),
    "seven fields": (apdu(0xE6, 0x0C, 0, lv(*(b"",) * 7)), "6A80"),
    "cut": (apdu(0xE6, 0x0C, 0, lv(*(b"",) * 5) + b"\x01"), "6A80"),
    "a token": (install(0x0C, SSD_PACKAGE, SSD_MODULE, INSTANCE, b"\0", b"\xc9\0", b"token"), "6A80"),
    "load: package there": (install(0x02, SSD_PACKAGE, b"", b"", b"", b""), "6A80"),
    "load: no AID": (install(0x02, b"", b"", b"", b"", b""), "6A80"),
    "load: length of hash": (install(0x02, PACKAGE, b"", bytes(31), b"", b""), "6A80"),
    "load: no such domain": (install(0x02, PACKAGE, bytes(6), b"", b"", b""), "6A88"),
    "install: no such package": (for_install(of=PACKAGE), "6A88"),
    "install: no such module": (for_install(module=MODULE), "6A88"),
    "install: AID there": (for_install(instance=SSD), "6A80"),
    "install: AID of the USIM": (for_install(instance=USIM_AID), "6A80"),
    "install: AID too short": (for_install(instance=b"\xa0\0\0\1"), "6A80"),
    "install: no C9": (for_install(parameters=b""), "6A80"),
    "install: parameters malformed": (for_install(parameters=b"\xc9\x05"), "6A80"),
    "install: privileges": (for_install(privileges=b"\0\0"), "6A80"),
    "install: TAR in use": (
        for_install(parameters=bytes.fromhex("C900EA0E800C 010000000000 0003 B00120 00".replace(" ", ""))),
        "6A80",
    ),
    "install: toolkit parameters": (for_install(parameters=bytes.fromhex("C900EA03800101")), "6A80"),
    "selectable: unknown": (install(0x08, b"", b"", INSTANCE, b"\0", b"", b""), "6A88"),
    "selectable: already": (install(0x08, b"", b"", SSD, b"\x80", b"", b""), "6985"),
    "extradition: unknown": (install(0x10, SSD, b"", INSTANCE, b"", b"", b""), "6A88"),
    "extradition: no domain": (install(0x10, SSD_PACKAGE, b"", SSD, b"", b"", b""), "6A88"),
    "extradition: of the MNO-SD": (install(0x10, SSD, b"", MNO_SD, b"", b"", b""), "6985"),
    "extradition: into itself": (install(0x10, SSD, b"", SSD, b"", b"", b""), "6985"),
    "update: unknown": (install(0x40, b"", b"", INSTANCE, b"\0", b"", b""), "6A88"),
    "update: a domain no more": (install(0x40, b"", b"", SSD, b"\0", b"", b""), "6985"),
    "personalization: unknown": (install(0x20, b"", b"", INSTANCE, b"", b"", b""), "6A88"),
    "personalization: no domain": (
        install(0x20, b"", b"", bytes.fromhex("A00000055910100001"), b"", b"", b""),
        "6985",
    ),
}


@pytest.mark.parametrize(("given", "expected"), INSTALL_REFUSED.values(), ids=INSTALL_REFUSED.keys())
def test_what_install_refuses(card: Card, given: str, expected: str) -> None:
    before = Registry(card.uicc.running).entries()
    assert answers(card, given) == [expected]
    assert Registry(card.uicc.running).entries() == before


def test_install_then_make_selectable(card: Card) -> None:
    loaded(card)
    assert answers(card, for_install(0x04, of=PACKAGE, module=MODULE)) == ["009000"]
    found = entry(card, INSTANCE)
    assert found is not None
    assert (found.state, found.package, found.module, found.domain) == (0x03, PACKAGE, MODULE, MNO_SD)
    assert answers(card, install(0x08, b"", b"", INSTANCE, b"\0", b"", b"")) == ["009000"]
    card.reset()
    found = entry(card, INSTANCE)
    assert found is not None
    assert found.state == 0x07


def test_what_is_made_selectable_does_not_become_a_domain(card: Card) -> None:
    loaded(card)
    assert answers(card, for_install(0x04, of=PACKAGE, module=MODULE)) == ["009000"]
    assert answers(card, install(0x08, b"", b"", INSTANCE, b"\x80", b"", b"")) == ["6985"]
    assert answers(card, install(0x08, b"", b"", INSTANCE, b"", b"", b"")) == ["009000"]


def test_without_an_instance_aid_it_is_that_of_the_module(card: Card) -> None:
    loaded(card)
    assert answers(card, for_install(of=PACKAGE, module=MODULE, instance=b"")) == ["009000"]
    assert entry(card, MODULE) is not None


@pytest.mark.parametrize(
    "parameters",
    [
        "C900EA0F800D 01000000000201160 3 B00999 00",
        "C900CA0D 00 01000000000201160 3 B00999",
        "C900EF0FCA0D 00 01000000000201160 3 B00999",
    ],
    ids=["EA", "CA", "CA in EF"],
)
def test_toolkit_parameters_of_a_new_domain(card: Card, parameters: str) -> None:
    data = bytes.fromhex(parameters.replace(" ", ""))
    assert answers(card, for_install(instance=NEW_SSD, privileges=b"\x80", parameters=data)) == ["009000"]
    below = domains(card.uicc.running)[-1]
    assert (below.aid, below.tars, below.minimum_security_level) == (
        NEW_SSD,
        (bytes.fromhex("B00999"),),
        0x16,
    )
    assert answers(card, for_install(parameters=data)) == ["6A80"]  # the TAR is taken


def test_extradition_and_registry_update(card: Card) -> None:
    answers(card, for_install())
    assert answers(card, install(0x10, SSD, b"", INSTANCE, b"", b"", b"")) == ["009000"]
    found = entry(card, INSTANCE)
    assert found is not None
    assert found.domain == SSD
    assert answers(card, install(0x40, MNO_SD, b"", INSTANCE, b"\x04\x00\x00", b"", b"")) == ["009000"]
    found = entry(card, INSTANCE)
    assert found is not None
    assert (found.domain, found.privileges) == (MNO_SD, b"\x04\x00\x00")


def test_only_with_authorized_management(card: Card) -> None:
    below, session = domains(card.uicc.running)[1], remote(version=0x31)
    for command in (
        FOR_LOAD,
        for_install(),
        install(0x08, b"", b"", SSD, b"", b"", b""),
        install(0x10, SSD, b"", SSD, b"", b"", b""),
        install(0x40, b"", b"", SSD, b"", b"", b""),
        apdu(0xE4, 0, 0, b"\x4f\x09" + SSD),
    ):
        assert run(below, session, command) == "6985"


def test_a_domain_manages_what_is_below_it_and_nothing_else() -> None:
    """With Authorized Management, without the global privileges."""
    made = card_with(package(privileges_below=b"\x80\x40\x00"))
    below, session = domains(made.uicc.running)[1], remote(version=0x31)
    rfm = bytes.fromhex("A00000055910100001")
    refused = [
        for_load(domain=MNO_SD),
        install(0x08, b"", b"", rfm, b"", b"", b""),
        install(0x10, SSD, b"", rfm, b"", b"", b""),
        install(0x40, SSD, b"", rfm, b"", b"", b""),
        install(0x20, b"", b"", rfm, b"", b"", b""),
        apdu(0xE4, 0, 0, b"\x4f\x09" + rfm),
    ]
    assert {run(below, session, command) for command in refused} == {"6985"}
    assert run(below, session, for_install()) == "009000"
    assert run(below, session, apdu(0xE4, 0, 0, b"\x4f\x07" + INSTANCE)) == "009000"


def test_delete(card: Card) -> None:
    loaded(card)
    answers(card, for_install(of=PACKAGE, module=MODULE))
    delete_package = b"\x4f\x06" + PACKAGE
    assert answers(card, apdu(0xE4, 0, 0, delete_package)) == ["6985"]  # its instance is there
    assert answers(card, apdu(0xE4, 0, 0, b"\x4f\x07" + INSTANCE)) == ["009000"]
    assert answers(card, for_install(of=PACKAGE, module=MODULE)) == ["009000"]
    assert answers(card, apdu(0xE4, 0, 0x80, delete_package)) == ["009000"]
    assert (entry(card, PACKAGE), entry(card, INSTANCE)) == (None, None)
    assert card.uicc.running.memory.names(keys.LOAD_FILE) == []
    assert answers(card, apdu(0xE4, 0, 0, delete_package)) == ["6A88"]


def test_a_domain_goes_with_what_is_below_it(card: Card) -> None:
    answers(card, for_install(), install(0x10, SSD, b"", INSTANCE, b"", b"", b""))
    run(domains(card.uicc.running)[1], remote(version=0x31), "80E4000003D00101")
    assert answers(card, apdu(0xE4, 0, 0, b"\x4f\x09" + SSD)) == ["6985"]
    assert answers(card, apdu(0xE4, 0, 0x80, b"\x4f\x09" + SSD)) == ["009000"]
    card.reset()
    assert [each.aid for each in domains(card.uicc.running)] == [MNO_SD]
    assert entry(card, INSTANCE) is None
    assert card.uicc.running.memory.names(keys.SECURITY_DOMAIN_KEYS) == []
    again = for_install(instance=SSD, privileges=b"\x80")
    assert answers(card, again) == ["009000"]
    assert domains(card.uicc.running)[1].keys == ()


DELETE_REFUSED = {
    "the MNO-SD": (apdu(0xE4, 0, 0x80, b"\x4f\x08" + MNO_SD), "6985"),
    "a package of the card": (apdu(0xE4, 0, 0x80, b"\x4f\x07" + SSD_PACKAGE), "6985"),
    "remote file management": (apdu(0xE4, 0, 0, bytes.fromhex("4F09A00000055910100001")), "6985"),
    "unknown": (apdu(0xE4, 0, 0, b"\x4f\x06" + PACKAGE), "6A88"),
    "P1": (apdu(0xE4, 0x80, 0, b"\x4f\x06" + PACKAGE), "6A86"),
    "P2": (apdu(0xE4, 0, 0x01, b"\x4f\x06" + PACKAGE), "6A86"),
    "nothing": ("80E40000", "6A80"),
    "malformed": (apdu(0xE4, 0, 0, b"\x4f\x06"), "6A80"),
    "other data": (apdu(0xE4, 0, 0, b"\x4f\x06" + PACKAGE + b"\x9e\x00"), "6A80"),
    "a key version of two bytes": (apdu(0xE4, 0, 0, b"\xd2\x02\x01\x01"), "6A80"),
    "no such key": (apdu(0xE4, 0, 0, b"\xd2\x01\x7f"), "6A88"),
}


@pytest.mark.parametrize(("given", "expected"), DELETE_REFUSED.values(), ids=DELETE_REFUSED.keys())
def test_what_delete_refuses(card: Card, given: str, expected: str) -> None:
    before = Registry(card.uicc.running).entries()
    assert answers(card, given) == [expected]
    assert Registry(card.uicc.running).entries() == before


class Application:
    """The user's own, written in Python."""

    def aids(self) -> tuple[bytes, ...]:
        return (INSTANCE,)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Application, bytes]:
        return self, b"here"

    def process(self, command: Command) -> bytes:
        return b""

    def closed(self) -> None:
        return None


def test_an_instance_is_selectable_where_its_application_is_registered(card: Card) -> None:
    answers(card, for_install())
    assert card.transmit(bytes.fromhex("00A4040007") + INSTANCE).hex() == "6a82"
    card.register(Application())
    assert card.transmit(bytes.fromhex("00A4040007") + INSTANCE + b"\x00") == b"here\x90\x00"
    assert entry(card, INSTANCE) is not None


def test_everything_survives_in_a_card_file(tmp_path: Path) -> None:
    path = tmp_path / "card"
    with card_with(package(), path=path) as card:
        loaded(card)
        answers(card, for_install(of=PACKAGE, module=MODULE), for_load(bytes(5)), "80E4000003D20101")
        entries, keys_before = Registry(card.uicc.running).entries(), mno_sd(card).keys
    with Card.open(path) as card:
        assert Registry(card.uicc.running).entries() == entries
        assert mno_sd(card).keys == keys_before
        assert answers(card, apdu(0xE8, 0, 0, b"x")) == ["009000"]


def test_everything_goes_with_the_profile(card: Card) -> None:
    loaded(card)
    answers(card, for_install(of=PACKAGE, module=MODULE), for_load(bytes(5)), "80E4000003D20101")
    profiles = ProfileStore(card.nvm)
    enabled = profiles.enabled()
    assert enabled is not None
    with card.nvm.transaction():
        profiles.delete(enabled)
    assert [key.name for key in keys.PROFILE_MEMORY if card.nvm.indexes(key)] == []


def test_a_domain_that_took_the_aid_of_another_is_not_the_selected_one(card: Card) -> None:
    assert select(card, SSD).endswith("9000")
    assert send(card, "80CA00E000").startswith("E0")
    answers(card, apdu(0xE4, 0, 0, b"\x4f\x09" + SSD), for_install(instance=SSD, privileges=b"\x80"))
    assert send(card, "80CA00E000") == "6985"
    assert select(card, SSD).endswith("9000")
    assert send(card, "80CA00E000") == "E0009000"
