"""What an SM-DP has to say to its ISD-P, passed on, SGP.02 5.4.4 and 5.4.11: key establishment, SCP03t, parameters."""

from __future__ import annotations

from collections.abc import Callable

from apdu import StatusError, TlvError
from apdu import aid as aids
from euicc.testing.m2m.es3 import SUCCESS, Response, SendDataResponse, Status
from euicc.testing.smsr import es5, es8, refusals, rules
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.es8 import NotEs8
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Procedure, Send, Silence


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
    _check_content(lambda: es8.check_isd_p(case.request.script))
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
    eis, aid, data = case.eis, case.request.aid, case.request.data
    if aid == aids.ISD_R:
        _check_content(lambda: es8.check_isd_r(data, _own(case)))
        return
    profile = eis.profile(aid)
    if profile is None:
        raise Refusal(refusals.UNKNOWN_PROFILE)
    rules.check(rules.SEND_DATA, eis, profile, case.requester)
    _check_content(lambda: es8.check_isd_p(data))


def _check_content(check: Callable[[], None]) -> None:
    try:
        check()
    except (TlvError, StatusError):
        raise Refusal(refusals.MALFORMED) from None
    except NotEs8:
        raise Refusal(refusals.NOT_FOR_SMDPS) from None


def _own(case: Case) -> set[bytes]:
    """AIDs of the ISD-Ps that the requester may send data to."""
    eis, requester = case.eis, case.requester
    return {
        each.isd_p
        for each in eis.profiles
        if all(rule(eis, each, requester) is None for rule in rules.SEND_DATA)
    }
