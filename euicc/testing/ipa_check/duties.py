"""What several cases ask of a program: each function raises Finding when a journal does not show it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping

from apdu import TlvError, tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc.check.catalogue import Finding, NotApplicable
from euicc.check.expect import require
from euicc.testing.ipa_check.bench import Bench
from euicc.testing.ipa_check.conversation import Call, Conversation
from euicc.testing.ipa_check.journal import Heard

LOAD_PACKAGE, PREPARE_DOWNLOAD, CANCEL_SESSION, REMOVE = 0xBF36, 0xBF21, 0xBF41, 0xBF30
AUTHENTICATE_SERVER, ENABLE, DISABLE, DELETE, EIM_PACKAGE = 0xBF38, 0xBF31, 0xBF32, 0xBF33, 0xBF51
SMDP, EIM = "SM-DP+", "eIM"
REFRESH_FLAG = 0x81
PROVIDED, ACKNOWLEDGEMENTS, SEQ_NUMBER = 0xBF50, 0xBF53, 0x80
_METADATA = {0xBF37: (0xBF37, 0xBF27, 0xBF2F), 0x30: (0x30, 0xBF2F)}


def nothing_loaded(bench: Bench) -> None:
    """No part of a bound profile package went to the card, and there is no new profile on it."""
    require(not bench.talk.of(LOAD_PACKAGE), "it loads a bound profile package")
    require(not bench.profiles(), "there is a profile on the card")


def cancelled(bench: Bench, reason: int, name: str) -> None:
    """The card was told to cancel the session for this reason, and the SM-DP+ got what the card signed."""
    calls = bench.talk.of(CANCEL_SESSION)
    require(calls, f"it does not cancel the session ({name}) on the card")
    told = number(calls[0].find(CANCEL_SESSION, 0x81))
    require(told == reason, f"it cancels the session for the reason {told}, not {reason} ({name})")
    heard = bench.talk.to(SMDP, "cancelSession")
    require(heard, "the SM-DP+ does not hear that the session is cancelled")


def at_most(heard: Iterable[object], times: int, what: str) -> None:
    """It is not tried again and again."""
    count = len(tuple(heard))
    require(count <= times, f"{what} {count} times, without a pause")


def removed_after_acknowledgement(talk: Conversation) -> None:
    """Each notification and result is removed from the card only after a server has acknowledged it."""
    acknowledged = dict(_acknowledged(talk))
    for call in talk.of(REMOVE):
        seq = number(call.find(REMOVE, SEQ_NUMBER))
        at = acknowledged.get(seq)
        require(at is not None, f"it removes number {seq} from the card, which no server has acknowledged")
        require(
            (at or 0) < call.at, f"it removes number {seq} from the card before a server has acknowledged it"
        )


def _acknowledged(talk: Conversation) -> Iterable[tuple[int, int]]:
    """Sequence numbers, and where in the journal they were acknowledged; the last first, so that the first counts."""
    for at, heard in reversed(talk.heard):
        if heard.function == "handleNotification" and heard.http == 200:
            yield from ((seq, at) for seq in delivered(heard))
        if heard.function == "provideEimPackageResult" and isinstance(heard.answer, bytes):
            found = find(heard.answer, PROVIDED, ACKNOWLEDGEMENTS) or b""
            yield from ((number(each.value), at) for each in tlv.parse_all(found))


def delivered(heard: Heard) -> tuple[int, ...]:
    """The sequence number of the notification in a call of HandleNotification, in ES9+ or ESipa; none in others."""
    if heard.function != "handleNotification":
        return ()
    if isinstance(heard.request, Mapping):
        pending = octets(heard.request, "pendingNotification")
    else:
        pending = find(heard.request, 0xBF3D, 0xA0) or b"" if isinstance(heard.request, bytes) else b""
    return sequence_number(pending)


def sequence_number(pending: bytes) -> tuple[int, ...]:
    """The sequence number of a PendingNotification; nothing when it cannot be read."""
    try:
        path = _METADATA[tlv.read_header(pending)[0]]
    except (TlvError, KeyError):
        return ()
    value = find(pending, *path, SEQ_NUMBER)
    return () if value is None else (number(value),)


def switch(bench: Bench) -> Call:
    """The EnableProfile that the card has done."""
    calls = [call for call in bench.talk.of(ENABLE) if call.done]
    require(calls, "no EnableProfile succeeds")
    return calls[0]


def reset_after_switch(bench: Bench) -> None:
    """The card was reset after EnableProfile; NotApplicable when the card was to do without."""
    call = switch(bench)
    flag = call.find(call.tag, REFRESH_FLAG)
    if flag is None or not any(flag):
        raise NotApplicable("it asks the card to change without REFRESH")
    require(bench.talk.resets(call.ended), "the card is not reset, so that the profile is not in use")


def octets(body: object, name: str) -> bytes:
    """The bytes of a field of a JSON object; Finding when they are none."""
    try:
        return base64.b64decode(body[name], validate=True) if isinstance(body, Mapping) else b""
    except (KeyError, TypeError, binascii.Error, ValueError):
        raise Finding(f"the server hears no {name} that it can read") from None


def find(encoded: bytes, *path: int) -> bytes | None:
    """A value in data objects; None also when they cannot be read."""
    try:
        return tlv.find(encoded, *path)
    except TlvError:
        return None


def number(value: bytes | None) -> int:
    """An INTEGER; -1 for none."""
    return -1 if value is None else int.from_bytes(value, "big")


def renamed(metadata: bytes) -> bytes:
    """StoreMetadata with another name of the profile, and with a rule."""
    announced = rsp.StoreMetadataRequest.decode(metadata)
    rules = BitString.of(rsp.PprIds.PPR1)
    return announced.replace(profile_name="Another Profile", profile_policy_rules=rules).encode()
