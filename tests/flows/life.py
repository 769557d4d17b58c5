"""The life of a profile as a device and its card live it: the same steps and assertions through every door."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from apdu import Command, Exchange, Response, instruction
from asn1.generated import rsp
from euicc import Card
from euicc.env import Env
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import OrderState, SmDpPlus
from ipa.lpa import Lpa
from tests.flows.doors import Device
from tests.flows.in_process import InProcess

ADDRESS = "smdp.example.com"
SEED = 7
PROFILE = build()
ICCID = PROFILE.iccid
ENABLED, DISABLED = rsp.ProfileState.ENABLED, rsp.ProfileState.DISABLED


def new_card() -> Card:
    """The same card each time: the same challenges, keys and signatures."""
    return Card.manufacture(pki=Pki.default(), seed=SEED)


def new_server() -> SmDpPlus:
    """The same SM-DP+ each time."""
    env = Env(sha256(b"SM-DP+").digest())
    return SmDpPlus(Pki.default(), ADDRESS, random=env.random, now=env.now)


def live(device: Device, server: SmDpPlus) -> None:
    """Download, enable with REFRESH, attach, disable, delete; every notification arrives and leaves the card."""
    order = server.order(PROFILE.package, matching_id="LIFE", profile_name=PROFILE.profile_name)
    with device.lpa(InProcess(server)) as lpa:
        assert lpa.profiles() == ()
        assert not lpa.download(server.activation_code(order)).undelivered
        assert order.state is OrderState.INSTALLED
        assert states(lpa) == [DISABLED]
        lpa.enable(ICCID)
        assert states(lpa) == [ENABLED]
    assert device.imsi() == PROFILE.imsi
    with device.lpa(InProcess(server)) as lpa:
        assert states(lpa) == [ENABLED]
        assert [each.failure for each in lpa.send_notifications()] == [""]
        lpa.disable(ICCID)
        assert states(lpa) == [DISABLED]
        lpa.delete(ICCID)
        assert lpa.profiles() == ()
        assert [each.failure for each in lpa.send_notifications()] == ["", ""]
        assert lpa.notifications() == ()
    assert len(server.notifications) == 4


def states(lpa: Lpa) -> list[int | None]:
    return [profile.profile_state for profile in lpa.profiles()]


def es10_messages(exchanges: Iterable[Exchange]) -> list[tuple[bytes, bytes]]:
    """Requests and responses as the ISD-R had them: put together from STORE DATA blocks and GET RESPONSE."""
    messages: list[tuple[bytes, bytes]] = []
    request, response = b"", b""
    for exchange in exchanges:
        if exchange.command is None:
            continue
        command, answer = Command.parse(exchange.command), Response.parse(exchange.response)
        if command.ins == instruction.STORE_DATA:
            request += command.data
            more = command.p1 & 0x80 == 0
        elif command.ins != instruction.GET_RESPONSE or not request:
            continue
        response += answer.data
        if answer.sw1 != 0x61 and not more:
            messages.append((request, response))
            request, response = b"", b""
    return messages
