"""Command APDUs in words: instruction names, what P1 P2 say, ES10 functions by their tag (SGP.22 5.7, SGP.32 5.9)."""

from __future__ import annotations

from collections.abc import Callable

from apdu import aid, instruction, status, store_data, tlv
from apdu.channel import CLOSE, SELECT_BY_DF_NAME
from apdu.command import Command
from apdu.response import Response
from apdu.status import StatusError
from apdu.transport import TransportError

FUNCTIONS = {
    0xBF20: "ES10b.GetEUICCInfo (info1)",
    0xBF21: "ES10b.PrepareDownload",
    0xBF22: "ES10b.GetEUICCInfo (info2)",
    0xBF28: "ES10b.ListNotification",
    0xBF29: "ES10c.SetNickname",
    0xBF2B: "ES10b.RetrieveNotificationsList",
    0xBF2D: "ES10c.GetProfilesInfo",
    0xBF2E: "ES10b.GetEUICCChallenge",
    0xBF30: "ES10b.RemoveNotificationFromList",
    0xBF31: "ES10c.EnableProfile",
    0xBF32: "ES10c.DisableProfile",
    0xBF33: "ES10c.DeleteProfile",
    0xBF34: "ES10c.eUICCMemoryReset",
    0xBF35: "ES10b.LoadCRL",
    0xBF36: "ES10b.LoadBoundProfilePackage",
    0xBF23: "ES8+.InitialiseSecureChannel",
    0xA0: "ES8+.ConfigureISDP",
    0xA1: "ES8+.StoreMetadata",
    0xA2: "ES8+.ReplaceSessionKeys",
    0xA3: "ES8+.LoadProfileElements",
    0x86: "ES8+.LoadProfileElements (segment)",
    0x87: "ES8+.ConfigureISDP (segment)",
    0x88: "ES8+.StoreMetadata (segment)",
    0xBF38: "ES10b.AuthenticateServer",
    0xBF3C: "ES10a.GetEuiccConfiguredAddresses",
    0xBF3E: "ES10c.GetEID",
    0xBF3F: "ES10a.SetDefaultDpAddress",
    0xBF41: "ES10b.CancelSession",
    0xBF42: "LPAe or IPAe activation",
    0xBF43: "ES10b.GetRAT",
    0xBF51: "ES10b.LoadEuiccPackage",
    0xBF55: "ES10b.GetEimConfigurationData",
    0xBF56: "ES10b.GetCerts",
    0xBF57: "ES10b.AddInitialEim",
    0xBF58: "ES10b.ProfileRollback",
    0xBF59: "ES10b.ConfigureImmediateProfileEnabling",
    0xBF5A: "ES10b.ImmediateEnable",
    0xBF5B: "ES10b.EnableEmergencyProfile",
    0xBF5C: "ES10b.DisableEmergencyProfile",
    0xBF5D: "ES10b.ExecuteFallbackMechanism",
    0xBF5E: "ES10b.ReturnFromFallback",
    0xBF5F: "ES10b.GetConnectivityParameters",
    0xBF64: "ES10b.eUICCMemoryReset",
    0xBF65: "ES10b.SetDefaultDpAddress",
}
"""ES10 functions and the segments of a bound profile package, by the tag they begin with."""

_SELECT_BY = {0x00: "file", 0x01: "child DF", 0x03: "parent DF", 0x08: "path from MF", 0x09: "path"}


def explain_command(raw: bytes) -> str:
    """One line of words for a command APDU; never an error, whatever the bytes."""
    try:
        command = Command.parse(raw)
    except StatusError as refusal:
        return f"malformed command ({refusal})"
    name = instruction.describe(command.ins, command.proprietary)
    detail = _DETAILS[command.ins](command) if command.ins in _DETAILS else ""
    channel = f"[{command.channel}] " if command.channel else ""
    chained = " (chained)" if command.chained else ""
    return f"{channel}{name}{chained}{' ' if detail else ''}{detail}"


def explain_response(raw: bytes) -> str:
    """One line of words for a response APDU; never an error, whatever the bytes."""
    try:
        response = Response.parse(raw)
    except TransportError as fault:
        return str(fault)
    size = len(response.data)
    return f"{f'{size} bytes, ' if size else ''}{status.describe(response.sw)}"


def _select(command: Command) -> str:
    if command.p1 == SELECT_BY_DF_NAME:
        return aid.describe(command.data)
    by = _SELECT_BY.get(command.p1, f"P1 {command.p1:02X}")
    return f"{by} {command.data.hex().upper()}".rstrip()


def _store_data(command: Command) -> str:
    last = " (last)" if command.p1 == store_data.LAST_BLOCK else ""
    block = f"block {command.p2}{last}"
    return block if command.p2 else f"{block}: {_function(command.data)}"


def _function(data: bytes) -> str:
    try:
        tag, _, _ = tlv.read_header(data)
    except tlv.TlvError as error:
        return f"no data object ({error})"
    return FUNCTIONS.get(tag, f"tag {tag:X}")


def _manage_channel(command: Command) -> str:
    verb = "close" if command.p1 == CLOSE else "open"
    return f"{verb} {command.p2}" if command.p2 else verb


def _expected(command: Command) -> str:
    return f"{command.le} bytes" if command.le else ""


def _binary(command: Command) -> str:
    if command.p1 & 0x80:
        return f"SFI {command.p1 & 0x1F:02X} offset {command.p2}"
    return f"offset {command.p1 << 8 | command.p2}"


def _record(command: Command) -> str:
    sfi = command.p2 >> 3
    return f"SFI {sfi:02X} record {command.p1}" if sfi else f"record {command.p1}"


_DETAILS: dict[int, Callable[[Command], str]] = {
    instruction.SELECT: _select,
    instruction.STORE_DATA: _store_data,
    instruction.MANAGE_CHANNEL: _manage_channel,
    instruction.GET_RESPONSE: _expected,
    instruction.FETCH: _expected,
    instruction.READ_BINARY: _binary,
    instruction.UPDATE_BINARY: _binary,
    instruction.READ_RECORD: _record,
    instruction.UPDATE_RECORD: _record,
}
