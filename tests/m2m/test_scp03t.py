"""SCP03t at the ISD-P, by bytes: sessions, chaining, every error."""

from __future__ import annotations

import pytest
from Crypto.Cipher import AES
from Crypto.Hash import CMAC

from apdu import tlv
from euicc.m2m.isd_p import IsdP, LifeCycle
from euicc.m2m.scp03t import TAGS
from euicc.m2m.target import IsdPTarget, IsdRTarget
from euicc.runtime import keys
from euicc.testing.m2m import es3
from euicc.testing.scp03 import HostKeys, kdf
from euicc.testing.smdp_m2m import scp03t
from euicc.testing.smdp_m2m.scp03t import CardRefused, Scp03tError, Scp03tHost
from tests.m2m.es8_scene import (
    AID,
    CHALLENGE,
    ENC,
    HOST_KEYS,
    MAC,
    Scene,
    add_isd_p,
    card_with,
    isd_p_keys,
    isd_p_of,
    isdr_of,
    package,
    statuses,
)

STRUCTURE, SECURITY, NOT_FOUND, CONDITIONS = "0101", "0102", "0103", "0104"


def test_initialize_update_by_bytes() -> None:
    scene = Scene()
    answer = scene.tlv(bytes.fromhex("840A 30 01 0001020304050607"))
    counter = bytes.fromhex("000001")
    challenge = kdf(ENC, 0x02, 64, counter + AID)
    s_mac = kdf(MAC, 0x06, 128, CHALLENGE + challenge)
    cryptogram = kdf(s_mac, 0x00, 64, CHALLENGE + challenge)
    assert answer == bytes.fromhex("8420") + bytes(10) + b"\x30\x03\x70" + challenge + cryptogram + counter


def test_the_counter_rises_with_every_session_and_survives_resets() -> None:
    scene = Scene()
    for expected in (1, 2, 3):
        assert scene.tlv(scene.host.initialize_update())[-3:] == expected.to_bytes(3, "big")
        if expected == 2:
            scene.card.reset()


@pytest.mark.parametrize("version", [0x00, 0x30])
@pytest.mark.parametrize("identifier", [0x00, 0x01])
def test_names_of_the_key_set(version: int, identifier: int) -> None:
    answer = Scene().tlv(bytes((0x84, 0x0A, version, identifier)) + CHALLENGE)
    assert answer[:1] == b"\x84"
    assert answer[12:15] == bytes.fromhex("300370")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("8400", STRUCTURE),
        ("8409 3001 00010203040506", STRUCTURE),
        ("840B 3001 000102030405060708", STRUCTURE),
        ("840A 3101 0001020304050607", NOT_FOUND),
        ("840A 0101 0001020304050607", NOT_FOUND),
        ("840A 3002 0001020304050607", NOT_FOUND),
    ],
)
def test_initialize_update_refused(command: str, error: str) -> None:
    assert Scene().tlv(bytes.fromhex(command)).hex() == "9f84" + error


def test_an_isd_p_without_keys_knows_no_session() -> None:
    card = card_with()
    add_isd_p(card, IsdP(AID), keys=[])
    with card.nvm.transaction():
        isdr_of(card).isd_ps.key_ring(isd_p_of(card)).replace(())
    scene = Scene(card)
    assert scene.tlv(scene.host.initialize_update()).hex() == "9f84" + NOT_FOUND


def test_external_authenticate_by_bytes() -> None:
    scene = Scene()
    scene.host.take_initialize_update(tlv.parse(scene.tlv(scene.host.initialize_update())))
    command = scene.host.external_authenticate()
    assert command[:3].hex() == "851133"
    assert len(command) == 19
    assert scene.tlv(command).hex() == "8500"


