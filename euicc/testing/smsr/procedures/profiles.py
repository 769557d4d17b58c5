"""ISD-Ps are created, and deleted with their profiles, SGP.02 3.1 and 3.4; the fallback attribute is given away."""

from __future__ import annotations

from dataclasses import replace

from apdu import aid as aids
from apdu import status
from euicc.testing.m2m.eis import Audited, Eis
from euicc.testing.m2m.es3 import (
    SUCCESS,
    CreateIsdp,
    CreateIsdpResponse,
    ProfileInfo,
    ProfileState,
    Response,
)
from euicc.testing.smsr import es5, refusals, rules
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.es5 import Result
from euicc.testing.smsr.procedures.audit import Found, carried_out, isd_ps
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Procedure

_GONE = (status.SUCCESS, status.REFERENCED_DATA_NOT_FOUND, status.FILE_NOT_FOUND)
"""Status words after which there is no such ISD-P."""


def create_isd_p(case: Case) -> Procedure[CreateIsdpResponse]:
    """ES3.CreateISDP: the SM-SR chooses the AID."""
    profile = _placed(case)
    script = es5.create_isd_p(case.eis.info, profile.isd_p, case.request.memory)
    result = yield from carried_out(case, script, lambda found: profile.isd_p in found)
    if not result.ok:
        case.update(lambda eis: eis.without_profile(profile.isd_p))
        case.note(Audited.CREATE_ISDP, refusals.of(result), profile)
        return CreateIsdpResponse(refusals.of(result), result.data)
    case.update(lambda eis: eis.with_profile(replace(profile, state=ProfileState.CREATED)))
    case.note(Audited.CREATE_ISDP, SUCCESS, profile)
    return CreateIsdpResponse(SUCCESS, result.data, profile.isd_p)


def _placed(case: Case) -> ProfileInfo:
    """A place in the EIS; that of before, if nobody knows what became of it: then the card is asked."""
    request: CreateIsdp = case.request
    known = case.eis.named(request.iccid)
    if known is not None:
        if known.state is not ProfileState.IN_CREATION or known.smdp != case.requester:
            raise Refusal(refusals.KNOWN_PROFILE)
        case.resumed = True
        return known
    profile = ProfileInfo(
        iccid=request.iccid,
        isd_p=_free(case.eis),
        state=ProfileState.IN_CREATION,
        operator=request.operator,
        smdp=case.requester,
        memory=request.memory,
    )
    case.update(lambda eis: eis.with_profile(profile))
    return profile


def _free(eis: Eis) -> bytes:
    taken = {each.isd_p for each in eis.profiles}
    numbers = range(aids.FIRST_ISD_P, aids.LAST_ISD_P + 1)
    return next(aid for aid in map(aids.isd_p, numbers) if aid not in taken)


def delete_profile(case: Case) -> Procedure[Response]:
    """ES3.DeleteISDP and ES4.DeleteProfile."""
    profile = case.profile(*rules.DELETE)
    script = es5.delete_profile(profile.isd_p)
    result = yield from carried_out(case, script, lambda found: profile.isd_p not in found)
    return (yield from _deleted(case, profile, result, Audited.DELETE))


def master_delete(case: Case) -> Procedure[Response]:
    """ES4.MasterDelete."""
    profile = case.profile(*rules.MASTER_DELETE)
    script = es5.master_delete(profile.isd_p, case.request.token)
    result = yield from carried_out(case, script, lambda found: profile.isd_p not in found)
    return (yield from _deleted(case, profile, result, Audited.MASTER_DELETE))


def _deleted(case: Case, profile: ProfileInfo, result: Result, audited: Audited) -> Procedure[Response]:
    if result.sw not in _GONE:
        # The card knows better: what it refuses is not as the EIS has it, or POL1 is against it.
        yield from isd_ps(case)
        case.note(audited, refusals.of(result), profile)
        return Response(refusals.of(result), result.data)
    case.update(lambda eis: eis.without_profile(profile.isd_p))
    case.note(audited, SUCCESS, profile)
    case.announce_state(profile, None)
    return Response(SUCCESS, result.data)


def set_fallback_attribute(case: Case) -> Procedure[Response]:
    """ES4.SetFallbackAttribute."""
    profile = case.profile(*rules.SET_FALLBACK)
    script = es5.set_fallback_attribute(profile.isd_p)
    result = yield from carried_out(case, script, lambda found: _is_holder(found, profile.isd_p))
    if not result.ok:
        yield from isd_ps(case)
        case.note(Audited.SET_FALLBACK, refusals.of(result), profile)
        return Response(refusals.of(result), result.data)
    case.update(
        lambda eis: eis.each_profile(lambda each: replace(each, fallback=each.isd_p == profile.isd_p))
    )
    case.note(Audited.SET_FALLBACK, SUCCESS, profile)
    return Response(SUCCESS)


def _is_holder(found: Found, aid: bytes) -> bool:
    return aid in found and found[aid].fallback
