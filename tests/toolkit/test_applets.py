"""Applets of one's own: what they declare reaches the terminal, what happens there reaches them."""

from __future__ import annotations

import pytest

from apdu.cat import Envelope, EnvelopeTag, Event, ProactiveCommand, commands, envelope
from apdu.cat.codes import CommandType, GeneralResult, LocalInformation
from apdu.cat.information import Imei, LocationInformation
from apdu.cat.objects import Item, LocationStatus
from euicc import Card
from euicc.toolkit import CardReset, CommandNotAllowed, Procedure, ToolkitApplet, Until
from tests.toolkit.device import EVERYTHING, Device

MENU_OF_TRACKER = (
    "D029 8103012500 82028182 850C4170706C69636174696F6E73 8F100152656D656D62657220646576696365".replace(
        " ", ""
    )
)


class Tracker(ToolkitApplet):
    """Remembers in which device it is, when the user asks for it."""

    aid = bytes.fromhex("F000000000AA01")
    menu = ("Remember device",)

    def menu_selected(self, item: int, help_requested: bool) -> Procedure[None]:
        response = yield commands.provide_local_information(LocalInformation.IMEI)
        imei = response.find(Imei)
        if imei is not None:
            self.toolkit.remember("imei", imei.encode())
        yield commands.display_text(f"Remembered {imei.digits}" if imei else "No IMEI")


class Witness(ToolkitApplet):
    """Writes down all it hears of."""

    menu = ("One", "Two")
    events = frozenset({Event.LOCATION_STATUS, Event.MT_CALL})
    envelopes = frozenset({EnvelopeTag.CELL_BROADCAST_DOWNLOAD})
    timers = 2

    def __init__(self) -> None:
        self.heard: list[object] = []

    def profile_taken(self) -> None:
        self.heard.append(self.toolkit.terminal_profile)

    def menu_selected(self, item: int, help_requested: bool) -> None:
        self.heard.append(("menu", item, help_requested))

    def event(self, event: int, envelope: Envelope) -> None:
        self.heard.append((event, envelope.find(LocationStatus)))

    def timer_expired(self, timer: int, seconds: int) -> None:
        self.heard.append(("timer", timer, seconds))

    def cell_broadcast(self, page: bytes) -> None:
        self.heard.append(page)


def test_a_menu_selection_asks_for_the_imei_and_writes_it_down() -> None:
    device = Device(Tracker())
    assert device.send(f"80120000{len(MENU_OF_TRACKER) // 2:02X}") == MENU_OF_TRACKER + "9000"
    assert device.send("801400000C810301250082028281830100") == "9000"
    assert device.envelope("D30782020181900101") == "910B"
    assert device.send("801200000B") == "D0098103012601820281829000"
    assert device.send("80140000168103012601820282818301009408" + "1A32547698103254") == "9128"
    assert device.fetch() == commands.display_text("Remembered 123456789012345")
    assert device.send("801400000C810301218082028281830100") == "9000"
    device.card.reset()
    (tracker,) = device.card.toolkit
    assert tracker.toolkit.recall("imei") == bytes.fromhex("1A32547698103254")


def test_what_is_remembered_survives_and_can_be_forgotten(tmp_path: object) -> None:
    path = f"{tmp_path}/card"
    device = Device(Tracker())
    (tracker,) = device.card.toolkit
    tracker.toolkit.remember("imei", b"\x1a")
    device.card.save(path)
    with Card.open(path) as card:
        again = Tracker()
        card.register(again)
        assert again.toolkit.recall("imei") == b"\x1a"
        again.toolkit.forget("imei")
        assert again.toolkit.recall("imei") is None
    Device(anonymous := Witness())
    with pytest.raises(ValueError):
        anonymous.toolkit.remember("x", b"")


def test_an_applet_is_selectable_by_its_aid() -> None:
    device = Device(Tracker())
    assert device.send("00A4040007F000000000AA0100")[:-4] == "6F098407F000000000AA01"
    assert device.send("00B0000000") == "6D00"
    assert list(Witness().aids()) == []


def test_menu_and_event_list_are_the_union_of_all_applets() -> None:
    witness = Witness()
    device = Device(Tracker(), witness)
    menu, events = device.fetched()
    assert menu == commands.set_up_menu("Applications", _items("Remember device", "One", "Two"))
    assert events == commands.set_up_event_list([Event.MT_CALL, Event.LOCATION_STATUS])
    assert witness.heard == [bytes.fromhex(EVERYTHING)]