@pytest.mark.parametrize("bit", range(0, 17 * 8, 5))
def test_any_bit_of_external_authenticate_counts(bit: int) -> None:
    scene = Scene()
    scene.host.take_initialize_update(tlv.parse(scene.tlv(scene.host.initialize_update())))
    command = bytearray(scene.host.external_authenticate())
    command[2 + bit // 8] ^= 1 << bit % 8
    error = STRUCTURE if bit < 8 else SECURITY
    assert scene.tlv(bytes(command)).hex() == "9f85" + error
    assert scene.tlv(scene.host.external_authenticate()).hex() == "9f85" + SECURITY


@pytest.mark.parametrize("length", [0, 1, 16, 18])
def test_external_authenticate_of_another_length(length: int) -> None:
    scene = Scene()
    scene.tlv(scene.host.initialize_update())
    assert scene.tlv(tlv.encode(0x85, b"\x33" * length)).hex() == "9f85" + STRUCTURE


def test_the_order_is_84_85_86() -> None:
    scene = Scene()
    assert scene.tlv(tlv.encode(0x85, b"\x33" + bytes(16))).hex() == "9f85" + SECURITY
    for tag in (0x86, 0x87):
        assert scene.tlv(tlv.encode(tag, bytes(24))).hex() == f"9f{tag:x}" + SECURITY
    scene.host.take_initialize_update(tlv.parse(scene.tlv(scene.host.initialize_update())))
    assert scene.tlv(tlv.encode(0x86, bytes(24))).hex() == "9f86" + SECURITY


def test_no_second_external_authenticate() -> None:
    scene = Scene().open()
    assert scene.tlv(scene.host.external_authenticate()).hex() == "9f85" + SECURITY


def test_data_are_answered_with_nothing_until_there_is_something_to_say() -> None:
    scene = Scene().open()
    assert scene.tlv(scene.host.data(package()[:100]).encoded).hex() == "8600"
    assert scene.tlv(scene.host.data(b"").encoded).hex() == "8600"
    assert statuses(scene.install(package()[100:])) == [0]
    assert scene.state is LifeCycle.DISABLED


@pytest.mark.parametrize("position", [1, 2, 10, 17, 18, -8, -1])
def test_any_change_of_data_ends_the_session(position: int) -> None:
    scene = Scene().open()
    good = scene.host.data(package()[:40]).encoded
    bad = bytearray(good)
    # Of the length the tag stays with what is there: one more byte, which the MAC covers.
    bad[position] ^= 0x01 if position != 1 else 0x00
    if position == 1:
        bad[1] += 1
        bad.append(0)
    assert scene.tlv(bytes(bad)).hex() == "9f86" + SECURITY
    assert scene.tlv(good).hex() == "9f86" + SECURITY
    assert scene.state is LifeCycle.PERSONALIZED
    assert statuses(Scene(scene.card).open().install(package())) == [0]


def test_replayed_data_end_the_session() -> None:
    scene = Scene().open()
    command = scene.host.data(package()[:40]).encoded
    assert scene.tlv(command).hex() == "8600"
    assert scene.tlv(command).hex() == "9f86" + SECURITY


def test_data_left_out_end_the_session() -> None:
    scene = Scene().open()
    scene.host.data(package()[:40])
    assert scene.tlv(scene.host.data(package()[40:80]).encoded).hex() == "9f86" + SECURITY


@pytest.mark.parametrize("length", [0, 7])
def test_data_without_room_for_a_mac(length: int) -> None:
    assert Scene().open().tlv(tlv.encode(0x86, bytes(length))).hex() == "9f86" + STRUCTURE


@pytest.mark.parametrize("content", [bytes(16), bytes(15), bytes(16) + b"\x80"])
def test_right_mac_over_what_is_not_enciphered(content: bytes) -> None:
    scene = Scene().open()
    assert scene.tlv(scene.host._maced(0x86, content)).hex() == "9f86" + SECURITY


def test_lengths_may_be_written_longer_than_needed() -> None:
    scene = Scene().open()
    plain = scene.host.data(b"")
    assert plain.encoded[:2].hex() == "8608"
    scene = Scene(scene.card).open()
    covered = bytes.fromhex("868108")
    mac = CMAC.new(scene.host._mac, scene.host._chaining + covered, ciphermod=AES).digest()[:8]
    assert scene.tlv(covered + mac).hex() == "8600"


def test_a_new_session_takes_the_place_of_one_that_goes_on() -> None:
    scene = Scene().open()
    scene.data(package()[:500])
    again = Scene(scene.card).open()
    assert scene.tlv(scene.host.data(b"").encoded).hex() == "9f86" + SECURITY
    assert statuses(Scene(again.card).open().install(package())) == [0]


def test_sessions_end_with_a_reset() -> None:
    scene = Scene().open()
    scene.data(package()[:500])
    scene.card.reset()
    assert scene.tlv(scene.host.data(b"").encoded).hex() == "9f86" + SECURITY
    assert scene.state is LifeCycle.PERSONALIZED


def test_sessions_end_when_the_keys_are_replaced() -> None:
    scene = Scene().open()
    with scene.card.nvm.transaction():
        isdr_of(scene.card).isd_ps.key_ring(isd_p_of(scene.card)).put(isd_p_keys(0x30, MAC, ENC, ENC))
    assert scene.tlv(scene.host.data(b"").encoded).hex() == "9f86" + SECURITY


def test_keys_of_32_bytes() -> None:
    card = card_with()
    host = HostKeys(0x31, *(bytes((byte,)) * 32 for byte in (4, 5, 6)))
    with card.nvm.transaction():
        isdr_of(card).isd_ps.key_ring(isd_p_of(card)).put(isd_p_keys(0x31, host.enc, host.mac, host.dek))
    scene = Scene(card, Scp03tHost(host, AID, CHALLENGE)).open()
    scene.send(
        scene.host.replace_session_keys(bytes(16), bytes(32), bytes(31) + b"\x01", bytes(31) + b"\x02")
    )
    assert statuses(scene.install(package())) == [0]


def test_replaced_session_keys_protect_what_follows() -> None:
    scene = Scene().open()
    scene.data(package()[:300])
    before = scene.host._enc
    sent = scene.host.replace_session_keys(b"\xaa" * 16, b"\xbb" * 16, b"\xcc" * 16)
    assert scene.tlv(sent.encoded).hex() == "8700"
    assert scene.host._enc != before
    assert scene.host._counter == 0
    assert statuses(scene.install(package()[300:])) == [0]


def replacement(tags: dict[int, int], wrapped: bool = True) -> bytes:
    content = b"".join(tlv.encode(tag, bytes(length)) for tag, length in tags.items())
    return tlv.encode(0xBF26, content) if wrapped else content


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (replacement({0x80: 16, 0x81: 16, 0x82: 16}), "8700"),
        (replacement({0x80: 16, 0x81: 16, 0x82: 16}, wrapped=False), "8700"),
        (replacement({0x80: 16, 0x81: 16, 0x82: 16, 0x83: 16}), "8700"),
        (replacement({0x80: 16, 0x81: 16, 0x82: 32}), "9f87" + STRUCTURE),
        (replacement({0x80: 16, 0x81: 32, 0x82: 32}), "9f87" + STRUCTURE),
        (replacement({0x80: 15, 0x81: 16, 0x82: 16}), "9f87" + STRUCTURE),
        (replacement({0x80: 16, 0x81: 16}), "9f87" + STRUCTURE),
        (replacement({0x80: 16, 0x81: 16, 0x82: 16, 0x84: 1}), "9f87" + STRUCTURE),
        (replacement({0x80: 16, 0x81: 16, 0x82: 16}) * 2, "9f87" + STRUCTURE),
        (b"\xbf\x26\x05", "9f87" + STRUCTURE),
        (b"", "9f87" + STRUCTURE),
    ],
)
def test_contents_of_replace_session_keys(content: bytes, answer: str) -> None:
    scene = Scene().open()
    assert scene.tlv(scene.host._enciphered(0x87, content).encoded).hex() == answer
    if answer != "8700":
        assert scene.tlv(scene.host.data(b"").encoded).hex() == "9f86" + SECURITY


