"""Files that the operator creates, with every format of access rules that an FCP can have, on the card."""

from __future__ import annotations

import pytest

from euicc.testing.machines.uicc.package import package
from euicc.testing.machines.uicc.profile import PIN1, UNIVERSAL, VALUES, asks
from tests.flows.installed import enabled
from tests.isdp.packages import USIM_AID

PIN1_VALUE, UNIVERSAL_VALUE = VALUES[0].hex(), VALUES[2].hex()
VERIFY_PIN1, VERIFY_UNIVERSAL = f"0020000108{PIN1_VALUE}", f"0020001108{UNIVERSAL_VALUE}"
REPLACE_PIN1, ENABLE_PIN1 = f"0026910108{PIN1_VALUE}", f"0028000108{PIN1_VALUE}"
READ, UPDATE = "00B0000001", "00D600000101"
OPEN, CLOSED = "009000", "6982"


class Terminal:
    """A terminal that had a file created in the USIM, with these security attributes."""

    def __init__(self, security: str) -> None:
        self.card = enabled(package())
        assert self(f"00A4040C{len(USIM_AID):02X}{USIM_AID.hex()}") == "9000"
        fcp = "8202412183026F608A0105" + security + "800200048800"
        assert self(f"00E00000{len(fcp) // 2 + 2:02X}62{len(fcp) // 2:02X}{fcp}") == "9000"
        assert security in self("00A40004026F6000").upper()

    def __call__(self, command: str) -> str:
        return self.card.transmit(bytes.fromhex(command)).hex().upper()

    def rights(self) -> tuple[bool, bool]:
        """Whether the file may be read, and updated."""
        read, update = self(READ), self(UPDATE)
        assert {read[-4:], update} <= {"9000", CLOSED}
        return read.endswith("9000"), update == "9000"


def test_environments() -> None:
    """01 has rule 2: PIN1 reads, PIN2 (disabled here) updates. 00 has rule 6: the universal PIN does both."""
    terminal = Terminal("8B062F0601020006")
    assert terminal.rights() == (False, True)
    assert terminal(VERIFY_UNIVERSAL) == "9000"
    assert terminal.rights() == (False, True)
    assert terminal(VERIFY_PIN1) == "9000"
    assert terminal.rights() == (True, True)
    assert terminal(REPLACE_PIN1) == "9000"
    terminal.card.reset()
    terminal(f"00A4040C{len(USIM_AID):02X}{USIM_AID.hex()}")
    terminal("00A4000C026F60")
    assert terminal.rights() == (False, False)
    assert terminal(VERIFY_UNIVERSAL) == "9000"
    assert terminal.rights() == (True, True)
    assert terminal("0020001108" + "00" * 8) == "63C2"
    assert terminal.rights() == (False, False)
    assert terminal(ENABLE_PIN1) == "9000"
    assert terminal.rights() == (True, True)


EXPANDED = "8001019000" + "800102" + asks(PIN1)


@pytest.mark.parametrize(
    ("security", "before", "after"),
    [
        (f"AB{len(EXPANDED) // 2:02X}{EXPANDED}", (True, False), (True, True)),
        ("AB0B800103" + asks(PIN1), (False, False), (True, True)),
        ("AB0B8401B0" + asks(PIN1), (False, False), (True, False)),
        ("AB0C8703D6000090008001019700", (False, True), (False, True)),
        ("8C03031000", (True, False), (True, True)),
        ("8C03030010", (False, True), (True, True)),
        ("8C0303FFFF", (False, False), (False, False)),
        ("8C020110", (False, False), (True, False)),
    ],
)
def test_rules_in_the_fcp(security: str, before: tuple[bool, bool], after: tuple[bool, bool]) -> None:
    """Before and after PIN1 is verified, the application PIN of the USIM."""
    terminal = Terminal(security)
    assert terminal.rights() == before
    assert terminal(VERIFY_PIN1) == "9000"
    assert terminal.rights() == after


def test_rules_in_the_fcp_survive_a_reset() -> None:
    terminal = Terminal("AB0B800103" + asks(UNIVERSAL))
    terminal.card.reset()
    terminal(f"00A4040C{len(USIM_AID):02X}{USIM_AID.hex()}")
    assert terminal("00A4000C026F60") == "9000"
    assert terminal.rights() == (False, False)
    assert terminal(VERIFY_UNIVERSAL) == "9000"
    assert terminal.rights() == (True, True)
