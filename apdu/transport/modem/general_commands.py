"""Commands that are about the modem itself: V.250 6, identity (TS 27.007 5), +CFUN (8.2), +CMEE (9.1)."""

from __future__ import annotations

from collections.abc import Sequence

from apdu.transport.modem.errors import Cme, CommandFailed
from apdu.transport.modem.state import (
    FULL,
    MINIMUM,
    RADIO_OFF,
    AtCommand,
    Handler,
    Settings,
    State,
    number,
    parameters,
)
from apdu.transport.modem.syntax import Call

NUMERIC_OR_NOT = range(2)
REGISTERS = {"S0": 0, "S3": 0x0D, "S4": 0x0A, "S5": 0x08, "S7": 60}
"""S-registers and the one value that each has: no call is answered, line ends are CR and LF."""


def flag(name: str) -> Handler:
    """A basic command with 0 or 1 that is one of the settings."""

    def handler(state: State, call: Call) -> Sequence[str]:
        setattr(state.settings, name, bool(_value(call, NUMERIC_OR_NOT)))
        return ()

    return handler


def accepted(allowed: range) -> Handler:
    """A basic command that changes nothing here; values outside the range are an ERROR."""

    def handler(state: State, call: Call) -> Sequence[str]:
        _value(call, allowed)
        return ()

    return handler


def says(*fields: str) -> Handler:
    """Lines of the identity."""

    def handler(state: State, call: Call) -> Sequence[str]:
        return [getattr(state.identity, name) for name in fields]

    return handler


def register(value: int) -> AtCommand:
    """An S-register, V.250 5.3.2: readable, and settable to the value that it has."""

    def set_register(state: State, call: Call) -> Sequence[str]:
        _value(call, range(value, value + 1))
        return ()

    return AtCommand(read=lambda state, call: (f"{value:03d}",), set=set_register)


def _value(call: Call, allowed: range) -> int:
    try:
        return number(parameters(call, 1, 1)[0], allowed)
    except CommandFailed as failure:
        raise CommandFailed from failure


def default_settings(state: State, call: Call) -> Sequence[str]:
    """Z and &F, V.250 6.1.1 and 6.1.2: the settings as after power-on. The card goes on."""
    _value(call, NUMERIC_OR_NOT)
    state.settings = Settings()
    return ()


def serial_number(state: State, call: Call) -> Sequence[str]:
    """+CGSN=<snt>, TS 27.007 5.4: the IMEI as it is (0), or named (1)."""
    kind = number(parameters(call, 1, 1)[0], NUMERIC_OR_NOT)
    return (f'+CGSN: "{state.identity.imei}"' if kind else state.identity.imei,)


def set_error_form(state: State, call: Call) -> Sequence[str]:
    """+CMEE=[<n>], TS 27.007 9.1: ERROR, number, or text."""
    state.settings.error_form = number(parameters(call, 0, 1)[0], range(3), 0)
    return ()


def set_functionality(state: State, call: Call) -> Sequence[str]:
    """+CFUN=[<fun>[,<rst>]], TS 27.007 8.2: without <fun> full. 0 takes the card's power, 1,1 starts modem and card.

    Turning the card on again, and <rst>, are resets of the card. <rst> also sets the settings back.
    """
    fun, reset = parameters(call, 0, 2)
    wanted = number(fun, range(5), FULL)
    restart = number(reset, NUMERIC_OR_NOT, 0)
    if wanted not in (MINIMUM, FULL, RADIO_OFF):
        raise CommandFailed(Cme.OPERATION_NOT_SUPPORTED)
    powered_up = state.functionality == MINIMUM and wanted != MINIMUM
    state.functionality = wanted
    if restart:
        state.settings = Settings()
    if powered_up or (restart and wanted != MINIMUM):
        state.slot.start()
    return ()


GENERAL: dict[str, AtCommand] = {
    "E": AtCommand(flag("echo")),
    "V": AtCommand(flag("verbose")),
    "Q": AtCommand(accepted(range(1))),
    "X": AtCommand(accepted(range(5))),
    "L": AtCommand(accepted(range(4))),
    "M": AtCommand(accepted(range(4))),
    "H": AtCommand(accepted(range(1))),
    "Z": AtCommand(default_settings),
    "&F": AtCommand(default_settings),
    "&C": AtCommand(accepted(range(2))),
    "&D": AtCommand(accepted(range(3))),
    "&W": AtCommand(accepted(range(2))),
    "I": AtCommand(says("manufacturer", "model", "revision")),
    "+GMI": AtCommand(says("manufacturer"), test=""),
    "+GMM": AtCommand(says("model"), test=""),
    "+GMR": AtCommand(says("revision"), test=""),
    "+GSN": AtCommand(says("imei"), test=""),
    "+GCAP": AtCommand(lambda state, call: ("+GCAP: +CGSM",), test=""),
    "+CGMI": AtCommand(says("manufacturer"), test=""),
    "+CGMM": AtCommand(says("model"), test=""),
    "+CGMR": AtCommand(says("revision"), test=""),
    "+CGSN": AtCommand(says("imei"), serial_number, test="+CGSN: (0,1)"),
    "+CMEE": AtCommand(
        set=set_error_form,
        read=lambda state, call: (f"+CMEE: {state.settings.error_form}",),
        test="+CMEE: (0-2)",
    ),
    "+CFUN": AtCommand(
        set=set_functionality,
        read=lambda state, call: (f"+CFUN: {state.functionality}",),
        test="+CFUN: (0,1,4),(0,1)",
    ),
    **{name: register(value) for name, value in REGISTERS.items()},
}
"""Q1, which would leave commands without answer, is an ERROR."""