def _items(*texts: str) -> list[Item]:
    return [Item(number, text) for number, text in enumerate(texts, start=1)]


def test_the_terminal_is_asked_only_for_what_it_can_tell() -> None:
    device = Device(Witness(), profile="0000000011")  # SET UP EVENT LIST, location status; no menu
    assert device.fetched() == [commands.set_up_event_list([Event.LOCATION_STATUS])]
    assert Device(Witness(), profile="0000000010").fetched() == []
    assert Device(Witness(), profile="0000000001").fetched() == []


def test_no_applet_no_proactive_command() -> None:
    assert Device().start() == "9000"
    assert Device(ToolkitApplet()).start() == "9000"


def test_without_terminal_profile_nothing_is_announced() -> None:
    device = Device(Tracker(), profile=None)
    assert device.status() == "9000"
    assert device.envelope(envelope.menu_selection(1)) == "9000"
    assert device.status() == "9000"


def test_registered_later_the_terminal_hears_at_once() -> None:
    device = Device()
    witness = Witness()
    device.card.register(witness)
    assert [command.type for command in device.fetched()] == [
        CommandType.SET_UP_MENU,
        CommandType.SET_UP_EVENT_LIST,
    ]
    assert witness.heard == [bytes.fromhex(EVERYTHING)]


def test_everybody_hears_what_it_declared() -> None:
    tracker, witness = Tracker(), Witness()
    device = Device(tracker, witness)
    device.fetched()
    witness.heard.clear()
    first, second = witness.toolkit.timers
    page = b"\x11" * 88
    for each in (
        envelope.menu_selection(3, help_requested=True),
        envelope.event_download(
            Event.LOCATION_STATUS, LocationStatus(1), LocationInformation("00101", b"\0\1")
        ),
        envelope.event_download(Event.IDLE_SCREEN_AVAILABLE),
        envelope.timer_expiration(second, 60),
        envelope.cell_broadcast_download(page),
    ):
        assert device.envelope(each) == "9000"
    assert (first, second) == (1, 2)
    assert witness.heard == [
        ("menu", 1, True),
        (Event.LOCATION_STATUS, LocationStatus(1)),
        ("timer", 2, 60),
        page,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"timers": 8}, {"timers": 1}),
        ({"channels": 4}, {"channels": 4}),
        ({"envelopes": {EnvelopeTag.CALL_CONTROL}}, {"envelopes": {EnvelopeTag.CALL_CONTROL}}),
        ({"menu": ("x" * 100,)}, {"menu": ("y" * 130,)}),
    ],
)
def test_what_there_is_not_enough_of(first: dict[str, object], second: dict[str, object]) -> None:
    device = Device(type("First", (ToolkitApplet,), first)())
    late = type("Second", (ToolkitApplet,), second | {"aid": b"\xf0" * 5})()
    with pytest.raises(ValueError):
        device.card.register(late)
    assert len(list(device.card.toolkit)) == 1
    assert device.send("00A4040005F0F0F0F0F000") == "6A82"


class Silent(ToolkitApplet):
    """Declares everything and does nothing about it."""

    menu = ("Nothing",)
    events = frozenset(Event)
    envelopes = frozenset(EnvelopeTag)
    timers = 8
    channels = 7


def test_an_applet_may_leave_everything_as_it_is() -> None:
    device = Device(Silent())
    device.fetched()
    for each in (
        envelope.menu_selection(1),
        envelope.event_download(Event.USER_ACTIVITY),
        envelope.timer_expiration(8, 1),
        envelope.cell_broadcast_download(b"\x11" * 88),
        envelope.sms_pp_download(b"\0"),
    ):
        assert device.envelope(each) == "9000"
    assert device.envelope(envelope.call_control()) == "00009000"


class Asking(ToolkitApplet):
    """Sends what it is told to, and writes down what became of it."""

    def __init__(self, *wanted: ProactiveCommand) -> None:
        self.wanted = wanted
        self.results: list[int | str] = []

    def profile_taken(self) -> Procedure[None]:
        for command in self.wanted:
            try:
                response = yield command
                self.results.append(response.result.general)
            except CommandNotAllowed as refused:
                self.results.append(str(refused))


