"""How a stream of bytes becomes elements."""

from __future__ import annotations

import pytest

from asn1.generated import pe
from euicc.isdp.installer import InstallationAborted, Installer
from euicc.isdp.package import PackageReader
from tests.isdp.packages import CONFIG, basic, encode, header, install

SHORT, LONG, HIGH = b"\xa0\x02\x80\x00", b"\xa1\x81\x80" + bytes(128), b"\xbf\x1f\x01\x00"


def read(stream: bytes, step: int) -> list[bytes]:
    reader, found = PackageReader(), []
    for at in range(0, len(stream), step):
        found += reader.feed(stream[at : at + step])
    reader.finish()
    return found


def feed(installer: Installer, package: bytes, step: int) -> None:
    for at in range(0, len(package), step):
        installer.feed(package[at : at + step])


@pytest.mark.parametrize("step", [1, 2, 3, 5, 131, 1000])
def test_elements_do_not_depend_on_how_the_bytes_are_cut(step: int) -> None:
    stream = SHORT + LONG + HIGH + b"\xa2\x82\x01\x00" + bytes(256)
    assert read(stream, step) == [SHORT, LONG, HIGH, b"\xa2\x82\x01\x00" + bytes(256)]


@pytest.mark.parametrize(
    ("stream", "offset"),
    [
        (b"\x30\x03\x02\x01\x00", 0),  # not a context tag
        (b"\x80\x00", 0),  # not constructed
        (b"\xa0\x80\x00\x00", 1),  # indefinite
        (b"\xa0\x85\x00\x00\x00\x00\x01", 1),
        (b"\xa0\x81\x05" + bytes(5), 1),  # not minimal
        (b"\xa0\x82\x00\x80" + bytes(128), 1),
        (b"\xbf\xff\xff\x01\x00", 0),
        (SHORT + b"\x00", 4),
        (SHORT + LONG + b"\xff", 4 + 131),
    ],
)
def test_what_cannot_begin_an_element_is_refused_where_it_is(stream: bytes, offset: int) -> None:
    with pytest.raises(InstallationAborted) as refused:
        read(stream, 1)
    (status,) = pe.EUICCResponse.decode(refused.value.response).pe_status
    assert (status.status, status.identification, status.offset) == (5, None, offset)
    with pytest.raises(InstallationAborted) as again:
        read(stream, len(stream))
    assert again.value.response == refused.value.response


def test_an_unfinished_element_is_refused_at_the_end() -> None:
    reader = PackageReader()
    assert reader.feed(SHORT + LONG[:-1]) == [SHORT]
    with pytest.raises(InstallationAborted):
        reader.finish()


def test_an_element_before_garbage_is_judged_first() -> None:
    """The outcome is the element's, however the garbage behind it arrives."""
    package = encode([("header", header(major_version=9))]) + b"\x00"
    statuses = set()
    for step in (1, len(package)):
        with pytest.raises(InstallationAborted) as refused:
            feed(Installer(CONFIG), package, step)
        statuses.add(pe.EUICCResponse.decode(refused.value.response).pe_status[-1].status)
    assert statuses == {31}


def test_elements_one_by_one_are_a_package_too() -> None:
    installer = Installer(CONFIG)
    elements = PackageReader().feed(encode(basic()))
    for element in elements:
        installer.element(element)
    assert installer.finish().response == install(b"".join(elements)).response


def test_an_element_must_be_one_element() -> None:
    for bad in (b"", b"\xa0", b"\x04\x00", encode(basic()[:2])):
        with pytest.raises(InstallationAborted):
            Installer(CONFIG).element(bad)
