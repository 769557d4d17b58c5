"""ES8 through a whole card: SCP80 packets in short messages to the TAR of the ISD-P."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import aid as aids
from apdu import tlv
from asn1.generated import pe
from euicc.m2m.isd_p import IsdP, LifeCycle
from euicc.testing.ota import Check, Counter, NoAnswer, Protection
from euicc.testing.smdp_m2m import scp03t
from euicc.testing.smdp_m2m.scp03t import Scp03tHost
from tests.data import needs_ts48, ts48_packages
from tests.m2m.es8_scene import (
    AID,
    CARD,
    CHALLENGE,
    HOST_KEYS,
    OverTheAir,
    add_isd_p,
    isd_p_of,
    isdr_of,
    package,
    statuses,
)


def opened(air: OverTheAir, aid: bytes = AID) -> Scp03tHost:
    host = Scp03tHost(HOST_KEYS, aid, CHALLENGE)
    (answer,) = air.elements(aid, host.initialize_update())
    host.take_initialize_update(answer)
    assert [each.encoded.hex() for each in air.elements(aid, host.external_authenticate())] == ["8500"]
    return host


def install(air: OverTheAir, whole: bytes, at_once: int = 2) -> pe.EUICCResponse:
    """Two blocks of 1024 bytes in each packet."""
    host = opened(air)
    pieces = list(scp03t.blocks(whole))
    for start in range(0, len(pieces), at_once):
        sent = [host.data(piece) for piece in pieces[start : start + at_once]]
        answers = air.elements(AID, b"".join(each.encoded for each in sent))
        heard = [scp03t.read(*pair) for pair in zip(sent, answers, strict=True)]
        if heard[-1]:
            return pe.EUICCResponse.decode(heard[-1])
        assert not any(heard)
    raise AssertionError("no EUICCResponse")


def test_a_profile_is_installed() -> None:
    air = OverTheAir()
    assert statuses(install(air, package())) == [0]
    assert isdr_of(air.card).isd_ps.state(isd_p_of(air.card)) is LifeCycle.DISABLED
    assert air.card.isdr.profiles.package(AID) == package()


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages()[:1], ids=lambda path: path.name)
def test_a_package_of_ts48_is_installed(path: Path) -> None:
    air = OverTheAir()
    assert statuses(install(air, path.read_bytes(), at_once=8)) == [0]
    assert air.card.isdr.profiles.package(AID) == path.read_bytes()


def test_sessions_go_on_from_packet_to_packet_of_either_form() -> None:
    air = OverTheAir()
    host = opened(air)
    first, second = host.data(package()[:50]), host.data(package()[50:90])
    response = air.send(AID, tlv.encode(0xAA, first.encoded, second.encoded))
    assert response.data.hex() == "ab058001028600"
    assert [each.encoded.hex() for each in air.elements(AID, host.data(package()[90:99]).encoded)] == ["8600"]


def test_a_script_ends_with_an_error() -> None:
    air = OverTheAir()
    host = opened(air)
    good, bad = host.data(b"").encoded, tlv.encode(0x86, bytes(8))
    answers = air.elements(AID, good + bad + good)
    assert [each.encoded.hex() for each in answers] == ["8600", "9f860102"]
    response = air.send(AID, tlv.encode(0xAA, good))
    assert response.data.hex() == "ab078001019f860102"


def test_a_repeated_packet_does_nothing() -> None:
    air = OverTheAir()
    host = opened(air)
    script = b"\xae\x80" + host.data(package()[:40]).encoded + b"\x00\x00"
    delivery = air.platform.pack(CARD, AID[12:15], script)
    for _ in range(2):
        for tpdu in delivery.tpdus:
            air.handset.deliver(tpdu)
    assert [each.encoded.hex() for each in air.elements(AID, host.data(package()[40:60]).encoded)] == ["8600"]


def test_the_isd_r_has_nobody_for_such_tlvs_until_an_isd_p_is_named() -> None:
    air = OverTheAir()
    host = Scp03tHost(HOST_KEYS, AID, CHALLENGE)
    response = air.send(aids.ISD_R, tlv.encode(0xAA, host.initialize_update()))
    assert response.data.hex() == "ab078001019f840103"


def test_other_tags_are_bad_format_here_too() -> None:
    response = OverTheAir().send(AID, bytes.fromhex("AA03880100"))
    assert response.data.hex() == "ab06800100900101"


def test_less_protection_than_the_isd_r_wants() -> None:
    air = OverTheAir()
    script = tlv.encode(0xAA, Scp03tHost(HOST_KEYS, AID, CHALLENGE).initialize_update())
    assert air.send(AID, script, Protection(ciphered=False)).status == 0x0A
    assert air.send(AID, script, Protection(counter=Counter.NONE)).status == 0x0A
    with pytest.raises(NoAnswer):
        air.send(AID, script, Protection(check=Check.NONE))


def test_an_isd_p_that_is_not_there_has_no_tar() -> None:
    air = OverTheAir()
    with pytest.raises(NoAnswer):
        air.send(aids.isd_p(0x21), b"\xaa\x00")
    add_isd_p(air.card, IsdP(aids.isd_p(0x21)))
    assert air.send(aids.isd_p(0x21), b"\xaa\x00").data.hex() == "ab03800100"


def test_sessions_of_two_isd_ps_do_not_meet() -> None:
    air = OverTheAir()
    other = aids.isd_p(0x21)
    add_isd_p(air.card, IsdP(other, personalized=True))
    host, second = opened(air), opened(air, other)
    (answer,) = air.elements(other, host.data(b"").encoded)
    assert answer.encoded.hex() == "9f860102"
    (answer,) = air.elements(AID, host.data(b"").encoded)
    assert answer.encoded.hex() == "9f860102"
    assert second.sequence_counter == host.sequence_counter == 1
