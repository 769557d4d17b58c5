"""Notifications over HTTPS, and by short message where that does not get through."""

from __future__ import annotations

import pytest

from apdu import tlv
from apdu.cat import CommandType, Event
from apdu.cat.envelope import event_download
from apdu.cat.objects import LocationStatus
from euicc.m2m.isdr import M2mIsdR
from euicc.m2m.scp81.applet import Outcome
from euicc.m2m.scp81.parameters import SessionParameters
from euicc.testing.m2m.https_admin import HttpsAdmin
from tests.m2m import commands
from tests.m2m.attended import SMSR
from tests.m2m.managed import managed
from tests.scp81.line import HERE, Line
from tests.scp81.test_isd_r import EID, admin, script

SMS = "A3" + commands.lv("81" + commands.lv(SMSR))


def attached(server: HttpsAdmin, address: str) -> Line:
    """A card with these addressing parameters attaches for the first time, and tells of it."""
    here = managed()
    assert here.sw(commands.addressing(address)) == 0x9000
    device = Line(here.card, server)
    device.envelope(event_download(Event.LOCATION_STATUS, LocationStatus(0)))
    device.serve()
    return device


def pending(device: Line) -> bool:
    assert isinstance(device.card.isdr, M2mIsdR)
    return device.card.isdr.notifications_m2m.pending is not None


def test_the_first_attachment_is_told_and_confirmed_in_one_session() -> None:
    server = admin(lambda eid, _: server.queue(eid, script(commands.confirm(1))))
    device = attached(server, SMS + "A4" + commands.lv(HERE.session.hex()))
    kinds = device.types()
    assert CommandType.OPEN_CHANNEL in kinds
    assert CommandType.SEND_SHORT_MESSAGE not in kinds
    ((eid, message),) = server.notifications
    assert (eid, tlv.find(message, 0xE1, 0x4D)) == (EID, b"\x01")
    assert not pending(device)


@pytest.mark.parametrize("block", ["8503000340", "3C0302FFFF", "8902 8C00".replace(" ", "")])
def test_an_address_that_leads_nowhere(block: str) -> None:
    server = admin()
    device = attached(server, SMS + "A4" + commands.lv(block))
    assert CommandType.SEND_SHORT_MESSAGE in device.types()
    assert server.notifications == []
    assert pending(device)


def test_without_an_address_for_https_there_is_no_session() -> None:
    device = attached(admin(), SMS)
    kinds = device.types()
    assert CommandType.SEND_SHORT_MESSAGE in kinds
    assert CommandType.OPEN_CHANNEL not in kinds


def test_a_notification_does_not_wait_for_another_session() -> None:
    device = Line(managed().card, admin())
    device.cut = 3
    device.hold(HERE)
    held = device.agent.hold(SessionParameters.decode(HERE.session))
    with pytest.raises(StopIteration) as stopped:
        next(held)
    assert stopped.value.value == Outcome(False, 0, "another session is going on")
