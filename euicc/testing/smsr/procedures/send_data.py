"""What an SM-DP has to say to its ISD-P, passed on, SGP.02 5.4.4 and 5.4.11: key establishment, SCP03t, parameters."""

from __future__ import annotations

from apdu import Command, StatusError, TlvError, instruction
from apdu import aid as aids
from euicc.testing.m2m.es3 import C_APDU, SUCCESS, Response, SendDataResponse, Status, elements
from euicc.testing.smsr import es5, refusals, rules
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Procedure, Send, Silence

_FOR_PERSONALIZATION = 0x20
_SMSR_ONLY = {0x3A03, 0x3A04, 0x3A05, 0x3A07, 0x3A08, 0x3A09}
"""Data groups of ES5; 3A07 without INSTALL before it is no ES8 function, either."""


def send_data(case: Case) -> Procedure[SendDataResponse]:
    """ES3.SendData: to the ISD-P itself, or to the ISD-R that hands commands on to it."""
    _check(case)
    if case.resumed:
        return SendDataResponse(refusals.ANSWER_LOST)
    status, data = yield from _sent(case, case.request.data, case.request.aid)
    return SendDataResponse(status, data, data)


def update_connectivity_parameters(case: Case) -> Procedure[Response]:
    """ES3.UpdateConnectivityParameters: a script of the SM-DP for its ISD-P."""
    profile = case.profile(*rules.SEND_DATA)
    status, data = yield from _sent(case, case.request.script, profile.isd_p)
    return Response(status, data)


def _sent(case: Case, data: bytes, target: bytes) -> Procedure[tuple[Status, bytes]]:
    answers = b""
    try:
        for piece in es5.packets(data, case.patience.packet_bytes):
            answers += yield Send(piece, target, patient=True)
    except TlvError:
        return refusals.MALFORMED, answers
    except Silence:
        return refusals.ANSWER_LOST, answers
    return SUCCESS, answers


def _check(case: Case) -> None:
    """Refusal unless the data are for an ISD-P of the requester; to the ISD-R, nothing that is the SM-SR's business."""
    eis, aid = case.eis, case.request.aid
    if aid != aids.ISD_R:
        profile = eis.profile(aid)
        if profile is None:
            raise Refusal(refusals.UNKNOWN_PROFILE)
        rules.check(rules.SEND_DATA, eis, profile, case.requester)
        return
    for command in _commands(case.request.data):
        if not _harmless(case, command):
            raise Refusal(refusals.NOT_FOR_SMDPS)


def _commands(data: bytes) -> list[Command]:
    try:
        return [Command.parse(each.value) for each in elements(data) if each.tag == C_APDU]
    except (TlvError, StatusError):
        raise Refusal(refusals.MALFORMED) from None


def _harmless(case: Case, command: Command) -> bool:
    """INSTALL [for personalization] of an own ISD-P, and STORE DATA with what is for ISD-Ps."""
    if command.ins == instruction.STORE_DATA:
        return command.p2 != 0 or int.from_bytes(command.data[:2], "big") not in _SMSR_ONLY
    if command.ins != instruction.INSTALL or command.p1 != _FOR_PERSONALIZATION:
        return False
    own = {each.isd_p for each in case.eis.profiles if case.requester in (each.operator, each.smdp)}
    return any(aid in command.data for aid in own)
