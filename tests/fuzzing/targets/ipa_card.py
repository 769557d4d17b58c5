"""What a card may answer to a device: some answers of a real card replaced, while the device does all that it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress

from apdu import ApduChannel, StatusError, TransportError
from apdu.cat import Result, commands
from apdu.transport import Transport
from ipa.errors import IpaError
from ipa.file_tree import places, walk
from ipa.lpa import Lpa
from ipa.subscription import read_subscription
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Device, Toolkit
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import after, framed, tlvs
from tests.fuzzing.targets.sgp22 import again
from tests.ipa.subscribed import IMEI, Following
from tests.ipa.test_terminal_user import Person

WHICH = 1
"""A byte that chooses what the device does."""
mutate = after(WHICH, framed(tlvs))
MOST_EXCHANGES = 4000


class Altered:
    """A Transport to a card, of which some answers are others: the kind of a part says after how many exchanges."""

    def __init__(self, card: Transport, parts: list[Frame]) -> None:
        self._card = card
        self._instead = {}
        at = 0
        for kind, answer in parts:
            at += 1 + kind
            self._instead[at] = answer
        self.heard: list[bytes] = []

    def reset(self) -> bytes:
        """The real card's."""
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """The card's answer, or another one."""
        assert len(self.heard) < MOST_EXCHANGES, "a conversation without end"
        answer = self._card.transmit(command)
        self.heard.append(self._instead.get(len(self.heard) + 1, answer))
        return self.heard[-1]


def toolkit() -> Toolkit:
    """All that a device can do for its card, without a network."""
    bip = Bip(permitted=lambda address: False)
    return Toolkit.of(Device(imei=IMEI), user=Person(), sms=lambda tpdu, centre: Result(), bip=bip)


def _terminal(card: Transport) -> None:
    with closing(Terminal(card, toolkit=toolkit())) as terminal:
        terminal.on_subscription(IMEI, Following())
        terminal.start()
        terminal.poll()
        terminal.deliver_sms(bytes(20))
        terminal.select_menu_item(1)
        terminal.subscription()


def _files(card: Transport) -> None:
    channel = ApduChannel(card)
    for start in (*places(channel, "EF.IMSI"), *places(channel, "DF.TELECOM"), *places(channel, "7F10/6F3A")):
        list(walk(channel, start))


def _lpa(card: Transport) -> None:
    with Lpa(card) as lpa:
        for ask in (lpa.info2, lpa.profiles, lpa.notifications, lpa.rules_authorisation_table, lpa.addresses):
            ask()
        lpa.disable(lpa.profiles()[0].iccid or b"")


DOES: tuple[Callable[[Transport], object], ...] = (_terminal, read_subscription, _files, _lpa)


def fuzz_one(data: bytes) -> None:
    """One of these to its end, or to an error of the device's."""
    act(Altered(again()(), list(split(data[WHICH:]))), data[0] if data else 0)


def act(card: Altered, which: int) -> None:
    """What the device does."""
    with suppress(IpaError, StatusError, TransportError):
        DOES[which % len(DOES)](card)


def corpus() -> Iterator[bytes]:
    """What the card answers anyway, put in the place of some answers; commands of the card, refusals."""
    odd = [
        bytes.fromhex(each)
        for each in ("9000", "910B", "6103", "6C02", "6A82", "6982", "63C0", "9300", "6F00", "")
    ]
    odd += [each.encode() + b"\x90\x00" for each in (commands.refresh(3), commands.display_text("?"))]
    for which in range(len(DOES)):
        card = Altered(again()(), [])
        act(card, which)
        chosen = bytes((which,))
        for at in range(0, min(len(card.heard), 250), 5):
            yield chosen + join((Frame(at, card.heard[at]), Frame(0, odd[at % len(odd)])))
        for answer in odd:
            yield chosen + join(Frame(each, answer) for each in (3, 5))
