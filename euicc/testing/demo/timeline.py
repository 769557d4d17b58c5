"""When each step of a demonstration was done; as the device's user, the stages of a download, too."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ipa import steps
from ipa.driver import User


class DemoError(Exception):
    """What was read back is not what was ordered, or the server heard otherwise."""


@dataclass(frozen=True)
class Step:
    """Something that was done: what, with which result, in how many seconds."""

    title: str
    detail: str
    seconds: float


class Timeline(User):
    """Notes when each step was done; as the device's user, the stages of the download, too."""

    def __init__(self, report: Callable[[Step], None]) -> None:
        self._report = report
        self._since = time.perf_counter()
        self._stage = steps.Progress(steps.Stage.AUTHENTICATING)
        self.steps: list[Step] = []

    def done(self, title: str, detail: str = "") -> None:
        """The step that began where the last one ended is over."""
        now = time.perf_counter()
        step = Step(title, detail, now - self._since)
        self._since = now
        self.steps.append(step)
        self._report(step)

    def progress(self, news: steps.Progress) -> None:
        """A stage is over when another one begins."""
        if news.stage is not self._stage.stage:
            self.done(*_told(self._stage))
        self._stage = news


_STAGES = {
    steps.Stage.AUTHENTICATING: "TLS and mutual authentication",
    steps.Stage.PREPARING: "Download prepared",
    steps.Stage.FETCHING: "Bound profile package fetched",
    steps.Stage.INSTALLING: "Profile installed",
    steps.Stage.NOTIFYING: "Installation result delivered",
}


def _told(stage: steps.Progress) -> tuple[str, str]:
    detail = f"{stage.total} bytes" if stage.total else ""
    return _STAGES.get(stage.stage, stage.stage.value), detail
