"""The command line of a modem: what is called in which form with what (V.250 5.2 to 5.4, TS 27.007 4).

    AT E0 V1 +CMEE=2 ; +CSIM=14,"80F2000C00" ; +CPIN? ; +CFUN=?

Basic commands follow one another; an extended one (+...) ends at a `;`. Spaces and case count in quotes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from apdu.transport.modem.errors import Cme, CommandFailed


class Form(Enum):
    """How a command is called: V.250 5.3 and 5.4."""

    EXECUTE = ""
    SET = "="
    READ = "?"
    TEST = "=?"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: a string in quotes, or what stood there without."""

    text: str
    quoted: bool = False

    def number(self, allowed: range) -> int:
        """A decimal number in this range; CommandFailed 50."""
        if self.quoted or not self.text.isascii() or not self.text.isdigit() or len(self.text) > 10:
            raise CommandFailed(Cme.INCORRECT_PARAMETERS)
        if int(self.text) not in allowed:
            raise CommandFailed(Cme.INCORRECT_PARAMETERS)
        return int(self.text)

    def hexadecimal(self) -> bytes:
        """Bytes in hexadecimal, with or without quotes; CommandFailed 25 for other characters, 50 for half a byte."""
        if not _HEXADECIMAL.fullmatch(self.text):
            raise CommandFailed(Cme.INVALID_CHARACTERS_IN_TEXT_STRING)
        if len(self.text) % 2:
            raise CommandFailed(Cme.INCORRECT_PARAMETERS)
        return bytes.fromhex(self.text)


@dataclass(frozen=True, slots=True)
class Call:
    """One command of a line. `parameters` is None when they are malformed, a left-out one is None in it."""

    name: str
    form: Form = Form.EXECUTE
    parameters: tuple[Parameter | None, ...] | None = ()


_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]*")
_EXTENDED = re.compile(r"(\+[A-Z][A-Z0-9!%./:_-]*) *(= *\?|=|\?|)", re.IGNORECASE)
_REGISTER = re.compile(r"(S) *(\d+) *(=|\?) *(\d*)", re.IGNORECASE)
_BASIC = re.compile(r"(&?[A-Z]) *(\d*)", re.IGNORECASE)
_TO_SEMICOLON = re.compile(r'(?:[^";]|"[^"]*")*')
_PARAMETER = re.compile(r' *(?:"([^"]*)"|([^",]*?)) *(,|$)')


def calls(body: str) -> Iterator[Call]:
    """The commands of a line behind its AT, one by one; CommandFailed without code where it is none.

    A generator, because the commands before a wrong one are executed: V.250 5.2.1.
    """
    position = 0
    while True:
        position = _skip(body, position, " ;")
        if position == len(body):
            return
        parse = _extended if body[position] == "+" else _register_or_basic
        call, position = parse(body, position)
        yield call


def _extended(body: str, start: int) -> tuple[Call, int]:
    match = _EXTENDED.match(body, start)
    if match is None:
        raise CommandFailed
    name, form = match[1].upper(), Form(match[2].replace(" ", ""))
    rest = _TO_SEMICOLON.match(body, match.end())
    end = rest.end() if rest else match.end()
    whole = end == len(body) or body[end] == ";"
    if form is Form.SET:
        return Call(name, form, _parameters(body[match.end() : end]) if whole else None), end
    if body[match.end() : end].strip(" ") or not whole:
        raise CommandFailed
    return Call(name, form), end


def _parameters(text: str) -> tuple[Parameter | None, ...] | None:
    found: list[Parameter | None] = []
    position = 0
    while True:
        match = _PARAMETER.match(text, position)
        if match is None:
            return None
        quoted, bare, separator = match.groups()
        found.append(Parameter(quoted, True) if quoted is not None else Parameter(bare) if bare else None)
        if not separator:
            return tuple(found)
        position = match.end()


def _register_or_basic(body: str, start: int) -> tuple[Call, int]:
    register = _REGISTER.match(body, start)
    if register is not None:
        name = f"S{int(register[2][:4])}"
        return Call(name, Form(register[3]), (Parameter(register[4] or "0"),)), register.end()
    basic = _BASIC.match(body, start)
    if basic is None:
        raise CommandFailed
    return Call(basic[1].upper(), Form.EXECUTE, (Parameter(basic[2] or "0"),)), basic.end()


def _skip(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position
