"""Whatever a card answers, every operation ends with an answer, and the SM-SR goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import aid as aids
from apdu import tlv
from euicc.testing.m2m import es3, es4
from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import Request
from euicc.testing.m2m.messages import Answer
from euicc.testing.m2m.registry import Registry
from euicc.testing.ota.sms import deliver
from euicc.testing.smsr import Patience, Smsr
from euicc.testing.smsr.errand import Exchange
from euicc.testing.smsr.notification import CardNotification
from euicc.testing.smsr.steps import Refused, Send, Silence
from tests.smsr.test_policy import TOKEN
from tests.smsr.world import EID, ICCIDS, MSISDNS, SR1, SR2, A, B, identity, registered

Outcome = bytes | Exception


class Decided:
    """An exchange that is over at once."""

    numbers: tuple[str, ...] = ()
    wake = 0.0

    def __init__(self, outcome: Outcome) -> None:
        self.outcome: Outcome | None = outcome

    def advance(self, now: float) -> None: ...

    def receive(self, user_data: bytes, now: float) -> bool:
        return False


class Scripted:
    """A transport behind which a card answers so, and then no more."""

    def __init__(self, outcomes: Iterator[Outcome]) -> None:
        self._outcomes = outcomes

    def takes(self, eis: Eis, send: Send) -> bool:
        return True

    def begin(self, eis: Eis, send: Send, tell: Callable[[bytes], Exchange], now: float) -> Exchange:
        return Decided(next(self._outcomes, Silence()))


def r_apdu(data: bytes, sw: int) -> bytes:
    return tlv.encode(0x23, data, sw.to_bytes(2, "big"))


entries = st.builds(
    lambda number, state: tlv.encode(
        0xE3, tlv.encode(0x4F, aids.isd_p(0x10 + number)), tlv.encode(0x9F70, bytes((state,)))
    ),
    st.integers(0, 3),
    st.sampled_from([0x07, 0x0F, 0x1F, 0x3F, 0xFF]),
)
data = st.one_of(
    st.just(b""),
    st.lists(entries, max_size=3).map(b"".join),
    st.binary(max_size=6),
    st.just(tlv.encode(0x80, tlv.encode(0x4F, aids.isd_p(0x11)))),
    st.just(bytes.fromhex("FF21048202FFFF")),
)
status_words = st.sampled_from([0x9000, 0x6310, 0x6985, 0x6A88, 0x6A80, 0x6A84, 0x69E1, 0x6982])
answers = st.one_of(
    st.builds(r_apdu, data, status_words),
    st.lists(st.builds(r_apdu, data, status_words), max_size=3).map(b"".join),
    st.binary(max_size=5),
    st.builds(Silence, st.booleans()),
    st.builds(Refused, st.integers(0, 12)),
)

OPERATION, LONG = 5000.0, 20_000.0
"""Seconds for an operation, and until all of them are over."""

REQUESTS: list[tuple[Request[Any], str]] = [
    (es3.AuditEis(EID), A),
    (es3.CreateIsdp(EID, "89001", A), A),
    (es3.SendData(EID, aids.isd_p(0x11), b"\x86\x00"), A),
    (es3.UpdateConnectivityParameters(EID, ICCIDS[1], b"\x22\x00"), A),
    (es3.EnableProfile(EID, ICCIDS[1]), A),
    (es3.DeleteIsdp(EID, ICCIDS[1]), A),
    (es4.SetFallbackAttribute(EID, ICCIDS[1]), A),
    (es4.MasterDelete(EID, ICCIDS[1], TOKEN), A),
    (es4.SmsrChange(EID, SR2, validity=100), B),
]


def over(smsr: Smsr) -> None:
    """Let time pass until whatever was asked for is answered or expired."""
    while not smsr.is_idle(EID) and smsr.next_due is not None and smsr.next_due <= LONG:
        smsr.advance(smsr.next_due)


@pytest.mark.parametrize(("request_", "requester"), REQUESTS)
@settings(max_examples=25)
@given(st.lists(answers, max_size=6))
def test_every_operation_ends(request_: Request[Any], requester: str, outcomes: list[Outcome]) -> None:
    registry = Registry()
    smsr = Smsr(
        identity(SR1),
        registry,
        patience=Patience(operation=OPERATION),
        transports=(Scripted(iter(outcomes)),),
    )
    smsr.register(registered(), addressing=False)
    reference = smsr.submit(requester, request_, 0.0)
    over(smsr)
    answered = [each.content for each in smsr.messages() if isinstance(each.content, Answer)]
    assert [each.reference for each in answered] == [reference]
    # What the card may have done in spite of it, it is asked for as long as it takes.
    assert {each.requester for each in registry.operations()} <= {SR1}
    registry.close()


@settings(max_examples=40)
@given(st.lists(answers, max_size=6), st.integers(0, 3))
def test_every_confirmation_ends(outcomes: list[Outcome], number: int) -> None:
    patience = Patience(operation=OPERATION)
    smsr = Smsr(identity(SR1), Registry(), patience=patience, transports=(Scripted(iter(outcomes)),))
    smsr.register(registered(), addressing=False)
    told = CardNotification(EID, 2, 1, aids.isd_p(0x10 + number))
    payload = tlv.encode(
        0xE1,
        tlv.encode(0x4C, told.eid),
        tlv.encode(0x4D, b"\x02"),
        tlv.encode(0x4E, b"\x00\x01"),
        tlv.encode(0x2F, told.enabled),
    )
    smsr.receive_notification(EID, payload, 0.0)
    over(smsr)
    assert smsr.is_idle(EID)


headers = st.dictionaries(st.sampled_from([0x00, 0x08, 0x24, 0x70, 0x71]), st.binary(max_size=4), max_size=3)


@st.composite
def user_data(draw: st.DrawFn) -> bytes:
    elements = b"".join(bytes((tag, len(value))) + value for tag, value in draw(headers).items())
    return bytes((len(elements),)) + elements + draw(st.binary(max_size=40))


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(st.binary(max_size=30), user_data().map(lambda data: deliver(MSISDNS[0], data))), max_size=4
    )
)
def test_whatever_comes_from_the_network_does_nothing(tpdus: list[bytes]) -> None:
    smsr = Smsr(identity(SR1), Registry())
    smsr.register(registered(), addressing=False)
    smsr.submit(A, es3.AuditEis(EID), 0.0)
    for tpdu in tpdus:
        smsr.receive_sms(tpdu)
        smsr.receive_report(MSISDNS[0], tpdu)
        smsr.receive_notification(EID, tpdu)
    assert not smsr.is_idle(EID)
    assert smsr.messages() == []
