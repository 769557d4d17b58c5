"""What cards and terminals say in the toolkit: messages and their data objects, each by every type there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from apdu import TlvError, tlv
from apdu.cat import (
    Envelope,
    Event,
    ProactiveCommand,
    TerminalResponse,
    commands,
    comprehension,
    envelope,
    words,
)
from apdu.cat.bearer import BufferSize, ChannelData, ChannelStatus
from apdu.cat.information import Imei
from apdu.cat.objects import Address, Item
from apdu.cat.profile import TerminalProfile
from tests.fuzzing.mutation import after, tlvs
from tests.toolkit.test_objects import TYPES, VALUES

WHICH = 1
"""A byte that chooses the type of data object that the rest is read as."""
mutate = after(WHICH, tlvs)
MESSAGES = (ProactiveCommand, TerminalResponse, Envelope)


def fuzz_one(data: bytes) -> None:
    """The rest as one data object, as several, and as each kind of message."""
    kind, value = TYPES[(data[0] if data else 0) % len(TYPES)], data[WHICH:]
    with suppress(TlvError, ValueError):  # the latter from a value that nobody may send
        made = kind.decode(value)
        assert kind.decode(made.encode()) == made
    with suppress(TlvError):
        objects = comprehension.parse(value)
        assert comprehension.parse(comprehension.encode(objects)) == objects
    for message in MESSAGES:
        with suppress(TlvError):
            read = message.parse(value)
            assert message.parse(read.encode()) == read
            for each in TYPES:
                with suppress(TlvError):
                    read.find_all(each)
    assert isinstance(words.facilities(TerminalProfile(value)), list)


def corpus() -> Iterator[bytes]:
    """Objects of every type, commands, responses to them, envelopes."""
    for made, encoded in VALUES:
        number = next(at for at, kind in enumerate(TYPES) if isinstance(made, kind))
        yield bytes((number,)) + bytes.fromhex(encoded)
    items = (Item(1, "Ok"), Item(2, "Ж"))
    asked = (
        commands.more_time(),
        commands.display_text("Hello"),
        commands.get_input("?", 1, 4),
        commands.select_item("Menu", items),
        commands.set_up_menu("Menu", items),
        commands.set_up_call(Address.of("110"), "Police"),
        commands.send_data(1, b"data"),
        commands.start_timer(1, 60),
        commands.set_up_event_list((Event.DATA_AVAILABLE,)),
    )
    for command in asked:
        yield b"\x00" + command.encode()
        yield (
            b"\x00"
            + TerminalResponse.to(
                command, 0, Imei("123456789012345"), BufferSize(3), ChannelData(b"x")
            ).encode()
        )
    told = (
        envelope.menu_selection(1),
        envelope.timer_expiration(1, 5),
        envelope.event_download(Event.CHANNEL_STATUS, ChannelStatus.of(1, established=False)),
        envelope.sms_pp_download(bytes(30)),
        envelope.call_control(),
    )
    for each in told:
        yield b"\x00" + each.encode()
    yield b"\x05" + tlv.encode(0xD0, bytes.fromhex("8103010103820281828D0B0880048016"))
