"""The operator's platform reaches the security domains by short messages: keys, metadata, card content, the key K."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc.profiles.store import ProfileStore
from euicc.testing.ota import (
    Check,
    Handset,
    KeySet,
    NoAnswer,
    OtaPlatform,
    Protection,
    Script,
    parse_compact,
)
from euicc.testing.ota.script import ScriptResult
from euicc.testing.profile_builder.identifiers import USIM_AID
from tests.aka import network
from tests.aka.device import Device, accepted
from tests.aka.subscriber import NETWORK, OP, K, card, sqn
from tests.globalplatform.cards import MNO_SD, SSD, mno_sd, package
from tests.globalplatform.test_put_key import NEW, aes_field
from tests.isdp.packages import encode
from tests.ota.scene import CARD, TAR_RAM, Scene, scene
from tests.ota.vectors import TS48_KEYS

OLD = KeySet(2, b"\x04" * 16, b"\x05" * 16)
WAITING = range(0x6100, 0x6200)
GET_STATUS, PUT_KEY, STORE_DATA, INSTALL, DELETE = 0xF2, 0xD8, 0xE2, 0xE6, 0xE4


@pytest.fixture
def here() -> Scene:
    return scene(encode(package()), keys=OLD)


def run(here: Scene, script: Script, protection: Protection | None = None) -> ScriptResult:
    response = here.send(TAR_RAM, script.compact(), protection)
    assert response.status == 0
    return parse_compact(response.data)


def put_key(old: int, version: int) -> Script:
    data = bytes([version]) + b"".join(map(aes_field, NEW))
    return Script().add(0x80, PUT_KEY, old, 0x81, data)


def test_status(here: Scene) -> None:
    script = Script().add(0x80, GET_STATUS, 0x80, 0x02, b"\x4f\x00\x5c\x01\x4f").add(0x00, 0xC0, 0, 0, le=12)
    found = run(here, script)
    assert (found.sw, found.data) == (0x9000, tlv.encode(0xE3, tlv.encode(0x4F, MNO_SD)))


def test_a_new_key_set_takes_the_place_of_the_old(here: Scene) -> None:
    assert run(here, put_key(0, 0x03)).sw in WAITING
    here.platform.register(CARD, KeySet(3, NEW[0], NEW[1]))
    assert run(here, Script().add(0x80, DELETE, 0, 0, b"\xd2\x01\x02")).sw == 0x9000
    here.handset.reset()
    assert run(here, Script().add(0x80, GET_STATUS, 0x80, 0x02, b"\x4f\x00")).sw in WAITING
    here.platform.register(CARD, OLD, counter=9)
    with pytest.raises(NoAnswer):
        here.send(TAR_RAM, Script().add(0x80, GET_STATUS, 0x80, 0x02, b"\x4f\x00").compact())


def test_a_replaced_key_set_counts_from_the_beginning(here: Scene) -> None:
    here.platform.register(CARD, OLD, counter=1000)
    assert run(here, put_key(0x02, 0x02)).sw in WAITING
    assert {key.components[0].data for key in mno_sd(here.card).keys if key.version == 2} == set(NEW)
    here.platform.register(CARD, KeySet(2, NEW[0], NEW[1]))
    assert run(here, Script().add(0x80, DELETE, 0, 0, b"\xd2\x01\x30")).sw == 0x9000
    assert here.platform.counter(CARD) == 1


def test_metadata(here: Scene) -> None:
    request = tlv.encode(0xBF2A, tlv.encode(0x92, b"By message"))
    assert run(here, Script().add(0x80, STORE_DATA, 0x90, 0, request)).sw == 0x9000
    enabled = ProfileStore(here.card.nvm).enabled()
    assert enabled is not None
    assert enabled.stored_metadata.profile_name == "By message"


def test_a_packet_without_a_checksum_manages_nothing(here: Scene) -> None:
    plain = Protection(check=Check.NONE, ciphered=False)
    with pytest.raises(NoAnswer):
        here.send(TAR_RAM, put_key(0, 0x03).compact(), plain)
    assert mno_sd(here.card).key(0x03, 1) is None


def test_a_new_domain_is_reached_under_its_tar_with_the_keys_above_it(here: Scene) -> None:
    tar = bytes.fromhex("B00999")
    toolkit = bytes.fromhex("C900EA0F800D01000000000201160 3B0099900".replace(" ", ""))
    fields = (
        bytes.fromhex("A0000001515350"),
        bytes.fromhex("A000000151535041"),
        SSD[:-1] + b"\x09",
        b"\x80",
        toolkit,
        b"",
    )
    data = b"".join(bytes([len(each)]) + each for each in fields)
    assert run(here, Script().add(0x80, INSTALL, 0x0C, 0, data)).sw in WAITING
    response = here.send(tar, put_key(0, 0x04).compact())
    assert parse_compact(response.data).sw in WAITING
    here.platform.register(CARD, KeySet(4, NEW[0], NEW[1]))
    response = here.send(tar, Script().add(0x80, DELETE, 0, 0, b"\xd0\x01\x03").compact())
    assert parse_compact(response.data).sw == 0x9000
    assert {key.version for key in mno_sd(here.card).keys} == {1, 2, 0x30}


def network_key(k: bytes, opc: bytes) -> Script:
    fields = (
        tlv.encode(0x4F, USIM_AID),
        tlv.encode(0x80, b"\x01"),
        tlv.encode(0x81, k),
        tlv.encode(0x82, opc),
    )
    return Script().add(0x80, STORE_DATA, 0x90, 0, tlv.encode(0xFF6B, *fields))


def administered(device: Device) -> Scene:
    platform = OtaPlatform()
    platform.register(CARD, TS48_KEYS)
    return Scene(device.card, platform, Handset(device.card))


def test_another_operators_key_authenticates_and_the_old_one_does_not() -> None:
    device = card()
    assert accepted(device.challenged(NETWORK, sqn(1)))
    here = administered(device)
    new = network.Milenage(bytes(reversed(K)), OP)
    signed_only = Protection(ciphered=False)
    assert run(here, network_key(new.k, new.opc), signed_only).sw == 0x6982
    device.restart()
    assert accepted(device.challenged(NETWORK, sqn(2)))
    assert run(here, network_key(new.k, new.opc)).sw == 0x9000
    device.restart()
    assert device.challenged(NETWORK, sqn(3)).sw == 0x9862
    assert accepted(device.challenged(new, sqn(1)))
