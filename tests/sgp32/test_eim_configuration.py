"""G4 and G8 of the checklist: AddInitialEim, GetEimConfigurationData and GetCerts."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import StatusError, status, tlv
from euicc import Config
from euicc.crypto import curves
from euicc.testing.pki import Pki
from tests.sgp32.device import Device, device
from tests.sgp32.eim import GET_RAT, Eim

NOTHING = bytes.fromhex("BF5502A000")


@pytest.fixture
def side() -> Device:
    return device()


def refused(code: int) -> bytes:
    return tlv.encode(0xBF57, tlv.encode(0x81, bytes([code])))


def test_two_with_and_without_token(side: Device) -> None:
    answer = side.add_initial(Eim("a").fields(token=-1), Eim("b").fields())
    assert answer == bytes.fromhex("BF5707A0058401010500")
    assert [each[0x80] for each in side.eims()] == [b"a", b"b"]
    assert [each.get(0x84) for each in side.eims()] == [b"\x01", None]


def test_only_while_there_is_none(side: Device) -> None:
    side.associate(Eim())
    assert side.add_initial(Eim("eim2").fields()) == refused(2)
    assert side.add_initial(b"") == refused(2)
    assert len(side.eims()) == 1


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (Eim("a").fields(), 7),
        (Eim("b").fields()[3:], 7),
        (Eim("b").fields(counter=None), 7),
        (Eim("b").fields(key=b""), 7),
        (Eim("b", curve=ec.SECP384R1()).fields(), 7),
        (Eim("b").fields(token=7), 5),
        (Eim("b", ci_ski=bytes(20)).fields(), 3),
        (Eim("b").fields(counter=0x800000), 6),
    ],
)
def test_an_error_in_one_entry_leaves_nothing(side: Device, second: bytes, code: int) -> None:
    assert side.add_initial(Eim("a").fields(token=-1), second) == refused(code)
    assert side.send(b"\xbf\x55\x00") == NOTHING
    # Not even the token that the first one would have had.
    assert side.associate(Eim(), token=True).token == 1


def test_an_empty_list(side: Device) -> None:
    assert side.add_initial() == refused(7)


def test_no_room() -> None:
    side = device(Config(eims=1))
    assert side.add_initial(Eim("a").fields(), Eim("b").fields()) == refused(1)
    assert side.add_initial(Eim("a").fields(counter=0x7FFFFF)) == bytes.fromhex("BF5704A0020500")


@pytest.mark.parametrize(
    "request_",
    [
        bytes.fromhex("BF5700"),
        bytes.fromhex("BF5702A100"),
        bytes.fromhex("BF5704A0028100"),
        bytes.fromhex("BF5704A0043080"),
        tlv.encode(0xBF57, tlv.encode(0xA0, tlv.encode(0x30, Eim("a" * 129).fields()))),
        tlv.encode(0xBF57, tlv.encode(0xA0, tlv.encode(0x30, Eim("a").fields(key=bytes.fromhex("A500"))))),
    ],
)
def test_malformed(side: Device, request_: bytes) -> None:
    with pytest.raises(StatusError) as error:
        side.send(request_)
    assert error.value.sw == status.INCORRECT_DATA
    assert side.eims() == []


def test_defaults(side: Device) -> None:
    side.associate(Eim(), token=True)
    (shown,) = side.eims()
    assert shown == {
        0x80: b"eim1",
        0x82: b"\x03",
        0x84: b"\x01",
        0xA5: tlv.parse(Eim().public_key_data).value,
        0x87: bytes.fromhex("0308"),
        0x88: side.card.identity.credentials[0].ci_ski,
    }


def test_everything_that_was_given_comes_back_but_the_counter(side: Device) -> None:
    key, ski = Eim().public_key_data, side.card.identity.credentials[0].ci_ski
    trust = tlv.encode(0xA6, tlv.parse(key).value)
    kept = tlv.encode(0x80, b"eim1"), tlv.encode(0x81, b"eim.example"), bytes.fromhex("820102")
    more = key, trust, bytes.fromhex("870206C0"), tlv.encode(0x88, ski), bytes.fromhex("8900")
    side.add_initial(b"".join((*kept, bytes.fromhex("830105"), *more)))
    side.restart()
    answer = side.send(b"\xbf\x55\x00")
    assert answer == tlv.encode(0xBF55, tlv.encode(0xA0, tlv.encode(0x30, *kept, *more)))


def test_filter(side: Device) -> None:
    side.add_initial(Eim("a").fields(), Eim("b").fields())
    for request in ("BF5505A003800162", "BF5503800162"):
        assert [each[0x80] for each in side.eims(bytes.fromhex(request))] == [b"b"]
    assert side.send(bytes.fromhex("BF5505A003800163")) == NOTHING


def test_no_eim(side: Device) -> None:
    assert side.send(b"\xbf\x55\x00") == NOTHING


def wrappings(eim: Eim, pki: Pki) -> dict[str, tuple[bytes, ec.EllipticCurvePrivateKey]]:
    """eimPublicKeyData in every form that is used, and the key in it."""
    info, issued = eim.public_key_info, pki.eim[pki.authorities[0].ski]
    certificate = issued.certificate
    return {
        "A0{..}": (eim.public_key_data, eim.key),
        "A0{30{..}}": (tlv.encode(0xA5, tlv.encode(0xA0, info)), eim.key),
        "30{..} key": (tlv.encode(0xA5, info), eim.key),
        "A1{..}": (tlv.encode(0xA5, tlv.encode(0xA1, tlv.parse(certificate).value)), issued.key),
        "A1{30{..}}": (tlv.encode(0xA5, tlv.encode(0xA1, certificate)), issued.key),
        "30{..} certificate": (tlv.encode(0xA5, certificate), issued.key),
    }


@pytest.mark.parametrize("form", wrappings(Eim(), Pki.default()))
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_every_wrapping_of_the_key(form: str, curve: curves.Curve) -> None:
    pki = Pki.default(curves=(curve,))
    side, eim = device(pki=pki), Keyed(curve=curve.ec)
    data, key = wrappings(eim, pki)[form]
    eim.private = key
    assert side.add_initial(eim.fields(key=data)) == bytes.fromhex("BF5704A0020500")
    answer = side.load(eim.package(side.eid, [GET_RAT]))
    assert side.signed_for(answer, eim)
    (shown,) = side.eims()
    kind = tlv.parse(shown[0xA5])
    assert kind.tag == (0xA1 if "1" in form or "certificate" in form else 0xA0)
    assert len(kind.children()) == (3 if kind.tag == 0xA1 else 2)


class Keyed(Eim):
    """An eIM with a key from elsewhere."""

    private: ec.EllipticCurvePrivateKey | None = None

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return self.private or super().key


def test_certificates() -> None:
    side = device(pki=Pki.default(curves=curves.ALL))
    for index, credential in enumerate(side.card.identity.credentials):
        eum, euicc = (
            tlv.encode(tag, tlv.parse(certificate).value)
            for tag, certificate in (
                (0xA5, credential.eum_certificate),
                (0xA6, credential.euicc_certificate),
            )
        )
        expected = tlv.encode(0xBF56, tlv.encode(0xA0, eum, euicc))
        for tag in (0x80, 0x04):
            assert side.send(tlv.encode(0xBF56, tlv.encode(tag, credential.ci_ski))) == expected
        if index == 0:
            assert side.send(b"\xbf\x56\x00") == expected
    assert side.send(tlv.encode(0xBF56, tlv.encode(0x80, bytes(20)))) == bytes.fromhex("BF5603810101")
