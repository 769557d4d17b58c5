"""PSK identities and the keys that they name, by bytes."""

from __future__ import annotations

import pytest

from apdu.aid import ISD_R
from euicc.m2m.scp81 import psk
from euicc.testing.m2m.https_admin_trigger import psk_identity
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey
from tests.scp81.line import EID, PSK, Keys


def test_the_identity_of_a_key() -> None:
    wanted = "8001028110890010120123412340123456789012244F10A0000005591010FFFFFFFF8900000100820101830140"
    assert psk.identity(EID, (0x40, 0x01)) == wanted.encode("ascii")
    assert psk_identity(EID) == wanted.encode("ascii")
    assert psk.named_by(wanted.encode()) == (0x40, 0x01)


@pytest.mark.parametrize(
    "text", ["", "nobody", "80010", "800102", "8200830140", "82020101830140", "8301FF40", "é"]
)
def test_other_identities_name_no_key(text: str) -> None:
    assert psk.named_by(text.encode()) is None


def test_keys_are_found_by_version_and_type() -> None:
    keys = Keys()
    assert psk.find(keys, (0x40, 1)) == PSK
    assert [psk.find(keys, name) for name in ((0x40, 2), (0x40, 3), (0x41, 1), (0x01, 1))] == [None] * 4
    assert list(psk.names(keys)) == [(0x40, 1)]


def test_a_key_of_another_range_is_none_for_scp81() -> None:
    other = Keys((SecurityDomainKey(b"\x18", 1, 0x50, (KeyComponent(0x85, PSK),)),), ISD_R)
    assert psk.find(other, (0x50, 1)) is None
    assert list(psk.names(other)) == []
