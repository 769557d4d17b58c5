"""How functions travel, SGP.22 5.7.2 and 2.5.5: the blocks of STORE DATA, their answers, the pieces of a package."""

from __future__ import annotations

from apdu import Command, tlv
from euicc.check.expect import require
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.conversation import LAST_BLOCK, Call, Conversation

MORE, LAST = 0x11, 0x91
BLOCK_MAX = 255
CLASSES = (0x80, 0xC0)
"""Of STORE DATA, without the channel."""
SPLIT = (0xA1, 0xA3)
"""Sequences of which the header and each element travel alone; everything else travels whole."""

of_lpa = Area("blocks", "download", judges="download/installed")
of_ipa = Area("blocks-iot", "poll", Setting(IOT), judges="poll/all-packages")
areas = (of_lpa, of_ipa)


def calls(talk: Conversation) -> tuple[Call, ...]:
    """All functions; Finding when there are none."""
    require(talk.calls, "it never uses the ISD-R")
    return talk.calls


def shown(call: Call) -> str:
    """A function, for people."""
    return f"function {call.tag:X}"


def numbering(talk: Conversation) -> None:
    """P2 counts the blocks of each function from 0."""
    for call in calls(talk):
        found = [block.p2 for block in call.blocks]
        require(found == [*range(len(found))], f"P2 of the blocks of {shown(call)} is {found}")


def marking(talk: Conversation) -> None:
    """P1 is 11, and 91 on the last block; the class is proprietary."""
    for call in calls(talk):
        for block in call.blocks:
            wanted = LAST if block is call.blocks[-1] and block.p1 & LAST_BLOCK else MORE
            require(block.p1 == wanted, f"P1 of a block of {shown(call)} is {block.p1:02X}, not {wanted:02X}")
            require(_class_is_right(block), f"{shown(call)} has class {block.cla:02X}")
        require(call.blocks[-1].p1 & LAST_BLOCK or not call.done, f"{shown(call)} has no last block")


def _class_is_right(block: Command) -> bool:
    return block.cla & (0xF0 if block.cla & 0x40 else 0xFC) in CLASSES


def sizes(talk: Conversation) -> None:
    """A block has 1 to 255 bytes."""
    for call in calls(talk):
        lengths = [len(block.data) for block in call.blocks]
        require(
            all(1 <= length <= BLOCK_MAX for length in lengths), f"blocks of {shown(call)} of {lengths} bytes"
        )


def answers(talk: Conversation) -> None:
    """What the card announces with 61xx is fetched before anything else happens on the channel."""
    for call in calls(talk):
        require(call.sw, f"it does not fetch the answer to {shown(call)}, which the card announced")


def pieces(package: bytes) -> list[bytes]:
    """How a bound profile package is to be cut, SGP.22 2.5.5: what travels as one function each."""
    _, start, _ = tlv.read(package)
    first, *others = tlv.parse_all(package[start:])
    cut = [package[:start] + first.encoded]
    for part in others:
        if part.tag in SPLIT:
            cut.append(part.encoded[: len(part.encoded) - len(part.value)])
            cut += [each.encoded for each in part.children()]
        else:
            cut.append(part.encoded)
    return cut


def _for(area: Area) -> None:
    @area.case("numbering", "P2 counts the blocks of each function from 0", "H15; SGP.22 5.7.2")
    def _numbering(bench: Bench) -> None:
        numbering(bench.talk)

    @area.case("marking", "P1 tells the last block from the others", "H15; SGP.22 5.7.2; GPCS 11.11")
    def _marking(bench: Bench) -> None:
        marking(bench.talk)

    @area.case("sizes", "blocks have 1 to 255 bytes", "H15; SGP.22 5.7.2")
    def _sizes(bench: Bench) -> None:
        sizes(bench.talk)

    @area.case("answers", "answers that the card announces are fetched", "H15; TS 102 221 7.3.1.1")
    def _answers(bench: Bench) -> None:
        answers(bench.talk)


for _area in areas:
    _for(_area)


@of_lpa.case(
    "segments", "a bound package is cut where SGP.22 cuts it, its bytes unchanged", "H15; SGP.22 2.5.5; 5.7.6"
)
def _segments(bench: Bench) -> None:
    heard = bench.talk.to(duties.SMDP, "getBoundProfilePackage")
    require(heard, "it asks for no bound profile package")
    at, answer = heard[-1]
    wanted = pieces(duties.octets(answer.answer, "boundProfilePackage"))
    loaded = [call.request for call in bench.talk.calls if call.at > at][: len(wanted)]
    for number, (piece, sent) in enumerate(zip(wanted, loaded, strict=False)):
        same = f"piece {number} of the package goes to the card as {sent[:8].hex()}… ({len(sent)} bytes)"
        require(piece == sent, f"{same}, not as {piece[:8].hex()}… ({len(piece)} bytes)")
    require(
        len(loaded) == len(wanted), f"{len(loaded)} of {len(wanted)} pieces of the package go to the card"
    )
