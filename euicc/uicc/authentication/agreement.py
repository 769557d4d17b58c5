"""The protocol itself: the network proves that it knows K and that the challenge is fresh, TS 33.102 6.3.3."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from typing import TYPE_CHECKING

from apdu import StatusError, status
from euicc.crypto.aka import AMF_LENGTH, SQN_LENGTH
from euicc.crypto.usim_test_algorithm import RESYNCHRONISATION_AMF
from euicc.runtime import keys
from euicc.uicc.authentication.sequence import NO_ANONYMITY_KEY, SequenceNumbers

if TYPE_CHECKING:
    from euicc.crypto.aka import AkaAlgorithm, Outputs
    from euicc.uicc.authentication.parameters import Subscription
    from euicc.uicc.memory import ProfileMemory

Mask = Callable[["Outputs"], bytes]
MAC_OFFSET = SQN_LENGTH + AMF_LENGTH
RESYNCHRONISATION = bytes(AMF_LENGTH)
"""AMF* of TS 33.102 6.3.3, under which MAC-S is made."""


class SynchronisationFailure(Exception):
    """The challenge is genuine and not fresh; `auts` tells the network where the card stands."""

    def __init__(self, auts: bytes) -> None:
        super().__init__()
        self.auts = auts


def count_run(memory: ProfileMemory, subscription: Subscription) -> None:
    """Count a use of the key against authCounterMax, durable on return; StatusError 6985 when there were enough.

    Every use counts, whatever comes of it: the limit is there against those who learn from wrong challenges, too.
    """
    limit = subscription.parameters.auth_counter_max
    if limit is None or not subscription.tests_freshness:
        return
    runs = memory.get(keys.AKA_RUNS, subscription.name)
    if runs >= limit:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    with memory.transaction():
        memory.set(keys.AKA_RUNS, runs + 1, subscription.name)


def agree(
    memory: ProfileMemory,
    subscription: Subscription,
    functions: AkaAlgorithm,
    rand: bytes,
    autn: bytes,
    mask: Mask | None = None,
) -> Outputs:
    """Verify a challenge and remember its sequence number, durable on return unless inside a transaction.

    functions: the algorithm of the subscription. RAND is 16 bytes, AUTN 8 and those of MAC-A. mask: what MAC-A in
    AUTN was combined with, from the outputs. StatusError 9862 for a wrong MAC-A; SynchronisationFailure.
    """
    outputs = functions.f2345(rand)
    sqn, amf = _revealed(autn[:SQN_LENGTH], outputs.ak, subscription), autn[SQN_LENGTH:MAC_OFFSET]
    mac = functions.f1(rand, sqn, amf)
    if mask is not None:
        mac = xor(mac, mask(outputs)[: len(mac)].ljust(len(mac), b"\x00"))
    if not compare_digest(mac, autn[MAC_OFFSET:]):
        raise StatusError(status.INCORRECT_MAC)
    if subscription.tests_freshness:
        _accept(memory, subscription, functions, rand, sqn)
    elif amf == RESYNCHRONISATION_AMF:
        raise SynchronisationFailure(_auts(functions, subscription, rand, sqn))
    return outputs


def _accept(
    memory: ProfileMemory, subscription: Subscription, functions: AkaAlgorithm, rand: bytes, sqn: bytes
) -> None:
    known = memory.get(keys.AKA_SEQUENCE_NUMBERS, subscription.name)
    if known is None:
        known = SequenceNumbers.initial(subscription.parameters.sqn_init)
    accepted = known.accept(int.from_bytes(sqn, "big"), subscription.parameters)
    if accepted is None:
        sqn_ms = known.highest.to_bytes(SQN_LENGTH, "big")
        raise SynchronisationFailure(_auts(functions, subscription, rand, sqn_ms))
    with memory.transaction():
        memory.set(keys.AKA_SEQUENCE_NUMBERS, accepted, subscription.name)


def _auts(functions: AkaAlgorithm, subscription: Subscription, rand: bytes, sqn_ms: bytes) -> bytes:
    """AUTS, TS 33.102 6.3.3."""
    concealed = _revealed(sqn_ms, functions.f5_star(rand), subscription)
    return concealed + functions.f1_star(rand, sqn_ms, RESYNCHRONISATION)


def _revealed(sqn: bytes, ak: bytes, subscription: Subscription) -> bytes:
    """SQN from what is concealed by AK, and the reverse."""
    if subscription.parameters.sqn_options & NO_ANONYMITY_KEY and subscription.tests_freshness:
        return sqn
    return xor(sqn, ak)


def xor(left: bytes, right: bytes) -> bytes:
    """Bytewise exclusive or of two strings of the same length."""
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")
