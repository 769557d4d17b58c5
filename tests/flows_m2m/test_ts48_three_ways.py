"""Every TS.48 package installed by SGP.02, by SGP.22 and by SGP.32: the same files, byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from euicc import Card
from euicc.testing.eim import operations
from euicc.testing.lab.m2m_lab import SMDP, SMSR, M2mLab
from euicc.testing.m2m.es2 import DownloadProfile
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription
from euicc.testing.smdp import SmDpPlus
from euicc.testing.smdp_m2m import Order
from ipa.lpa import Lpa
from tests.data import needs_ts48, ts48_packages
from tests.flows.in_process import InProcess
from tests.flows32.scene import Scene
from tests.flows_m2m.file_system import Stored, file_system
from tests.isdp.expectation import USIM, expected_contents

pytestmark = needs_ts48
packages = pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
ADDRESS = "smdp.example.com"
FIRST = Subscription(imsi="001020000000002", iccid="8900102000000000002")


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
    """ES2.DownloadProfile: the SM-DP establishes keys and downloads through the SM-SR, which enables the profile."""
    lab = M2mLab(seed=48)
    car = lab.device("car", FIRST)
    order = lab.smdp.orders.add(Order(package))
    lab.network.subscribe(imsi(package), "+499900048")
    response = lab.ask(SMDP, "operator", DownloadProfile(car.eid, SMSR, order.iccid, enable=True))
    assert response.status.ok
    assert car.device.imsi == imsi(package)
    return car.card


def imsi(package: bytes) -> str:
    """Digits in EF_IMSI of the package, TS 31.102 4.2.2."""
    digits = expected_contents(package)[USIM + b"\x6f\x07"][1:9]
    return "".join(f"{byte & 0xF:X}{byte >> 4:X}" for byte in digits)[1:].rstrip("F")


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
