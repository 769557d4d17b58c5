"""The commands on files that are rarer than SELECT and READ: each is loaded when it is first used."""

from __future__ import annotations

from apdu import instruction
from euicc.uicc.commands.command_table import INTERINDUSTRY, PROPRIETARY, Commands, later

COMMANDS: Commands = {
    instruction.UPDATE_BINARY: (INTERINDUSTRY, later("update", "update_binary")),
    instruction.UPDATE_RECORD: (INTERINDUSTRY, later("update", "update_record")),
    instruction.SEARCH_RECORD: (INTERINDUSTRY, later("search", "search_record")),
    instruction.INCREASE: (PROPRIETARY, later("increase", "increase")),
}