def test_a_command_the_profile_does_not_allow_is_told_to_the_procedure() -> None:
    asking = Asking(commands.more_time(), commands.polling_off(), commands.more_time())
    device = Device(asking, profile="000008")
    assert device.fetched() == [commands.more_time()] * 2
    assert asking.results == [0, "POLLING OFF", 0]


def test_what_belongs_together_stays_together() -> None:
    first = Asking(commands.display_text("a"), commands.display_text("b"))
    second = Asking(commands.display_text("c"), commands.display_text("d"))
    device = Device(first, second)
    shown = [bytes(command.objects[0].value)[1:] for command in device.fetched()]
    assert shown == [b"a", b"b", b"c", b"d"]


def test_a_handle_sends_a_single_command() -> None:
    witness = Witness()
    device = Device(witness)
    device.fetched()
    results: list[int] = []
    witness.toolkit.send(commands.polling_off(), lambda response: results.append(response.result.general))
    command = device.fetch()
    device.answer(command, general=GeneralResult.BEYOND_CAPABILITIES)
    assert results == [0x30]
    device.card.reset()
    with pytest.raises(CommandNotAllowed):
        witness.toolkit.send(commands.polling_off())


def test_a_response_that_is_not_as_it_should_be_ends_the_procedure() -> None:
    device = Device(Tracker())
    device.fetched()
    device.envelope(envelope.menu_selection(1))
    device.fetch()
    assert device.send("80140000 0F 810301260182028281830100 9401FF") == "9000"
    assert device.status() == "9000"


class Patient(ToolkitApplet):
    """Waits for two calls."""

    events = frozenset({Event.MT_CALL})

    def __init__(self) -> None:
        self.calls = 0
        self.ended = ""

    def profile_taken(self) -> Procedure[None]:
        try:
            yield Until(lambda: True)
            yield Until(lambda: self.calls >= 2)
            self.ended = "called twice"
        except CardReset:
            self.ended = "reset"

    def event(self, event: int, envelope: Envelope) -> None:
        self.calls += 1


class Called(Patient):
    """Waits for a call, and sends something then."""

    def profile_taken(self) -> Procedure[None]:
        yield Until(lambda: self.calls > 0)
        yield commands.polling_off()
        yield commands.polling_off()


def test_who_was_waiting_queues_behind_the_others() -> None:
    witness = Witness()
    device = Device(witness, Called())
    device.fetched()
    for _ in range(2):
        witness.toolkit.send(commands.more_time())
    device.envelope(envelope.event_download(Event.MT_CALL))
    shown = [command.name for command in device.fetched()]
    assert shown == ["MORE TIME", "MORE TIME", "POLLING OFF", "POLLING OFF"]


def test_a_procedure_waits_for_what_envelopes_bring() -> None:
    patient = Patient()
    device = Device(patient)
    device.envelope(envelope.event_download(Event.MT_CALL))
    assert patient.ended == ""
    device.envelope(envelope.event_download(Event.MT_CALL))
    assert patient.ended == "called twice"


class Tidy(ToolkitApplet):
    """Wants to put things in order whatever happens, more often than it can."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        self.refused = self.ended = 0

    def profile_taken(self) -> Procedure[None]:
        try:
            for _ in range(self.tries):
                try:
                    yield commands.more_time()
                except CardReset:
                    self.refused += 1
        finally:
            self.ended += 1


@pytest.mark.parametrize(("tries", "refused"), [(3, 3), (100, 8)])
def test_after_a_reset_nothing_can_be_sent(tries: int, refused: int) -> None:
    tidy = Tidy(tries)
    device = Device(tidy)
    device.fetch()
    device.card.reset()
    assert (tidy.refused, tidy.ended) == (refused, 1)
    assert device.status() == "9000"
    device.start()
    assert device.fetched() == [commands.more_time()] * tries


def test_a_reset_ends_what_is_under_way() -> None:
    patient = Patient()
    device = Device(patient, Asking(commands.more_time(), commands.more_time()))
    device.fetched()
    device.card.reset()
    assert patient.ended == "reset"
    assert device.status() == "9000"
    assert device.send("8012000000") == "6985"
