"""Operations over SCP81: the card is told by one short message, and fetches what is to be done."""

from __future__ import annotations

from dataclasses import replace

from apdu.cat import CommandType, Event
from apdu.cat.envelope import event_download, sms_pp_download
from apdu.cat.objects import LocationStatus, SmsTpdu
from euicc import Card
from euicc.m2m.isdr import M2mIsdR
from euicc.testing.m2m.es3 import AuditEis, CreateIsdp, DeleteIsdp, EisResponse, EnableProfile, Response
from euicc.testing.m2m.https_admin import HttpsAdmin
from euicc.testing.m2m.https_admin_exchange import HttpsSide
from euicc.testing.m2m.messages import Answer
from euicc.testing.m2m.own_requests import EstablishScp81Keys
from euicc.testing.m2m.registry import Registry
from euicc.testing.m2m.short_message import parse_submit
from euicc.testing.smsr import Smsr
from euicc.testing.smsr.https import HttpsTransport
from tests.scp81.line import HERE, Line
from tests.smsr.world import EID, ICCIDS, MSISDNS, PKI, SR1, A, deterministic, identity, package, registered


class Reached:
    """An SM-SR that has its card fetch everything, and a device whose channels lead to it."""

    def __init__(self, smallest: int = 0, https: bytes = b"") -> None:
        self.server = HttpsAdmin(deterministic("TLS"))
        transport = HttpsTransport(HttpsSide(self.server, HERE), smallest=smallest)
        who = replace(identity(SR1), https=https)
        self.smsr = Smsr(who, Registry(), transports=(transport,))
        transport.serve(self.smsr)
        card = Card.manufacture(variant="sgp02", m2m=PKI.issue(EID).identity, seed=1)
        for number in range(2):
            card.preload(package(number), enabled=not number)
        card.reset()
        self.device = Line(card, self.server)
        self.told = 0
        self.smsr.register(registered())
        self.pass_on()
        self.told = 0

    def ask(self, request: object) -> Response:
        reference = self.smsr.submit(A, request, 0.0)  # type: ignore[arg-type]
        self.pass_on()
        answers = [
            each.content.response
            for each in self.smsr.messages()
            if isinstance(each.content, Answer) and each.content.reference == reference
        ]
        return answers[0]

    def pass_on(self) -> None:
        """Short messages, both ways, what the card fetches, and a reset when it wants one."""
        self.serve()
        while sms := self.smsr.take_sms():
            for _, tpdu in sms:
                self.told += 1
                self.device.envelope(sms_pp_download(tpdu))
            self.serve()

    def serve(self) -> None:
        """What the card wants."""
        refreshed = True
        while refreshed:
            self.device.serve()
            refreshed = CommandType.REFRESH in [each.type for each in self.device.commands]
            for command in self.device.commands:
                sent = command.find(SmsTpdu)
                if sent is not None:
                    self.smsr.receive_sms(parse_submit(sent.value).delivered(MSISDNS[0]), 0.0)
            self.device.commands.clear()
            if refreshed:
                self.device.restart()
                self.device.envelope(event_download(Event.LOCATION_STATUS, LocationStatus(0)))


def test_every_operation_of_a_session_needs_one_short_message() -> None:
    here = Reached()
    audited = here.ask(AuditEis(EID))
    assert audited.status.ok
    assert isinstance(audited, EisResponse)
    assert here.told == 1
    created = here.ask(CreateIsdp(EID, "89001", A, 3000))
    assert created.status.ok
    assert here.told == 2
    assert here.ask(DeleteIsdp(EID, "89001")).status.ok
    assert len(here.server.requests) == 2 + 7


def test_small_scripts_go_by_short_message() -> None:
    here = Reached(smallest=10_000)
    assert here.ask(AuditEis(EID)).status.ok
    assert here.server.requests == []
    assert here.told == 2


def test_a_profile_is_enabled_and_the_notification_confirmed() -> None:
    here = Reached()
    assert here.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert isinstance(here.device.card.isdr, M2mIsdR)
    assert here.device.card.isdr.notifications_m2m.pending is None
    eis = here.smsr.eis(EID)
    assert eis is not None
    assert eis.enabled == eis.named(ICCIDS[1])


def test_another_key_for_scp81_serves_from_then_on() -> None:
    here = Reached()
    eis = here.smsr.eis(EID)
    here.smsr.submit(SR1, EstablishScp81Keys(EID), 0.0)
    here.pass_on()
    assert here.smsr.is_idle(EID)
    after = here.smsr.eis(EID)
    assert eis is not None
    assert after is not None
    assert [each.version for each in after.isd_r.key_sets] == [0x01, 0x40]
    assert after.isd_r.key_sets[1] != eis.isd_r.key_sets[1]
    before = len(here.server.requests)
    assert here.ask(AuditEis(EID)).status.ok
    assert len(here.server.requests) == before + 3


def test_what_the_card_has_to_tell_comes_over_https_and_is_confirmed_in_the_same_session() -> None:
    here = Reached(https=HERE.session)
    before = here.told
    assert here.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    ((eid, told),) = here.server.notifications
    assert (eid, told[:1]) == (EID, b"\xe1")
    assert here.told == before + 1
    eis = here.smsr.eis(EID)
    assert eis is not None
    assert eis.enabled == eis.named(ICCIDS[1])
