"""What an RFM instance may do: its access domains, and nothing of what the terminal verified or not."""

from __future__ import annotations

from functools import cache

import pytest

from apdu import Command, instruction
from asn1.generated import pe
from euicc.ota.access_domain import AccessDomain
from euicc.testing.ota import Script, parse_compact, parse_expanded
from euicc.testing.profile_builder import Subscription
from euicc.testing.profile_builder.package import elements
from euicc.uicc.filesystem import TERMINATED
from tests.ota.scene import OTHER_IMSI, TAR_ISIM, TAR_UICC, TAR_USIM, Scene, content, scene

FULL, NONE = b"\x00", b"\xff"
ADM1, ADM2, PIN1 = (bytes.fromhex(coded) for coded in ("02000100", "02000200", "02010000"))
IMSI, LANGUAGE, PHASE = (0x6F07,), (0x6F05,), (0x6FAD,)
USIM = bytes.fromhex("A0000000871002FF49FF0589")
DENIED, OK = 0x6982, 0x9000
ADMINISTRATIVE = frozenset((*range(0x0A, 0x0F), *range(0x8A, 0x8F)))


@cache
def package(
    shared: bytes = FULL, shared_admin: bytes = FULL, adf: bytes = FULL, adf_admin: bytes = FULL
) -> bytes:
    """A profile whose RFM instances have these access domains; PIN1 is enabled."""
    made = elements(Subscription(remote_security_level=0x02, pin1="1234"))
    return b"".join(_with(element, shared, shared_admin, adf, adf_admin).encode() for element in made)


def _with(
    element: pe.ProfileElement, shared: bytes, shared_admin: bytes, adf: bytes, adf_admin: bytes
) -> pe.ProfileElement:
    given = element.rfm
    if given is None:
        return element
    access = given.adf_rfm_access and pe.ADFRFMAccess(
        adf_aid=given.adf_rfm_access.adf_aid, adf_access_domain=adf, adf_admin_access_domain=adf_admin
    )
    return pe.ProfileElement(
        rfm=pe.PERFM(
            rfm_header=given.rfm_header,
            instance_aid=given.instance_aid,
            tar_list=given.tar_list,
            minimum_security_level=given.minimum_security_level,
            uicc_access_domain=shared,
            uicc_admin_access_domain=shared_admin,
            adf_rfm_access=access,
        )
    )


def sw(here: Scene, script: Script, tar: bytes = TAR_USIM) -> int | None:
    return parse_expanded(here.send(tar, script.expanded()).data).sw


@pytest.mark.parametrize(
    ("coded", "references"),
    [
        ("02000000", set()),
        ("02010000", {0x01}),
        ("02800000", {0x08}),
        ("02ff0000", set(range(0x01, 0x09))),
        ("02000100", {0x0A}),
        ("02001000", {0x0E}),
        ("0200e000", set()),
        ("02000001", {0x8A}),
        ("02000010", {0x8E}),
        ("02ffffff", {*range(0x01, 0x09), *ADMINISTRATIVE}),
        ("ff", set()),
        ("05", set()),
        ("", set()),
    ],
)
def test_bits_of_access_domain_data(coded: str, references: set[int]) -> None:
    domain = AccessDomain(bytes.fromhex(coded))
    assert {reference for reference in range(256) if domain.fulfils(reference)} == references
    assert domain.closed == (not coded.startswith("02"))


def test_full_access_fulfils_every_condition() -> None:
    domain = AccessDomain(FULL)
    assert all(domain.fulfils(reference) for reference in range(256))
    assert not domain.closed


@pytest.mark.parametrize(
    ("domain", "read_imsi", "update_imsi", "read_always", "update_never"),
    [
        (FULL, OK, OK, OK, DENIED),
        (NONE, DENIED, DENIED, DENIED, DENIED),
        (bytes.fromhex("02000000"), DENIED, DENIED, OK, DENIED),
        (PIN1, OK, DENIED, OK, DENIED),
        (ADM1, DENIED, OK, OK, DENIED),
        (ADM2, DENIED, DENIED, OK, DENIED),
        (bytes.fromhex("02010100"), OK, OK, OK, DENIED),
    ],
    ids=["full", "none", "no bits", "PIN1", "ADM1", "ADM2", "PIN1 and ADM1"],
)
def test_matrix(domain: bytes, read_imsi: int, update_imsi: int, read_always: int, update_never: int) -> None:
    here = scene(package(NONE, NONE, domain, NONE))
    assert sw(here, Script().read_binary(IMSI, 9)) == read_imsi
    assert sw(here, Script().read_binary(PHASE, 4)) == read_always
    assert sw(here, Script().update_binary(IMSI, OTHER_IMSI)) == update_imsi
    assert (content(here.card) == OTHER_IMSI) == (update_imsi == OK)
    # The shared files are another domain, here a closed one.
    assert sw(here, Script().read_binary((0x3F00, 0x2FE2), 10)) == DENIED


