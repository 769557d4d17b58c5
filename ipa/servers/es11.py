"""ES11 as the device calls it, SGP.22 5.8: which SM-DP+ has something for this card, asked of an SM-DS.

ES11 shares ES9+'s paths and bodies; only the answer to AuthenticateClient is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asn1.generated import rsp
from ipa.errors import ServerAnswerInvalid
from ipa.servers import es9
from ipa.steps import Procedure


@dataclass(frozen=True)
class Event:
    """An Event Record, SGP.22 3.6.1: `identifier` is the matchingId for the server at `address`."""

    identifier: str
    address: str


def authenticate_client(
    address: str, transaction_id: bytes, response: rsp.AuthenticateServerResponse
) -> Procedure[tuple[Event, ...]]:
    """ES11.AuthenticateClient, SGP.22 5.8.2: the events for this card; ServerRefused, ServerAnswerInvalid."""
    answer = yield from es9.ask_to_authenticate_client(address, transaction_id, response)
    if answer.transaction_id() != transaction_id:
        raise ServerAnswerInvalid(es9.AUTHENTICATE_CLIENT, "it belongs to another transaction")
    return tuple(_event(entry) for entry in answer.objects("eventEntries"))


def _event(entry: Mapping[str, object]) -> Event:
    identifier, address = entry.get("eventId"), entry.get("rspServerAddress")
    if not isinstance(identifier, str) or not isinstance(address, str):
        raise ServerAnswerInvalid(es9.AUTHENTICATE_CLIENT, "an event without identifier or address")
    return Event(identifier, address)
