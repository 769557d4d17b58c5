"""What the platform refuses, and how HTTP says it."""

from __future__ import annotations

from typing import ClassVar


class PlatformRefusal(Exception):
    """A request that changed nothing. http_status, code: for the answer; details: its other members."""

    http_status: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, message: str, **details: str) -> None:
        super().__init__(message)
        self.details = details


class Malformed(PlatformRefusal):
    http_status, code = 400, "malformed"


class NotRecognised(PlatformRefusal):
    http_status, code = 401, "not_recognised"


class Forbidden(PlatformRefusal):
    http_status, code = 403, "forbidden"


class Unknown(PlatformRefusal):
    """There is none, or the one who asks has nothing to do with it: the answer is the same."""

    http_status, code = 404, "unknown"


class TooLarge(PlatformRefusal):
    http_status, code = 413, "too_large"


class Conflict(PlatformRefusal):
    """What is already there contradicts it."""

    http_status, code = 409, "conflict"


class InvalidTransition(PlatformRefusal):
    """The state machine has no row for it."""

    http_status, code = 409, "invalid_transition"

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"{event} is not possible in state {state}", state=state, event=event)
