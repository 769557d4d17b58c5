"""Faults of HTTP itself: statuses, silence, connections that break, bodies that are none; they need a served server.

In process there is no HTTP: such a fault is a BadRequest there, which whoever calls a server takes for an answer that
cannot be used.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from starlette.types import Send

from euicc.testing.faults.servers.rules import ServerFault

_SERVER_ERROR, _TEMPORARY_REDIRECT = 500, 307
_LENGTH, _TYPE, _LOCATION = b"content-length", b"content-type", b"location"


@dataclass(frozen=True)
class Answered:
    """A response as the server would give it. path: of the request."""

    path: str
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def without(self, name: bytes) -> tuple[tuple[bytes, bytes], ...]:
        """The headers but this one."""
        return tuple(each for each in self.headers if each[0].lower() != name)


async def give(answered: Answered, send: Send) -> None:
    """Sends a response whole, with its right length."""
    length = (_LENGTH, str(len(answered.body)).encode())
    await begin(replace(answered, headers=(*answered.without(_LENGTH), length)), send)
    await send({"type": "http.response.body", "body": answered.body})


async def begin(answered: Answered, send: Send) -> None:
    """Sends status and headers as they are."""
    await send({"type": "http.response.start", "status": answered.status, "headers": [*answered.headers]})


class HttpFault(ServerFault, ABC):
    """A fault on the way of an answer. The server has carried out the function, and the device does not hear of it."""

    @abstractmethod
    async def respond(self, answered: Answered, send: Send) -> None:
        """Sends what comes instead. Returning before the response is complete breaks the connection."""


@dataclass(frozen=True)
class HttpStatus(HttpFault):
    """Another status, without a body."""

    code: int = _SERVER_ERROR

    async def respond(self, answered: Answered, send: Send) -> None:
        """The status."""
        await give(Answered(answered.path, self.code), send)


@dataclass(frozen=True)
class Silence(HttpFault):
    """Nothing for so many seconds, and then the connection breaks: more than the device waits."""

    seconds: float

    async def respond(self, answered: Answered, send: Send) -> None:
        """Nothing."""
        await asyncio.sleep(self.seconds)
        await begin(answered, send)


@dataclass(frozen=True)
class Slow(HttpFault):
    """The right answer, so many seconds later."""

    seconds: float

    async def respond(self, answered: Answered, send: Send) -> None:
        """The right answer."""
        await asyncio.sleep(self.seconds)
        await give(answered, send)


@dataclass(frozen=True)
class Breaks(HttpFault):
    """The connection breaks in the middle: after this share of the body (0: after the headers)."""

    share: float = 0.5

    async def respond(self, answered: Answered, send: Send) -> None:
        """Headers that announce all of the body, and part of it."""
        whole = replace(answered, body=answered.body or b"{}")
        length = (_LENGTH, str(len(whole.body)).encode())
        await begin(replace(whole, headers=(*whole.without(_LENGTH), length)), send)
        part = whole.body[: int(len(whole.body) * self.share)]
        if part:
            await send({"type": "http.response.body", "body": part, "more_body": True})


@dataclass(frozen=True)
class HalfBody(HttpFault):
    """Only this share of the body, and headers that say it is all."""

    share: float = 0.5

    async def respond(self, answered: Answered, send: Send) -> None:
        """The first part."""
        await give(replace(answered, body=answered.body[: int(len(answered.body) * self.share)]), send)


@dataclass(frozen=True)
class Body(HttpFault):
    """Another body: a page of a proxy, for instance, or of `size` bytes of it."""

    content: bytes = b"<html><body>Sign in to this network</body></html>"
    size: int | None = None

    async def respond(self, answered: Answered, send: Send) -> None:
        """The other body."""
        repeated = self.content * (1 + (self.size or 0) // max(1, len(self.content)))
        body = self.content if self.size is None else repeated[: self.size]
        await give(replace(answered, body=body), send)


@dataclass(frozen=True)
class ContentType(HttpFault):
    """The right body under another Content-Type."""

    value: str = "text/html"

    async def respond(self, answered: Answered, send: Send) -> None:
        """The right body."""
        await give(replace(answered, headers=(*answered.without(_TYPE), (_TYPE, self.value.encode()))), send)


@dataclass(frozen=True)
class RedirectsToItself(HttpFault):
    """307 to where the request came from, for ever."""

    async def respond(self, answered: Answered, send: Send) -> None:
        """The redirection."""
        location = (_LOCATION, answered.path.encode())
        await give(Answered(answered.path, _TEMPORARY_REDIRECT, (location,)), send)
