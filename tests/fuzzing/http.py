"""A server without its socket: what `euicc.testing.http` makes of a body, and of what comes back."""

from __future__ import annotations

import json

from euicc.testing.http import SansIoServer
from euicc.testing.smdp.status import BadRequest, UnknownFunction


def asked(server: SansIoServer, function: str, body: bytes) -> bool:
    """Whether the body was a request of this function; then the answer can be sent."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(request, dict):
        return False
    try:
        answer = server.handle(function, request)
    except (BadRequest, UnknownFunction):
        return False
    assert not answer or json.dumps(answer, allow_nan=False).encode()
    return True
