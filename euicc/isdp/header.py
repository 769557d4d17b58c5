"""The ProfileHeader of a package, TCA profile package 8.2: what it says of a profile before anything is installed."""

from __future__ import annotations

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import pe, rsp

_LONGEST_NAME = 64
"""Of a profileName, SGP.22 4.4."""


class HeaderError(Exception):
    """The package does not begin with a ProfileHeader."""


def read(package: bytes) -> pe.ProfileHeader:
    """The ProfileHeader that a package begins with; HeaderError. No other element needs to be there."""
    try:
        _, _, end = tlv.read(package)
        header = pe.ProfileElement.decode(package[:end]).header
    except (TlvError, Asn1Error) as error:
        raise HeaderError(f"the package does not begin with a ProfileElement: {error}") from error
    if header is None:
        raise HeaderError("the package does not begin with a ProfileHeader")
    return header


def metadata(header: pe.ProfileHeader) -> rsp.StoreMetadataRequest:
    """The metadata of a profile for which nobody gave any: ICCID as in EF.ICCID, its type as the name."""
    iccid = bytes((byte & 0x0F) << 4 | byte >> 4 for byte in header.iccid)
    name = (header.profile_type or "")[:_LONGEST_NAME]
    return rsp.StoreMetadataRequest(iccid=iccid, service_provider_name="", profile_name=name)
