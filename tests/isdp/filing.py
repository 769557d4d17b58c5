"""The basic package with some more files, and a look at them."""

from __future__ import annotations

from typing import Any

from asn1.generated import pe
from euicc.uicc.filesystem import Ef
from euicc.uicc.profile_data import UiccProfile
from tests.isdp.packages import (
    USIM_FID,
    basic,
    gfm,
    inserted,
    install,
    opt_usim,
    refused_with,
)

FID = b"\x6f\x99"


def profile_with(**files: Any) -> UiccProfile:
    """The basic package with these files in opt-usim."""
    return install(inserted(basic(), "end", ("opt_usim", opt_usim(**files)))).profile


def ef(profile: UiccProfile, path: bytes) -> Ef:
    found = profile.filesystem.by_package_path(path)
    assert isinstance(found, Ef), path.hex()
    return found


def body(fid: bytes, **files: Any) -> bytes:
    return ef(profile_with(**files), USIM_FID + fid).body.content


def refused_file(**files: Any) -> int:
    return refused_with(inserted(basic(), "end", ("opt_usim", opt_usim(**files))))


def created(*commands: Any) -> UiccProfile:
    """The basic package with a GenericFileManagement that begins in ADF.USIM."""
    return install(inserted(basic(), "end", ("generic_file_management", gfm(USIM_FID, *commands)))).profile


def refused_command(*commands: Any) -> int:
    element = gfm(USIM_FID, *commands)
    return refused_with(inserted(basic(), "end", ("generic_file_management", element)))


def new(fid: bytes = FID, **fields: Any) -> pe.Fcp:
    return pe.Fcp(
        **{
            "file_descriptor": b"\x41\x21",
            "file_id": fid,
            "security_attributes_referenced": b"\x05",
            "ef_file_size": b"\x06",
            **fields,
        }
    )


def directory(fid: bytes, **fields: Any) -> pe.Fcp:
    given = {"file_descriptor": b"\x78\x21", "ef_file_size": None, **fields}
    return new(fid, **{"pin_status_template_do": b"\x01", **given})
