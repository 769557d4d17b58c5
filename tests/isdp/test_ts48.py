"""The GSMA's generic test profiles install, and every file holds what the package says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from asn1.generated import pe
from euicc.config import Config
from euicc.isdp.installer import InstallationAborted, Installer, build
from euicc.isdp.package import PackageReader
from euicc.uicc.filesystem import Ef, FileKind
from euicc.uicc.profile_data import AkaParameters, UiccProfile
from tests.data import needs_ts48, ts48_packages
from tests.isdp.expectation import expected_contents, files_of
from tests.isdp.packages import SUCCESS, install, refused_with

pytestmark = needs_ts48
packages = pytest.mark.parametrize("package", ts48_packages(), ids=lambda path: path.stem)


def read(profile: UiccProfile, path: bytes) -> bytes:
    file = profile.filesystem.by_package_path(path)
    assert isinstance(file, Ef), path.hex()
    return file.body.content


@packages
def test_every_package_installs(package: Path) -> None:
    installation = install(package.read_bytes())
    assert installation.response == SUCCESS
    assert installation.profile.iccid == installation.iccid
    assert installation.iccid[:2] == b"\x89\x00"


@packages
def test_every_file_holds_what_the_package_says(package: Path) -> None:
    profile = build(package.read_bytes(), Config())
    expected = expected_contents(package.read_bytes())
    assert len(expected) > 130
    ust = b"\x7f\xd0\x6f\x38"  # which the card changes where it lacks a service
    for path, content in expected.items():
        if path != ust:
            assert read(profile, path)[: len(content)] == content, path.hex()


@packages
def test_files_have_the_sizes_that_the_package_says(package: Path) -> None:
    profile = build(package.read_bytes(), Config())
    for directory, fcp, _ in files_of(package.read_bytes()):
        if fcp.ef_file_size and not fcp.link_path:
            ef = profile.filesystem.by_package_path(directory + (fcp.file_id or b""))
            assert isinstance(ef, Ef)
            size = ef.reserved_size if ef.kind is FileKind.BER_TLV else ef.body.size
            assert size == int.from_bytes(fcp.ef_file_size, "big")


@packages
def test_files_that_rely_on_template_contents(package: Path) -> None:
    """What the packages leave to the templates, written out."""
    profile = build(package.read_bytes(), Config())
    usim = b"\x7f\xd0"
    assert read(profile, usim + b"\x6f\xe3") == b"\xff" * 12 + bytes(5) + b"\x01"
    assert read(profile, usim + b"\x5f\x3b\x4f\x20") == b"\xff" * 8 + b"\x07"
    assert read(profile, usim + b"\x6f\x7b") == b"\xff" * 12
    assert read(profile, usim + b"\x6f\x08") == b"\x07" + b"\xff" * 32
    arr = profile.filesystem.by_package_path(b"\x2f\x06")
    assert isinstance(arr, Ef)
    assert arr.body.record(1)[22:] == b"\xff" * (arr.body.record_length - 22)


@packages
def test_imsi_and_identity(package: Path) -> None:
    profile = build(package.read_bytes(), Config())
    assert read(profile, b"\x2f\xe2")[:2] == b"\x98\x00"
    assert read(profile, b"\x7f\xd0\x6f\x07")[0] == 8
    assert len(profile.filesystem.adfs) == 3


@packages
def test_linked_files_share_one_body(package: Path) -> None:
    profile = build(package.read_bytes(), Config())
    for link, target in (
        (b"\x7f\x10\x6f\x3b", b"\x7f\xd0\x6f\x3b"),
        (b"\x7f\x10\x6f\x42", b"\x7f\xd0\x6f\x42"),
    ):
        first, second = (profile.filesystem.by_package_path(path) for path in (link, target))
        assert isinstance(first, Ef)
        assert isinstance(second, Ef)
        assert first.body is second.body
        assert first.security != second.security
        assert first.sfi is None


@packages
def test_what_later_functions_need_is_kept(package: Path) -> None:
    profile = build(package.read_bytes(), Config())
    assert [domain.instance.instance_aid for domain in profile.security_domains] == [
        bytes.fromhex("A000000151000000")
    ]
    assert len(profile.security_domains[0].keys) >= 3
    assert set(profile.pins[b""].pins) == {0x01, 0x0A, 0x0B}
    assert profile.pins[b"\x7f\xd0"].pins[0x81].value == b"9999\xff\xff\xff\xff"
    assert set(profile.puks) == {0x01, 0x81}
    for parameters in profile.aka.values():
        assert isinstance(parameters, AkaParameters)
        assert parameters.algorithm_id == 3
        assert parameters.key == bytes(range(16))
    assert len(profile.aka) == 2
    assert [tar for rfm in profile.rfm for tar in rfm.tars] == [
        bytes.fromhex(tar) for tar in ("B00120", "B00140", "B00141", "B00142")
    ]
    assert profile.rfm[1].adf_access is not None


def test_access_rules_and_attributes_of_known_files() -> None:
    profile = build(_one(), Config())
    imsi = profile.filesystem.by_package_path(b"\x7f\xd0\x6f\x07")
    assert isinstance(imsi, Ef)
    assert (imsi.sfi, imsi.kind, imsi.security.hex()) == (0x07, FileKind.TRANSPARENT, "6f060a")
    keys = profile.filesystem.by_package_path(b"\x7f\xd0\x6f\x08")
    assert isinstance(keys, Ef)
    assert keys.special == 0x80
    sms = profile.filesystem.by_package_path(b"\x7f\xd0\x6f\x3c")
    assert isinstance(sms, Ef)
    assert (sms.kind, sms.body.record_count, sms.body.record_length) == (FileKind.LINEAR_FIXED, 10, 176)


def _one() -> bytes:
    return next(path for path in ts48_packages() if "v5_SAIP2.3_NoBERTLV" in path.name).read_bytes()


def test_byte_by_byte_is_the_same_as_at_once() -> None:
    package = _one()
    installer = Installer(Config())
    for at in range(len(package)):
        installer.feed(package[at : at + 1])
    by_byte, at_once = installer.finish(), install(package)
    assert by_byte.response == at_once.response
    files = [profile.filesystem.files() for profile in (by_byte.profile, at_once.profile)]
    for one, other in zip(*files, strict=True):
        assert one.fid == other.fid
        if isinstance(one, Ef) and isinstance(other, Ef):
            assert one.body.content == other.body.content


@pytest.mark.parametrize("part", [0.0001, 0.3, 0.5, 0.9, 0.9999])
def test_a_truncated_package_is_refused(part: float) -> None:
    package = _one()
    assert refused_with(package[: int(len(package) * part)]) == pe.PEStatus.Status.INVALID_REQUEST_FORMAT


def test_a_package_cut_between_elements_is_refused() -> None:
    elements = PackageReader().feed(_one())
    for count in range(len(elements)):
        assert refused_with(b"".join(elements[:count])) == pe.PEStatus.Status.INVALID_REQUEST_FORMAT


def test_random_bytes_are_refused() -> None:
    chance = random.Random(48)
    for _ in range(50):
        assert refused_with(chance.randbytes(5000)) in (
            pe.PEStatus.Status.INVALID_REQUEST_FORMAT,
            pe.PEStatus.Status.INVALID_PARAMETER,
        )


def test_bytes_after_the_end_are_refused() -> None:
    assert refused_with(_one() + b"\x00") == pe.PEStatus.Status.INVALID_REQUEST_FORMAT
    assert refused_with(_one() + b"\xa0") == pe.PEStatus.Status.INVALID_REQUEST_FORMAT
    assert refused_with(_one() + bytes.fromhex("AA07A00580008101FF")[:9]) in (5, 6)


def test_mutated_packages_are_installed_or_refused_and_nothing_else() -> None:
    package = _one()
    chance = random.Random(1)
    outcomes: set[bool] = set()
    for _ in range(300):
        mutated = bytearray(package)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(mutated))
            mutated[at] = chance.randrange(256)
        if chance.random() < 0.3:
            del mutated[chance.randrange(len(mutated))]
        outcomes.add(_installs_consistently(bytes(mutated)))
    assert outcomes == {True, False}


def _installs_consistently(package: bytes) -> bool:
    try:
        profile = install(package).profile
    except InstallationAborted as aborted:
        return not pe.EUICCResponse.decode(aborted.response).profile_installation_aborted
    efs = [file for file in profile.filesystem.files() if isinstance(file, Ef)]
    return all(len(ef.body.content) == ef.body.size for ef in efs)
