"""What servers of SGP.02 send each other, whatever carries it: calls, answers, notifications; and them as bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from euicc.testing.m2m import es3, es4, es7, own_requests, records

_REQUESTS: tuple[type, ...] = (
    es3.GetEis,
    es3.AuditEis,
    es3.CreateIsdp,
    es3.SendData,
    es3.ProfileDownloadCompleted,
    es3.UpdatePolicyRules,
    es3.UpdateSubscriptionAddress,
    es3.EnableProfile,
    es3.DisableProfile,
    es3.DeleteIsdp,
    es3.UpdateConnectivityParameters,
    es4.SetFallbackAttribute,
    es4.MasterDelete,
    es4.PrepareSmsrChange,
    es4.SmsrChange,
    es7.HandoverEuicc,
    es7.AuthenticateSmsr,
    es7.CreateAdditionalKeySet,
    own_requests.UpdateSmsrAddressing,
    own_requests.FinaliseHandover,
    own_requests.EstablishScp81Keys,
)
_RESPONSES: tuple[type, ...] = (
    es3.Response,
    es3.EisResponse,
    es3.CreateIsdpResponse,
    es3.SendDataResponse,
    es7.AuthenticateSmsrResponse,
    es7.CreateAdditionalKeySetResponse,
)
_NOTIFICATIONS: tuple[type, ...] = (es3.ProfileNotification, es3.SmsrChangeNotification)


@dataclass(frozen=True)
class Call:
    """A request of one server to another. reference: by which the caller knows the answer."""

    reference: str
    request: es3.Request[Any]


@dataclass(frozen=True)
class Answer:
    """The response to a call."""

    reference: str
    response: es3.Response


Content = Call | Answer | es3.Notification


@dataclass(frozen=True)
class Outgoing:
    """A message for the server or the operator `recipient`. number: to acknowledge it with."""

    number: int
    recipient: str
    content: Content


def pack(record: object) -> tuple[str, bytes]:
    """The name of a message's class, and the message as bytes; KeyError for what is no message."""
    name = type(record).__name__
    if _CLASSES[name] is not type(record):
        raise KeyError(name)
    return name, records.encode(record)


def unpack(name: str, data: bytes) -> Any:
    """The message that `pack` was given; KeyError or RecordError for another."""
    return records.decode(_CLASSES[name], data)


def _by_name(classes: Iterable[type]) -> dict[str, type]:
    return {each.__name__: each for each in classes}


_CLASSES = _by_name((*_REQUESTS, *_RESPONSES, *_NOTIFICATIONS))
