"""Operations over SCP81 instead of short messages, SGP.02 2.4.3.2: for scripts that would be many of them.

server = HttpsAdmin(random)                                      behind `https_admin_tcp`, or any other line
transport = HttpsTransport(HttpsSide(server, address))
smsr = Smsr(identity, registry, transports=(transport,))
transport.serve(smsr)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.https_admin_exchange import HttpsExchange, HttpsSide
from euicc.testing.smsr.steps import HTTPS, SMS, Send

if TYPE_CHECKING:
    from euicc.testing.m2m.https_admin import Answer
    from euicc.testing.smsr.errand import Exchange
    from euicc.testing.smsr.smsr import Smsr


class HttpsTransport:
    """The HTTPS side of an SM-SR as its transport. smallest: bytes of a script from which on it goes this way.

    Whatever is to be said while a card is being answered goes with the answer. patience: seconds that a card may take,
    once it was told to come, to fetch a script and to answer.
    """

    def __init__(self, side: HttpsSide, *, smallest: int = 0, patience: float = 300.0) -> None:
        self._side = side
        self._smallest = smallest
        self._patience = patience
        self._going: dict[bytes, list[HttpsExchange]] = {}

    def serve(self, smsr: Smsr) -> None:
        """Tell this SM-SR what comes from its cards."""

        def answered(eid: bytes, answer: Answer) -> None:
            going = self._going.pop(eid, [])
            taken = [each for each in going if each.take(answer)]
            left = [each for each in going if each not in taken and each.outcome is None]
            self._going[eid] = [*self._going.get(eid, []), *left]
            smsr.look_at(eid)

        self._side.admin.answered = answered
        self._side.admin.notified = smsr.receive_notification

    def takes(self, eis: Eis, send: Send) -> bool:
        """Whether a script goes this way."""
        if send.transport == SMS or not self._side.knows(eis):
            return False
        large = len(send.script) >= self._smallest
        return large or send.transport == HTTPS or self._side.admin.in_session(eis.eid)

    def begin(self, eis: Eis, send: Send, tell: Callable[[bytes], Exchange], now: float) -> Exchange:
        """Have a script fetched. tell: begins a secured packet with this content."""
        exchange = HttpsExchange(
            self._side.admin,
            eis.eid,
            send.script,
            send.target,
            lambda: tell(self._side.trigger(eis)),
            self._patience,
            now,
        )
        self._going.setdefault(eis.eid, []).append(exchange)
        return exchange
