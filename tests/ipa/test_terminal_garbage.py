"""Cards that send anything: every command has an answer, and what is no command is a TransportError."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import StatusError, TransportError
from apdu.cat import CommandType, ComprehensionTlv, ProactiveCommand, Result, Tag, commands
from ipa.errors import IpaError
from ipa.subscription import read_subscription
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Device, Toolkit
from tests.ipa.subscribed import IMEI, Following
from tests.ipa.test_terminal_user import Person
from tests.ipa.toolkit_card import ToolkitCard

KNOWN = sorted({tag.value for tag in Tag} - {Tag.COMMAND_DETAILS, Tag.DEVICE_IDENTITIES})
values = st.one_of(st.binary(max_size=20), st.sampled_from((b"", b"\x00", b"\xff", b"\x01\x01", b"\x00" * 3)))
objects = st.builds(ComprehensionTlv, st.one_of(st.sampled_from(KNOWN), st.integers(1, 0x7E)), values)
toolkit_commands = st.builds(
    ProactiveCommand,
    st.one_of(st.sampled_from([*CommandType]), st.integers(0, 255)),
    st.one_of(st.integers(0, 15), st.integers(0, 255)),
    st.lists(objects, max_size=6).map(tuple),
    st.one_of(st.integers(0x21, 0x27), st.integers(0, 255)),
    st.integers(0, 255),
)
DOCUMENTED = (TransportError, StatusError, IpaError)


def failure(action: Callable[[], object], *documented: type[Exception]) -> str | None:
    """What a documented error says; None when there is none."""
    try:
        action()
    except documented as error:
        return str(error)
    return None


def everything() -> Toolkit:
    bip = Bip(permitted=lambda address: False)
    return Toolkit.of(Device(imei=IMEI), user=Person(), sms=lambda tpdu, centre: Result(), bip=bip)


@settings(max_examples=300, deadline=None)
@given(st.lists(toolkit_commands, min_size=1, max_size=4))
def test_every_command_has_an_answer(sent: list[ProactiveCommand]) -> None:
    sent = [each for each in sent if len(each.encode()) <= 255]
    card = ToolkitCard(*sent)
    with closing(Terminal(card, toolkit=everything())) as terminal:
        terminal.poll()
    answered = [each.details for each in card.responses]
    assert answered == [each.details for each in sent][: len(answered)]
    assert len(answered) == len(sent) or card.resets > 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_what_is_fetched_may_be_anything(fetched: bytes) -> None:
    class Garbage(ToolkitCard):
        def transmit(self, command: bytes, /) -> bytes:
            if command[1] == 0x12:
                return fetched + b"\x90\x00"
            return b"\x91\x0b" if command[1] == 0xF2 else super().transmit(command)

    terminal = Terminal(Garbage(), toolkit=everything())
    assert "proactive command" in (failure(terminal.poll, TransportError) or "proactive command")


class Anything:
    """A card that answers from a list of bytes, and then with 6F00."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers

    def reset(self) -> bytes:
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        return self._answers.pop(0) if self._answers else b"\x6f\x00"


words = st.sampled_from(("9000", "9109", "910B", "9300", "6103", "6C02", "6A82", "6283", "6F00", ""))
starts = st.sampled_from(
    (
        b"",
        commands.uicc_reset().encode(),
        commands.refresh(3).encode(),
        bytes.fromhex("620482027821"),
        b"\x62\x03",
    )
)
answers = st.builds(
    lambda start, word: start + bytes.fromhex(word), st.one_of(starts, st.binary(max_size=8)), words
)


@settings(max_examples=300, deadline=None)
@given(st.lists(answers, max_size=30))
def test_answers_may_be_anything(given_answers: list[bytes]) -> None:
    terminal = Terminal(Anything(given_answers), toolkit=everything())
    terminal.on_subscription(IMEI, Following())
    assert failure(terminal.poll, *DOCUMENTED) != ""
    assert failure(lambda: terminal.deliver_sms(b"\x00"), *DOCUMENTED) != ""


@settings(max_examples=100, deadline=None)
@given(st.lists(answers, max_size=20))
def test_a_subscription_of_anything(given_answers: list[bytes]) -> None:
    card = Anything([b"\x62\x04\x82\x02\x78\x21\x90\x00", *given_answers])
    assert failure(lambda: read_subscription(card), TransportError, IpaError) != ""
