"""Every TS.48 package with the SGP.26 certificates on both curves: ordered, downloaded, enabled, read back.

What the files must hold is computed from the package itself, by rules that share nothing with the card.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from apdu import ApduChannel, Command, tlv
from asn1.generated import pe
from euicc import Card
from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.isdp.installer import build
from euicc.isdp.package import PackageReader
from euicc.testing.http import serve
from euicc.testing.pki import Pki
from euicc.testing.smdp import SmDpPlus
from euicc.uicc.filesystem import Ef
from ipa.lpa import Lpa
from tests.data import SGP26, needs_sgp26, needs_ts48, ts48_packages
from tests.flows.in_process import InProcess
from tests.isdp.expectation import expected_contents

ADDRESS = "testsmdpplus1.example.com"
EID = "89049032123451234512345678901235"
EF_UST = bytes.fromhex("7FD06F38")
CLOSED, NOT_FOR_READING = 0x6982, 0x6981
"""Only for ADM, and BER-TLV files, which have no bytes at offsets: compared inside the card."""

pytestmark = [needs_ts48, needs_sgp26]
packages = pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
both_curves = pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)


@lru_cache(None)
def sgp26(curve: Curve) -> Pki:
    return Pki.load(SGP26, curves=(curve,))


@packages
@both_curves
def test_a_package_is_downloaded_enabled_and_read_back(path: Path, curve: Curve) -> None:
    package = path.read_bytes()
    card = Card.manufacture(eid=EID, pki=sgp26(curve))
    server = SmDpPlus(sgp26(curve), ADDRESS)
    order = server.order(package)
    with Lpa(card, servers=InProcess(server)) as lpa:
        lpa.download(f"LPA:1${ADDRESS}${order.matching_id}")
        (installed,) = lpa.profiles()
        lpa.enable(installed.iccid or b"")
        assert [each.failure for each in lpa.send_notifications()] == [""]
    (enabled,) = card.isdr.profiles.all()
    assert enabled.enabled
    read_back(card, package)


def read_back(card: Card, package: bytes) -> None:
    """Compare every file that the package fills with what the card answers."""
    channel = ApduChannel(card)
    names = applications(package)
    read = 0
    for path, content in expected_contents(package).items():
        found = read_file(channel, names.get(path[:2]), path)
        read += found is not None
        whole = inside(card, path) if found is None else found
        if path == EF_UST:
            whole = bytes(a & b for a, b in zip(whole, content, strict=True))
            assert whole == found  # the card takes services away that it lacks, and adds none
        else:
            assert whole[: len(content)] == content, path.hex()
    assert read > 120


def applications(package: bytes) -> dict[bytes, bytes]:
    """AID by temporary FID, of every ADF that the package creates."""
    found = {}
    for encoded in PackageReader().feed(package):
        for field, items in vars(pe.ProfileElement.decode(encoded).value).items():
            if field.startswith("adf_") and isinstance(items, tuple):
                found[items[0].file_descriptor.file_id] = items[0].file_descriptor.df_name
    return found


def read_file(channel: ApduChannel, aid: bytes | None, path: bytes) -> bytes | None:
    """SELECT by path from the MF or from the application, and READ; None where the card says no to reading."""
    if aid:
        channel.select(aid)
    whole = b"\x7f\xff" + path[2:] if aid else path
    selected = channel.send(Command(0x00, 0xA4, 0x08, 0x04, whole, 256))
    descriptor = tlv.find(selected.checked(), 0x62, 0x82) or b""
    size = int.from_bytes(tlv.find(selected.data, 0x62, 0x80) or b"", "big")
    length = int.from_bytes(descriptor[2:4], "big")
    reads = records(size // length) if length else binary(max(size, 1))
    answers = [channel.send(each) for each in reads]
    if answers[0].sw in (CLOSED, NOT_FOR_READING):
        return None
    return b"".join(answer.checked() for answer in answers)


def binary(size: int) -> list[Command]:
    return [Command(0x00, 0xB0, at >> 8, at & 0xFF, le=min(256, size - at)) for at in range(0, size, 256)]


def records(count: int) -> list[Command]:
    return [Command(0x00, 0xB2, number, 0x04, le=256) for number in range(1, count + 1)]


def inside(card: Card, path: bytes) -> bytes:
    """The content of a file that is not for reading."""
    (profile,) = card.isdr.profiles.all()
    file = build(card.isdr.profiles.package(profile.aid), card.config).filesystem.by_package_path(path)
    assert isinstance(file, Ef)
    return file.body.content


@both_curves
def test_the_same_over_https(curve: Curve) -> None:
    """TLS with a certificate issued anew by the SGP.26 CI, verified by the device against that CI."""
    path = ts48_packages()[-1]
    card = Card.manufacture(eid=EID, pki=sgp26(curve))
    server = SmDpPlus(sgp26(curve))
    order = server.order(path.read_bytes())
    tls = sgp26(curve).issue_tls("localhost", ("127.0.0.1",))
    with serve(server, tls=tls) as address, Lpa(card) as lpa:
        lpa.download(f"1${address}${order.matching_id}")
        assert len(lpa.profiles()) == 1
        lpa.send_notifications()
    assert len(server.notifications) == 1
