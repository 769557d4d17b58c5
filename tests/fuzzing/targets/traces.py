"""Trace files, and what is told of them: a text that is no trace is refused, of any trace all is told in every form."""

from __future__ import annotations

from collections.abc import Iterator

from apdu import Trace, TraceFormatError
from apdu.trace import Exchange
from euicc.traces import interpreter, json_lines, messages, page, pcap, text
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import apdu, framed, tlvs
from tests.fuzzing.mutation import text as of_text
from tests.rsp.garbage import session
from tests.traces.lives import whole_life

COMMAND, RESPONSE, FILE = range(3)
mutate = framed(apdu, tlvs, of_text)


def fuzz_one(data: bytes) -> None:
    """Commands and their responses as a trace, and texts as files of one."""
    exchanges: list[Exchange] = []
    for kind, payload in split(data):
        match kind % 3:
            case 0:
                exchanges.append(Exchange(payload, b"\x90\x00"))
            case 1 if exchanges:
                exchanges[-1] = Exchange(exchanges[-1].command, payload)
            case 1:
                exchanges.append(Exchange(None, payload))
            case _:
                told(from_file(payload))
    told(Trace(tuple(exchanges)))


def from_file(content: bytes) -> Trace:
    """The trace in these bytes, an empty one when they are none."""
    try:
        trace = Trace.from_text(content.decode("utf-8", "replace"))
    except TraceFormatError:
        return Trace()
    assert Trace.from_text(trace.to_text()).to_text() == trace.to_text()
    return trace


def told(trace: Trace) -> None:
    """In every form."""
    shown = interpreter.entries(trace)
    assert trace.explain() or not trace.exchanges
    assert "".join(text.lines(shown, raw=True)) or not shown
    assert len(list(json_lines.lines(shown))) == len(shown)
    assert page.page(trace).startswith("<!")
    assert pcap.pcap(trace)
    assert len(interpreter.masked(trace).exchanges) == len(trace.exchanges)
    messages.es10_messages(trace)


def corpus() -> Iterator[bytes]:
    """A whole life of a card in pieces, and files of traces."""
    life = whole_life().exchanges
    for at in range(0, len(life), 5):
        parts: list[Frame] = []
        for each in life[max(at - 3, 0) : at + 5]:
            if each.command is not None:
                parts.append(Frame(COMMAND, each.command))
            parts.append(Frame(RESPONSE, each.response))
        yield join(parts)
    for at in range(0, len(session()), 20):
        yield join(Frame(COMMAND, command) for command in session()[at : at + 3])
    yield join((Frame(FILE, Trace(life[:6]).to_text().encode()),))
    yield join(
        (Frame(FILE, b"APDU trace 1, 12 exchanges before it dropped\n@ 0.000000 +0.000012\n< 3B00\n"),)
    )
