"""What decides beside the access mode byte: instructions, command headers, security environments, rules in the FCP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import Command, instruction, tlv
from euicc.uicc import access_rules
from euicc.uicc.access import Access, permits
from euicc.uicc.filesystem import SECURITY_COMPACT, SECURITY_EXPANDED, Body, Df, Ef, FileKind
from euicc.uicc.uicc import Uicc
from tests.uicc import locked
from tests.uicc.handmade import DF_ARR, USIM_AID, Channel, running
from tests.uicc.handmade import channel as channel_of

PIN1 = "A406830101950108"
ADM1 = "A40683010A950108"
UNIVERSAL = "A406830111950108"
VERIFY_PIN1 = "0020000108" + locked.PIN1.hex()
VERIFY_UNIVERSAL = "0020001108" + locked.UNIVERSAL.hex()
REPLACE_PIN1 = "0026910108" + locked.PIN1.hex()


def opens(rule: str, command: Command | None, *verified: int, access: Access = Access.UPDATE) -> bool:
    """Whether a rule in expanded format opens an access by a command, INCREASE when it is None."""
    ins = instruction.INCREASE if command is None else command.ins
    conditions = access_rules.expanded(bytes.fromhex(rule)).conditions(int(access), ins, command)
    return any(condition(lambda reference: reference in verified) for condition in conditions)


# -- by instruction and by header -----------------------------------------------------------------------------------


def test_a_rule_for_the_instruction_goes_first() -> None:
    rule = "800102" + PIN1 + "840132" + ADM1
    assert not opens(rule, None, 1)
    assert opens(rule, None, 10)
    assert opens(rule, Command(0, instruction.UPDATE_RECORD, 0, 3), 1)
    assert not opens(rule, Command(0, instruction.UPDATE_RECORD, 0, 3), 10)
    assert opens("800102" + PIN1, None, 1)


def test_several_instructions_in_one_access_mode() -> None:
    rule = "840332D644" + ADM1
    for ins in (0x32, 0xD6, 0x44):
        assert opens(rule, Command(0, ins, 0, 0), 10)
    assert not opens(rule, Command(0, 0xDC, 0, 0), 10)


UPDATE_AT_5 = Command(0x01, instruction.UPDATE_BINARY, 0x00, 0x05, b"\x00")
UPDATE_AT_6 = Command(0x01, instruction.UPDATE_BINARY, 0x00, 0x06, b"\x00")


@pytest.mark.parametrize(
    ("mode", "command", "open_"),
    [
        ("8703D60005", UPDATE_AT_5, True),
        ("8703D60005", UPDATE_AT_6, False),
        ("8706D60006D60005", UPDATE_AT_5, True),
        ("8502D605", UPDATE_AT_5, True),
        ("8502D605", UPDATE_AT_6, False),
        ("8602D600", UPDATE_AT_6, True),
        ("8602D601", UPDATE_AT_6, False),
        ("810105", UPDATE_AT_5, True),
        ("820100", UPDATE_AT_5, True),
        ("83020005", UPDATE_AT_6, False),
        # the class without its logical channel
        ("8C0200D6", UPDATE_AT_5, True),
        ("8C0280D6", UPDATE_AT_5, False),
        ("8F0400D60005", UPDATE_AT_5, True),
        ("880100", UPDATE_AT_6, True),
        # cut short, or of an odd length: the pieces that are whole count
        ("8702D600", UPDATE_AT_5, False),
        ("8704D6000500", UPDATE_AT_5, True),
        ("8400", UPDATE_AT_5, False),
    ],
)
def test_command_headers(mode: str, command: Command, open_: bool) -> None:
    assert opens(mode + "9000", command, access=Access.READ) is open_


def test_a_header_that_nothing_is_known_of_covers_nothing() -> None:
    assert not opens("8703320000" + "9000", None)
    assert opens("8703320000" + "9000", Command(0x80, 0x32, 0, 0))


def test_a_header_goes_before_the_access_mode() -> None:
    rule = "8001029000" + "8703D60005" + "9700"
    assert opens(rule, UPDATE_AT_6)
    assert not opens(rule, UPDATE_AT_5)


# -- security condition bytes and the compact format ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("byte", "verified", "open_"),
    [
        ("00", (), True),
        ("FF", (0,), False),
        ("10", (), False),
        ("10", (0,), True),
        ("91", (0,), True),
        ("20", (0,), False),  # external authentication
        ("40", (0,), False),  # secure messaging
        ("30", (0,), True),  # either
        ("B0", (0,), False),  # both
        ("D1", (0,), False),
        ("01", (0,), False),
    ],
)
def test_security_condition_bytes(byte: str, verified: tuple[int, ...], open_: bool) -> None:
    """00 is the application PIN, where no key is named."""
    assert opens("8001029E01" + byte, None, *verified) is open_
    compact = access_rules.compact(bytes.fromhex("02" + byte))
    conditions = compact.conditions(int(Access.UPDATE), instruction.UPDATE_BINARY, None)
    assert any(condition(lambda reference: reference in verified) for condition in conditions) is open_


def test_compact_rules_have_a_condition_for_each_bit_from_the_left() -> None:
    rules = access_rules.compact(bytes.fromhex("43FF1000"))  # delete never, update PIN, read always

    def open_(access: Access, *verified: int) -> bool:
        conditions = rules.conditions(int(access), 0, None)
        return any(condition(lambda reference: reference in verified) for condition in conditions)

    assert open_(Access.READ)
    assert not open_(Access.UPDATE)
    assert open_(Access.UPDATE, 0)
    assert not open_(Access.DELETE, 0)
    assert not open_(Access.ACTIVATE, 0)


@pytest.mark.parametrize("value", ["", "00", "01", "010000", "8100", "0300"])
def test_compact_rules_that_cannot_be_read_are_closed(value: str) -> None:
    assert access_rules.compact(bytes.fromhex(value)) == access_rules.CLOSED_RULES


@pytest.mark.parametrize(
    ("format_", "value"), [(SECURITY_COMPACT, "0310" + "00"), (SECURITY_EXPANDED, "8001019000800102" + PIN1)]
)
def test_rules_in_the_fcp_itself(format_: int, value: str) -> None:
    """Reading is open, updating needs PIN1, the application PIN of the USIM."""
    profile = locked.profile()
    ef = Ef(
        0x6F50, FileKind.TRANSPARENT, Body(b"\x01"), security=bytes.fromhex(value), security_format=format_
    )
    profile.filesystem.adfs[USIM_AID].add(ef)
    card = channel_of(profile).usim()
    fcp = bytes.fromhex(card("00A40004026F50"))[:-2]
    assert tlv.find(fcp, 0x62, format_) == ef.security
    assert tlv.find(fcp, 0x62, 0x8B) is None
    assert card("00B0000001") == "019000"
    assert card("00D600000102") == "6982"
    assert card(VERIFY_PIN1) == "9000"
    assert card("00D600000102") == "9000"


# -- security environments ------------------------------------------------------------------------------------------


def with_environments(reference: str) -> Channel:
    """A USIM with an EF under rules for environments: record 1 asks for PIN1, 2 for the universal PIN."""
    profile = locked.profile()
    adf = profile.filesystem.adfs[USIM_AID]
    body = Body(bytes.fromhex("800101" + PIN1 + "800101" + UNIVERSAL + "8001019700" + "FF" * 6), 11)
    adf.add(Ef(0x6F16, FileKind.LINEAR_FIXED, body))
    adf.add(Ef(0x6F50, FileKind.TRANSPARENT, Body(b"\x01"), security=bytes.fromhex("6F16" + reference)))
    card = channel_of(profile).usim()
    assert card("00A4000C026F50") == "9000"
    return card


READ, OPEN, CLOSED = "00B0000001", "019000", "6982"


@pytest.mark.parametrize("reference", ["01010002", "00020101"])
def test_the_environment_of_the_pin_in_use_decides(reference: str) -> None:
    card = with_environments(reference)
    assert card(VERIFY_UNIVERSAL) == "9000"
    assert card(READ) == CLOSED
    assert card(VERIFY_PIN1) == "9000"
    assert card(READ) == OPEN
    assert card(REPLACE_PIN1) == "9000"
    assert card(READ) == OPEN
    card("0020001108" + "00" * 8)
    assert card(READ) == CLOSED


def test_an_environment_may_allow_other_things() -> None:
    card = with_environments("01010003")
    card(VERIFY_PIN1)
    assert card(READ) == OPEN
    card(REPLACE_PIN1)
    card(VERIFY_UNIVERSAL)
    assert card(READ) == CLOSED


def test_without_a_rule_of_its_own_an_environment_has_the_usual_one() -> None:
    """There the universal PIN satisfies what asks for the PIN it replaces."""
    card = with_environments("01010701")
    card(REPLACE_PIN1)
    assert card(READ) == CLOSED
    card(VERIFY_UNIVERSAL)
    assert card(READ) == OPEN
    assert with_environments("0701")(READ) == CLOSED


# -- directories ----------------------------------------------------------------------------------------------------


def df_opens(rule: str, access: Access, ins: int) -> bool:
    """Whether a DF under this rule in its own EF_ARR allows something."""
    df = Df(0x7F10, FileKind.DF, security=DF_ARR + b"\x01")
    record = bytes.fromhex(rule)
    df.add(Ef(0x6F06, FileKind.LINEAR_FIXED, Body(record, len(record))))
    uicc = running(locked.profile())
    uicc.profile.filesystem.mf.add(df)
    return permits(df, access, ins, uicc, lambda reference: False)


@pytest.mark.parametrize(
    ("mask", "allowed"),
    [
        (0x01, Access.DELETE_CHILD),
        (0x02, Access.CREATE_EF),
        (0x04, Access.CREATE_DF),
        (0x08, Access.DEACTIVATE),
        (0x10, Access.ACTIVATE),
        (0x20, Access.TERMINATE),
        (0x40, Access.DELETE),
    ],
)
def test_the_rule_of_a_directory(mask: int, allowed: Access) -> None:
    rule = f"8001{mask:02X}9000"
    for access in (Access.DELETE_CHILD, Access.CREATE_EF, Access.CREATE_DF, Access.DEACTIVATE, Access.DELETE):
        assert df_opens(rule, access, instruction.CREATE_FILE) is (access == allowed)
    assert df_opens(rule, allowed, instruction.CREATE_FILE)


# -- what is remembered of rules ------------------------------------------------------------------------------------


def uicc_with(record: str) -> tuple[Uicc, Ef, Ef]:
    uicc = running(locked.profile())
    adf = uicc.profile.filesystem.adfs[USIM_AID]
    rule = bytes.fromhex(record)
    arr = Ef(0x6F16, FileKind.LINEAR_FIXED, Body(rule, len(rule)))
    ef = Ef(0x6F50, FileKind.TRANSPARENT, Body(b"\x01"), security=bytes.fromhex("6F1601"))
    adf.add(arr)
    adf.add(ef)
    return uicc, arr, ef


def reads(uicc: Uicc, ef: Ef) -> bool:
    return permits(ef, Access.READ, instruction.READ_BINARY, uicc, lambda reference: False)


def test_a_rule_that_changes_counts_at_once() -> None:
    uicc, arr, ef = uicc_with("8001019000")
    assert reads(uicc, ef)
    uicc.write(arr, bytes.fromhex("8001019700"))
    assert not reads(uicc, ef)
    with uicc.memory.transaction():
        uicc.write(arr, bytes.fromhex("8001019000"))
        assert reads(uicc, ef)


def test_a_rule_that_depends_on_parameters_is_looked_at_each_time() -> None:
    uicc, _, ef = uicc_with("8703B000059000")
    uicc.executing = Command(0, instruction.READ_BINARY, 0, 5)
    assert reads(uicc, ef)
    uicc.executing = Command(0, instruction.READ_BINARY, 0, 6)
    assert not reads(uicc, ef)


def test_malformed_rules_are_closed() -> None:
    assert access_rules.expanded(bytes.fromhex("80010190")) == access_rules.CLOSED_RULES
    pattern = access_rules.HeaderPattern(access_rules.HEADER_INS, (b"\x32",))
    assert not replace(pattern, headers=()).covers(0x32, None)
