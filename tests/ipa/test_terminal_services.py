"""What a terminal answers to each command: local information, timers, events, polling, users; and its profile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from apdu.cat import (
    CommandType,
    ComprehensionTlv,
    Event,
    ProactiveCommand,
    Result,
    Tag,
    TerminalProfile,
    commands,
    profile,
)
from apdu.cat.codes import LocalInformation
from apdu.cat.envelope import timer_expiration
from apdu.cat.information import (
    DateTimeAndTimeZone,
    Imei,
    Imeisv,
    Language,
    LocationInformation,
    TimerValue,
)
from apdu.cat.objects import (
    AccessTechnology,
    BatteryState,
    Duration,
    LocationStatus,
    TimerIdentifier,
    TimeUnit,
)
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Device, LocalInformationService, Toolkit
from tests.ipa.toolkit_card import ToolkitCard, answer, result, run

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACE = LocationInformation("26201", b"\x00\x01", b"\x00\x00\x00\x1f")
DEVICE = Device("352906110000000", "3529061100000001", PLACE, 0x08, "en", 4, lambda: NOON)
ALL = Toolkit.of(DEVICE)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (LocalInformation.LOCATION, PLACE),
        (LocalInformation.IMEI, Imei(DEVICE.imei)),
        (LocalInformation.IMEISV, Imeisv(DEVICE.imeisv)),
        (LocalInformation.DATE_TIME_AND_TIME_ZONE, DateTimeAndTimeZone(NOON)),
        (LocalInformation.LANGUAGE, Language("en")),
        (LocalInformation.ACCESS_TECHNOLOGY, AccessTechnology(b"\x08")),
        (LocalInformation.BATTERY_STATE, BatteryState(4)),
    ],
)
def test_local_information(what: int, told: object) -> None:
    response = answer(ALL, commands.provide_local_information(what))
    assert result(response) == "00"
    assert response.find(type(told)) == told  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        (LocalInformation.LOCATION, "2004"),
        (LocalInformation.ACCESS_TECHNOLOGY, "2004"),
        (LocalInformation.IMEI, "30"),
        (LocalInformation.LANGUAGE, "30"),
        (LocalInformation.DATE_TIME_AND_TIME_ZONE, "30"),
        (LocalInformation.NETWORK_MEASUREMENT_RESULTS, "30"),
        (0x7F, "30"),
    ],
)
def test_what_a_device_does_not_know(what: int, refused: str) -> None:
    toolkit = Toolkit.of(Device(time=None))
    assert result(answer(toolkit, commands.provide_local_information(what))) == refused


@pytest.mark.parametrize("wrong", [{"imei": "1234"}, {"imei": "35290611000000x"}, {"imeisv": "3" * 15}])
def test_a_device_with_an_identity_that_is_none(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="digits"):
        Device(**wrong)  # type: ignore[arg-type]


def test_a_device_that_moved() -> None:
    toolkit = Toolkit.of(DEVICE)
    service = toolkit.find(LocalInformationService)
    assert service is not None
    service.device = replace(DEVICE, location=None)
    assert result(answer(toolkit, commands.provide_local_information())) == "2004"


def test_polling() -> None:
    card = ToolkitCard(commands.poll_interval(Duration(1, 45)), commands.more_time())
    terminal = Terminal(card, toolkit=ALL)
    assert terminal.poll_interval == 30
    terminal.poll()
    assert terminal.poll_interval == 45
    assert card.responses[0].find(Duration) == Duration(1, 45)
    card.commands.append(commands.polling_off())
    terminal.poll()
    assert [result(each) for each in card.responses] == ["00", "00", "00"]
    intervals = [terminal.poll_interval]
    terminal.start()
    assert [*intervals, terminal.poll_interval] == [None, 30]


@pytest.mark.parametrize("value", ["", "00", "0700", "0505", "000000"])
def test_an_interval_that_is_none(value: str) -> None:
    command = ProactiveCommand(
        CommandType.POLL_INTERVAL, 0, (ComprehensionTlv(Tag.DURATION, bytes.fromhex(value)),)
    )
    assert result(answer(ALL, command)) == "32"


def test_an_interval_without_duration() -> None:
    assert result(answer(ALL, ProactiveCommand(CommandType.POLL_INTERVAL))) == "36"


def test_timers() -> None:
    clock = Clock()
    card = ToolkitCard(commands.start_timer(1, 90), commands.start_timer(8, 30), commands.timer_value(1))
    terminal = Terminal(card, toolkit=Toolkit.of(clock=clock))
    terminal.poll()
    assert [each.find(TimerIdentifier) for each in card.responses] == [*map(TimerIdentifier, (1, 8, 1))]
    assert card.responses[2].find(TimerValue) == TimerValue(90)
    clock.now += 40
    card.commands += [commands.timer_value(1)]
    terminal.poll()
    assert card.responses[3].find(TimerValue) == TimerValue(50)
    assert card.envelopes == [timer_expiration(8, 30)]
    clock.now += 10
    card.commands += [commands.deactivate_timer(1), commands.deactivate_timer(1), commands.timer_value(8)]
    terminal.poll()
    assert card.responses[4].find(TimerValue) == TimerValue(40)
    assert [result(each) for each in card.responses[4:]] == ["00", "24", "24"]
    clock.now += 1000
    terminal.poll()
    assert len(card.envelopes) == 1


def test_a_reset_stops_timers_and_events() -> None:
    clock = Clock()
    card = ToolkitCard(commands.start_timer(1, 9), commands.set_up_event_list([Event.LOCATION_STATUS]))
    terminal = Terminal(card, toolkit=Toolkit.of(clock=clock))
    terminal.poll()
    terminal.start()
    clock.now += 10
    terminal.poll()
    assert not terminal.report(Event.LOCATION_STATUS, LocationStatus(0))
    assert card.envelopes == []


@pytest.mark.parametrize(
    "command",
    [
        commands.start_timer(9, 1),
        commands.start_timer(0, 1),
        commands.start_timer(1, 0),
    ],
)
def test_timers_that_there_are_not(command: ProactiveCommand) -> None:
    assert result(answer(ALL, command)) == "32"


def test_a_timer_without_time_or_name() -> None:
    nameless = ProactiveCommand(CommandType.TIMER_MANAGEMENT)
    timeless = replace(commands.deactivate_timer(1), qualifier=0)
    assert [result(each) for each in run(ALL, nameless, timeless)] == ["36", "36"]


def test_events_are_told_if_they_are_wanted() -> None:
    card = ToolkitCard(commands.set_up_event_list([Event.LOCATION_STATUS]))
    terminal = Terminal(card, toolkit=Toolkit.of(DEVICE))
    assert not terminal.report(Event.ACCESS_TECHNOLOGY_CHANGE, AccessTechnology(b"\x08"))
    assert terminal.report(Event.LOCATION_STATUS, LocationStatus(0), PLACE)
    (told,) = card.envelopes
    assert (told.event, told.find(LocationStatus), told.find(LocationInformation)) == (
        3,
        LocationStatus(0),
        PLACE,
    )
    card.commands.append(commands.set_up_event_list([]))
    terminal.poll()
    assert not terminal.report(Event.LOCATION_STATUS, LocationStatus(2))
    assert len(card.envelopes) == 1


def test_an_event_list_that_cannot_be_kept_changes_nothing() -> None:
    card = ToolkitCard(
        commands.set_up_event_list([Event.LOCATION_STATUS]),
        commands.set_up_event_list([Event.LOCATION_STATUS, Event.HCI_CONNECTIVITY]),
    )
    terminal = Terminal(card, toolkit=Toolkit.of(DEVICE))
    terminal.poll()
    assert [result(each) for each in card.responses] == ["00", "30"]
    assert terminal.report(Event.LOCATION_STATUS, LocationStatus(0))


def test_user_activity_is_told_once() -> None:
    card = ToolkitCard(commands.set_up_event_list([Event.USER_ACTIVITY]))
    terminal = Terminal(card, toolkit=Toolkit.of(reported=[Event.USER_ACTIVITY]))
    terminal.poll()
    assert [terminal.report(Event.USER_ACTIVITY) for _ in range(2)] == [True, False]


def test_a_busy_card_is_told_later() -> None:
    card = ToolkitCard(commands.set_up_event_list([Event.LOCATION_STATUS]))
    card.answers = ["9300", "9300"]
    terminal = Terminal(card, toolkit=ALL)
    terminal.poll()
    terminal.report(Event.LOCATION_STATUS, LocationStatus(0))
    for _ in range(3):
        terminal.poll()
    assert [each.event for each in card.envelopes] == [Event.LOCATION_STATUS] * 3


def test_what_no_terminal_knows() -> None:
    unknown = [ProactiveCommand(kind) for kind in (0x7F, 0x00, 0xFF)]
    assert [result(each) for each in run(ALL, *unknown)] == ["31"] * 3


def test_what_this_terminal_cannot() -> None:
    others = set(CommandType) - {CommandType.REFRESH}
    assert {result(each) for each in run(Toolkit(), *map(ProactiveCommand, sorted(others)))} == {"30"}


@pytest.mark.parametrize(
    "toolkit", [Toolkit(), ALL, Toolkit.of(DEVICE, bip=Bip(), sms=lambda tpdu, centre: Result())]
)
def test_the_profile_says_what_the_terminal_can(toolkit: Toolkit) -> None:
    """A command has its bit if and only if the terminal does not answer it "beyond my capabilities"."""
    card = ToolkitCard(*map(ProactiveCommand, profile.COMMANDS))
    Terminal(card, toolkit=toolkit).poll()
    assert card.profile == toolkit.profile
    answered = {each.type for each in card.responses if result(each) != "30"}
    assert answered == {kind for kind, bit in profile.COMMANDS.items() if card.profile.has(bit)}
    assert CommandType.REFRESH in answered


def test_the_profile_of_a_terminal_that_only_resets_its_card() -> None:
    assert Toolkit().profile == bytes.fromhex("010080")


def test_a_facility_appears_with_the_service() -> None:
    without, with_channels = Toolkit.of(DEVICE).profile, Toolkit.of(DEVICE, bip=Bip(channels=3)).profile
    assert not without.allows(CommandType.OPEN_CHANNEL)
    assert with_channels.allows(CommandType.OPEN_CHANNEL)
    assert (without.channels, with_channels.channels) == (0, 3)
    assert with_channels.reports(Event.DATA_AVAILABLE)
    assert not without.reports(Event.DATA_AVAILABLE)
    ignorant = Toolkit.of(Device(time=None)).profile
    assert not ignorant.allows(CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.LANGUAGE)
    assert without.allows(CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.LANGUAGE)
    assert not TerminalProfile(without).allows(CommandType.SEND_SHORT_MESSAGE)


def test_the_terminal_polls_as_often_as_the_card_wants() -> None:
    card = ToolkitCard(commands.poll_interval(Duration(TimeUnit.TENTHS_OF_SECONDS, 1)))
    terminal = Terminal(card, toolkit=Toolkit.of())
    terminal.run(5, lambda: card.polls >= 4)
    assert card.polls == 4
    card.commands.append(commands.polling_off())
    terminal.poll()
    terminal.run(0.25)
    assert card.polls == 5
    quiet = ToolkitCard()
    Terminal(quiet).run(0.1)
    assert quiet.polls == 0


def test_a_timer_expires_while_the_terminal_runs() -> None:
    card = ToolkitCard(commands.start_timer(3, 1), commands.polling_off())
    Terminal(card, toolkit=Toolkit.of()).run(5, lambda: bool(card.envelopes))
    assert card.envelopes == [timer_expiration(3, 1)]
