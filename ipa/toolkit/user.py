"""The person at the device, as the card may turn to them: texts, questions, menus (TS 102 223 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from apdu.cat import (
    CommandType,
    Envelope,
    Facility,
    GeneralResult,
    ProactiveCommand,
    Tag,
    TerminalResponse,
    profile,
    text,
)
from apdu.cat.commands import HIGH_PRIORITY
from apdu.cat.objects import AlphaIdentifier, CodingScheme, Item, ItemIdentifier, ResponseLength, TextString
from ipa.toolkit.handler import Handler, NotPerformed, required

# Qualifier of GET INKEY and GET INPUT, TS 102 223 8.6.
ANY_CHARACTER, HIDDEN, PACKED = 0x01, 0x04, 0x08
YES_OR_NO = 0x04


@dataclass(frozen=True)
class Reply:
    """What came of it: a GeneralResult, and what the user typed (`text`) or chose (`item`, an identifier)."""

    result: int = GeneralResult.PERFORMED
    text: str = ""
    item: int | None = None


CANNOT = Reply(GeneralResult.BEYOND_CAPABILITIES)


class User:
    """A device without screen and keys. A subclass has those methods that its device can do, and no others.

    Each returns a Reply when the user is done, or has not answered for too long (NO_RESPONSE_FROM_USER).
    """

    def display_text(self, text: str, urgent: bool) -> Reply:
        """DISPLAY TEXT, 6.4.1."""
        return CANNOT

    def get_inkey(self, text: str, digits_only: bool) -> Reply:
        """GET INKEY, 6.4.2: one character."""
        return CANNOT

    def get_input(self, text: str, minimum: int, maximum: int, digits_only: bool, hidden: bool) -> Reply:
        """GET INPUT, 6.4.3: some characters, not to be shown if `hidden`."""
        return CANNOT

    def select_item(self, title: str, items: tuple[Item, ...]) -> Reply:
        """SELECT ITEM, 6.4.9: one of the items."""
        return CANNOT

    def set_up_menu(self, title: str, items: tuple[Item, ...]) -> Reply:
        """SET UP MENU, 6.4.8: the card's own menu; no items take it away.

        What the user chooses of it later goes to `Terminal.select_menu_item`.
        """
        return CANNOT

    def set_up_idle_mode_text(self, text: str) -> Reply:
        """SET UP IDLE MODE TEXT, 6.4.22; "" takes it away."""
        return CANNOT


class UserInterface:
    """Brings what the card wants of its user to a `User`."""

    def __init__(self, user: User | None = None) -> None:
        self.user = user or User()

    def facilities(self) -> tuple[Facility, ...]:
        """That a menu can be chosen from, if there is one."""
        return (profile.MENU_SELECTION,) if self._can(User.set_up_menu) else ()

    def handlers(self) -> Mapping[int, Handler]:
        """The commands for which the user's class has a method of its own."""
        return {kind: partial(ask, self) for kind, (does, ask) in _COMMANDS.items() if self._can(does)}

    def due(self) -> tuple[Envelope, ...]:
        """Nothing."""
        return ()

    def reset(self) -> None:
        """The menu and the text of the card go."""
        self.user.set_up_menu("", ())
        self.user.set_up_idle_mode_text("")

    def _can(self, does: Callable[..., Reply]) -> bool:
        return getattr(type(self.user), does.__name__) is not does

    def _display_text(self, command: ProactiveCommand) -> TerminalResponse:
        urgent = bool(command.qualifier & HIGH_PRIORITY)
        return _answer(command, self.user.display_text(_text(command), urgent))

    def _get_inkey(self, command: ProactiveCommand) -> TerminalResponse:
        if command.qualifier & YES_OR_NO:
            raise NotPerformed(GeneralResult.BEYOND_CAPABILITIES)
        reply = self.user.get_inkey(_text(command), not command.qualifier & ANY_CHARACTER)
        return _answer(command, reply, TextString.of(reply.text))

    def _get_input(self, command: ProactiveCommand) -> TerminalResponse:
        length = required(command, ResponseLength)
        reply = self.user.get_input(
            _text(command),
            length.minimum,
            length.maximum,
            not command.qualifier & ANY_CHARACTER,
            bool(command.qualifier & HIDDEN),
        )
        return _answer(command, reply, _typed(reply.text, bool(command.qualifier & PACKED)))

    def _select_item(self, command: ProactiveCommand) -> TerminalResponse:
        items = command.find_all(Item)
        if not items:
            raise NotPerformed(GeneralResult.REQUIRED_VALUES_MISSING)
        reply = self.user.select_item(_title(command), items)
        chosen = None if reply.item is None else ItemIdentifier(reply.item)
        return _answer(command, reply, chosen)

    def _set_up_menu(self, command: ProactiveCommand) -> TerminalResponse:
        """One empty item takes the menu away, TS 102 223 6.6.7."""
        empty = [each.value for each in command.objects if each.tag == Tag.ITEM] == [b""]
        items = () if empty else command.find_all(Item)
        return _answer(command, self.user.set_up_menu(_title(command), items))

    def _set_up_idle_mode_text(self, command: ProactiveCommand) -> TerminalResponse:
        return _answer(command, self.user.set_up_idle_mode_text(_text(command)))


_COMMANDS: dict[
    int, tuple[Callable[..., Reply], Callable[[UserInterface, ProactiveCommand], TerminalResponse]]
] = {
    CommandType.DISPLAY_TEXT: (User.display_text, UserInterface._display_text),
    CommandType.GET_INKEY: (User.get_inkey, UserInterface._get_inkey),
    CommandType.GET_INPUT: (User.get_input, UserInterface._get_input),
    CommandType.SELECT_ITEM: (User.select_item, UserInterface._select_item),
    CommandType.SET_UP_MENU: (User.set_up_menu, UserInterface._set_up_menu),
    CommandType.SET_UP_IDLE_MODE_TEXT: (User.set_up_idle_mode_text, UserInterface._set_up_idle_mode_text),
}


def _answer(
    command: ProactiveCommand, reply: Reply, content: TextString | ItemIdentifier | None = None
) -> TerminalResponse:
    """The response; what the user typed or chose belongs to it only if they did."""
    performed = reply.result < GeneralResult.SESSION_TERMINATED_BY_USER
    return TerminalResponse.to(command, reply.result, content if performed else None)


def _text(command: ProactiveCommand) -> str:
    return required(command, TextString).text


def _title(command: ProactiveCommand) -> str:
    found = command.find(AlphaIdentifier)
    return found.text if found else ""


def _typed(typed: str, packed: bool) -> TextString:
    """In septets if the card wants that, and the default alphabet has all of the characters."""
    if packed and text.in_default_alphabet(typed):
        return TextString(CodingScheme.PACKED, text.pack(text.encode_default(typed)))
    return TextString.of(typed)
