"""One command and its answer in words, and where it leaves its channel: a table by instruction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from apdu import Command, instruction, status
from apdu.channel import CLOSE, SELECT_BY_DF_NAME
from apdu.ef.key_references import reference_name
from apdu.ef.secrets import SECRET
from apdu.explain import explain_command
from euicc.traces import es10, toolkit
from euicc.traces.authentication import challenge_tree, result_tree
from euicc.traces.contents import content_node
from euicc.traces.conversations import Conversation
from euicc.traces.fcp import selected_aid, template_tree
from euicc.traces.files import Place
from euicc.traces.masking import PIN_COMMANDS, Secrets, words
from euicc.traces.tree import MASKED, Node, not_understood, octets, undecoded

UNKNOWN = "unknown"
"""Application of a channel whose beginning the trace does not have."""
_ES10_APPLICATIONS = ("ISD-R", UNKNOWN)
_ES10_TAGS = b"\xbf"
_CLASS, _GSM = 0xF0, 0xA0
_SFI_GIVEN = 0x80
_GET_STATUS_SUBSETS = 0x10
"""P1 of GlobalPlatform's GET STATUS, which has the byte of STATUS, is never less."""
_EID = 0x5A
_DATA_OBJECTS = {_EID: "EID", 0x7F21: "certificate", 0xBF30: "certificate store", 0x66: "card data"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a conversation says. `place`: where it leaves the channel; `function`: the ES10 function it calls."""

    words: str
    place: Place
    request: Node | None = None
    response: Node | None = None
    function: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A command with its whole data and answer, on a channel that stands at `place`."""

    command: Command
    conversation: Conversation
    place: Place
    secrets: Secrets
    unmasked: bool

    @property
    def data(self) -> bytes:
        """The command data."""
        return self.conversation.data

    @property
    def answer(self) -> bytes:
        """The response data of a command that was not refused, else b""."""
        return self.conversation.answer if self.done else b""

    @property
    def sent(self) -> str:
        """The command data as a value in words."""
        return words(self.data, () if self.unmasked else self.secrets.data)

    @property
    def answered(self) -> Node | None:
        """The response data as bytes, None when there are none."""
        spans = () if self.unmasked else self.secrets.answer
        return Node("response", words(self.answer, spans)) if self.answer else None

    @property
    def done(self) -> bool:
        """Whether the card carried it out: normal ending, a warning of state, or more to fetch."""
        sw = self.conversation.sw
        return sw is not None and (status.is_success(sw) or sw >> 8 in (0x61, 0x62, 0x92))

    @property
    def name(self) -> str:
        """The command's name."""
        return instruction.describe(self.command.ins, self.command.proprietary)


def read(said: Said) -> Reading:
    """The conversation in words."""
    command = said.command
    proprietary = command.proprietary and command.cla & _CLASS != _GSM
    return (_READERS.get((proprietary, command.ins)) or _plain)(said)


def stands_at(command: Command, place: Place) -> Place:
    """The place with the file that a command names by SFI as the selected one."""
    binary = command.ins in (instruction.READ_BINARY, instruction.UPDATE_BINARY)
    if binary and command.p1 & _SFI_GIVEN:
        return place.by_short_id(command.p1 & 0x1F)
    if command.ins in _RECORD_COMMANDS and command.p2 >> 3:
        return place.by_short_id(command.p2 >> 3)
    return place


def _plain(said: Said) -> Reading:
    """Whatever has no reader of its own."""
    explained = explain_command(said.command.on_channel(0).encode()).replace(" (chained)", "")
    return Reading(explained, said.place, Node("data", said.sent) if said.data else None, said.answered)


def _select(said: Said) -> Reading:
    command, data = said.command, said.data
    target = _target(command, data, said.place, selected_aid(said.answer) or data)
    name = target.application if command.p1 == SELECT_BY_DF_NAME else target.name
    called = f"SELECT {name}{_SELECT_BY.get(command.p1, f' by P1 {command.p1:02X}')}"
    response = template_tree(said.answer) if said.answer else None
    return Reading(called, target if said.done else said.place, None, response)


_SELECT_BY = {
    0x00: "",
    0x01: " as child DF",
    0x03: " as parent DF",
    0x04: "",
    0x08: " by path from MF",
    0x09: " by path",
}


def _target(command: Command, data: bytes, place: Place, full_aid: bytes) -> Place:
    if command.p1 == SELECT_BY_DF_NAME:
        return place.application_selected(full_aid)
    if command.p1 == 0x03:
        return place.above()
    if command.p1 in (0x08, 0x09):
        return place.by_path(data, command.p1 == 0x08)
    return place.by_file_id(int.from_bytes(data, "big") if len(data) == 2 else 0x3F00)


def _status(said: Said) -> Reading:
    if said.command.p1 >= _GET_STATUS_SUBSETS:
        return Reading(
            "GET STATUS", said.place, Node("data", said.sent) if said.data else None, said.answered
        )
    response = template_tree(said.answer) if said.answer[:1] == b"\x62" else None
    return Reading(f"STATUS {said.place.name}", said.place, None, response)


def _manage_channel(said: Said) -> Reading:
    command, number = said.command, said.command.p2
    if command.p1 == CLOSE:
        return Reading(f"MANAGE CHANNEL close {number or command.channel}", said.place)
    opened = said.answer[0] if said.answer else number
    return Reading(f"MANAGE CHANNEL open{f' {opened}' if opened else ''}", said.place)


def _store_data(said: Said) -> Reading:
    known = said.place.application in _ES10_APPLICATIONS or said.data[:1] == _ES10_TAGS
    function = es10.function_name(said.data) if known else ""
    if not function or said.command.p2:
        return _other_store_data(said, known)
    called = f"STORE DATA → {function}"
    function = es10.carried_by(said.data)
    if not said.conversation.complete:
        request = Node("request", f"{len(said.data)} bytes of an unfinished chain")
        return Reading(f"{called} (unfinished)", said.place, request, None, function)
    request = es10.request_tree(said.data, said.unmasked)
    return Reading(called, said.place, request, _es10_response(said), function)


def _es10_response(said: Said) -> Node | None:
    if not said.done:
        return None
    if said.answer:
        return es10.response_tree(said.data, said.answer, said.unmasked)
    if es10.may_be_silent(said.data):
        return None
    return not_understood("response", b"", "the function has an answer")


def _other_store_data(said: Said, known: bool) -> Reading:
    shown = undecoded("data", said.sent, "no ES10 function") if known else Node("data", said.sent)
    return Reading(f"STORE DATA of {len(said.data)} bytes", said.place, shown, said.answered)


def _read_file(said: Said) -> Reading:
    place = stands_at(said.command, said.place)
    return Reading(
        _file_words(said, place), _kept(said, place), None, _content(said, place, said.answer, "response")
    )


def _write_file(said: Said) -> Reading:
    place = stands_at(said.command, said.place)
    return Reading(_file_words(said, place), _kept(said, place), _content(said, place, said.data, "data"))


def _file_words(said: Said, place: Place) -> str:
    command = said.command
    if command.ins in _RECORD_COMMANDS:
        return f"{said.name} {command.p1} of {place.name}"
    given = bool(command.p1 & _SFI_GIVEN)
    offset = command.p2 if given else command.p1 << 8 | command.p2
    return f"{said.name} of {place.name}{f' from {offset}' if offset else ''}"


def _kept(said: Said, place: Place) -> Place:
    return place if said.done else said.place


def _content(said: Said, place: Place, content: bytes, name: str) -> Node | None:
    if not content:
        return None
    if place.file in SECRET:
        return Node(name, octets(content) if said.unmasked else MASKED)
    whole = said.command.ins in _RECORD_COMMANDS or not (said.command.p2 or said.command.p1 & 0x7F)
    by_sfi = said.command.p1 & _SFI_GIVEN and not said.command.p2
    return (content_node(place.known, content) if whole or by_sfi else None) or Node(name, octets(content))


def _pin(said: Said) -> Reading:
    called = f"{said.name} {reference_name(said.command.p2)}"
    if not said.data:
        return Reading(f"{called} (how many tries are left)", said.place)
    return Reading(called, said.place, Node("pin", said.sent))


def _put_key(said: Said) -> Reading:
    return Reading("PUT KEY", said.place, Node("keys", said.sent))


def _authenticate(said: Said) -> Reading:
    context, request = challenge_tree(said.command, said.data)
    response = result_tree(said.command, said.answer, said.unmasked) if said.answer else None
    return Reading(f"AUTHENTICATE {context}", said.place, request, response)


def _get_data(said: Said) -> Reading:
    tag = said.command.p1 << 8 | said.command.p2
    called = f"GET DATA {_DATA_OBJECTS.get(tag, f'{tag:X}')}"
    eid = tag == _EID and said.answer[:2] == bytes((_EID, 16))
    response = Node("eid", said.answer[2:].hex()) if eid else said.answered
    return Reading(called, said.place, None, response)


def _get_response(said: Said) -> Reading:
    """One that belongs to no command in the trace."""
    return Reading("GET RESPONSE", said.place, None, said.answered)


def _fetch(said: Said) -> Reading:
    if not said.answer:
        return Reading("FETCH", said.place)
    name, tree = toolkit.proactive(said.answer)
    return Reading(f"FETCH → {name}" if name else "FETCH", said.place, None, tree)


def _terminal_response(said: Said) -> Reading:
    name, tree = toolkit.terminal_response(said.data)
    return Reading(f"TERMINAL RESPONSE {name}".rstrip(), said.place, tree)


def _envelope(said: Said) -> Reading:
    name, tree = toolkit.envelope(said.data)
    return Reading(f"ENVELOPE {name}".rstrip(), said.place, tree, said.answered)


def _terminal_profile(said: Said) -> Reading:
    return replace(_plain(said), request=toolkit.profile(said.data))


def _terminal_capability(said: Said) -> Reading:
    return replace(_plain(said), request=toolkit.capability(said.data))


Reader = Callable[[Said], Reading]
_RECORD_COMMANDS = (instruction.READ_RECORD, instruction.UPDATE_RECORD, instruction.SEARCH_RECORD)

_READERS: dict[tuple[bool, int], Reader] = {
    **{(False, ins): _pin for ins in PIN_COMMANDS},
    (False, instruction.SELECT): _select,
    (True, instruction.STATUS): _status,
    (False, instruction.MANAGE_CHANNEL): _manage_channel,
    (True, instruction.STORE_DATA): _store_data,
    (False, instruction.READ_BINARY): _read_file,
    (False, instruction.READ_RECORD): _read_file,
    (False, instruction.UPDATE_BINARY): _write_file,
    (False, instruction.UPDATE_RECORD): _write_file,
    (True, instruction.PUT_KEY): _put_key,
    (False, instruction.PUT_KEY): _put_key,
    (False, instruction.AUTHENTICATE): _authenticate,
    (False, instruction.AUTHENTICATE_ODD): _authenticate,
    (False, instruction.GET_DATA): _get_data,
    (True, instruction.GET_DATA): _get_data,
    (False, instruction.GET_RESPONSE): _get_response,
    (True, instruction.FETCH): _fetch,
    (True, instruction.TERMINAL_RESPONSE): _terminal_response,
    (True, instruction.ENVELOPE): _envelope,
    (True, instruction.TERMINAL_PROFILE): _terminal_profile,
    (True, instruction.TERMINAL_CAPABILITY): _terminal_capability,
}
