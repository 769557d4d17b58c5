"""The data model: bodies, resolution of package paths, PIN contexts."""

from __future__ import annotations

import pytest

from euicc.uicc.filesystem import Body, Df, Ef, FileKind, FileSystem, fids
from euicc.uicc.profile_data import AkaParameters, Pin
from tests.uicc.handmade import IMSI, USIM_AID, profile


def test_a_body_expands_once_and_on_first_use() -> None:
    calls = []

    def expand() -> bytes:
        calls.append(1)
        return bytes(6)

    body = Body(expand, record_length=2, size=6)
    assert (body.size, body.record_count, calls) == (6, 3, [])
    assert (body.record(3), body.content, calls) == (bytes(2), bytes(6), [1])


def test_a_body_without_announced_size_expands_to_tell_it() -> None:
    assert Body(lambda: bytes(5)).size == 5


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_record_that_is_not_there(number: int) -> None:
    with pytest.raises(IndexError):
        Body(bytes(4), 2).record(number)


def test_a_transparent_body_has_no_records() -> None:
    assert Body(bytes(4)).record_count == 0


def test_package_paths_know_temporary_file_ids() -> None:
    filesystem = profile().filesystem
    imsi = filesystem.by_package_path(bytes.fromhex("7FD06F07"))
    assert isinstance(imsi, Ef)
    assert imsi.body.content == IMSI
    assert filesystem.by_package_path(b"") is filesystem.mf
    assert filesystem.by_package_path(bytes.fromhex("7FD0")) is filesystem.adfs[USIM_AID]
    assert filesystem.by_package_path(bytes.fromhex("7FD06F99")) is None
    phonebook = filesystem.by_package_path(bytes.fromhex("7F105F3A"))
    assert isinstance(phonebook, Df)
    assert phonebook.path == bytes.fromhex("7F105F3A")


def test_links_share_a_body() -> None:
    filesystem = profile().filesystem
    usim = filesystem.adfs[USIM_AID]
    target, telecom = usim.children[0x6F3B], filesystem.mf.children[0x7F10]
    assert isinstance(target, Ef)
    assert isinstance(telecom, Df)
    telecom.add(Ef(0x6F3B, target.kind, target.body, security=bytes.fromhex("6F0601")))
    link = filesystem.by_package_path(bytes.fromhex("7F106F3B"))
    assert isinstance(link, Ef)
    assert link.body is target.body
    assert link.parent is telecom


def test_every_file_once_directories_first() -> None:
    filesystem = profile().filesystem
    files = list(filesystem.files())
    assert files[0] is filesystem.mf
    assert len(files) == len({id(file) for file in files}) == 24
    for position, file in enumerate(files):
        assert file.parent is None or file.parent in files[:position]


def test_an_adf_needs_an_aid() -> None:
    filesystem = FileSystem(Df(0x3F00, FileKind.MF))
    with pytest.raises(ValueError, match="AID"):
        filesystem.add_adf(Df(0x7FD0, FileKind.ADF))


def test_a_path_has_whole_file_ids() -> None:
    assert fids(bytes.fromhex("7F106F3A")) == [0x7F10, 0x6F3A]
    with pytest.raises(ValueError, match="two-byte"):
        fids(b"\x7f")


def test_global_pins_belong_to_the_mf_and_local_ones_to_their_adf() -> None:
    made = profile()
    usim = made.filesystem.adfs[USIM_AID]
    below = usim.children[0x5FC0]
    assert isinstance(below, Df)
    assert made.pin(0x01, below) is made.pins[b""].pins[1]
    assert made.pin(0x81, below) is made.pins[bytes.fromhex("7FD0")].pins[0x81]
    assert made.pin(0x81, made.filesystem.mf) is None


def test_secrets_stay_out_of_reprs() -> None:
    assert "0000" not in repr(Pin(1, b"0000\xff\xff\xff\xff"))
    shown = repr(AkaParameters(1, key=b"K" * 16, opc=b"O" * 16))
    assert "KKKK" not in shown
    assert "OOOO" not in shown
