"""The subscription of the card, `ipa sim`, and a network's question to it, `ipa authenticate`."""

from __future__ import annotations

from typing import Annotated

import typer

from apdu import aid
from ipa import aka
from ipa.aka import Authenticated, SynchronisationFailure
from ipa.commands.pin import secret
from ipa.presentation import Row
from ipa.subscription import EmergencyCode, PreferredNetwork, Subscription, read_subscription, verify
from ipa.transports import uicc_channel

PinFirst = Annotated[
    bool, typer.Option("--pin", help="Present PIN1 first: asked for, or taken from IPA_PIN.")
]
CHALLENGE_BYTES = 16
HIDDEN = "not shown, see --keys"


def register(app: typer.Typer) -> None:
    """Adds the commands to a program."""
    app.command()(sim)
    app.command()(authenticate)


def sim(ctx: typer.Context, pin: PinFirst = False) -> None:
    """Show the subscription: identity, operator, service centre, access points, networks, emergency numbers."""
    channel = uicc_channel(ctx.obj.access())
    ctx.obj.show(subscription_row(read_subscription(channel, secret("PIN", "pin1") if pin else None)))


def authenticate(
    ctx: typer.Context,
    rand: Annotated[str, typer.Argument(metavar="RAND", help="16 bytes, hexadecimal.")],
    autn: Annotated[str, typer.Argument(metavar="AUTN", help="16 bytes, hexadecimal.")],
    pin: PinFirst = False,
    isim: Annotated[bool, typer.Option("--isim", help="Ask the ISIM instead of the USIM.")] = False,
    keys: Annotated[
        bool, typer.Option("--keys", help="Show the session keys too: who has them reads the traffic.")
    ] = False,
) -> None:
    """Have the card authenticate a network: RES, or AUTS where the sequence number is out of step."""
    challenge = challenge_of(rand, "RAND"), challenge_of(autn, "AUTN")
    channel = uicc_channel(ctx.obj.access(), aid.ISIM if isim else aid.USIM)
    if pin:
        verify(channel, secret("PIN", "pin1"))
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


def subscription_row(found: Subscription) -> Row:
    """What `ipa sim` shows."""
    provider, ims = found.service_provider, found.ims
    return {
        "iccid": found.iccid,
        "imsi": found.imsi,
        "home_network": found.home_network,
        "service_provider": provider.name if provider else "",
        "numbers": list(found.numbers),
        "smsc": found.smsc,
        "access_points": list(found.access_points),
        "access_points_in_force": found.access_points_in_force,
        "home_networks": [_network(each) for each in found.home_networks],
        "operator_networks": [_network(each) for each in found.operator_networks],
        "user_networks": [_network(each) for each in found.user_networks],
        "equivalent_homes": list(found.equivalent_homes),
        "forbidden": list(found.forbidden),
        "access_classes": list(found.access_classes),
        "emergency_codes": [_emergency(each) for each in found.emergency_codes],
        "ims_private": ims.private if ims else "",
        "ims_public": list(ims.public) if ims else [],
        "ims_domain": ims.domain if ims else "",
    }


def _network(network: PreferredNetwork) -> str:
    technologies = "/".join(network.technologies)
    return f"{network.plmn} {technologies}".strip()


def _emergency(code: EmergencyCode) -> str:
    return f"{code.number} {'/'.join(code.categories)}".strip()
