"""Peculiarities of real cards: a device gets along with them."""

from __future__ import annotations

from collections.abc import Callable

from apdu import Transport
from euicc.check.catalogue import NotApplicable
from euicc.check.expect import require
from euicc.testing.eim import OrderState, operations
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.quirks import DeafAfterSwitch, ExactLe, ShortAnswers, TalkativeToolkit

area = Area("quirks", "download", relies_on="download/installed")
areas = (area,)


def _for(name: str, title: str, sections: str, quirk: Callable[[Transport], Transport]) -> None:
    @area.case(name, title, sections, Setting(quirk=quirk), not_by_modem=True)
    def _case(bench: Bench) -> None:
        order = bench.order()
        bench.run("download")
        require(order.iccid in bench.profiles(), "nothing is installed")


_for("exact-length", "a card that answers 6Cxx to a wrong Le is asked again", "TS 102 221 7.3.1.1.4", ExactLe)
_for("short-answers", "answers in pieces of 96 bytes are put together", "TS 102 221 7.3.1.1.4", ShortAnswers)


@area.case(
    "proactive-anywhere",
    "91xx is success wherever it comes, and what the card announces is fetched and answered",
    "TS 102 221 7.4.2; TS 102 223 6.4.7",
    Setting(quirk=TalkativeToolkit),
    not_by_modem=True,
)
def _proactive_anywhere(bench: Bench) -> None:
    order = bench.order()
    bench.run("download")
    card = bench.front
    assert isinstance(card, TalkativeToolkit)
    if not card.announced:
        raise NotApplicable("it sends no TERMINAL PROFILE: the card announces nothing")
    require(order.iccid in bench.profiles(), "nothing is installed")
    require(card.fetched, "what the card announced with 91xx is not fetched")
    require(card.answered, "what the card wanted is not answered with TERMINAL RESPONSE")


@area.case(
    "deaf-after-switch",
    "a card that announces no REFRESH after a switch and then answers 6985 is reset",
    "H12; SGP.22 3.2.1",
    Setting(profiles=(1,), quirk=DeafAfterSwitch),
    action="enable",
    relies_on="switches/enabled",
)
def _deaf_after_switch(bench: Bench) -> None:
    iccid = bench.named(1)
    bench.run("enable")
    duties.reset_after_switch(bench)
    require(bench.profiles().get(iccid), "the profile is not enabled")


@area.case(
    "deaf-after-package",
    "after a package has switched profiles, a card that answers 6985 until it is reset still gets its work done",
    "H12; SGP.32 3.3.1",
    Setting(IOT, profiles=(1,), quirk=DeafAfterSwitch),
    action="poll",
    relies_on="result/enabled",
)
def _deaf_after_package(bench: Bench) -> None:
    iccid = bench.named(1)
    order = bench.eim.queue(bench.eid, operations.enable(iccid))
    bench.run("poll")
    require(order.state is OrderState.DONE, f"for the eIM the package is: {order.state.value}")
    require(bench.profiles().get(iccid), "the profile is not enabled")
