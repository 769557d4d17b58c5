"""The ES10 messages of a trace, whatever transport carried it and however it cut them."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import Trace
from euicc.traces import es10
from euicc.traces.interpreter import interpreted
from euicc.traces.tree import Node

MUST_DIFFER = frozenset(
    {
        "transaction_id",
        "euicc_challenge",
        "server_challenge",
        "euicc_otpk",
        "smdp_otpk",
        "bpp_euicc_otpk",
        "server_signature1",
        "smdp_signature2",
        "smdp_sign",
        "euicc_signature1",
        "euicc_signature2",
        "euicc_sign_pir",
        "euicc_notification_signature",
        "euicc_cancel_session_signature",
        "matching_id",
        "hash_cc",
        "host_id",
    }
)
"""Components that are new in every session: random numbers, one-time keys, and the signatures over them."""


@dataclass(frozen=True, slots=True)
class Es10Message:
    """One ES10 function and its answer. `response` is b"" where there is none; `sw` the last status word."""

    function: str
    request: bytes
    response: bytes
    sw: int | None

    def outline(self, ignored: frozenset[str] = MUST_DIFFER) -> tuple[str, Node | None, Node | None, int]:
        """Function, request and response in words without the values of `ignored`, and the kind of status word.

        Equal for two messages that say the same; secrets are masked.
        """
        request = es10.request_tree(self.request, False).without(ignored)
        answered = (
            es10.response_tree(self.request, self.response, False).without(ignored) if self.response else None
        )
        return self.function, request, answered, (self.sw or 0) >> 8


def es10_messages(trace: Trace) -> tuple[Es10Message, ...]:
    """The complete ES10 commands of a trace with their answers, in their order."""
    return tuple(
        Es10Message(each.reading.function, talk.data, talk.answer, talk.sw)
        for each in interpreted(trace)
        if each.reading.function and (talk := each.conversation).complete
    )
