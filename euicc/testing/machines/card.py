"""What the machines over a card share: the card of the user, its ISD-R, its power, and the story."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis.stateful import RuleBasedStateMachine

from apdu import ApduChannel, StatusError, Transport, aid, open_channel
from euicc.testing.machines.power import Power
from euicc.testing.machines.story import Story


class CardMachine(RuleBasedStateMachine):
    """A machine over any card: `transport` is what a user writes. The card is reset before each example.

    Hypothesis makes a failure simpler by taking rules that come earlier in the alphabet: power is lost `with_...`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.wire = self.transport()
        self.switch = self.power()
        self.restart()

    def transport(self) -> Transport:
        """The card under test; called once for each example.

        A new card each time where that is cheap, as with `Card.manufacture(seed=1)`. A physical card is the same
        each time and remembers: then the model starts from what the card says, and what an example
        finds is found again only from the state in which that example began.
        """
        raise NotImplementedError("a machine needs a card: def transport(self) -> Transport")

    def power(self) -> Power | None:
        """How to cut the power of the card that `transport` gave; None: it cannot be done, and no rule does it."""
        return None

    def restart(self) -> None:
        """Reset the card; a channel to its ISD-R is opened anew (SGP.22 5.7.1)."""
        self.wire.reset()
        self.isdr = open_isdr(self.wire)

    def ask(self, words: str, request: bytes) -> bytes:
        """The answer of the ISD-R to an ES10 request; a status word instead of one is never right."""
        try:
            return self.isdr.store_data(request)
        except StatusError as error:
            raise self.story.ends(words, f"status word {error.sw:04X}", "an ES10 response") from None

    def cut(self, write: int, action: Callable[[], object]) -> bool:
        """Do something whose power may go at this write; whether it went. The card is not reset yet."""
        assert self.switch is not None
        self.switch.cut_at(write)
        try:
            action()
        except self.switch.lost:
            return True
        finally:
            self.switch.cut_at(None)
        return False


def open_isdr(wire: Transport) -> ApduChannel:
    """A logical channel on which the ISD-R is selected."""
    channel = open_channel(wire)
    channel.select(aid.ISD_R)
    return channel
