"""ES5.CreateISDP, ES5.DeleteProfile and the audit, by bytes over SCP80."""

from __future__ import annotations

import pytest

from apdu import aid as aids
from euicc import Card
from euicc import eid as eids
from euicc.config import Config
from euicc.m2m.isd_p import LifeCycle
from euicc.runtime import keys
from euicc.testing.faults import MemoryFull
from tests.m2m import commands
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed, identity, managed, package

OTHER_EID = eids.with_check_digits("890490320010010000000000000002")
SELECTABLE, PERSONALIZED, DISABLED, ENABLED = LifeCycle


@pytest.fixture(scope="module")
def card() -> Managed:
    """For commands that are refused: nothing changes."""
    return managed()


def test_created_it_is_selectable_and_deleted_it_is_gone() -> None:
    here = managed()
    assert here.es5(commands.create(SECOND)) == ("00", 0x9000)
    assert here.states() == {FIRST: ENABLED, SECOND: SELECTABLE}
    assert here.es5(commands.delete(SECOND)) == ("00", 0x9000)
    assert here.states() == {FIRST: ENABLED}
    assert here.isdr.nvm.indexes(keys.ISD_P) == []


def test_without_le_there_is_no_confirmation() -> None:
    here = managed()
    assert here.es5(commands.create(SECOND)[:-2]) == ("", 0x9000)
    assert here.es5(commands.delete(SECOND)[:-2]) == ("", 0x9000)


def test_what_was_granted_is_kept() -> None:
    here = managed()
    assert here.sw(commands.create(SECOND, commands.SCP03 + commands.quota(0x010000))) == 0x9000
    isd_p = here.isdr.isd_ps.by_aid(SECOND)
    assert isd_p is not None
    assert (isd_p.quota, isd_p.parameters.hex()) == (0x010000, "c90481020370ef058303010000")


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "C900",
        commands.SCP03,
        commands.SCP03 + commands.quota(1, 2),
        commands.SCP03 + commands.quota(1, 4),
    ],
)
def test_install_parameters_that_are_understood(parameters: str) -> None:
    assert managed().sw(commands.create(SECOND, parameters)) == 0x9000


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(commands.create(FIRST), id="there is one"),
        pytest.param(commands.create(aids.ECASD), id="ECASD"),
        pytest.param(commands.create(SECOND[:14] + b"\x0f\x00"), id="000F is reserved"),
        pytest.param(commands.create(SECOND[:-1] + b"\x01"), id="last byte"),
        pytest.param(commands.create(SECOND[:-1]), id="15 bytes"),
        pytest.param(commands.create(b""), id="no AID"),
        pytest.param(commands.create(SECOND, load_file=commands.MODULE), id="load file"),
        pytest.param(commands.create(SECOND, module=commands.LOAD_FILE), id="module"),
        pytest.param(commands.create(SECOND, privileges="80"), id="privileges of one byte"),
        pytest.param(commands.create(SECOND, privileges="80C001"), id="more privileges"),
        pytest.param(commands.create(SECOND, token="00" * 16), id="token"),
        pytest.param(commands.create(SECOND, "C90481020215"), id="SCP02"),
        pytest.param(commands.create(SECOND, "C90481020300"), id="option 00"),
        pytest.param(commands.create(SECOND, "C904810203"), id="parameters cut off"),
        pytest.param(commands.create(SECOND, commands.quota(1, 1)), id="quota of one byte"),
        pytest.param(commands.create(SECOND, commands.quota(1, 5)), id="quota of five bytes"),
        pytest.param(commands.apdu("80E60C00", commands.lv(commands.LOAD_FILE)), id="fields missing"),
        pytest.param(commands.apdu("80E60C00", "10A0"), id="field cut off"),
    ],
)
def test_impossible_isd_ps(card: Managed, command: str) -> None:
    assert card.sw(command) == 0x6A80
    assert card.states() == {FIRST: ENABLED}


def test_more_than_is_free_cannot_be_granted() -> None:
    here = managed()
    free = here.isdr.free_memory()
    assert here.sw(commands.create(SECOND, commands.quota(free + 1))) == 0x6A84
    with MemoryFull(writes=0).on(here.card):
        assert here.sw(commands.create(SECOND)) == 0x6A84
    assert here.states() == {FIRST: ENABLED}
    assert here.sw(commands.create(SECOND, commands.quota(free))) == 0x9000


@pytest.mark.parametrize("number", [0x0010, 0x1234, 0xFFFF])
def test_numbers_of_isd_ps(number: int) -> None:
    here = managed(config=Config(variant="sgp02", nvm_size=1 << 20))
    aid = aids.isd_p(number)
    expected = 0x6A80 if aid == FIRST else 0x9000
    assert here.sw(commands.create(aid)) == expected


@pytest.mark.parametrize("header", ["80E60400", "80E64000", "80E60C01"])
def test_other_forms_of_install(card: Managed, header: str) -> None:
    assert card.sw(header + commands.create(SECOND)[8:]) == 0x6A86


