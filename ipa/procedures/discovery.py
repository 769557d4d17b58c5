"""Discovery, SGP.22 3.6.2: the SM-DS tells which SM-DP+ has a profile for this card."""

from __future__ import annotations

from asn1.generated import rsp
from ipa.activation_code import ActivationCode
from ipa.errors import NoEvent
from ipa.procedures import authentication, device
from ipa.servers import es11
from ipa.servers.es11 import Event
from ipa.steps import Procedure

ANY_EVENT = ""


def events(terminal: rsp.DeviceInfo, address: str | None = None) -> Procedure[tuple[Event, ...]]:
    """The events that the SM-DS at `address`, or the card's root SM-DS, holds for this card, oldest first."""
    server = address or (yield from device.get_addresses()).root_ds_address
    if not server:
        raise NoEvent("the eUICC has no root SM-DS address")
    session = yield from authentication.authenticate_server(server, ANY_EVENT, terminal)
    return (yield from es11.authenticate_client(session.address, session.transaction_id, session.response))


def first_event(terminal: rsp.DeviceInfo, address: str | None = None) -> Procedure[ActivationCode]:
    """Where the profile of the oldest event is; NoEvent when there is none."""
    found = yield from events(terminal, address)
    if not found:
        raise NoEvent("the SM-DS has no event for this eUICC")
    return ActivationCode(found[0].address, found[0].identifier)
