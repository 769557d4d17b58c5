"""What reaches a card of SGP.02: scripts of ES5 and ES8, a profile inside SCP03t, signed key requests, the device."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from apdu import Command, Response, instruction, status, tlv
from apdu import aid as aids
from euicc import Card
from euicc import eid as eids
from euicc.crypto import ecka
from euicc.m2m.isd_p import IsdP
from euicc.testing.m2m import es3
from euicc.testing.m2m.key_establishment import (
    BASE_KEY,
    PSK_KEY,
    KeyRequest,
    certificate_dgi,
    dgi,
    store_data,
)
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.ota import Handset, OtaPlatform, Script, ScriptResult, parse_expanded
from euicc.testing.smdp_m2m import scp03t
from euicc.testing.smdp_m2m.scp03t import CardRefused, Scp03tError, Scp03tHost
from tests.fuzzing.cards import ROWS_A_FRAME, Again, answered, rows
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import framed, octets, tlvs
from tests.m2m import commands
from tests.m2m.attended import ADDRESSING
from tests.m2m.es8_scene import AID, CHALLENGE, HOST_KEYS, add_isd_p
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, TAR, managed, package, scp80

ISD_R, ISD_P, PROFILE, TEMPLATE, EVENT, RESET = range(6)
mutate = framed(tlvs, tlvs, octets, tlvs, tlvs, octets)
LARGEST = 1500
NAME = "the card"
THIRD_ICCID = "8900101234567890149"
SM_SR = M2mPki().sm_sr()
POINT = ecka.point(ecka.from_scalar(M2mPki().curve, bytes(31) + b"\x02").public_key())
POLL = Command(0x80, instruction.STATUS, 0, 0x0C)
MOST_ROWS = 40 * ROWS_A_FRAME


def attended() -> Card:
    """With two profiles, an ISD-P that has keys and waits for a third, and an SM-SR to tell of it."""
    here = managed(ICCID, OTHER_ICCID)
    assert here.sw(commands.addressing(ADDRESSING)) == status.SUCCESS
    add_isd_p(here.card, IsdP(AID, personalized=True))
    return here.card


@cache
def again() -> Again:
    """This card."""
    return Again(attended)


class Line:
    """A card whose answers are looked at, in a device; behind it an SM-SR and an SM-DP that have keys of the card's."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._session: Scp03tHost | None = None
        self._platform = OtaPlatform()
        self._platform.register(NAME, scp80(), counter=100)
        self.device = Handset(self)

    def reset(self) -> bytes:
        self._session = None
        return self._card.reset()

    def transmit(self, command: bytes) -> bytes:
        return answered(self._card, command)

    def script(self, tar: bytes, script: bytes) -> bytes:
        """In one packet; the response data, empty when the SM-SR is answered no more."""
        delivery = self._platform.pack(NAME, tar, script[:LARGEST])
        reports = [self.device.deliver(tpdu) for tpdu in delivery.tpdus]
        return delivery.response(reports[-1]).data if reports[-1] else b""

    def isd_p(self, elements: bytes) -> bytes:
        """Elements in a template, to the ISD-P that waits; those of the response template."""
        return self.script(AID[12:15], b"\xae\x80" + elements[:LARGEST] + b"\x00\x00")[2:-2]

    def profile(self, plaintext: bytes) -> None:
        """A part of a profile package in SCP03t; the session begins anew after an error."""
        try:
            session = self._session or self._opened()
            sent = session.data(plaintext[: scp03t.largest_plaintext(scp03t.LARGEST_BLOCK)])
            scp03t.read(sent, _one(self.isd_p(sent.encoded)))
            self._session = session
        except (CardRefused, Scp03tError):
            self._session = None

    def _opened(self) -> Scp03tHost:
        session = Scp03tHost(HOST_KEYS, AID, CHALLENGE)
        session.take_initialize_update(_one(self.isd_p(session.initialize_update())))
        self.isd_p(session.external_authenticate())
        return session

    def template(self, template: bytes) -> None:
        """A request for keys of the ISD-R, signed rightly whatever it says."""
        challenge = self._es5(store_data(certificate_dgi(SM_SR.encoded))).data
        if not challenge:
            return
        groups = dgi(0x3A02, template[:200]) + dgi(0x7F49, POINT)
        signature = SM_SR.sign(groups + dgi(0x0085, tlv.parse(challenge).value))
        self._es5(store_data(groups + dgi(0x5F37, signature), first=1, last=True))

    def _es5(self, sent: list[Command]) -> ScriptResult:
        script = Script()
        script.commands.extend(sent)
        answer = self.script(TAR, script.expanded())
        return parse_expanded(answer) if answer else ScriptResult(0, ())

    def event(self, data: bytes) -> None:
        """The device tells something, and polls."""
        self.device.transmit(Command(0x80, instruction.ENVELOPE, 0, 0, data[:255]))
        self.device.transmit(POLL)

    def frame(self, kind: int, payload: bytes) -> None:
        """One part of an input."""
        match kind % (RESET + 1):
            case 0:
                self.script(TAR, payload)
            case 1:
                self.isd_p(payload)
            case 2:
                self.profile(payload)
            case 3:
                self.template(payload)
            case 4:
                self.event(payload)
            case _:
                self.device.reset()