def test_a_changed_replacement_ends_the_session() -> None:
    scene = Scene().open()
    command = bytearray(scene.host.replace_session_keys(bytes(16), bytes(16), bytes(16)).encoded)
    command[-1] ^= 1
    assert scene.tlv(bytes(command)).hex() == "9f87" + SECURITY


@pytest.mark.parametrize("where", [12, 15, 22, -1])
def test_the_host_believes_no_changed_card(where: int) -> None:
    scene = Scene()
    answer = bytearray(scene.tlv(scene.host.initialize_update()))
    answer[where] ^= 1
    with pytest.raises(Scp03tError):
        scene.host.take_initialize_update(tlv.parse(bytes(answer)))


@pytest.mark.parametrize("where", [2, 20, -9, -1])
def test_the_host_believes_no_changed_response(where: int) -> None:
    scene = Scene().open()
    (last,) = es3.elements(scene.tlv(scene.host.data(b"\x00" * 8).encoded))
    assert len(last.value) >= 24
    sent = Scene(scene.card).open()
    command = sent.host.data(b"\x00" * 8)
    answer = bytearray(sent.tlv(command.encoded))
    answer[where] ^= 1
    with pytest.raises(Scp03tError):
        scp03t.read(command, tlv.parse(bytes(answer)))


def test_the_host_tells_what_a_card_refused() -> None:
    scene = Scene(host=Scp03tHost(HostKeys(0x3F, ENC, MAC, MAC), AID, CHALLENGE))
    (answer,) = es3.elements(scene.tlv(scene.host.initialize_update()))
    with pytest.raises(CardRefused) as caught:
        scene.host.take_initialize_update(answer)
    assert (caught.value.command, caught.value.error) == (0x84, b"\x03")


def test_a_card_with_other_keys_is_not_believed() -> None:
    scene = Scene(host=Scp03tHost(HostKeys(0x30, ENC, ENC, MAC), AID, CHALLENGE))
    with pytest.raises(Scp03tError, match="card cryptogram"):
        scene.host.take_initialize_update(tlv.parse(scene.tlv(scene.host.initialize_update())))


def test_a_counter_at_its_end_opens_no_session() -> None:
    scene = Scene()
    memory = isdr_of(scene.card).isd_ps.memory(isd_p_of(scene.card))
    with scene.card.nvm.transaction():
        memory.set(keys.SCP03_COUNTER, 0xFFFFFF, f"{AID.hex()}/30")
    assert scene.tlv(scene.host.initialize_update()).hex() == "9f84" + NOT_FOUND


def test_scripts_take_the_tags_of_scp03t() -> None:
    assert tuple(IsdPTarget.further_tags) == tuple(IsdRTarget.further_tags) == TAGS


def test_host_keys_do_not_show() -> None:
    assert ENC.hex() not in repr(HOST_KEYS)
    assert "enc=" not in repr(Scene().open().host.data(b""))
