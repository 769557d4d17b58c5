"""A complete life of a profile through every door: the same assertions, the same ES10 messages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache

from apdu import Recorder, Trace, Transport, tlv
from euicc.traces import messages as traces
from tests.flows.doors import Device
from tests.flows.life import es10_messages, live, new_card, new_server

Messages = list[tuple[bytes, bytes]]


@lru_cache(None)
def trace_without_a_door() -> Trace:
    recorder = Recorder(new_card())
    live(Device(recorder), new_server())
    return recorder.trace


def without_a_door() -> Messages:
    return es10_messages(trace_without_a_door().exchanges)


def decoded(trace: Trace) -> list[object]:
    """What `euicc trace` says of the ES10 messages."""
    return [(each, each.outline()) for each in traces.es10_messages(trace)]


def test_a_life_is_the_same_through_every_door(
    door: Callable[[Transport], AbstractContextManager[Device]],
) -> None:
    recorder = Recorder(new_card())
    with door(recorder) as device:
        live(device, new_server())
    assert es10_messages(recorder.trace.exchanges) == without_a_door()
    assert decoded(recorder.trace) == decoded(trace_without_a_door())


def test_the_messages_are_those_of_a_life() -> None:
    tags = {tlv.read_header(request)[0] for request, _ in without_a_door()}
    download, profiles, notifications = (
        {0xBF2E, 0xBF38, 0xBF21, 0xBF36},
        {0xBF2D, 0xBF31, 0xBF32, 0xBF33},
        {0xBF2B, 0xBF30},
    )
    assert tags >= download | profiles | notifications
    assert all(tlv.parse(response) for _, response in without_a_door() if response)
