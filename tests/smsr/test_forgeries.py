"""What is not from the card, or not from its SM-SR, does nothing."""

from __future__ import annotations

import pytest

from apdu import aid as aids
from apdu import tlv
from euicc.testing.m2m.es3 import EnableProfile
from euicc.testing.m2m.short_message import parse_deliver
from euicc.testing.m2m.sms_network import Delivery
from euicc.testing.ota import KeySet, Protection, pack
from euicc.testing.ota.sms import COMMAND_PACKET, Numbering, deliver, deliveries
from euicc.testing.smsr import es5
from euicc.testing.smsr.exchange import secure
from euicc.testing.smsr.notification import CardNotification, NotificationError, open_packet
from tests.smsr.agreement import agree
from tests.smsr.test_handover import handed_over
from tests.smsr.world import EID, ICCIDS, MSISDNS, NUMBERS, SR1, SR2, A, World

TAR = aids.ISD_R[12:15]


def keys(world: World, at: str = SR1) -> KeySet:
    eis = world.servers[at].eis(EID)
    assert eis is not None
    return eis.isd_r.key_sets[0].scp80()


def send(world: World, packet: bytes, originator: str = NUMBERS[SR1]) -> int:
    """Give a packet to the card; how many messages it sends because of it."""
    before = world.network.count
    for tpdu in deliveries(packet, originator, Numbering(1)):
        world.network.submit(originator, MSISDNS[0], tpdu, world.now)
        before += 1
    world.settle()
    assert world.network.next_due is None
    return world.network.count - before


def test_after_a_handover_the_old_keys_open_nothing() -> None:
    world = World()
    old = keys(world)
    counter = world.registries[SR1].count(EID, 1)
    assert send(world, secure(old, aids.ISD_R, counter, es5.get_status()).encoded) == 1
    assert handed_over(world).status.ok
    versions = world.isdr.key_ring.versions()
    for script in (es5.get_status(), es5.enable_profile(world.aid(1)), es5.finalise_handover([(1, 1, 3)])):
        assert send(world, secure(old, aids.ISD_R, 2000, script).encoded) == 0
    assert world.isdr.key_ring.versions() == versions == (0x02,)
    assert world.enabled == world.aid(0)
    # The new ones do.
    assert send(world, secure(keys(world, SR2), aids.ISD_R, 1000, es5.get_status()).encoded) >= 1


def test_a_repeated_packet_does_nothing() -> None:
    world = World()
    packet = secure(keys(world), aids.ISD_R, 1000, es5.create_isd_p(world.eis().info, aids.isd_p(0x20), 0))
    assert send(world, packet.encoded) == 1
    made = world.isdr.isd_ps.all()
    assert [each.aid for each in made][-1] == aids.isd_p(0x20)
    with world.card.nvm.transaction():
        world.isdr.isd_ps.delete(made[-1])
    for _ in range(2):
        assert send(world, packet.encoded) == 1
    assert [each.aid for each in world.isdr.isd_ps.all()] == [world.aid(0), world.aid(1)]


def waiting(world: World) -> bytes:
    """An operation whose packet the card has answered; the answer, an SMS-DELIVER that did not come yet."""
    world.sr1.submit(A, EnableProfile(EID, ICCIDS[1]), world.now, "enable")
    world.pump()
    while True:
        world.now += 1
        for each in world.network.due(world.now):
            if isinstance(each, Delivery) and each.recipient == SR1:
                return each.tpdu
            if isinstance(each, Delivery):
                world.device.deliver(each, world.now)


def flipped(tpdu: bytes, place: int) -> bytes:
    return tpdu[:place] + bytes((tpdu[place] ^ 1,)) + tpdu[place + 1 :]


def test_an_answer_with_another_checksum_is_none() -> None:
    """Each byte of the response packet, from its length on."""
    world = World()
    tpdu = waiting(world)
    packet = parse_deliver(tpdu).payload
    start = len(tpdu) - len(packet)
    for place in range(start, len(tpdu)):
        world.sr1.receive_sms(flipped(tpdu, place), world.now)
        assert "enable" not in world.answers
        assert not world.sr1.is_idle(EID)
    world.settle()
    assert world.answers["enable"].status.ok


