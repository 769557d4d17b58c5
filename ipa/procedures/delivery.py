"""Bringing results to an eIM, SGP.32 3.3.1: again and again, acknowledged, then removed from the card.

An acknowledgement is remembered before the card is told to forget: what was acknowledged is not sent again, and
what was not stays on the card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from asn1.generated import rsp
from ipa import es10
from ipa.errors import EimRefused, EuiccRefused, ServerAnswerInvalid, ServerUnreachable, TlsUntrusted
from ipa.procedures import unfinished
from ipa.servers import esipa
from ipa.servers.esipa import Link
from ipa.settings import Settings
from ipa.steps import Procedure, recall, remember, wait

T = TypeVar("T")

NOTHING_TO_DELETE = rsp.NotificationSentResponse.DeleteNotificationStatus.NOTHING_TO_DELETE
# There was no answer, or not one of the eIM.
UNREACHED = (ServerUnreachable, TlsUntrusted, ServerAnswerInvalid)


def patiently(settings: Settings, attempt: Callable[[], Procedure[T]]) -> Procedure[T]:
    """An attempt, and another one after a while if the server cannot be reached; ServerUnreachable after the last."""
    failure: ServerUnreachable | None = None
    for seconds in settings.waits():
        if seconds:
            yield from wait(seconds)
        try:
            return (yield from attempt())
        except ServerUnreachable as error:
            failure = error
    assert failure is not None  # there is at least one attempt
    raise failure


@dataclass(frozen=True)
class Undelivered:
    """Why an eIM does not have a result. `refused`: it was reached, and said no."""

    reason: str
    refused: bool = False


def provide(
    link: Link, result: bytes, own: int | None = None, changes: Mapping[str, Any] | None = None
) -> Procedure[Undelivered | None]:
    """ESipa.ProvideEimPackageResult until the eIM has it; None when it has.

    `own`: the sequence number of what is delivered, to be removed with those the eIM acknowledges. `changes`: further
    fields of State that hold once it is delivered. What an eIM refuses stays where the card keeps it.
    """
    try:
        numbers = yield from patiently(link.settings, lambda: esipa.provide_eim_package_result(link, result))
    except EimRefused as error:
        yield from unfinished.end(link)
        return Undelivered(str(error), refused=True)
    except UNREACHED as error:
        return Undelivered(str(error))
    done = () if numbers is None else tuple(dict.fromkeys((*numbers, *(() if own is None else (own,)))))
    yield from unfinished.end(link, acknowledged=done, **(changes or {}))
    yield from forget(done)
    return None


def forget(numbers: Iterable[int]) -> Procedure[None]:
    """Removes from the card what was acknowledged, SGP.22 5.7.11; these numbers were remembered."""
    numbers = tuple(numbers)
    for number in numbers:
        yield from remove(number)
    if numbers:
        yield from remember(acknowledged=())


def remove(number: int) -> Procedure[None]:
    """ES10b.RemoveNotificationFromList, SGP.22 5.7.11; it does not matter if there is nothing of this number."""
    try:
        yield from es10.remove_notification_from_list(rsp.NotificationSentRequest(seq_number=number))
    except EuiccRefused as error:
        if error.code != NOTHING_TO_DELETE:
            raise


def tell(eid: bytes, eims: Iterable[str], cause: int) -> Procedure[None]:
    """Remembers to tell these eIMs, when they are asked for packages next, why the card has changed."""
    state = yield from recall(eid)
    yield from remember(untold={**state.untold, **dict.fromkeys(eims, cause)})
