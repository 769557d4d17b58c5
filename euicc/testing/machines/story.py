"""What a machine did, in words: each failure reads as the few steps that led to it."""

from __future__ import annotations

from collections.abc import Callable

Step = str | Callable[[], str]
"""What happened, or what tells it when it is asked."""


class Disagreement(AssertionError):
    """The card (or IPA, or eIM) did not do what the model says; its text is the whole story, step by step."""

    def __init__(self, steps: tuple[str, ...]) -> None:
        super().__init__("\n" + "\n".join(f"{number:3}. {each}" for number, each in enumerate(steps, 1)))
        self.steps = steps


class Story:
    """The steps of one example."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def tell(self, step: Step) -> None:
        """One more step that went as it should."""
        self.steps.append(step)

    def ends(self, step: str, answered: object, expected: object) -> Disagreement:
        """The step that went wrong: what was asked, what came, what should have come."""
        told = (each if isinstance(each, str) else each() for each in self.steps)
        last = f"{step}\n     answered: {answered}\n     expected: {expected}"
        return Disagreement((*told, last))