@pytest.mark.parametrize(
    ("domain", "read", "update"),
    [(FULL, OK, DENIED), (NONE, DENIED, DENIED), (ADM1, OK, DENIED)],
    ids=["full", "none", "ADM1"],
)
def test_never_is_never(domain: bytes, read: int, update: int) -> None:
    """EF_ICCID can be read always and updated never, whoever asks."""
    here = scene(package(shared=domain))
    iccid = (0x3F00, 0x2FE2)
    assert sw(here, Script().read_binary(iccid, 10), TAR_UICC) == read
    assert sw(here, Script().update_binary(iccid, b"\x98"), TAR_UICC) == update


def test_an_instance_has_no_rights_in_the_adf_of_another() -> None:
    here = scene(package())
    in_usim = Script().select_application(USIM)
    assert sw(here, in_usim.read_binary(IMSI, 9), TAR_UICC) == DENIED
    assert sw(here, Script().select_application(USIM).read_binary(PHASE, 4), TAR_ISIM) == DENIED
    assert sw(here, Script().select_application(USIM).read_binary(IMSI, 9), TAR_USIM) == OK


def create() -> Script:
    """EF_RMA with two records of 16 bytes in DF.TELECOM."""
    fcp = bytes.fromhex("8204422100108302" + "6f538a01058b036f06038001208800")
    return (
        Script()
        .select((0x3F00, 0x7F10))
        .add(0x00, instruction.CREATE_FILE, 0, 0, bytes((0x62, len(fcp))) + fcp)
    )


@pytest.mark.parametrize(
    ("shared", "admin", "expected"),
    [(NONE, FULL, OK), (NONE, ADM1, OK), (FULL, NONE, DENIED), (FULL, PIN1, DENIED)],
    ids=["full", "ADM1", "none", "PIN1"],
)
def test_files_are_created_by_the_administrative_domain(shared: bytes, admin: bytes, expected: int) -> None:
    here = scene(package(shared=shared, shared_admin=admin))
    assert sw(here, create(), TAR_UICC) == expected
    delete = Script().select((0x3F00, 0x7F10)).add(0x00, instruction.DELETE_FILE, 0, 0, b"\x6f\x53")
    assert sw(here, delete, TAR_UICC) == (expected if expected == OK else 0x6A82)


def test_an_action_in_a_file() -> None:
    here = scene(package())
    refresh = bytes.fromhex("09" + "810301010382028182")
    assert sw(here, create(), TAR_UICC) == OK
    write = Script().update_record((0x3F00, 0x7F10, 0x6F53), 2, refresh.ljust(16, b"\xff"))
    assert sw(here, write, TAR_UICC) == OK
    script = Script()
    for reference, commands in ((b"\x02", 1), (b"\x01", 1), (b"\x03", 1)):
        script.action = reference
        here.send(TAR_USIM, script.expanded())
        assert len(here.handset.commands) == commands
    assert here.handset.commands[0].hex() == "d009" + refresh[1:].hex()


@pytest.mark.parametrize(
    ("cla", "ins", "p1", "p2", "expected"),
    [
        (0x00, instruction.AUTHENTICATE, 0, 0x81, 0x6D00),
        (0x00, instruction.MANAGE_CHANNEL, 0, 0, 0x6D00),
        (0x80, instruction.TERMINAL_PROFILE, 0, 0, 0x6D00),
        (0x80, instruction.STORE_DATA, 0x91, 0, 0x6D00),
        (0x00, instruction.GET_CHALLENGE, 0, 0, 0x6D00),
        (0x01, instruction.SELECT, 0, 0x0C, 0x6E00),
        (0x0C, instruction.SELECT, 0, 0x0C, 0x6E00),
        (0xA0, instruction.SELECT, 0, 0, 0x6E00),
        (0x80, instruction.SELECT, 4, 0x0C, 0x6E00),
        (0x00, instruction.SELECT, 4, 0x4C, 0x6A86),
        (0x00, instruction.SELECT, 4, 0x0E, 0x6A86),
    ],
)
def test_commands_that_are_not_remote_file_management(
    cla: int, ins: int, p1: int, p2: int, expected: int
) -> None:
    here = scene(package())
    assert sw(here, Script().add(cla, ins, p1, p2, bytes.fromhex("7fff"))) == expected


