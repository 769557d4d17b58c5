"""Servers between which and their device everything is noted: what a corpus is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from euicc.testing.eim import Eim
from euicc.testing.http import SansIoServer
from ipa.servers import esipa_json
from ipa.steps import Esipa, Server


class Noted:
    """`servers` and `eims` of a device: the functions and bodies that reached them. `as_json`: ESipa in JSON."""

    def __init__(self, *servers: SansIoServer, eim: Eim | None = None, as_json: bool = False) -> None:
        self._servers = servers
        self._eim = eim
        self._as_json = as_json
        self.bodies: list[tuple[str, bytes]] = []

    def call(self, request: Server) -> Mapping[str, Any]:
        """ES9+ and ES11."""
        self.bodies.append((request.function, json.dumps(request.body).encode()))
        server = next(each for each in self._servers if each.address == request.address)
        answer: dict[str, Any] = json.loads(
            json.dumps(server.handle(request.function, json.loads(self.bodies[-1][1])))
        )
        return answer

    def send(self, request: Esipa) -> bytes:
        """ESipa; in ASN.1 the function is empty."""
        assert self._eim is not None
        if not self._as_json:
            self.bodies.append(("", request.message))
            return self._eim.handle_asn1(request.message)
        body = esipa_json.body_of(request.function, request.message)
        self.bodies.append((request.function, body))
        answer = self._eim.handle(request.function, json.loads(body))
        return esipa_json.message_of(request.function, json.dumps(answer).encode() if answer else b"")
