"""How many cards one process polls an eIM for: each fetches a package, executes it and delivers its result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from euicc import Card, Config, eid
from euicc.testing.eim import Eim, OrderState, operations
from euicc.testing.lab import InProcess
from ipa.ipad import Ipa
from tests.bench.row import Row
from tests.flows32.scene import EIM, pki

CARDS = 200
FEWEST_A_SECOND = 200


@dataclass(frozen=True)
class Fleet:
    """Cards that one eIM manages, all in this process."""

    eim: Eim
    network: InProcess
    cards: tuple[Card, ...]

    def poll(self) -> float:
        """Seconds for all cards to poll once, have one package executed, and deliver the result."""
        orders = [self.eim.queue(card.identity.eid, operations.list_profile_info()) for card in self.cards]
        start = perf_counter()
        for card in self.cards:
            Ipa(card, servers=self.network, eims=self.network).poll()
        taken = perf_counter() - start
        assert all(order.state is OrderState.DONE for order in orders)
        return taken


def fleet(count: int = CARDS) -> Fleet:
    """New cards, all associated with one eIM."""
    eim = Eim(pki(), "eim1", EIM)
    network = InProcess((), (eim,))
    cards = []
    for number in range(count):
        number_of_card = eid.with_check_digits(f"89049032{number:022d}")
        card = Card.manufacture(eid=number_of_card, pki=pki(), config=Config(variant="sgp32"))
        (token,) = Ipa(card, servers=network, eims=network).add_initial_eims(eim.configuration(token=True))
        eim.associate(card.identity.eid, token=token)
        cards.append(card)
    return Fleet(eim, network, tuple(cards))


def rows() -> Iterator[Row]:
    """One line: seconds for one card, and how many a second that makes."""
    made = fleet()
    one = min(made.poll() for _ in range(3)) / CARDS
    yield Row(
        f"poll, one package executed and delivered, {1 / one:,.0f} cards a second",
        one,
        f"{FEWEST_A_SECOND} cards a second",
        1 / FEWEST_A_SECOND,
        1.0,
    )
