"""ES8.UpdateConnectivityParameters: SCP03 as C-APDUs to the ISD-P, by bytes and over the air."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import StatusError, tlv
from euicc.m2m import connectivity
from euicc.testing.scp03 import HostKeys, Scp03Error, Scp03Host
from tests.m2m.es8_scene import AID, ENC, HOST_KEYS, MAC, OverTheAir, Scene, isdr_of, package

SMS = bytes.fromhex("A003810155")
HTTPS = bytes.fromhex("A104 47020161")
LEVEL = 0x33


def store_data(value: bytes, p1: int = 0x88, p2: int = 0) -> bytes:
    data = bytes.fromhex("3A07") + bytes((len(value),)) + value
    return block(data, p1, p2)


def block(data: bytes, p1: int = 0x88, p2: int = 0) -> bytes:
    return bytes((0x80, 0xE2, p1, p2, len(data))) + data + b"\x00"


def transmit(scene: Scene, command: bytes) -> bytes:
    """As the script of a packet has it executed."""
    try:
        return scene.apdu(command) + b"\x90\x00"
    except StatusError as error:
        return error.data + error.sw.to_bytes(2, "big")


def loaded() -> Scene:
    scene = Scene().open()
    scene.install(package())
    return scene


def channel(scene: Scene, keys: HostKeys = HOST_KEYS) -> Scp03Host:
    return Scp03Host(lambda command: transmit(scene, command), keys)


def opened(scene: Scene) -> Scp03Host:
    host = channel(scene)
    host.open(LEVEL)
    return host


def parameters(scene: Scene) -> bytes:
    return connectivity.parameters(isdr_of(scene.card), AID)


def test_parameters_are_updated() -> None:
    scene = loaded()
    host = opened(scene)
    assert (host.i, host.sequence_counter) == (0x70, 2)
    answer = transmit(scene, host.wrap(store_data(SMS)))
    assert len(answer) == 8 + 2
    assert host.unwrap(answer[:-2], 0x9000) == b""
    assert host.send(store_data(HTTPS)) == (b"", 0x9000)
    assert parameters(scene) == SMS + HTTPS


def test_in_blocks() -> None:
    scene = loaded()
    host = opened(scene)
    data = bytes.fromhex("3A0705") + SMS
    assert host.send(block(data[:4], 0x08, 0)) == (b"", 0x9000)
    assert parameters(scene) == b""
    assert host.send(block(data[4:], 0x88, 1)) == (b"", 0x9000)
    assert parameters(scene) == SMS


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (store_data(b"\xa3\x00"), 0x6A80),
        (block(bytes.fromhex("3A0300")), 0x6A80),
        (block(bytes.fromhex("3A0700 3A0700")), 0x6A80),
        (block(bytes.fromhex("3A0705A0")), 0x6A80),
        (store_data(SMS, p1=0x90), 0x6A86),
        (store_data(SMS, p2=1), 0x6A86),
        (bytes.fromhex("80E28800"), 0x6700),
        (bytes.fromhex("80CAFF2100"), 0x6D00),
    ],
)
def test_what_is_refused_leaves_everything(command: bytes, sw: int) -> None:
    scene = loaded()
    host = opened(scene)
    host.send(store_data(SMS))
    assert host.send(command) == (b"", sw)
    assert parameters(scene) == SMS
    assert host.send(store_data(HTTPS)) == (b"", 0x9000)


def test_an_isd_p_without_a_profile_has_no_parameters() -> None:
    scene = Scene()
    assert opened(scene).send(store_data(SMS)) == (b"", 0x6985)


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("8050300007 00010203040506", 0x6700),
        ("0050300008 0001020304050607", 0x6E00),
        ("8050310008 0001020304050607", 0x6A88),
        ("8050300208 0001020304050607", 0x6A88),
        ("8482330010 00000000000000000000000000000000", 0x6985),
        ("8082330010 00000000000000000000000000000000", 0x6E00),
        ("80E288000A 3A0705A003810155 0000", 0x6982),
        ("84E288000A 3A0705A003810155 0000", 0x6982),
        ("80CAFF2100", 0x6982),
    ],
)
def test_out_of_a_session(command: str, sw: int) -> None:
    assert transmit(loaded(), bytes.fromhex(command)) == sw.to_bytes(2, "big")


@pytest.mark.parametrize(
    ("change", "sw"),
    [
        (lambda command: command[:2] + b"\x13" + command[3:], 0x6A86),
        (lambda command: command[:3] + b"\x01" + command[4:], 0x6A86),
        (lambda command: command[:4] + b"\x0f" + command[5:-1], 0x6700),
        (lambda command: command[:5] + bytes((command[5] ^ 1,)) + command[6:], 0x6300),
        (lambda command: command[:-1] + bytes((command[-1] ^ 1,)), 0x6982),
    ],
)
def test_external_authenticate_refused(change: Callable[[bytes], bytes], sw: int) -> None:
    scene = loaded()
    host = channel(scene)
    host.take_initialize_update(transmit(scene, host.initialize_update())[:-2])
    right = host.external_authenticate(LEVEL)
    assert transmit(scene, change(right)) == sw.to_bytes(2, "big")
    assert transmit(scene, right) == bytes.fromhex("6985")


@pytest.mark.parametrize("position", [2, 5, 12, -2])
def test_a_changed_command_ends_the_session(position: int) -> None:
    scene = loaded()
    host = opened(scene)
    command = bytearray(host.wrap(store_data(SMS)))
    command[position] ^= 0x40
    assert transmit(scene, bytes(command)) == bytes.fromhex("6982")
    assert transmit(scene, host.wrap(store_data(SMS))) == bytes.fromhex("6982")
    assert parameters(scene) == b""


def test_a_repeated_command_ends_the_session() -> None:
    scene = loaded()
    host = opened(scene)
    command = host.wrap(store_data(SMS))
    assert transmit(scene, command)[-2:] == b"\x90\x00"
    assert transmit(scene, command) == bytes.fromhex("6982")


def test_a_command_without_protection_ends_the_session() -> None:
    scene = loaded()
    host = opened(scene)
    assert transmit(scene, store_data(SMS)) == bytes.fromhex("6982")
    assert transmit(scene, host.wrap(store_data(SMS))) == bytes.fromhex("6982")


def test_other_keys_open_nothing() -> None:
    with pytest.raises(Scp03Error, match="card cryptogram"):
        channel(loaded(), HostKeys(0x30, ENC, ENC, MAC)).open(LEVEL)


def test_both_secure_channels_count_the_same_sessions() -> None:
    scene = loaded()
    assert opened(scene).sequence_counter == 2
    assert scene.open().host.sequence_counter == 3


@pytest.mark.parametrize("without_le", [False, True])
def test_over_the_air(without_le: bool) -> None:
    """The R-MAC comes either way."""
    scene = loaded()
    air = OverTheAir(scene.card)

    def transmit_in_packet(command: bytes) -> bytes:
        sent = command[:5] + command[5 : 5 + command[4]]
        stripped = without_le and command[1] == 0xE2
        (answer,) = air.elements(AID, tlv.encode(0x22, sent if stripped else command))
        return answer.value

    host = Scp03Host(transmit_in_packet, HOST_KEYS)
    host.open(LEVEL)
    assert host.send(store_data(SMS)) == (b"", 0x9000)
    assert parameters(scene) == SMS
