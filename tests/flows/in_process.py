"""Servers reached by a function call instead of a socket, for `ipa.Lpa(servers=...)`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from euicc.testing.smdp import SmDpPlus
from ipa.steps import Server


class InProcess:
    """Carries a call to the server of its address; everything passes through JSON text, as on the wire."""

    def __init__(self, *servers: SmDpPlus) -> None:
        self._servers = {server.address: server for server in servers}

    def call(self, request: Server) -> Mapping[str, Any]:
        """The body of the response."""
        sent = json.loads(json.dumps(request.body))
        answer = self._servers[request.address].handle(request.function, sent)
        received: dict[str, Any] = json.loads(json.dumps(answer))
        return received
