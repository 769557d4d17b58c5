"""Key generation from injected randomness, points, shared secrets and the X9.63 derivation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from Crypto.Protocol.DH import key_agreement
from Crypto.PublicKey import ECC

from euicc.crypto import curves, ecka
from euicc.crypto.curves import Curve
from euicc.crypto.ecka import PointError


@pytest.fixture(params=curves.ALL, ids=lambda curve: curve.name)
def curve(request: pytest.FixtureRequest) -> Curve:
    assert isinstance(request.param, Curve)
    return request.param


def yields(*values: int) -> Callable[[int], bytes]:
    rest = iter(values)
    return lambda length: next(rest).to_bytes(length, "big")


def test_the_scalar_is_what_the_randomness_gave(curve: Curve) -> None:
    key = ecka.generate(curve, yields(0x1234))
    assert ecka.scalar(key) == (0x1234).to_bytes(32, "big")


@pytest.mark.parametrize("last", ["1", "n-1"])
def test_values_outside_the_group_are_drawn_again(curve: Curve, last: str) -> None:
    value = 1 if last == "1" else curve.order - 1
    key = ecka.generate(curve, yields(0, curve.order, 2**256 - 1, value))
    assert int.from_bytes(ecka.scalar(key), "big") == value


def test_keys_survive_as_scalars(curve: Curve) -> None:
    key = ecka.generate(curve, yields(99))
    again = ecka.from_scalar(curve, ecka.scalar(key))
    assert ecka.point(again.public_key()) == ecka.point(key.public_key())


def test_scalars_outside_the_group_are_refused(curve: Curve) -> None:
    for value in (0, curve.order, 2**256 - 1):
        with pytest.raises(PointError):
            ecka.from_scalar(curve, value.to_bytes(32, "big"))


def test_both_sides_get_the_same_secret(curve: Curve) -> None:
    ours, theirs = ecka.generate(curve, yields(0xA5)), ecka.generate(curve, yields(0x5A))
    secret = ecka.agree(ours, theirs.public_key())
    assert len(secret) == 32
    assert secret == ecka.agree(theirs, ours.public_key())


def test_a_second_library_agrees() -> None:
    ours = ecka.generate(curves.P256, yields(0xA5))
    theirs = ECC.construct(curve="P-256", d=0x5A)
    point = theirs.public_key().export_key(format="SEC1")
    secret = key_agreement(
        static_priv=theirs,
        static_pub=ECC.import_key(ecka.point(ours.public_key()), curve_name="P-256"),
        kdf=lambda z: z,
    )
    assert ecka.agree(ours, ecka.from_point(curves.P256, point)) == secret


def test_points_are_uncompressed(curve: Curve) -> None:
    point = ecka.point(ecka.generate(curve, yields(3)).public_key())
    assert len(point) == 65
    assert point[0] == 4
    assert ecka.point(ecka.from_point(curve, point)) == point


def test_points_of_another_form_or_place_are_refused(curve: Curve) -> None:
    point = ecka.point(ecka.generate(curve, yields(3)).public_key())
    other = curves.BRAINPOOL if curve is curves.P256 else curves.P256
    compressed = bytes((2 + point[-1] % 2,)) + point[1:33]
    off_curve = point[:-1] + bytes((point[-1] ^ 1,))
    for wrong in (b"", b"\x00", point[:-1], point + b"\x00", b"\x06" + point[1:], compressed, off_curve):
        with pytest.raises(PointError):
            ecka.from_point(curve, wrong)
    with pytest.raises(PointError):
        ecka.from_point(other, point)
    with pytest.raises(PointError):
        ecka.from_point(curve, b"\x04" + bytes(64))


def test_x963_vectors_of_nist_cavs() -> None:
    """ANSI X9.63 KDF, SHA-256, from the NIST CAVS file "ansx963_2001"."""
    z = bytes.fromhex("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08")
    assert ecka.kdf_x963(z, b"", 16) == bytes.fromhex("443024c3dae66b95e6f5670601558f71")
    z = bytes.fromhex("22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d")
    info = bytes.fromhex("75eef81aa3041e33b80971203d2c0c52")
    expected = bytes.fromhex(
        "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e"
        "52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485"
        "500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269"
        "142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21"
    )
    assert ecka.kdf_x963(z, info, 128) == expected


def test_x963_of_a_session_key() -> None:
    info = bytes.fromhex("881004484F53541089049032123451234512345678901235")
    assert ecka.kdf_x963(bytes(range(32)), info, 48) == bytes.fromhex(
        "8297687A0ABAACEFD9A3CA713CC2096D3F99638ADF4F722796C13F130F14700638164EBE5481C6833F43E4E683468E11"
    )
