"""What a fault of a server is, and when it happens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


class ServerFault:
    """Something wrong with what a server answers."""

    def when(
        self, *, function: str | None = None, nth: int | None = None, after: int | None = None
    ) -> ServerRule:
        """This fault with the requests that `ServerRule` of the same fields is about."""
        return ServerRule(self, function, nth, after)

    def always(self) -> ServerRule:
        """This fault with every request."""
        return ServerRule(self)


@dataclass(frozen=True)
class ServerRule:
    """A fault and when it happens; what is None does not matter.

    function: name in the JSON binding ("getBoundProfilePackage"), also for the ASN.1 binding. nth: only the n-th of
    these requests, counted from 1. after: only those that come after so many of them.
    """

    fault: ServerFault
    function: str | None = None
    nth: int | None = None
    after: int | None = None


class Counted:
    """A rule, and how many requests it has fitted."""

    def __init__(self, rule: ServerRule) -> None:
        self.rule = rule
        self._count = 0

    def strikes(self, function: str) -> bool:
        """Whether this request is one to strike."""
        if self.rule.function not in (None, function):
            return False
        self._count += 1
        return self.rule.nth in (None, self._count) and (self.rule.after or 0) < self._count


class ContentFault(ServerFault, ABC):
    """A fault in what the answer says: the same in process and over HTTPS."""

    @abstractmethod
    def change(self, answer: Json, earlier: Mapping[str, Any] | None) -> Json:
        """The wrong answer in the JSON binding; earlier: the answer to the same function before, None at first."""

    @abstractmethod
    def change_asn1(self, answer: bytes, earlier: bytes | None) -> bytes:
        """The wrong answer in the ASN.1 binding."""
