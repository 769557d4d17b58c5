"""What the card wants of its user, with a user who answers, one who does not, and a device without one."""

from __future__ import annotations

import pytest

from apdu.cat import (
    CommandType,
    ComprehensionTlv,
    EnvelopeTag,
    GeneralResult,
    ProactiveCommand,
    Tag,
    commands,
)
from apdu.cat.objects import AlphaIdentifier, CodingScheme, Item, ItemIdentifier, TextString
from ipa.terminal import Terminal
from ipa.toolkit import Reply, Toolkit, User
from ipa.toolkit.user import ANY_CHARACTER, HIDDEN, PACKED, YES_OR_NO
from tests.ipa.toolkit_card import ToolkitCard, answer, result

ITEMS = (Item(1, "Balance"), Item(2, "Roaming"))


class Person(User):
    """Somebody who answers from a list, and remembers what there was to see."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.seen: list[object] = []

    def _next(self, *seen: object) -> Reply:
        self.seen.append(seen)
        return self.replies.pop(0) if self.replies else Reply()

    def display_text(self, text: str, urgent: bool) -> Reply:
        return self._next("text", text, urgent)

    def get_inkey(self, text: str, digits_only: bool) -> Reply:
        return self._next("key", text, digits_only)

    def get_input(self, text: str, minimum: int, maximum: int, digits_only: bool, hidden: bool) -> Reply:
        return self._next("input", text, minimum, maximum, digits_only, hidden)

    def select_item(self, title: str, items: tuple[Item, ...]) -> Reply:
        return self._next("select", title, items)

    def set_up_menu(self, title: str, items: tuple[Item, ...]) -> Reply:
        return self._next("menu", title, items)

    def set_up_idle_mode_text(self, text: str) -> Reply:
        return self._next("idle", text)


def asked(
    person: Person, command: ProactiveCommand
) -> tuple[object, str, TextString | None, ItemIdentifier | None]:
    """What the person saw of a command, and what the card got."""
    replies, person.replies = person.replies, []
    card = ToolkitCard()
    terminal = Terminal(card, toolkit=Toolkit.of(user=person))
    terminal.start()
    person.seen.clear()
    person.replies = replies
    card.commands.append(command)
    terminal.poll()
    (response,) = card.responses
    return person.seen[0], result(response), response.find(TextString), response.find(ItemIdentifier)


def test_texts() -> None:
    assert asked(Person(), commands.display_text("Grüße", 0x81)) == (
        ("text", "Grüße", True),
        "00",
        None,
        None,
    )
    assert asked(Person(), commands.display_text("你好", 0)) == (("text", "你好", False), "00", None, None)
    assert asked(Person(), commands.set_up_idle_mode_text("Operator"))[0] == ("idle", "Operator")


def test_one_key() -> None:
    key = Reply(text="5")
    assert asked(Person(key), commands.get_inkey("Which?")) == (
        ("key", "Which?", True),
        "00",
        TextString.of("5"),
        None,
    )
    seen, *_ = asked(Person(Reply(text="x")), commands.get_inkey("Which?", ANY_CHARACTER))
    assert seen == ("key", "Which?", False)
    assert result(answer(Toolkit.of(user=Person()), commands.get_inkey("Sure?", YES_OR_NO))) == "30"


def test_some_keys() -> None:
    command = commands.get_input("PIN?", 4, 8, HIDDEN)
    seen, got, text, _ = asked(Person(Reply(text="1234")), command)
    assert (seen, got, text) == (("input", "PIN?", 4, 8, True, True), "00", TextString.of("1234"))
    _, _, packed, _ = asked(
        Person(Reply(text="hello")), commands.get_input("?", 0, 9, ANY_CHARACTER | PACKED)
    )
    assert packed == TextString(CodingScheme.PACKED, bytes.fromhex("E8329BFD06"))
    _, _, wide, _ = asked(Person(Reply(text="你")), commands.get_input("?", 0, 9, ANY_CHARACTER | PACKED))
    assert wide == TextString.of("你")


def test_a_choice() -> None:
    seen, got, _, item = asked(Person(Reply(item=2)), commands.select_item("Services", ITEMS))
    assert (seen, got, item) == (("select", "Services", ITEMS), "00", ItemIdentifier(2))
    nothing = ProactiveCommand.of(CommandType.SELECT_ITEM, 0, AlphaIdentifier("Services"))
    assert result(answer(Toolkit.of(user=Person()), nothing)) == "36"


@pytest.mark.parametrize(
    "general",
    [
        GeneralResult.SESSION_TERMINATED_BY_USER,
        GeneralResult.BACKWARD_MOVE_BY_USER,
        GeneralResult.NO_RESPONSE_FROM_USER,
        GeneralResult.HELP_REQUIRED_BY_USER,
    ],
)
def test_a_user_who_does_not_answer_gives_no_text(general: int) -> None:
    for command in (commands.get_inkey("?"), commands.get_input("?", 1, 2), commands.select_item("?", ITEMS)):
        _, got, text, item = asked(Person(Reply(general, "text", 1)), command)
        assert (got, text, item) == (f"{general:02X}", None, None)


def test_a_menu_and_a_choice_from_it() -> None:
    person, card = Person(), ToolkitCard(commands.set_up_menu("Operator", ITEMS))
    terminal = Terminal(card, toolkit=Toolkit.of(user=person))
    terminal.poll()
    terminal.select_menu_item(2)
    terminal.select_menu_item(1, help_requested=True)
    assert [each.tag for each in card.envelopes] == [EnvelopeTag.MENU_SELECTION] * 2
    assert [each.find(ItemIdentifier) for each in card.envelopes] == [ItemIdentifier(2), ItemIdentifier(1)]
    card.commands.append(commands.set_up_menu("", ()))
    terminal.poll()
    menus = [seen for seen in person.seen if seen != ("idle", "")]
    assert menus == [("menu", "", ()), ("menu", "Operator", ITEMS), ("menu", "", ())]


def test_a_reset_takes_menu_and_text_away() -> None:
    person = Person()
    Terminal(ToolkitCard(), toolkit=Toolkit.of(user=person)).start()
    assert person.seen == [("menu", "", ()), ("idle", "")]


def test_without_a_user() -> None:
    toolkit = Toolkit.of()
    for command in (
        commands.display_text("x"),
        commands.get_inkey("x"),
        commands.get_input("x", 0, 1),
        commands.select_item("x", ITEMS),
        commands.set_up_menu("x", ITEMS),
        commands.set_up_idle_mode_text("x"),
    ):
        assert result(answer(toolkit, command)) == "30"
        assert not toolkit.profile.allows(command.type)


def test_a_user_with_a_screen_only() -> None:
    class Screen(User):
        def display_text(self, text: str, urgent: bool) -> Reply:
            return Reply()

    profile = Toolkit.of(user=Screen()).profile
    assert profile.allows(CommandType.DISPLAY_TEXT)
    assert not profile.allows(CommandType.GET_INPUT)


@pytest.mark.parametrize("text", ["", "0C41", "0841"])
def test_texts_that_are_none(text: str) -> None:
    command = ProactiveCommand.of(CommandType.DISPLAY_TEXT, 0, TextString.decode(bytes.fromhex(text)))
    assert result(answer(Toolkit.of(user=Person()), command)) == ("32" if text else "00")


def test_an_empty_item_takes_the_menu_away() -> None:
    empty = ComprehensionTlv(Tag.ITEM, b"")
    whole, partly = (
        ProactiveCommand.of(CommandType.SET_UP_MENU, 0, AlphaIdentifier("x"), *items)
        for items in ((empty,), (*ITEMS, empty))
    )
    person = Person()
    assert asked(person, whole)[:2] == (("menu", "x", ()), "00")
    assert result(answer(Toolkit.of(user=person), partly)) == "32"
