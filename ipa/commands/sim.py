"""The subscription of the card, and the network's question to it: `ipa authenticate`."""

from __future__ import annotations

from typing import Annotated

import typer

from apdu import aid
from ipa import aka
from ipa.aka import Authenticated, SynchronisationFailure
from ipa.presentation import Row
from ipa.transports import uicc_channel

CHALLENGE_BYTES = 16
HIDDEN = "not shown, see --keys"


def register(app: typer.Typer) -> None:
    """Adds the commands to a program."""
    app.command()(authenticate)


def authenticate(
    ctx: typer.Context,
    rand: Annotated[str, typer.Argument(metavar="RAND", help="16 bytes, hexadecimal.")],
    autn: Annotated[str, typer.Argument(metavar="AUTN", help="16 bytes, hexadecimal.")],
    isim: Annotated[bool, typer.Option("--isim", help="Ask the ISIM instead of the USIM.")] = False,
    keys: Annotated[
        bool, typer.Option("--keys", help="Show the session keys too: who has them reads the traffic.")
    ] = False,
) -> None:
    """Have the card authenticate a network: RES, or AUTS where the sequence number is out of step."""
    challenge = challenge_of(rand, "RAND"), challenge_of(autn, "AUTN")
    channel = uicc_channel(ctx.obj.access(), aid.ISIM if isim else aid.USIM)
    ctx.obj.show(answer_row(aka.authenticate(channel, *challenge), keys))


def challenge_of(text: str, name: str) -> bytes:
    """16 bytes from hexadecimal; typer.BadParameter."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != CHALLENGE_BYTES:
        raise typer.BadParameter("it is 32 hexadecimal digits", param_hint=name)
    return value


def answer_row(answer: Authenticated | SynchronisationFailure, keys: bool) -> Row:
    """What `ipa authenticate` ends with."""
    if isinstance(answer, SynchronisationFailure):
        return {"synchronised": False, "auts": answer.auts.hex().upper()}
    session = {"ck": answer.ck, "ik": answer.ik, "kc": answer.kc}
    shown = {name: key.hex().upper() if keys else HIDDEN for name, key in session.items() if key}
    return {"synchronised": True, "res": answer.res.hex().upper(), **shown}
