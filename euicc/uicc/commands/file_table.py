"""The commands on files that are rarer than SELECT and READ: each is loaded when it is first used."""

from __future__ import annotations

from apdu import instruction
from euicc.uicc.commands.command_table import INTERINDUSTRY, PROPRIETARY, Commands, later

COMMANDS: Commands = {
    instruction.UPDATE_BINARY: (INTERINDUSTRY, later("update", "update_binary")),
    instruction.UPDATE_RECORD: (INTERINDUSTRY, later("update", "update_record")),
    instruction.SEARCH_RECORD: (INTERINDUSTRY, later("search", "search_record")),
    instruction.INCREASE: (PROPRIETARY, later("increase", "increase")),
    instruction.DEACTIVATE_FILE: (INTERINDUSTRY, later("life_cycle", "deactivate_file")),
    instruction.ACTIVATE_FILE: (INTERINDUSTRY, later("life_cycle", "activate_file")),
    instruction.TERMINATE_EF: (INTERINDUSTRY, later("life_cycle", "terminate_ef")),
    instruction.TERMINATE_DF: (INTERINDUSTRY, later("life_cycle", "terminate_df")),
    instruction.TERMINATE_CARD_USAGE: (INTERINDUSTRY, later("life_cycle", "terminate_card_usage")),
    instruction.CREATE_FILE: (INTERINDUSTRY, later("create", "create_file")),
    instruction.DELETE_FILE: (INTERINDUSTRY, later("create", "delete_file")),
    instruction.RESIZE_FILE: (PROPRIETARY, later("create", "resize_file")),
    instruction.RETRIEVE_DATA: (PROPRIETARY, later("ber_tlv", "retrieve_data")),
    instruction.SET_DATA: (PROPRIETARY, later("ber_tlv", "set_data")),
}
