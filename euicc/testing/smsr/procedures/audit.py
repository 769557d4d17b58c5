"""Asking the card what there is, SGP.02 3.10: by itself, and wherever an answer got lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from apdu import status
from euicc.testing.m2m.eis import Audited, Eis
from euicc.testing.m2m.es3 import SUCCESS, CreateIsdp, EisResponse, ProfileInfo, ProfileState
from euicc.testing.smsr import es5
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.es5 import IsdPStatus, ResponseError, Result
from euicc.testing.smsr.steps import Expired, Pause, Procedure, Send, Silence

Found = Mapping[bytes, IsdPStatus]
"""The ISD-Ps of a card by their AIDs."""

SELECTABLE, PERSONALIZED, DISABLED, ENABLED = 0x07, 0x0F, 0x1F, 0x3F
DONE = Result(b"", status.SUCCESS)
_PAGES_MAX = 32


def carried_out(case: Case, script: bytes, done: Callable[[Found], bool], *numbers: str) -> Procedure[Result]:
    """Have the card carry out one command, once: where its answer got lost, an audit tells whether `done` is true.

    numbers: where the card may be besides. Expired when it did not answer in time.
    """
    if case.resumed and done((yield from isd_ps(case, *numbers))):
        return DONE
    while True:
        try:
            return es5.result((yield Send(script, to=numbers)))
        except (Silence, ResponseError):
            if done((yield from isd_ps(case, *numbers))):
                return DONE
        if case.now >= case.until:
            raise Expired


def isd_ps(case: Case, *numbers: str) -> Procedure[Found]:
    """What the card says of its ISD-Ps, as soon as it says anything; the EIS follows. Expired."""
    while True:
        try:
            found = yield from _listed(*numbers)
        except (Silence, ResponseError):
            if case.now >= case.until:
                raise Expired from None
            yield Pause(min(case.until, case.now + case.patience.silence))
        else:
            return _believed(case, found)


def _believed(case: Case, found: Found) -> Found:
    coming = case.request.iccid if isinstance(case.request, CreateIsdp) else None
    case.follow(lambda eis: reconciled(eis, found, coming))
    return found


def _listed(*numbers: str) -> Procedure[Found]:
    found: dict[bytes, IsdPStatus] = {}
    for page in range(_PAGES_MAX):
        result = es5.result((yield Send(es5.get_status(following=page > 0), to=numbers)))
        found |= {each.aid: each for each in es5.listed(result)}
        if result.sw != status.MORE_DATA_TO_COME:
            break
    return found


def reconciled(eis: Eis, found: Found, coming: str | None = None) -> Eis:
    """The EIS as the card would have it: what it does not have is gone, whatever else is as it says.

    coming: ICCID for which an ISD-P is just being created.
    """
    profiles = (
        _seen(each, found[each.isd_p]) if each.isd_p in found else each
        for each in eis.profiles
        if each.isd_p in found or each.iccid == coming
    )
    return replace(eis, profiles=tuple(profiles))


_STATES: dict[int, ProfileState] = {
    SELECTABLE: ProfileState.CREATED,
    PERSONALIZED: ProfileState.CREATED,
    ENABLED: ProfileState.ENABLED,
}


def _seen(profile: ProfileInfo, seen: IsdPStatus) -> ProfileInfo:
    state = _STATES.get(seen.state, ProfileState.DISABLED)
    # Until the SM-DP says that its profile is complete, the EIS says that it is not.
    if seen.state == DISABLED and profile.state in (ProfileState.IN_CREATION, ProfileState.CREATED):
        state = ProfileState.CREATED
    return replace(profile, state=state, fallback=seen.fallback)


def audit_eis(case: Case) -> Procedure[EisResponse]:
    """ES3.AuditEIS and ES4.AuditEIS: profiles and memory."""
    yield from isd_ps(case)
    memory = yield from _free_memory(case)
    eis = case.update(
        lambda eis: replace(eis, remaining_memory=memory, available_memory=memory, last_audit=case.now)
    )
    case.note(Audited.AUDIT, SUCCESS)
    return EisResponse(eis=eis.part(lambda each: _is_wanted(case, each)))


def _free_memory(case: Case) -> Procedure[int | None]:
    """Bytes, as far as the card tells; where its answer gets lost, as it was."""
    try:
        return es5.free_memory(es5.result((yield Send(es5.get_resources()))))
    except (Silence, ResponseError):
        return case.eis.remaining_memory


def _is_wanted(case: Case, profile: ProfileInfo) -> bool:
    """Of the requester's profiles those that it names, or all."""
    wanted = case.request.iccids
    return case.requester in (profile.operator, profile.smdp) and (not wanted or profile.iccid in wanted)
