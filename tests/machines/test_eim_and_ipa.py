"""The machine of eIMs and IPA: card and IPA pass, each planted bug in one of them is told in a few steps."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis.stateful import run_state_machine_as_test

from asn1.generated import sgp32
from euicc.isdr import operations
from euicc.isdr.package import ladder
from euicc.testing.eim import Eim, LocalServers
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.machines import EimUnderTest, IpaUnderTest, OwnIpa, ProgramIpa
from tests.machines.cards import IotDevice
from tests.machines.planted import ci, found

TestIotDevice = IotDevice.TestCase
TestIotDevice.settings = ci(80, 25)


def looks_at_no_counter(patch: pytest.MonkeyPatch) -> None:
    replay = sgp32.EuiccPackageErrorCode.REPLAY_ERROR
    patch.setattr(ladder, "_CHECKS", tuple(each for each in ladder._CHECKS if each[1] != replay))


def promises_and_does_not(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(operations, "ask_for_refresh", lambda isdr: isdr.states.drop_switch())


Patch = Callable[[pytest.MonkeyPatch], None]
BUGS: dict[str, tuple[Patch, int]] = {
    "a package is executed twice": (looks_at_no_counter, 6),
    "a promised switch does not happen": (promises_and_does_not, 6),
}
"""The bug of the card, and in how many steps it is told."""


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_of_the_card_is_told_in_a_few_steps(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, most = BUGS[bug]
    patch(monkeypatch)
    assert len(found(IotDevice, examples=400, steps=6).steps) <= most


class Lazy(OwnIpa):
    """An IPA that asks the first of its eIMs only."""

    def poll(self) -> None:
        with self.started() as ipa:
            ipa.poll("eim1")


class LazyDevice(IotDevice):
    def ipa(self) -> IpaUnderTest:
        return Lazy(self.wire, self.network)


def test_a_planted_bug_of_the_ipa_is_told_in_a_few_steps() -> None:
    assert len(found(LazyDevice, examples=300, steps=6).steps) <= 7


class ProgramInTheDevice(IotDevice):
    """The IPA is a program, the card is behind a TCP port, and the servers are on loopback."""

    served = True

    def ipa(self) -> IpaUnderTest:
        command = f"{sys.executable} -m ipa --tcp {{tcp}} poll --ci {{ca}}"
        return ProgramIpa(command, self.wire, self.pki.ci_certificates[0], self.eid)


def test_an_ipa_that_is_a_program_of_its_own() -> None:
    run_state_machine_as_test(ProgramInTheDevice, settings=ci(1, 4))


class Elsewhere:
    """What stands for an eIM that somebody else serves: here one of ours, which the machine knows nothing of."""

    def __init__(self, eim: Eim) -> None:
        self._eim = eim
        self.configuration = eim.configuration
        self.associate = eim.associate
        self.queue = eim.queue
        self.download = eim.download


class EimAtItsUrl(IotDevice):
    """eIMs at ESipa URLs, and the IPA of this package over HTTPS."""

    served = True

    def eim(self, name: str) -> EimUnderTest:
        server = Eim(self.pki, name, servers=LocalServers(self.smdp))
        self.open.enter_context(serve(server, tls=self.pki.issue_tls(LOOPBACK)))
        return Elsewhere(server)


def test_an_eim_at_its_url() -> None:
    run_state_machine_as_test(EimAtItsUrl, settings=ci(2, 6))
