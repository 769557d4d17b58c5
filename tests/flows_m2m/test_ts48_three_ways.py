"""Every TS.48 package installed by SGP.02, by SGP.22 and by SGP.32: the same files, byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import tlv
from asn1.generated import pe
from euicc import Card
from euicc.m2m.isd_p import LifeCycle
from euicc.testing.eim import operations
from euicc.testing.m2m import es3
from euicc.testing.m2m.key_establishment import KeyRequest
from euicc.testing.pki import Pki
from euicc.testing.scp03 import HostKeys
from euicc.testing.smdp import SmDpPlus
from euicc.testing.smdp_m2m import scp03t
from euicc.testing.smdp_m2m.scp03t import Scp03tHost
from ipa.lpa import Lpa
from tests.data import needs_ts48, ts48_packages
from tests.flows.in_process import InProcess
from tests.flows32.scene import Scene
from tests.flows_m2m.file_system import Stored, file_system
from tests.m2m import commands
from tests.m2m.managed import Managed, managed
from tests.m2m_keys.air import ISD_P, SM_DP, create, establish, personalize

pytestmark = needs_ts48
packages = pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
ADDRESS = "smdp.example.com"
BLOCKS_AT_ONCE = 8


def by_sgp22(package: bytes) -> Card:
    """ES9+ and ES8+, and EnableProfile by the device."""
    pki = Pki.default()
    card, server = Card.manufacture(pki=pki), SmDpPlus(pki, ADDRESS)
    order = server.order(package)
    with Lpa(card, servers=InProcess(server)) as lpa:
        lpa.download(f"LPA:1${ADDRESS}${order.matching_id}")
        (installed,) = lpa.profiles()
        lpa.enable(installed.iccid or b"")
    card.reset()
    return card


def by_sgp32(package: bytes) -> Card:
    """The same download triggered by the eIM, and a PSMO that enables."""
    there = Scene()
    order = there.smdp.order(package)
    there.eim.download(there.eid, there.smdp.activation_code(order))
    there.poll()
    there.eim.queue(there.eid, operations.enable(order.iccid))
    there.poll()
    there.card.reset()
    return there.card


def by_sgp02(package: bytes) -> Card:
    """CreateISDP, EstablishISDPKeySet, DownloadAndInstallation and EnableProfile, in SCP80 packets by short message."""
    there = managed()
    create(there)
    personalize(there)
    enc, mac, dek = establish(there, KeyRequest(0x30, derivation_random=True), SM_DP)
    response = download(there, HostKeys(0x30, enc.value, mac.value, dek.value), package)
    assert [each.status for each in response.pe_status] == [0]
    assert there.states()[ISD_P] == LifeCycle.DISABLED
    assert there.sw(commands.enable(ISD_P)) == 0x9000
    return there.card


def download(there: Managed, keys: HostKeys, package: bytes) -> pe.EUICCResponse:
    """SCP03t in packets to the ISD-P; what the card says at the end."""
    host = Scp03tHost(keys, ISD_P, bytes(range(8)))
    host.take_initialize_update(*answers(there, host.initialize_update()))
    assert [each.encoded for each in answers(there, host.external_authenticate())] == [b"\x85\x00"]
    pieces, said = list(scp03t.blocks(package)), [b""]
    for start in range(0, len(pieces), BLOCKS_AT_ONCE):
        sent = [host.data(piece) for piece in pieces[start : start + BLOCKS_AT_ONCE]]
        heard = answers(there, b"".join(each.encoded for each in sent))
        said += [scp03t.read(*pair) for pair in zip(sent, heard, strict=True)]
    assert not any(said[:-1])
    return pe.EUICCResponse.decode(said[-1])


def answers(there: Managed, tlvs: bytes) -> list[tlv.Tlv]:
    response = there.platform.send(
        "the card",
        ISD_P[12:15],
        b"\xae\x80" + tlvs + b"\x00\x00",
        there.handset.deliver,
        submitted=there.handset.user_data_sent,
        attempts=1,
    )
    return es3.elements(response.data[2:-2])


@packages
def test_the_same_file_system_whichever_way_it_came(path: Path) -> None:
    package = path.read_bytes()
    ways = (by_sgp02, by_sgp22, by_sgp32)
    cards = [way(package) for way in ways]
    for card in cards:
        (profile,) = (each for each in card.isdr.profiles.all() if each.enabled)
        assert card.isdr.profiles.package(profile.aid) == package
    first, *others = [file_system(card) for card in cards]
    for other in others:
        assert other.keys() == first.keys()
        assert [place for place in first if first[place] != other[place]] == []
    assert len(first) > 240
    check_thoroughness(first)


def check_thoroughness(files: dict[tuple[bytes, bytes], Stored]) -> None:
    """Nearly all of it was read by APDU, and what was read is what is stored."""
    read = [each for each in files.values() if all(sw == 0x9000 for sw, _ in each.answers)]
    assert len(files) - len(read) <= 2
    for each in read:
        if each.inside and len(each.answers) > 1:
            answered = b"".join(data for _, data in each.answers[1:])
            assert answered == each.inside
