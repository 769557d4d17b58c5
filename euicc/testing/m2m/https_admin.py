"""A remote administration server without I/O, as an SM-SR has one: GPCS Amendment B over TLS with pre-shared keys.

    server = HttpsAdmin(random)
    server.know(eid, identity, key)
    server.queue(eid, script)
    connection = server.connect()           one for each TCP connection; `https_admin_tcp` makes such
    connection.feed(bytes from the card); bytes for the card = connection.outgoing()
    server.answers(eid)

The scripts of a card are given out one by one, each in the answer to the response of the one before; 204 when there is
none left. What a broken session left without a response is said again to a card that resumes. To one that begins anew
it is given out again, or not, if the server is not to `repeat`: then the answer is LOST.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from euicc.crypto.tls_psk import Server, TlsError
from euicc.testing.m2m import https_admin_messages as messages
from euicc.testing.m2m.https_admin_messages import AdminRequest, BadRequest, Requests


@dataclass(frozen=True, slots=True)
class Script:
    """A script for a card. target: AID of who is to execute it, None: the security domain that asks for it."""

    content: bytes
    target: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card said to a script. status: X-Admin-Script-Status; content: the response script."""

    script: Script
    status: str
    content: bytes


LOST = "lost"
"""Status of an answer that never came: the card began anew in the middle of a script."""

Notified = Callable[[bytes, bytes], object]
"""Told of a notification: EID, and what it carries (E1)."""
Answered = Callable[[bytes, Answer], object]
"""Told of what a card answered: EID, and the answer."""


@dataclass(slots=True)
class _Card:
    """What is to be said to a card, what is said and not answered, and the last exchange."""

    waiting: deque[Script] = field(default_factory=deque)
    given: Script | None = None
    answers: list[Answer] = field(default_factory=list)
    asking: bool = False
    steps: int = 0
    last: tuple[str, bytes] | None = None
    said: bytes = b""


class HttpsAdmin:
    """The server. random: gives randomness.

    chunk: bytes in a chunk of what it sends, None: Content-Length instead. uri: of the first request; what follows is
    below it. notified, answered: called before the request is answered, so that what is queued then goes out at once.
    repeat: whether a script is given out twice where nobody knows if it was executed.
    requests: every request, with what TLS said of the card (its EID).
    """

    def __init__(
        self,
        random: Callable[[int], bytes],
        *,
        uri: str = "/gsma/adminagent",
        chunk: int | None = None,
        notified: Notified | None = None,
        answered: Answered | None = None,
    ) -> None:
        self.random = random
        self.uri = uri
        self.chunk = chunk
        self.notified = notified
        self.answered = answered
        self.repeat = True
        self.requests: list[tuple[bytes, AdminRequest]] = []
        self.notifications: list[tuple[bytes, bytes]] = []
        self._keys: dict[bytes, tuple[bytes, bytes]] = {}
        self._cards: dict[bytes, _Card] = {}

    def know(self, eid: bytes, identity: bytes, key: bytes) -> None:
        """The key of a card under its PSK identity."""
        self._keys[identity] = (eid, key)

    def key(self, identity: bytes) -> bytes | None:
        """The key of a PSK identity."""
        return self._keys[identity][1] if identity in self._keys else None

    def eid(self, identity: bytes) -> bytes:
        """Whose PSK identity that is; KeyError."""
        return self._keys[identity][0]

    def queue(self, eid: bytes, script: bytes, target: bytes | None = None) -> Script:
        """Have a script executed; behind those that wait. It is its own mark: `Answer.script` is this object."""
        queued = Script(script, target)
        self._card(eid).waiting.append(queued)
        return queued

    def withdraw(self, eid: bytes, script: Script) -> None:
        """Do not give out a script any more; of one that was given out already nobody hears what became of it."""
        card = self._card(eid)
        card.waiting = deque(each for each in card.waiting if each is not script)
        if card.given is script:
            card.given = None

    def in_session(self, eid: bytes) -> bool:
        """Whether a request of this card is being answered right now: what is queued goes out at once."""
        return self._card(eid).asking

    def waiting(self, eid: bytes) -> int:
        """How many scripts have no response yet."""
        card = self._card(eid)
        return len(card.waiting) + (card.given is not None)

    def answers(self, eid: bytes) -> list[Answer]:
        """What the card answered since this was asked last."""
        card = self._card(eid)
        answers, card.answers = card.answers, []
        return answers

    def connect(self) -> AdminConnection:
        """A new connection of a card that will say who it is."""
        return AdminConnection(self)

    def handle(self, eid: bytes, request: AdminRequest) -> bytes:
        """The answer to a request of the card with this EID, authenticated by TLS; BadRequest."""
        request.check()
        if request.eid != eid:
            raise BadRequest("another card than TLS says")
        self.requests.append((eid, request))
        card = self._card(eid)
        if request.resumes and card.last == (request.uri, request.body):
            return card.said
        card.asking = True
        try:
            self._take(card, eid, request)
        finally:
            card.asking = False
        card.said = self._following(card)
        # The end of a session is nothing to go back to: scripts may have come since.
        card.last = (request.uri, request.body) if card.given else None
        return card.said

    def _take(self, card: _Card, eid: bytes, request: AdminRequest) -> None:
        message = request.message
        if message is not None:
            self.notifications.append((eid, message))
            if self.notified is not None:
                self.notified(eid, message)
        given, card.given = card.given, None
        if given is None:
            return
        if request.status is not None:
            self._answered(card, eid, Answer(given, request.status, request.body))
        elif self.repeat:
            card.waiting.appendleft(given)
        else:
            self._answered(card, eid, Answer(given, LOST, b""))

    def _answered(self, card: _Card, eid: bytes, answer: Answer) -> None:
        card.answers.append(answer)
        if self.answered is not None:
            self.answered(eid, answer)

    def _following(self, card: _Card) -> bytes:
        if not card.waiting:
            return messages.no_content()
        script = card.given = card.waiting.popleft()
        card.steps += 1
        return messages.response(script.content, f"{self.uri}?step={card.steps}", script.target, self.chunk)

    def _card(self, eid: bytes) -> _Card:
        return self._cards.setdefault(eid, _Card())


class AdminConnection:
    """One connection. tls: its TLS. closed: nothing will come any more, the transport can be closed.

    failure: why TLS or HTTP failed, None when they did not.
    """

    def __init__(self, server: HttpsAdmin) -> None:
        self._server = server
        self._requests = Requests()
        self.tls = Server(server.key, server.random)
        self.failure: TlsError | BadRequest | None = None

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        return self.failure is not None or self.tls.peer_closed

    def feed(self, data: bytes) -> None:
        """What came from the card; what is wrong ends the connection."""
        if self.closed:
            return
        try:
            self.tls.feed(data)
            self._answer(self.tls.received())
        except TlsError as error:
            self.failure = error
        except (BadRequest, ValueError) as error:
            self.failure = error if isinstance(error, BadRequest) else BadRequest(str(error))
            self.tls.send(messages.bad_request())
            self.tls.close()

    def outgoing(self) -> bytes:
        """What has to go to the card."""
        return self.tls.outgoing()

    def _answer(self, data: bytes) -> None:
        for request in self._requests.take(data):
            identity = self.tls.psk_identity
            assert identity is not None
            self.tls.send(self._server.handle(self._server.eid(identity), request))
