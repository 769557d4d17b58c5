"""A whole download between an emulated card and an SM-DP+, and the same cut after each of its steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from euicc import Card
from euicc.testing.pki import Pki
from euicc.testing.smdp import SmDpPlus
from ipa.activation_code import ActivationCode
from ipa.driver import Driver, User
from ipa.errors import UserRefused
from ipa.lpa import DEVICE_INFO, Lpa
from ipa.procedures.download import download
from ipa.steps import Consent, Decision, Procedure, Progress, Server, Stage
from ipa.terminal import Terminal
from tests.data import needs_ts48, ts48_packages

pytestmark = needs_ts48

PKI = Pki.default()
ADDRESS = "smdp.example.com"


class InProcess:
    """The SM-DP+ without a socket; what goes to it goes through JSON all the same."""

    def __init__(self, server: SmDpPlus) -> None:
        self._server = server

    def call(self, request: Server) -> Mapping[str, Any]:
        body = json.loads(json.dumps(request.body))
        answer: dict[str, Any] = json.loads(json.dumps(self._server.handle(request.function, body)))
        return answer


class Cut(Exception):
    """The device loses its power."""


def cut_after(procedure: Procedure[Any], steps: int) -> Procedure[Any]:
    """The same procedure, ending for good after so many steps; returns how many it took when it came through."""
    step = next(procedure)
    for taken in range(steps):
        answer = yield step
        try:
            step = procedure.send(answer)
        except StopIteration:
            return taken + 1
    raise Cut


def test_cut_after_any_step_the_next_run_succeeds() -> None:
    package = min((path.read_bytes() for path in ts48_packages()), key=len)
    for steps in range(1, 200):
        server = SmDpPlus(PKI, ADDRESS)
        code = ActivationCode.parse(server.activation_code(server.order(package)))
        card = Card.manufacture(pki=PKI, seed=steps)
        driver = Driver(Terminal(card), InProcess(server))
        try:
            driver.run(cut_after(download(code, DEVICE_INFO), steps))
        except Cut:
            card.reset()
        else:
            break
        lpa = Lpa(card, servers=InProcess(server))
        if not lpa.profiles():
            lpa.download(code)
        lpa.send_notifications()
        (profile,) = lpa.profiles()
        lpa.enable(profile.iccid or b"")
        assert [each.profile_state for each in lpa.profiles()] == [1], steps
    assert 20 < steps < 199


def test_progress_goes_up_to_the_end() -> None:
    seen: list[Progress] = []

    class Watcher(User):
        def progress(self, news: Progress) -> None:
            seen.append(news)

    server = SmDpPlus(PKI, ADDRESS)
    order = server.order(ts48_packages()[0].read_bytes())
    with Lpa(Card.manufacture(pki=PKI), servers=InProcess(server), user=Watcher()) as lpa:
        lpa.download(server.activation_code(order))
    stages = list(dict.fromkeys(news.stage for news in seen))
    assert stages == [*Stage]
    installing = [news for news in seen if news.stage is Stage.INSTALLING]
    assert [news.done for news in installing] == sorted({news.done for news in installing})
    assert installing[0].done == 0
    assert installing[-1].done < installing[-1].total


@pytest.mark.parametrize(("decision", "again"), [(Decision.REJECT, False), (Decision.POSTPONE, True)])
def test_a_refused_profile_is_gone_and_a_postponed_one_waits(decision: Decision, again: bool) -> None:
    class Hesitant(User):
        def consent(self, question: Consent) -> Decision:
            return decision

    server = SmDpPlus(PKI, ADDRESS)
    order = server.order(ts48_packages()[0].read_bytes())
    card = Card.manufacture(pki=PKI)
    with pytest.raises(UserRefused) as refused:
        Lpa(card, servers=InProcess(server), user=Hesitant()).download(server.activation_code(order))
    assert not hasattr(refused.value, "__notes__")
    assert order.is_pending == again


def test_from_the_default_address() -> None:
    server = SmDpPlus(PKI, ADDRESS)
    card = Card.manufacture(pki=PKI)
    server.order(ts48_packages()[0].read_bytes(), matching_id="", eid=card.identity.eid)
    lpa = Lpa(card, servers=InProcess(server))
    lpa.set_default_dp_address(ADDRESS)
    downloaded = lpa.download()
    assert [profile.iccid for profile in lpa.profiles()] == [downloaded.metadata.iccid]
    lpa.reset_memory(0)
    assert lpa.profiles() == ()
