"""PE-IoT: MF and ADF.USIM of an IoT minimal profile in one element, TCA profile package 7.5."""

from __future__ import annotations

from typing import Any

from apdu import tlv
from asn1.generated import pe
from euicc.isdp.elements import templates
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.isdp.templates.access_rules import DEFAULT_ARR, RULE_LENGTH

RID_3GPP = bytes.fromhex("A000000087")
TEMPORARY_FID = b"\x7f\xf0"
LINEAR_FIXED = b"\x42\x21"
APPLICATION_TEMPLATE, APPLICATION_AID, APPLICATION_LABEL = 0x61, 0x4F, 0x50
LABEL = b"USIM"


def install(area: Staging, name: str, element: pe.PEIoT) -> None:
    """Fill in what follows from the header of the package, then create the files."""
    header = area.header
    if header is None or header.iot_options is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "iotOptions missing in the header")
    aid = RID_3GPP + header.iot_options.pix
    templates.install(area, name, element.replace(**_defaults(element, aid, header.iccid)))
    area.naas["iot"] = area.naas["usim"]
    area.profile.minimal = True


def _defaults(element: pe.PEIoT, aid: bytes, iccid: bytes) -> dict[str, Any]:
    swapped = bytes((byte & 0x0F) << 4 | byte >> 4 for byte in iccid)
    defaults = {
        "mf": _file(pe.Fcp(pin_status_template_do=b"")),
        "adf_usim": _file(pe.Fcp(file_id=TEMPORARY_FID, df_name=aid, pin_status_template_do=b"")),
        "ef_iccid": (pe.FileItem(fill_file_content=swapped),),
        "ef_dir": _records(_directory_entry(aid)),
        "ef_arr": _records(DEFAULT_ARR, RULE_LENGTH),
        "ef_arr_usim": _records(DEFAULT_ARR, RULE_LENGTH),
    }
    return {field: file for field, file in defaults.items() if getattr(element, field) is None}


def _file(fcp: pe.Fcp) -> tuple[pe.FileItem, ...]:
    return (pe.FileItem(file_descriptor=fcp),)


def _directory_entry(aid: bytes) -> bytes:
    """EF.DIR with the USIM as its only record."""
    return tlv.encode(
        APPLICATION_TEMPLATE, tlv.encode(APPLICATION_AID, aid), tlv.encode(APPLICATION_LABEL, LABEL)
    )


def _records(content: bytes, length: int | None = None) -> tuple[pe.FileItem, ...]:
    """A linear fixed EF with this content; of one record, if its length is not given."""
    descriptor = LINEAR_FIXED + (length or len(content)).to_bytes(2, "big")
    size = len(content).to_bytes(2, "big")
    return (
        *_file(pe.Fcp(file_descriptor=descriptor, ef_file_size=size)),
        pe.FileItem(fill_file_content=content),
    )
