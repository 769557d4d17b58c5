"""Start-up, SGP.22 5.7.1 and SGP.32 3.8.2: what the device declares, the channel, the ISD-R."""

from __future__ import annotations

from apdu import Command, instruction
from euicc.check.catalogue import NotApplicable
from euicc.check.expect import require
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.conversation import Conversation, Sent, fine
from euicc.testing.ipa_check.duties import find

TEMPLATE, LPA_IN_DEVICE, IPA_IN_DEVICE = 0xA9, 0x83, 0x84

of_lpa = Area("start", "download", judges="download/installed")
of_ipa = Area("start-iot", "poll", Setting(IOT), judges="poll/all-packages")
areas = (of_lpa, of_ipa)


def capability(talk: Conversation, tag: int, name: str) -> None:
    """TERMINAL CAPABILITY says who manages the eUICC, before the ISD-R is selected, after each reset."""
    for selection in _selections(talk):
        declared = _since_reset(talk, selection, instruction.TERMINAL_CAPABILITY)
        require(declared, "no TERMINAL CAPABILITY between the reset and SELECT ISD-R")
        data = b"".join(_data(each) for each in declared)
        value = find(data, TEMPLATE, tag)
        require(
            value is not None and any(value), f"TERMINAL CAPABILITY does not declare {name} (A9 {tag:02X})"
        )
        require(
            all(each.command and each.command.channel == 0 for each in declared), "not on the basic channel"
        )


def profile(talk: Conversation) -> None:
    """TERMINAL PROFILE, where it is sent, comes before the card could want something, and says something."""
    sent = talk.commands(instruction.TERMINAL_PROFILE)
    if not sent:
        raise NotApplicable("it sends no TERMINAL PROFILE: the card wants nothing of it")
    for each in sent:
        require(any(_data(each)), "TERMINAL PROFILE declares nothing")
        require(each.command and each.command.channel == 0, "TERMINAL PROFILE is not on the basic channel")
    for selection in _selections(talk):
        since = _since_reset(talk, selection, instruction.TERMINAL_PROFILE)
        require(since, "TERMINAL PROFILE comes after SELECT ISD-R, or not after each reset")


def channel(talk: Conversation) -> None:
    """The ISD-R is used on a logical channel that was opened for it."""
    for selection in _selections(talk):
        number = selection.command.channel if selection.command else 0
        require(number, "the ISD-R is selected on the basic channel, which belongs to the subscription")
        opened = [
            each for each in _since_reset(talk, selection, instruction.MANAGE_CHANNEL) if _opens(each, number)
        ]
        require(opened, f"channel {number} was not opened")


def selected(talk: Conversation) -> None:
    """STORE DATA goes to the ISD-R and nowhere else."""
    require(_selections(talk), "it never selects the ISD-R")
    require(not talk.astray, f"{len(talk.astray)} STORE DATA go where no ISD-R is selected")
    require(not talk.faults, f"{len(talk.faults)} times it sends bytes that are no command")
    require(talk.calls, "it never uses the ISD-R")


def _selections(talk: Conversation) -> tuple[Sent, ...]:
    found = talk.selections()
    require(found, "it never selects the ISD-R (SELECT by its whole AID)")
    return found


def _since_reset(talk: Conversation, until: Sent, ins: int) -> list[Sent]:
    begun = max((each.at for each in talk.resets() if each.at < until.at), default=-1)
    return [each for each in talk.commands(ins) if begun < each.at < until.at]


def _opens(sent: Sent, number: int) -> bool:
    command = sent.command
    if command is None or command.p1 or not fine(sent.response):
        return False
    return number in (command.p2, *sent.response.data)


def _data(sent: Sent) -> bytes:
    return sent.command.data if isinstance(sent.command, Command) else b""


CAPABILITIES = {of_lpa: (LPA_IN_DEVICE, "the LPA"), of_ipa: (IPA_IN_DEVICE, "the IPA")}
"""What each declares, TS 102 221 11.1.19.2.4 and SGP.32 3.8.2."""


def _for(area: Area, tag: int, name: str) -> None:
    @area.case(
        "terminal-capability",
        "TERMINAL CAPABILITY declares who manages the eUICC, before the ISD-R is selected",
        "H1; SGP.22 5.7.1; SGP.32 3.8.2; TS 102 221 11.1.19",
        not_by_modem=True,
    )
    def _capability(bench: Bench) -> None:
        capability(bench.talk, tag, name)

    @area.case(
        "terminal-profile",
        "TERMINAL PROFILE, if it is sent, comes after each reset, before the ISD-R is selected",
        "H1; TS 102 221 11.2.1",
        not_by_modem=True,
    )
    def _profile(bench: Bench) -> None:
        profile(bench.talk)

    @area.case(
        "channel", "the ISD-R has a logical channel of its own", "H1; SGP.22 5.7.1; TS 102 221 11.1.17"
    )
    def _channel(bench: Bench) -> None:
        channel(bench.talk)

    @area.case("isd-r", "every STORE DATA goes to the selected ISD-R", "H1; SGP.22 5.7.1")
    def _selected(bench: Bench) -> None:
        selected(bench.talk)


for _area, (_tag, _name) in CAPABILITIES.items():
    _for(_area, _tag, _name)
