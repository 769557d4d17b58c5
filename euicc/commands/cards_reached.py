"""The cards that commands of `euicc` send APDUs to: in a file, in a reader, behind a port or a modem."""

from __future__ import annotations

from contextlib import ExitStack

import typer

from apdu import Transport
from euicc.commands.program import Refusal

DOORS = "--card FILE, --reader NAME, --tcp HOST:PORT or --modem PATH"


def open_transport(name: str, argument: str, opened: ExitStack) -> Transport:
    """The card behind this door, closed with `opened`; BadParameter, Refusal, and what `open_access` raises."""
    from ipa.transports import open_access

    try:
        access = _by_csim(argument) if name == "modem" else open_access(name, argument)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"--{name}") from error
    close = getattr(access, "close", None)
    if close is not None:
        opened.callback(close)
    if not isinstance(access, Transport):
        raise Refusal(f"{name} {argument} takes no APDUs")
    return access


def _by_csim(port: str) -> Transport:
    from apdu.transport.modem import Dialogue, ModemTransport, open_port

    return ModemTransport(Dialogue(open_port(port)))
