"""A card of SGP.02 and its SM-SR: a trigger by short message, sessions over sockets, a switch, its notification."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import pytest

from apdu import Command, tlv
from apdu.aid import ECASD, isd_p
from apdu.cat import CommandType, Event, GeneralResult, Result
from apdu.cat.bearer import NetworkAccessName
from apdu.cat.objects import LocationStatus
from euicc.m2m.isdr import M2mIsdR
from euicc.m2m.scp81.applet import AdministrationAgent, Outcome
from euicc.m2m.scp81.isd_r import taken
from euicc.m2m.scp81.parameters import SessionParameters
from euicc.runtime.nvm import PowerLoss
from euicc.testing.m2m.https_admin import HttpsAdmin
from euicc.testing.m2m.https_admin_tcp import served
from euicc.testing.m2m.https_admin_trigger import AdminTrigger, psk_identity
from euicc.testing.ota import Script
from euicc.testing.ota.sms import response_packets
from euicc.toolkit import ToolkitApplet
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Toolkit
from tests.m2m import commands
from tests.m2m.managed import CARD, FIRST, ICCID, OTHER_ICCID, SECOND, TAR, Managed, identity, managed
from tests.scp81.line import Line
from tests.scp81.line import server as unknowing

EID = identity().eid


def admin(notified: Callable[[bytes, bytes], object] | None = None) -> HttpsAdmin:
    """The server of the SM-SR, with the PSK that the card was made with."""
    made = unknowing(notified=notified)
    key = next(key for key in identity().isd_r_keys if (key.version, key.identifier) == (0x40, 0x01))
    made.know(EID, psk_identity(EID), key.components[0].data)
    return made


def script(*apdus: str) -> bytes:
    made = Script()
    made.commands.extend(Command.parse(bytes.fromhex(each)) for each in apdus)
    return made.expanded(indefinite=True)


def status_words(server: HttpsAdmin) -> list[str]:
    """The last of each script that was answered."""
    return [each.content[-4:-2].hex().upper() for each in server.answers(EID)]


@dataclass
class World:
    """A card in a device, an SM-SR that sends short messages, and its server at a port."""

    server: HttpsAdmin
    port: int
    here: Managed = field(default_factory=lambda: managed(ICCID, OTHER_ICCID))
    sent: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        def send(tpdu: bytes, centre: str) -> Result:
            self.sent.append(tpdu)
            return Result(GeneralResult.PERFORMED)

        self.terminal = Terminal(self.here.card, toolkit=Toolkit.of(bip=Bip(), sms=send))
        self.terminal.start()

    @property
    def parameters(self) -> AdminTrigger:
        return AdminTrigger(IPv4Address("127.0.0.1"), self.port)

    def trigger(self, data: bytes) -> int:
        """By SMS; the status in the proof of receipt."""
        response = self.here.platform.send(
            CARD,
            TAR,
            data,
            lambda tpdu: self.terminal.deliver_sms(tpdu).data,
            submitted=lambda: response_packets(self.sent),
            attempts=1,
        )
        assert response.data == b""
        return response.status

    def run(self, until: Callable[[], bool]) -> None:
        self.terminal.run(10, until=until)
        assert until()


def test_a_switch_over_scp81_from_the_trigger_to_the_confirmation() -> None:
    def confirm(eid: bytes, message: bytes) -> None:
        (number,) = (each.value for each in tlv.parse(message).children() if each.tag == 0x4E)
        server.queue(eid, script(commands.confirm(int.from_bytes(number, "big"))))

    server = admin(confirm)
    with served(server) as port:
        world = World(server, port)
        address = "A4" + commands.lv(world.parameters.session.hex())
        server.queue(EID, script(commands.LIST_ALL, commands.addressing(address)))
        server.queue(EID, script(commands.enable(SECOND)))
        assert world.trigger(world.parameters.encode()) == 0
        isdr = world.here.isdr
        world.run(lambda: isdr.profiles.enabled() == isdr.profiles.by_aid(SECOND))
        assert status_words(server) == ["9000", "9000"]
        assert isdr.notifications_m2m.pending is not None

        world.terminal.report(Event.LOCATION_STATUS, LocationStatus(0))
        world.run(lambda: isdr.notifications_m2m.pending is None and not isdr.administration.toolkit.channels)
        world.terminal.poll()
        ((eid, message),) = server.notifications
        fields = {each.tag: each.value for each in tlv.parse(message).children()}
        assert (eid, fields[0x4C], fields[0x4D], fields[0x2F]) == (EID, EID, b"\x02", SECOND)
        assert status_words(server) == ["9000"]


def test_a_trigger_in_a_template_and_one_that_cannot_be_read() -> None:
    server = admin()
    with served(server) as port:
        world = World(server, port)
        assert world.trigger(bytes.fromhex("8103830184")) == 0
        assert world.trigger(tlv.encode(0xAA, world.parameters.encode())) == 0
        world.run(lambda: bool(server.requests))
        assert [request.uri for _, request in server.requests] == ["/gsma/adminagent"]


HERE = AdminTrigger(IPv4Address("127.0.0.1"), 8443)


def line(server: HttpsAdmin) -> Line:
    return Line(managed(ICCID, OTHER_ICCID).card, server)


@pytest.mark.parametrize(
    ("target", "status"),
    [(None, "ok"), (SECOND, "ok"), (isd_p(0x99), "unknown-application"), (ECASD, "unknown-application")],
)
def test_who_executes_scripts(target: bytes | None, status: str) -> None:
    server = admin()
    server.queue(EID, script("80CA005A00"), target)
    assert line(server).hold(HERE) == Outcome(True, 1)
    assert [each.status for each in server.answers(EID)] == [status]


def test_an_isd_p_takes_scp03t() -> None:
    """It has no keys yet: INITIALIZE UPDATE is answered with an error of its own."""
    server = admin()
    server.queue(EID, bytes.fromhex("AE80840A30000102030405060708 0000"), SECOND)
    line(server).hold(HERE)
    (answer,) = server.answers(EID)
    assert answer.content[:4].hex() == "af809f84"


def test_scripts_are_in_expanded_format() -> None:
    server = admin()
    server.queue(EID, bytes.fromhex("80CAFF2100"))
    assert line(server).hold(HERE) == Outcome(True, 1)
    assert [each.content.hex().upper() for each in server.answers(EID)] == ["AB06800100900101"]


def test_the_switch_waits_for_the_end_of_the_session() -> None:
    server = admin()
    server.queue(EID, script(commands.enable(SECOND)))
    device = line(server)
    device.hold(HERE)
    kinds = device.types()
    assert kinds.index(CommandType.CLOSE_CHANNEL) < kinds.index(CommandType.REFRESH)


def test_a_switch_that_waits_for_the_end_binds_the_scripts_that_follow() -> None:
    server = admin()
    for command in (commands.enable(SECOND), commands.delete(SECOND), commands.enable(SECOND)):
        server.queue(EID, script(command))
    device = line(server)
    device.hold(HERE)
    assert status_words(server) == ["9000", "6985", "6985"]
    device.restart()
    enabled = device.card.isdr.profiles.enabled()
    assert enabled is not None
    assert enabled.aid == SECOND


def test_an_immediate_action_is_no_trigger_and_waits_for_the_end() -> None:
    server = admin()
    server.queue(EID, bytes.fromhex("AA0B8109" + "810301010482028182"))
    device = line(server)
    assert device.hold(HERE) == Outcome(True, 1)
    assert [each.content.hex().upper() for each in server.answers(EID)] == ["AB03800100"]
    kinds = device.types()
    assert kinds.index(CommandType.CLOSE_CHANNEL) < kinds.index(CommandType.REFRESH)


def test_a_reset_before_the_end_switches_nothing() -> None:
    """Wherever the session is cut off, it is as if nothing had been asked for, or as if all had been done."""
    whole = line(server := admin())
    server.queue(EID, script(commands.enable(SECOND)))
    whole.hold(HERE)
    closing = whole.types().index(CommandType.CLOSE_CHANNEL)
    for step in range(1, closing + 4):
        server = admin()
        server.queue(EID, script(commands.enable(SECOND)))
        device = line(server)
        device.cut = step
        device.hold(HERE)
        device.restart()
        enabled = device.card.isdr.profiles.enabled()
        assert enabled is not None
        assert enabled.aid == (SECOND if step > closing + 1 else FIRST)
        device.hold(HERE)
        assert server.waiting(EID) == 0


def test_a_card_whose_channels_are_taken_holds_no_session() -> None:
    class Greedy(ToolkitApplet):
        channels = 7

    card = managed().card
    card.register(Greedy())
    isdr = card.isdr
    assert isinstance(isdr, M2mIsdR)
    (ask,) = taken(isdr, HERE.encode()) or ()
    ask()
    assert not [applet for applet in card.toolkit if isinstance(applet, AdministrationAgent)]


def test_a_loss_of_power_at_any_write_leaves_all_or_nothing() -> None:
    """The script makes an ISD-P: whether it is there, the next session tells, and it can be made or deleted then."""
    made = isd_p(0x20)
    outcomes = set()
    for write in range(1, 100):
        server = admin()
        server.queue(EID, script(commands.create(made)))
        device = line(server)
        device.card.nvm.lose_power_at = write
        with suppress(PowerLoss):
            device.hold(HERE)
        cut = not device.card.nvm.powered
        device.card.nvm.lose_power_at = None
        device.restart()
        isdr = device.card.isdr
        assert isinstance(isdr, M2mIsdR)
        there = isdr.isd_ps.by_aid(made) is not None
        outcomes.add((cut, there))
        device.hold(HERE)
        server.answers(EID)
        if there:
            server.queue(EID, script(commands.delete(made)))
            device.hold(HERE)
            assert status_words(server) == ["9000"]
        else:
            assert isdr.isd_ps.by_aid(made) is not None
        if not cut:
            break
    assert outcomes >= {(True, False), (False, True)}


def test_the_enabled_profile_says_how_its_network_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    from euicc.m2m import connectivity

    given = connectivity.HttpsParameters(network_access_name="iot.example", user="u", password="p")
    monkeypatch.setattr(connectivity, "https", lambda isdr: given)
    device = line(admin())
    parameters = SessionParameters.decode(HERE.session)
    assert parameters.connection is not None
    server_only = tuple(each for each in parameters.connection.objects if each.tag in (0x3C, 0x3E))
    connection = type(parameters.connection)(server_only)
    assert device.agent.request(
        SessionParameters(connection, parameters.security), b"", device.outcomes.append
    )
    device.serve()
    assert device.outcomes == [Outcome(True, 1)]
    opening = next(each for each in device.commands if each.type == CommandType.OPEN_CHANNEL)
    assert opening.find(NetworkAccessName) == NetworkAccessName("iot.example")
    assert [each.value for each in opening.objects if each.tag == 0x0D] == [b"\x04u", b"\x04p"]