def test_what_was_terminated_is_selected_by_nobody() -> None:
    here = scene(package())
    uicc = here.card.uicc.running
    uicc.set_lcsi(uicc.profile.filesystem.adfs[USIM], TERMINATED)
    assert sw(here, Script().select_application(USIM), TAR_UICC) == 0x6985
    uicc.is_terminated = True
    assert sw(here, Script().select_application(USIM), TAR_UICC) == 0x6F00


def test_every_file_command_reaches_the_files() -> None:
    """STATUS, SEARCH RECORD, DEACTIVATE and ACTIVATE FILE work; what they say is said elsewhere."""
    here = scene(package())
    assert sw(here, Script().add(0x80, instruction.STATUS, 0, 0x01, le=256)) == OK
    adn = Script().select((0x3F00, 0x7F10, 0x6F3A))
    assert sw(here, adn.add(0x00, instruction.SEARCH_RECORD, 1, 4, b"\xff", le=256), TAR_UICC) == OK
    script = Script().select(LANGUAGE).add(0x00, instruction.DEACTIVATE_FILE, 0, 0)
    assert sw(here, script) == OK
    assert sw(here, Script().read_binary(LANGUAGE, 1)) == 0x6985
    script = Script().select(LANGUAGE).add(0x00, instruction.ACTIVATE_FILE, 0, 0)
    assert sw(here, script) == OK
    assert sw(here, Script().read_binary(LANGUAGE, 1)) == OK


def read_imsi_as_terminal(here: Scene) -> int:
    for select in (Command(0x00, 0xA4, 0x04, 0x0C, USIM), Command(0x00, 0xA4, 0x00, 0x0C, b"\x6f\x07")):
        here.handset.transmit(select)
    return here.handset.transmit(Command(0x00, 0xB0, 0, 0, le=9)).sw


def test_a_pin_verified_by_a_script_is_not_verified_for_the_terminal() -> None:
    here = scene(package(adf=bytes.fromhex("02000000")))
    pin = b"1234\xff\xff\xff\xff"
    assert read_imsi_as_terminal(here) == DENIED
    verify = Script().add(0x00, instruction.VERIFY, 0, 0x01, pin)
    assert parse_compact(here.send(TAR_USIM, verify.compact()).data).sw == OK
    assert read_imsi_as_terminal(here) == DENIED
    # And the other way round.
    here.handset.transmit(Command(0x00, instruction.VERIFY, 0, 0x01, pin))
    assert read_imsi_as_terminal(here) == OK
    assert sw(here, Script().read_binary(IMSI, 9)) == DENIED
    assert parse_compact(here.send(TAR_USIM, verify.compact()).data).sw == OK
    assert read_imsi_as_terminal(here) == OK


def test_what_a_script_presents_wrongly_is_its_own_failure_until_it_blocks() -> None:
    here = scene(package())
    here.handset.transmit(Command(0x00, instruction.VERIFY, 0, 0x01, b"1234\xff\xff\xff\xff"))
    wrong = Script().add(0x00, instruction.VERIFY, 0, 0x01, b"4321\xff\xff\xff\xff")
    for tries_left in (2, 1):
        assert read_imsi_as_terminal(here) == OK
        assert sw(here, wrong) == 0x63C0 | tries_left
    assert read_imsi_as_terminal(here) == OK
    assert sw(here, wrong) == 0x63C0
    assert read_imsi_as_terminal(here) == DENIED


def test_a_remote_unblock_gives_a_new_pin() -> None:
    here = scene(package())
    new = b"4711\xff\xff\xff\xff"
    unblock = Script().add(0x00, instruction.UNBLOCK_PIN, 0, 0x01, b"1" * 8 + new)
    assert sw(here, unblock) == OK
    assert read_imsi_as_terminal(here) == DENIED
    assert here.handset.transmit(Command(0x00, instruction.VERIFY, 0, 0x01, new)).sw == OK
    assert read_imsi_as_terminal(here) == OK
