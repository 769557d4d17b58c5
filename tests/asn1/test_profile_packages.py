"""The GSMA's TS.48 profile packages: real data through the profile package schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from asn1 import BitString
from asn1.der import PADDING, header
from asn1.generated import pe, pkix
from tests.asn1.oracle import rebuilt, resolver, specification, translated, without_defaults
from tests.data import SGP26, needs_sgp26, needs_ts48, ts48_packages

PACKAGES = [pytest.param(path, id=path.stem) for path in ts48_packages()]


def elements(package: bytes) -> list[bytes]:
    found, position = [], 0
    while position < len(package):
        _, _, stop = header(package + PADDING, position, len(package))
        found.append(package[position:stop])
        position = stop
    return found


@needs_ts48
@pytest.mark.parametrize("path", PACKAGES)
def test_every_element_encodes_to_what_it_was_decoded_from(path: Path) -> None:
    for data in elements(path.read_bytes()):
        element = pe.ProfileElement.decode(data)
        assert element.encode() == data
        assert rebuilt(element).encode() == data
        assert element.value.extensions == ()


@needs_ts48
@pytest.mark.parametrize("path", PACKAGES[:1] + PACKAGES[-1:])
def test_asn1tools_reads_the_same_values(path: Path) -> None:
    named = resolver().lookup("PEDefinitions", "ProfileElement")
    theirs = specification().modules["PEDefinitions"]["ProfileElement"]
    for data in elements(path.read_bytes()):
        expected = without_defaults(named.module, named.definition, theirs.decode(data))
        assert translated(named.module, named.definition, pe.ProfileElement.decode(data), "pe") == expected


@needs_ts48
def test_a_package_begins_with_a_header_and_ends_with_an_end() -> None:
    for path in ts48_packages():
        first, *_, last = map(pe.ProfileElement.decode, elements(path.read_bytes()))
        assert first.header is not None
        assert (first.header.major_version, len(first.header.iccid)) == (2, 10)
        assert last.chosen == "end"


@needs_sgp26
def test_certificates_encode_to_what_they_were_decoded_from() -> None:
    paths = sorted(SGP26.rglob("CERT*.der"))
    assert paths
    for path in paths:
        data = path.read_bytes()
        certificate = pkix.Certificate.decode(data)
        assert certificate.tbs_certificate.version == pkix.Version.V3
        assert rebuilt(certificate).encode() == data
        for extension in certificate.tbs_certificate.extensions_ or ():
            if extension.extn_id == pkix.ID_CE_KEY_USAGE:
                (value,) = (extension.extn_value,)
                assert value[0] == 0x03
                assert BitString(value[3:]).trimmed().length == 8 - value[2]
