"""Notifications, SGP.22 3.5: in their order, unchanged, and kept until they are acknowledged."""

from __future__ import annotations

from euicc.check.expect import require, same
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.watched import broken

SWITCHED = Setting(profiles=(1, 2), enabled=1)
TRIES = 3

area = Area("notifications", "notifications", SWITCHED)
areas = (area,)


def _waiting(bench: Bench) -> set[int]:
    """Two notifications on the card: one profile was disabled, the other enabled."""
    bench.change(duties.ENABLE, 2)
    return bench.notifications()


@area.case("delivered", "what waits is delivered and then removed", "H1; H10; SGP.22 3.5; 5.6.4")
def _delivered(bench: Bench) -> None:
    waiting = _waiting(bench)
    bench.run("notifications")
    told = {each.metadata.seq_number for each in bench.smdp.notifications}
    same("what the SM-DP+ has taken", sorted(told), sorted(waiting))
    duties.removed_after_acknowledgement(bench.talk)
    require(not bench.notifications(), "delivered notifications are still on the card")


@area.case(
    "in-order",
    "they are delivered in the order of their numbers",
    "SGP.22 3.5",
    judges="notifications/delivered",
)
def _in_order(bench: Bench) -> None:
    calls = bench.talk.to(duties.SMDP, "handleNotification")
    require(calls, "nothing is delivered")
    numbers = [seq for _, heard in calls for seq in duties.delivered(heard)]
    same("the order of delivery", numbers, sorted(numbers))


@area.case(
    "kept",
    "what the server does not take stays on the card",
    "H4; H10; SGP.22 3.5",
    relies_on="notifications/delivered",
)
def _kept(bench: Bench) -> None:
    waiting = _waiting(bench)
    bench.watched_smdp.own["handleNotification"] = broken()
    bench.run("notifications")
    calls = bench.talk.to(duties.SMDP, "handleNotification")
    require(calls, "nothing is delivered")
    duties.at_most(calls, TRIES * len(waiting), "it delivers")
    same("what is on the card", sorted(bench.notifications()), sorted(waiting))


@area.case(
    "again",
    "what was kept is delivered the next time",
    "H10; SGP.22 3.5",
    relies_on="notifications/delivered",
)
def _again(bench: Bench) -> None:
    waiting = _waiting(bench)
    bench.watched_smdp.own["handleNotification"] = broken()
    bench.run("notifications")
    del bench.watched_smdp.own["handleNotification"]
    bench.run("notifications")
    told = {each.metadata.seq_number for each in bench.smdp.notifications}
    same("what the SM-DP+ has taken", sorted(told), sorted(waiting))
    require(not bench.notifications(), "delivered notifications are still on the card")
