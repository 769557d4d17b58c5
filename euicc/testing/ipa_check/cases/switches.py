"""Changes of profiles, SGP.22 3.2: done, REFRESH answered, the card reset, and the servers told."""

from __future__ import annotations

from apdu import instruction
from apdu.cat import GeneralResult, TerminalResponse
from euicc.check.catalogue import NotApplicable
from euicc.check.expect import require
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import Bench, Setting, operator
from euicc.testing.ipa_check.catalogue import Area

PERFORMED = range(GeneralResult.PERFORMED, GeneralResult.PERFORMED + 0x10)

area = Area("switches", "enable")
areas = (area,)
DISABLED = Setting(profiles=(1,))
OTHER_ENABLED = Setting(profiles=(1, 2), enabled=1)
ENABLED = Setting(profiles=(1,), enabled=1)


@area.case("enabled", "a profile is enabled", "SGP.22 3.2.1; 5.7.16", DISABLED)
def _enabled(bench: Bench) -> None:
    iccid = bench.named(1)
    bench.run("enable")
    require(bench.profiles().get(iccid), "the profile is not enabled")


@area.case(
    "refresh-answered",
    "REFRESH is fetched and answered",
    "SGP.22 3.2.1; TS 102 223 6.4.7",
    judges="switches/enabled",
    not_by_modem=True,
)
def _refresh_answered(bench: Bench) -> None:
    call = duties.switch(bench)
    if call.sw >> 8 != 0x91:
        raise NotApplicable("the card announces no REFRESH: there was no TERMINAL PROFILE, or no refreshFlag")
    talk = bench.talk
    fetched = [
        each for each in talk.commands(instruction.FETCH) if each.at > call.ended and each.response.data
    ]
    require(fetched, "REFRESH is not fetched, though the card has announced it with 91xx")
    answers = [each for each in talk.commands(instruction.TERMINAL_RESPONSE) if each.at > fetched[0].at]
    require(answers and answers[0].command, "REFRESH is not answered with TERMINAL RESPONSE")
    data = answers[0].command.data if answers[0].command else b""
    general = TerminalResponse.parse(data).result.general
    require(general in PERFORMED, f"REFRESH is answered with the result {general:02X}")
    reset = talk.resets(call.ended)
    require(not reset or reset[0].at > answers[0].at, "the card is reset before REFRESH is answered")


@area.case(
    "reset",
    "the card is reset after the change",
    "SGP.22 3.2.1; TS 102 223 6.4.7",
    judges="switches/enabled",
    not_by_modem=True,
)
def _reset(bench: Bench) -> None:
    duties.reset_after_switch(bench)


@area.case(
    "begins-anew",
    "after the reset the ISD-R is selected anew before it is used",
    "SGP.22 5.7.1",
    judges="switches/enabled",
)
def _begins_anew(bench: Bench) -> None:
    switched = duties.switch(bench)
    astray = [each for each in bench.talk.astray if each.at > switched.ended]
    require(not astray, "STORE DATA goes to a channel that the reset has closed")


@area.case("replaced", "enabling a profile disables the one before", "SGP.22 3.2.1", OTHER_ENABLED)
def _replaced(bench: Bench) -> None:
    iccid = bench.named(2)
    bench.run("enable")
    found = bench.profiles()
    require(found.get(iccid), "the profile is not enabled")
    require(not found.get(operator(1).iccid_bytes), "the profile before is still enabled")


@area.case("disabled", "a profile is disabled", "SGP.22 3.2.2; 5.7.17", ENABLED, action="disable")
def _disabled(bench: Bench) -> None:
    iccid = bench.named(1)
    bench.run("disable")
    require(not bench.profiles().get(iccid), "the profile is still enabled")


@area.case("deleted", "a disabled profile is deleted", "SGP.22 3.2.3; 5.7.18", OTHER_ENABLED, action="delete")
def _deleted(bench: Bench) -> None:
    iccid = bench.named(2)
    bench.run("delete")
    require(iccid not in bench.profiles(), "the profile is still on the card")


@area.case(
    "enabled-is-not-deleted",
    "the enabled profile is not deleted, nor disabled for that",
    "SGP.22 3.2.3",
    ENABLED,
    action="delete",
    relies_on="switches/deleted",
)
def _enabled_is_not_deleted(bench: Bench) -> None:
    iccid = bench.named(1)
    bench.run("delete")
    require(bench.profiles().get(iccid), "the enabled profile is disabled, or gone")


@area.case(
    "told", "the SM-DP+ hears of the change", "SGP.22 3.2.1; 3.5", DISABLED, relies_on="switches/enabled"
)
def _told(bench: Bench) -> None:
    bench.named(1)
    bench.run("enable")
    if not bench.smdp.notifications:
        bench.run("notifications")
    require(bench.smdp.notifications, "the SM-DP+ does not hear that the profile is enabled")
    duties.removed_after_acknowledgement(bench.talk)
