"""The machine of downloads: a right card passes, each planted bug is told in a few steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from asn1.generated import rsp
from euicc.isdr import installation
from euicc.isdr.applet import IsdR
from euicc.isdr.es10 import authentication, download
from euicc.isdr.session import Challenged
from euicc.testing.machines.download_model import DownloadModel, OrderClaim, ServerClaim, Stage
from tests.machines.cards import DownloadingCard
from tests.machines.planted import ci, found

TestDownloadingCard = DownloadingCard.TestCase
TestDownloadingCard.settings = ci(50, 40)


class Anything(bytes):
    """A challenge that any other is taken for."""

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = bytes.__hash__


class Forgiving(Challenged):
    def __init__(self, challenge: bytes) -> None:
        super().__init__(Anything(challenge))


def accepts_an_old_challenge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(authentication, "Challenged", Forgiving)


def accepts_any_signature_of_an_order(patch: pytest.MonkeyPatch) -> None:
    class Trusting:
        @staticmethod
        def verify(*_: object) -> bool:
            return True

    patch.setattr(download, "ecdsa", Trusting)


def does_not_report_an_interruption(patch: pytest.MonkeyPatch) -> None:
    def forgotten(isdr: IsdR) -> None:
        with isdr.nvm.transaction():
            installation.forget(isdr)

    patch.setattr(installation, "report_interruption", forgotten)


def goes_on_after_a_cancel(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(authentication, "_close", lambda isdr, keep_one_time_key: None)


Patch = Callable[[pytest.MonkeyPatch], None]
BUGS: dict[str, tuple[Patch, int]] = {
    "a session is replayed with an old challenge": (accepts_an_old_challenge, 3),
    "an order that was signed for another session is taken": (accepts_any_signature_of_an_order, 6),
    "a load that was broken off is not reported": (does_not_report_an_interruption, 6),
    "a session goes on after it was cancelled": (goes_on_after_a_cancel, 7),
}
"""The bug, and in how many steps it is told."""


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_told_in_a_few_steps(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, most = BUGS[bug]
    patch(monkeypatch)
    assert len(found(DownloadingCard).steps) <= most


def test_the_machine_gets_as_far_as_installing_and_interrupting(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int | None] = []

    def noted(self: DownloadModel, reason: int | None, *rest: Any) -> Any:
        ended.append(reason)
        return right(self, reason, *rest)

    right = DownloadModel.ended
    monkeypatch.setattr(DownloadModel, "ended", noted)
    DownloadingCard.TestCase().runTest()
    assert {None, rsp.ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION} <= set(ended)


def test_the_model_knows_each_code_in_its_order() -> None:
    model = DownloadModel()
    claim = ServerClaim(0, b"\x01", b"c", known=False, signed=False)
    assert model.authenticate(claim) == rsp.AuthenticateErrorCode.NO_SESSION_CONTEXT
    model.challenged(b"c")
    assert model.authenticate(claim) == rsp.AuthenticateErrorCode.CI_PK_UNKNOWN
    assert model.authenticate(ServerClaim(0, b"\x01", b"c")) is None
    assert model.prepare(OrderClaim(1, b"\x01", b"\x01")) == rsp.DownloadErrorCode.INVALID_CERTIFICATE
    assert model.prepare(OrderClaim(0, b"\x01", b"\x01")) is None
    assert model.stage is Stage.PREPARED