def test_an_answer_without_protection_is_none() -> None:
    """Status "counter low" from somebody who has no key: nobody is asked again because of it."""
    world = World()
    waiting(world)
    counter = world.registries[SR1].counter(EID, 1)
    plain = bytes((10,)) + TAR + counter.to_bytes(5, "big") + bytes((0, 2))
    user_data = bytes.fromhex("027100") + (len(plain)).to_bytes(2, "big") + plain
    due = world.sr1.next_due
    world.sr1.receive_sms(deliver(MSISDNS[0], user_data), world.now)
    world.sr1.receive_report(MSISDNS[0], user_data, world.now)
    assert world.sr1.next_due == due


def notification(world: World, key_set: KeySet, kind: int = 2, protection: Protection | None = None) -> bytes:
    """What a card would tell: A's profile is enabled."""
    content = (
        (0x4C, EID),
        (0x4D, bytes((kind,))),
        (0x4E, b"\x00\x09"),
        (0x2F, world.aid(1)),
    )
    data = tlv.encode(0xE1, *(tlv.encode(tag, value) for tag, value in content))
    wanted = protection or Protection.of(bytes((0x02, 0x00)))
    return pack(wanted, key_set, TAR, 0, data).encoded


FORGED = {
    "another key": KeySet(1, bytes(16), bytes(16)),
    "another version": KeySet(2, bytes(16), bytes(16)),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_notification_changes_nothing(what: str) -> None:
    world = World()
    packet = notification(world, FORGED[what])
    user_data = bytes((len(COMMAND_PACKET),)) + COMMAND_PACKET + packet
    sent = world.network.count
    world.sr1.receive_sms(deliver(MSISDNS[1], user_data), world.now)
    world.settle()
    assert world.network.count == sent
    assert agree(world).enabled == agree(world).named(ICCIDS[0])


def test_a_notification_that_its_card_does_not_stand_by_changes_nothing() -> None:
    """Right checksum, but of an event that the card does not know: it says so when it is confirmed."""
    world = World()
    user_data = bytes((len(COMMAND_PACKET),)) + COMMAND_PACKET + notification(world, keys(world))
    world.sr1.receive_sms(deliver(MSISDNS[0], user_data), world.now)
    world.settle()
    assert agree(world).enabled == agree(world).named(ICCIDS[0])
    assert world.told == []


def test_every_byte_of_a_notification_counts() -> None:
    world = World()
    right = keys(world)
    packet = notification(world, right)
    opened = open_packet(packet, "+491", lambda eid, version: right)
    assert opened == CardNotification(EID, 2, 9, world.aid(1), None, "+491")
    for place in range(len(packet)):
        with pytest.raises(NotificationError):
            open_packet(flipped(packet, place), "", lambda eid, version: right if version == 1 else None)
    for cut in range(len(packet)):
        with pytest.raises(NotificationError):
            open_packet(packet[:cut], "", lambda eid, version: right)


@pytest.mark.parametrize("spi", ["0000", "0100", "0600", "0300"])
def test_a_notification_with_less_protection_is_none(spi: str) -> None:
    world = World()
    packet = notification(world, keys(world), protection=Protection.of(bytes.fromhex(spi)))
    with pytest.raises(NotificationError):
        open_packet(packet, "", lambda eid, version: keys(world))


def test_a_notification_that_comes_twice_is_confirmed_twice() -> None:
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    told = list(world.told)
    data = b"".join(
        tlv.encode(tag, value)
        for tag, value in ((0x4C, EID), (0x4D, b"\x02"), (0x4E, b"\x00\x01"), (0x2F, world.aid(1)))
    )
    packet = pack(Protection.of(bytes((0x02, 0x00))), keys(world), TAR, 0, tlv.encode(0xE1, data)).encoded
    user_data = bytes((len(COMMAND_PACKET),)) + COMMAND_PACKET + packet
    sent = world.network.count
    world.sr1.receive_sms(deliver(MSISDNS[1], user_data), world.now)
    world.settle()
    assert world.network.count == sent + 2
    assert agree(world).enabled == agree(world).named(ICCIDS[1])
    assert world.told == told


def test_what_is_no_message_is_ignored() -> None:
    world = World()
    for tpdu in (
        b"",
        b"\x40",
        deliver(MSISDNS[0], b"\x02\x71\x00"),
        deliver(MSISDNS[0], b"\x02\x70\x00\x00"),
    ):
        world.sr1.receive_sms(tpdu, world.now)
        world.sr1.receive_report(MSISDNS[0], tpdu, world.now)
    assert world.sr1.is_idle(EID)
