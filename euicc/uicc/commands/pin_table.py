"""The commands on PINs: each is loaded when it is first used."""

from __future__ import annotations

from apdu import instruction
from euicc.uicc.commands.command_table import INTERINDUSTRY, Commands, later

COMMANDS: Commands = {
    instruction.VERIFY: (INTERINDUSTRY, later("pins", "verify")),
    instruction.CHANGE_PIN: (INTERINDUSTRY, later("pins", "change")),
    instruction.DISABLE_PIN: (INTERINDUSTRY, later("pins", "disable")),
    instruction.ENABLE_PIN: (INTERINDUSTRY, later("pins", "enable")),
    instruction.UNBLOCK_PIN: (INTERINDUSTRY, later("pins", "unblock")),
}