def test_the_list_tells_state_attribute_and_memory() -> None:
    here = managed(ICCID, OTHER_ICCID)
    here.es5(commands.create(THIRD, commands.quota(0x1000)))
    data, sw = here.es5(commands.LIST_ALL)
    assert sw == 0x9000
    assert data == (
        f"E3194F10{FIRST.hex()}9F70013F530101"
        + f"E3164F10{SECOND.hex()}9F70011F"
        + f"E3224F10{THIRD.hex()}9F7001078F04000010009104" + "00001000"
    ).upper()  # fmt: skip


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (f"4F10{FIRST.hex()}5C024F53", f"E3154F10{FIRST.hex()}530101"),
        (f"4F10{SECOND.hex()}5C034F9F70", f"E3164F10{SECOND.hex()}9F70011F"),
        (f"4F0F{SECOND.hex()[:-2]}5C014F", f"E3124F10{SECOND.hex()}"),
        ("4F005C029F70", "E3049F70013FE3049F70011F"),
        (f"4F10{SECOND.hex()}5C0153", "E300"),
    ],
)
def test_criteria_and_tags_of_the_list(criteria: str, expected: str) -> None:
    here = managed(ICCID, OTHER_ICCID)
    assert here.es5(commands.apdu("80F24002", criteria)) == (expected.upper(), 0x9000)


def test_a_long_list_is_told_in_parts() -> None:
    here = managed()
    created = [aids.isd_p(number) for number in range(0x11, 0x1C)]
    for aid in created:
        here.es5(commands.create(aid))
    first, sw = here.es5(commands.LIST_ALL)
    assert sw == 0x6310
    second, sw = here.es5(commands.LIST_NEXT)
    assert sw == 0x9000
    assert max(len(first), len(second)) <= 2 * 223
    assert first.count("9F7001") + second.count("9F7001") == 12
    assert here.es5(commands.LIST_NEXT) == ("", 0x6985)


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (commands.apdu("80F24002", f"4F10{THIRD.hex()}"), 0x6A88),
        (commands.apdu("80F24002", "5C014F"), 0x6A80),
        (commands.apdu("80F24002", "4F00C100"), 0x6A80),
        (commands.apdu("80F24002", "4F"), 0x6A80),
        (commands.apdu("80F28002", "4F00"), 0x6A86),
        (commands.apdu("80F24000", "4F00"), 0x6A86),
        (commands.LIST_NEXT, 0x6985),
        ("80CAFF2200", 0x6A88),
        ("80CAFF21025C0000", 0x6A88),
        ("80CABF30045C027F2200", 0x6A88),
    ],
)
def test_audits_that_are_refused(card: Managed, command: str, sw: int) -> None:
    assert card.es5(command) == ("", sw)


def test_memory_and_certificate() -> None:
    here = managed()
    free, ram = here.isdr.free_memory(), here.card.config.ram_size
    expected = f"FF2110810200018204{free:08X}8304{ram:08X}"
    assert here.es5(commands.MEMORY) == (expected, 0x9000)
    certificate = identity().ecasd_certificate.hex().upper()
    length = len(certificate) // 2
    header = f"BF3081{length:02X}"
    assert length > 0x7F
    assert here.es5(commands.CERTIFICATE) == (header + certificate, 0x9000)


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (commands.delete(THIRD), 0x6A88),
        (commands.delete(aids.ECASD), 0x6A88),
        (commands.delete(FIRST), 0x6985),
        (commands.apdu("80E40040", "4F0FA0000005591010FFFFFFFF89000010"), 0x6A80),
        (commands.apdu("80E40040", "4F10A0"), 0x6A80),
        ("80E40040", 0x6A80),
        (commands.apdu("80E40080", f"4F10{FIRST.hex()}"), 0x6A86),
        (commands.apdu("80E40000", f"4F10{FIRST.hex()}"), 0x6A80),
    ],
)
def test_deletions_that_are_refused(card: Managed, command: str, sw: int) -> None:
    assert card.sw(command) == sw
    assert card.states() == {FIRST: ENABLED}


def test_a_disabled_profile_goes_with_all_that_is_its_own() -> None:
    here = managed(ICCID, OTHER_ICCID)
    before = managed(ICCID).isdr.free_memory()
    assert here.sw(commands.set_emergency(SECOND)) == 0x9000
    assert here.sw(commands.delete(SECOND)) == 0x9000
    assert here.isdr.free_memory() == before
    assert here.isdr.profiles.package(SECOND) == b""
    assert here.isdr.nvm.get(keys.EMERGENCY_ATTRIBUTE) is None


def test_a_profile_that_the_manufacturer_adds_takes_nobody_s_isd_p() -> None:
    here = managed()
    assert here.sw(commands.create(SECOND)) == 0x9000
    assert here.card.preload(package(OTHER_ICCID)).aid == THIRD
    assert here.states() == {FIRST: ENABLED, SECOND: SELECTABLE, THIRD: DISABLED}


def test_another_card_has_no_such_identity() -> None:
    with pytest.raises(ValueError, match="only a card of SGP"):
        Card.manufacture(m2m=identity())
    with pytest.raises(ValueError, match="but a card with the EID"):
        Card.manufacture(OTHER_EID, variant="sgp02", m2m=identity())
