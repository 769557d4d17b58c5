"""Changes of profile state at the ISD-R: rules, catBusy, REFRESH and what else a change ends, SGP.22 3.2 and 5.7.16.

With refreshFlag the switch is only marked and the device is asked for a REFRESH; the switch happens when the device
reports it done, at a reset, or at the next power-on, and not at all when the device reports that it could not, unless
a signed result says that it will. A device that never sent a TERMINAL PROFILE is not asked: for it the switch happens
at the next reset. A switch asked for while another one waits takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from euicc.config import RspCapability
from euicc.profiles import emergency
from euicc.profiles.states import ResetOption, ResetOutcome
from euicc.profiles.switch import SwitchCause
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from apdu.cat import TerminalResponse
    from euicc.isdr.applet import IsdR
    from euicc.profiles.profile import Profile

WITH_A_WAY_BACK = frozenset({SwitchCause.FALLBACK, SwitchCause.EMERGENCY})
"""What they return to is the profile that a signed result has promised, if one waits for its REFRESH."""
TEST_PROFILE_OPTIONS = {ResetOption.FIELD_LOADED_TEST_PROFILES, ResetOption.PRELOADED_TEST_PROFILES}


def enable(isdr: IsdR, profile: Profile, refresh: bool) -> None:
    """Enable a profile, and thereby disable the enabled one; Refused by the rules, or with CAT_BUSY."""
    switch(isdr, isdr.states.enable_target(profile), refresh)


def disable(isdr: IsdR, profile: Profile, refresh: bool) -> None:
    """Disable the enabled profile; Refused by the rules, or with CAT_BUSY."""
    switch(isdr, isdr.states.disable_target(profile), refresh)


def delete(isdr: IsdR, profile: Profile) -> None:
    """Delete a disabled profile; Refused by the rules."""
    isdr.states.delete(profile)


def memory_reset(isdr: IsdR, options: Iterable[ResetOption]) -> ResetOutcome:
    """Take away what the options say, profiles whatever their state and policy rules; Refused EMERGENCY or CAT_BUSY."""
    if emergency.active(isdr.nvm):
        raise Refused(Reason.EMERGENCY)
    if isdr.card.proactive.session_running:
        raise Refused(Reason.CAT_BUSY)
    outcome = isdr.states.reset(_supported(isdr, options))
    isdr.end_session()
    if outcome.enabled_deleted:
        ask_for_refresh(isdr)
    return outcome


def _supported(isdr: IsdR, options: Iterable[ResetOption]) -> set[ResetOption]:
    """Options about test profiles count only where the card supports these."""
    if RspCapability.TEST_PROFILE in isdr.config.rsp_capability:
        return set(options)
    return set(options) - TEST_PROFILE_OPTIONS


def switch(
    isdr: IsdR,
    target: bytes,
    refresh: bool,
    cause: SwitchCause = SwitchCause.ORDINARY,
    told: bool = True,
) -> None:
    """Enable the profile with this AID instead of the enabled one, by REFRESH or at once; Refused(CAT_BUSY).

    No rule is applied, but that a promise is kept: Refused(WRONG_STATE) when a signed result has promised the profile
    itself, and it leaves no way back. target: NONE_ENABLED for none. told: whether notifications tell of it.
    """
    keeps_promise = isdr.switch_promised and cause in WITH_A_WAY_BACK
    if keeps_promise and isdr.states.marked == target:
        raise Refused(Reason.WRONG_STATE)
    if refresh and isdr.card.proactive.session_running:
        raise Refused(Reason.CAT_BUSY)
    if keeps_promise:
        isdr.states.complete_switch()
    if refresh:
        isdr.states.mark(target, told, cause)
        isdr.switch_promised = False
        ask_for_refresh(isdr)
    else:
        isdr.states.switch(target, told, cause)
        isdr.end_session()


def ask_for_refresh(isdr: IsdR) -> None:
    """Queue one REFRESH (UICC reset), unless one waits already."""
    if not isdr.refresh_due:
        from apdu.cat import RefreshMode

        isdr.refresh_due = True
        isdr.card.proactive.refresh(
            RefreshMode.UICC_RESET, lambda response: _refreshed(isdr, response), retries=0
        )


def _refreshed(isdr: IsdR, response: TerminalResponse) -> None:
    """What became of the REFRESH: a terminal that is busy is not asked again, the LPA knows what it wanted."""
    isdr.refresh_due = False
    if not response.performed:
        if not isdr.switch_promised:
            isdr.states.drop_switch()
    elif isdr.states.complete_switch():
        isdr.end_session()
