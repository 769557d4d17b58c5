"""Scripts of APDUs for a card: channels, resets, files, ES10 functions, answers fetched or not, and nonsense between.

Most steps are sensible where a card stands after the ones before, some are not. A failing script shrinks to the few
steps that matter, each of which says in words what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis.strategies import SearchStrategy

from apdu import aid, instruction
from apdu.store_data import BLOCKS_MAX
from asn1 import Message
from euicc.testing.strategies.card_view import CardView
from euicc.testing.strategies.requests import SGP22, any_request
from euicc.testing.strategies.steps import (
    Bytes,
    Chained,
    Close,
    FileCommand,
    GetResponse,
    Open,
    Reset,
    SelectApplication,
    SelectFile,
    Step,
    StoreData,
)
from euicc.testing.strategies.tlvs import soup
from euicc.testing.strategies.values import (
    Draw,
    Values,
    always,
    composed,
    integers,
    octets,
    one_of,
    picks,
    tuples_of,
)

CHANNELS = (0, 0, 0, 0, 1, 1, 2, 19)
APPLICATIONS = (
    aid.ISD_R,
    aid.ISD_R,
    aid.ISD_R,
    aid.USIM,
    aid.USIM,
    aid.ECASD,
    aid.ISIM,
    aid.ISD_R[:5],
    aid.ARA_M,
    b"\xa0",
)
PATHS = tuple(
    map(
        bytes.fromhex,
        (
            *("3F00", "2FE2", "2F00", "2F05", "7FFF", "6F07", "6F38", "6F3C", "6F46", "6FAD", "7F10", "5F3A"),
            *("7FFF6F07", "7F106F3A", "7FFF5FC04F01", "2F99", "3F002FE2", "6F", ""),
        ),
    )
)
MOST_STEPS = 20

Script = tuple[Step, ...]


def scripts(
    view: CardView | None = None, functions: tuple[type[Message], ...] = SGP22, most: int = MOST_STEPS
) -> SearchStrategy[Script]:
    """Scripts of up to `most` steps for the card of this view, with ES10 requests of these functions."""
    return any_script(view, functions, most).strategy


def any_script(
    view: CardView | None = None, functions: tuple[type[Message], ...] = SGP22, most: int = MOST_STEPS
) -> Values[Script]:
    """See `scripts`; as values that a seed can draw too."""
    step = any_step(view, functions)
    perhaps_astray = composed(lambda draw: (draw(step), draw(_ASTRAY)))
    steps = tuples_of(perhaps_astray, 0, most, usual=most)
    return steps.map(sensible)


def any_step(view: CardView | None = None, functions: tuple[type[Message], ...] = SGP22) -> Values[Step]:
    """One step of a script."""
    es10 = any_request(view or CardView(), functions).map(lambda request: request.encode())
    return one_of(
        *(_RESET, _OPEN, _CLOSE, _SELECT, _SELECT, _SELECT_FILE, _FILE_COMMAND, _FILE_COMMAND, _GET_RESPONSE),
        *(_store_data(es10), _store_data(es10), _store_data(_SOUP), _CHAINED, _BYTES),
    )


def sensible(steps: Sequence[tuple[Step, bool]]) -> Script:
    """The steps, changed to go to open channels, and ES10 functions to the ISD-R, but for those gone astray."""
    script: list[Step] = []
    is_open, at_isdr = {0}, set[int]()
    for step, astray in steps:
        if not astray and step.channel not in is_open:
            step = replace(step, channel=max(is_open))
        if isinstance(step, StoreData) and not astray and step.channel not in at_isdr:
            script.append(SelectApplication(step.channel))
            at_isdr.add(step.channel)
        script.append(step)
        _follow(step, is_open, at_isdr)
    return tuple(script)


def _follow(step: Step, is_open: set[int], at_isdr: set[int]) -> None:
    """What a card makes of a step: which channels are open, and where the ISD-R is selected."""
    if isinstance(step, Reset):
        is_open.intersection_update({0})
        at_isdr.clear()
    elif isinstance(step, Open):
        is_open.add(step.number or min({1, 2, 3} - is_open, default=0))
    elif isinstance(step, Close) and step.number:
        is_open.discard(step.number)
        at_isdr.discard(step.number)
    elif isinstance(step, SelectApplication):
        (at_isdr.add if step.name == aid.ISD_R else at_isdr.discard)(step.channel)


def _store_data(data: Values[bytes]) -> Values[Step]:
    def store(draw: Draw) -> Step:
        request: bytes = draw(data)
        size = max(draw(_BLOCK_SIZE), len(request) // BLOCKS_MAX + 1)
        return StoreData(draw(_CHANNEL), request, size, draw(_BLOCKS))

    return composed(store)


def _read(ins: int, p1: Sequence[int], p2: Sequence[int]) -> Values[FileCommand]:
    parameters = (picks(p1), picks(p2))
    return composed(
        lambda draw: FileCommand(
            draw(_CHANNEL), ins, draw(parameters[0]), draw(parameters[1]), le=draw(_EXPECTED)
        )
    )


def _write(ins: int, p1: Sequence[int], p2: Sequence[int], low: int, high: int) -> Values[FileCommand]:
    parameters, data = (picks(p1), picks(p2)), octets(low, high)
    return composed(
        lambda draw: FileCommand(draw(_CHANNEL), ins, draw(parameters[0]), draw(parameters[1]), draw(data))
    )


def _chained(draw: Draw) -> Step:
    command = draw(_LONG_COMMAND)
    return Chained(command.channel, command, draw(_PIECE))


_ASTRAY = picks((False,) * 7 + (True,))
_CHANNEL = picks(CHANNELS)
_EXPECTED = picks((256, None, 1, 9, 10, 255))
_BLOCK_SIZE = picks((255, 255, 120, 16, 5))
_BLOCKS = picks((None, None, None, 1, 2))
_PIECE = integers(1, 20)
_SOUP = soup().filter(bool)

_RECORDS, _MODES = (1, 2, 255, 0), (0x04, 0x02, 0x03, 0x00, 0x0C, 0x07)
_REFERENCES = (0x01, 0x81, 0x11, 0x0A, 0x00)
_FILE_COMMANDS: tuple[Values[FileCommand], ...] = (
    _read(instruction.READ_BINARY, (0, 0x82, 1, 0x7F), (0, 1, 255)),
    _read(instruction.READ_RECORD, _RECORDS, _MODES),
    _read(instruction.STATUS, (0, 1, 2), (0, 1, 0x0C)),
    _write(instruction.UPDATE_BINARY, (0, 0x82, 1), (0, 1), 1, 40),
    _write(instruction.UPDATE_RECORD, _RECORDS, _MODES, 1, 40),
    _write(instruction.SEARCH_RECORD, _RECORDS, _MODES, 1, 10),
    _write(instruction.INCREASE, (0,), (0,), 3, 3),
    _write(instruction.VERIFY, (0,), _REFERENCES, 8, 8),
    _write(instruction.CHANGE_PIN, (0,), _REFERENCES, 16, 16),
    _write(instruction.ACTIVATE_FILE, (0,), (0,), 0, 2),
    _write(instruction.DEACTIVATE_FILE, (0,), (0,), 0, 2),
    _write(instruction.AUTHENTICATE, (0,), (0x81, 0x80), 1, 34),
    _write(instruction.ENVELOPE, (0,), (0,), 1, 60),
    _write(instruction.TERMINAL_PROFILE, (0,), (0,), 1, 8),
    _write(instruction.TERMINAL_RESPONSE, (0,), (0,), 1, 16),
)
_LONG_COMMAND = one_of(
    _write(instruction.UPDATE_BINARY, (0,), (0,), 1, 60),
    _write(instruction.AUTHENTICATE, (0,), (0x81,), 1, 60),
)

_RESET: Values[Step] = always(Reset())
_OPEN: Values[Step] = composed(lambda draw: Open(draw(_CHANNEL), draw(picks((0, 1, 2, 3, 4, 19)))))
_CLOSE: Values[Step] = composed(lambda draw: Close(draw(_CHANNEL), draw(picks((1, 2, 3, 0, 19)))))
_SELECT: Values[Step] = composed(
    lambda draw: SelectApplication(draw(_CHANNEL), draw(picks(APPLICATIONS)), draw(picks((True, False))))
)
_SELECT_FILE: Values[Step] = composed(
    lambda draw: SelectFile(draw(_CHANNEL), draw(picks(PATHS)), draw(picks((False, True))))
)
_FILE_COMMAND: Values[Step] = one_of(*_FILE_COMMANDS)
_GET_RESPONSE: Values[Step] = composed(lambda draw: GetResponse(draw(_CHANNEL), draw(picks((256, 1, 10)))))
_CHAINED: Values[Step] = composed(_chained)
_BYTES: Values[Step] = octets(0, 12).map(lambda raw: Bytes(raw=raw))