def _one(answer: bytes) -> tlv.Tlv:
    """The one response of a script; Scp03tError when the ISD-P has gone, or is another's by now."""
    found = es3.elements(answer)
    if len(found) != 1:
        raise Scp03tError("no answer")
    return found[0]


def fuzz_one(data: bytes) -> None:
    """The parts to a card, one after the other; then it starts, knows who it is, and its memory is not full."""
    card = again()()
    line = Line(card)
    for kind, payload in split(data):
        line.frame(kind, payload)
    line.device.reset()
    select = Command(0x00, instruction.SELECT, 4, 0, aids.ECASD, le=256)
    assert Response.parse(line.transmit(select.encode())).sw == status.SUCCESS
    eid = Response.parse(line.transmit(bytes.fromhex("80CA005A00")))
    assert eid.data[2:] == eids.DEFAULT
    assert rows(card) <= MOST_ROWS


def corpus() -> Iterator[bytes]:
    """Every function once, and a whole life."""
    scripts = [_script(each) for each in _ES5]
    yield from (join((Frame(ISD_R, each),)) for each in scripts)
    yield join(Frame(ISD_R, each) for each in scripts)
    yield join((Frame(ISD_R, _script(*_ES5[:6])),))
    pieces = [Frame(PROFILE, piece) for piece in scp03t.blocks(package(THIRD_ICCID))]
    yield join(pieces)
    yield join((*pieces[:2], Frame(RESET, b""), *pieces))
    yield join(
        (*pieces, Frame(ISD_R, _script(commands.enable(AID))), *(Frame(EVENT, each) for each in _EVENTS))
    )
    yield from (join((Frame(TEMPLATE, each.crt()),)) for each in _REQUESTS)
    yield join(Frame(TEMPLATE, each.crt()) for each in _REQUESTS)
    yield from (join((Frame(EVENT, each), Frame(EVENT, each))) for each in _EVENTS)
    yield join((Frame(ISD_P, Scp03tHost(HOST_KEYS, AID, CHALLENGE).initialize_update()),))
    yield join((Frame(ISD_P, tlv.encode(0x22, bytes.fromhex("80503000080102030405060708"))),))


def _script(*of: str) -> bytes:
    return tlv.encode(0xAA, *(tlv.encode(0x22, bytes.fromhex(each)) for each in of))


_ES5 = (
    commands.enable(SECOND),
    commands.disable(FIRST),
    commands.set_fallback(SECOND),
    commands.set_emergency(SECOND),
    commands.delete(SECOND),
    commands.create(aids.isd_p(0x30), commands.SCP03 + commands.quota(100_000)),
    commands.personalize(AID),
    commands.LIST_ALL,
    commands.MEMORY,
    commands.CERTIFICATE,
    commands.addressing(ADDRESSING),
    commands.confirm(1),
    commands.master_delete(SECOND, bytes(16)),
    commands.finalise("010103", "400102"),
)
_REQUESTS = (
    KeyRequest(0x02, counter=bytes(5), derivation_random=True),
    KeyRequest(0x41, usage=BASE_KEY, type=PSK_KEY, length=32, delete_existing=True),
    KeyRequest(0x03, host_id=b"host", sin=eids.DEFAULT[:4], sdin=eids.DEFAULT[4:]),
)
_EVENTS = (
    bytes.fromhex("D60B990103820282819B0100"),
    bytes.fromhex("D60B990103820282819B0102"),
    bytes.fromhex("D70C82028281A40101A503001000"),
)
