"""The commands of network access applications: each is loaded when it is first used."""

from __future__ import annotations

from apdu import instruction
from euicc.uicc.commands.command_table import INTERINDUSTRY, PROPRIETARY, Commands, later

COMMANDS: Commands = {
    instruction.AUTHENTICATE: (INTERINDUSTRY, later("authenticate", "authenticate")),
    instruction.GET_CHALLENGE: (INTERINDUSTRY, later("challenge", "get_challenge")),
    instruction.GET_IDENTITY: (PROPRIETARY, later("identity", "get_identity")),
}
