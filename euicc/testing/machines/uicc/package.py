"""The profile of `euicc.testing.machines.uicc.profile` as a profile package (SAIP 2.3 and later), for any eUICC."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Any

from asn1.generated import pe
from euicc.testing.machines.uicc.profile import (
    APPLICATIONS,
    DIRECTORIES,
    ICCID,
    IN_MF,
    KEYS,
    MADE,
    PUK_TRIES,
    Entry,
)

_MF_TEMPLATE = "2.23.143.1.2.1"
_FIELDS = {"2F00": "ef_dir", "2F05": "ef_pl", "2F06": "ef_arr", "2F08": "ef_umpc", "2FE2": "ef_iccid"}
_UNDER_RULE_5 = b"\x2f\x06\x05"
_SD_AID = bytes.fromhex("A000000151000000")
_SD_KEY = bytes(16)


@cache
def package() -> bytes:
    """The profile package, DER, a few kilobytes."""
    numbers = count(1)

    def head() -> pe.PEHeader:
        return pe.PEHeader(mandated=True, identification=next(numbers))

    elements: list[dict[str, Any]] = [
        {"header": _header()},
        {"mf": _mf(head())},
        {"puk_codes": _puks(head())},
        {"pin_codes": _pins(head(), "")},
        {"generic_file_management": _gfm(head(), b"", _directory("7F10"), *_files("7F10"))},
    ]
    for adf in APPLICATIONS:
        elements += [
            {"generic_file_management": _gfm(head(), b"", _directory(adf))},
            {"pin_codes": _pins(head(), adf)},
            {"generic_file_management": _gfm(head(), *_files(adf))},
        ]
    below = _gfm(head(), bytes.fromhex("7FD0"), _directory("7FD05F3B"), *_files("7FD05F3B"))
    elements += [
        {"generic_file_management": below},
        {"security_domain": _security_domain(head())},
        {"end": pe.PEEnd(end_header=head())},
    ]
    return b"".join(pe.ProfileElement(**each).encode() for each in elements)


def _header() -> pe.ProfileHeader:
    return pe.ProfileHeader(
        major_version=2,
        minor_version=3,
        iccid=ICCID,
        euicc_mandatory_services=pe.ServicesList(),
        euicc_mandatory_gfste_list=(),
    )


def _content(data: bytes) -> pe.FileItem:
    return pe.FileItem(fill_file_content=data)


def _directory(path: str) -> pe.Fcp:
    return pe.Fcp(
        file_descriptor=b"\x78\x21",
        file_id=bytes.fromhex(path[-4:]),
        df_name=APPLICATIONS.get(path),
        pin_status_template_do=DIRECTORIES[path],
        security_attributes_referenced=_UNDER_RULE_5,
    )


def _fcp(entry: Entry) -> pe.Fcp:
    described = {} if entry.link else {"ef_file_size": len(entry.content).to_bytes(2, "big")}
    length = entry.record_length.to_bytes(2, "big") if entry.record_length else b""
    return pe.Fcp(
        file_descriptor=bytes((entry.kind, 0x21)) + length,
        file_id=bytes.fromhex(entry.path[-4:]),
        security_attributes_referenced=entry.security,
        short_efid=bytes((entry.sfi << 3,)) if entry.sfi else b"",
        proprietary_ef_info=pe.ProprietaryInfo(special_file_information=bytes((entry.special,))),
        link_path=bytes.fromhex(entry.link) if entry.link else None,
        **described,
    )


def _files(directory: str) -> list[bytes | pe.Fcp | pe.FileItem]:
    """Commands that go to a directory, create its files and fill them."""
    commands: list[bytes | pe.Fcp | pe.FileItem] = [bytes.fromhex(directory)]
    for entry in MADE:
        if entry.path[:-4] == directory:
            commands.append(_fcp(entry))
            commands.extend([_content(entry.content)] if entry.content else [])
    return commands


def _gfm(head: pe.PEHeader, *commands: bytes | pe.Fcp | pe.FileItem) -> pe.PEGenericFileManagement:
    return pe.PEGenericFileManagement(gfm_header=head, file_management_cmd=(tuple(map(_item, commands)),))


def _item(command: bytes | pe.Fcp | pe.FileItem) -> pe.FileManagementItem:
    match command:
        case bytes():
            return pe.FileManagementItem(file_path=command)
        case pe.Fcp():
            return pe.FileManagementItem(create_fcp=command)
        case _:
            return pe.FileManagementItem(fill_file_content=command.fill_file_content)


def _mf(head: pe.PEHeader) -> pe.PEMF:
    files: dict[str, Any] = {
        _FIELDS[entry.path]: (pe.FileItem(file_descriptor=_fcp(entry)), _content(entry.content))
        for entry in IN_MF
    }
    mf = pe.Fcp(pin_status_template_do=DIRECTORIES[""], security_attributes_referenced=_UNDER_RULE_5)
    return pe.PEMF(mf_header=head, template_id=_MF_TEMPLATE, mf=(pe.FileItem(file_descriptor=mf),), **files)


def _pins(head: pe.PEHeader, directory: str) -> pe.PEPINCodes:
    configurations = tuple(
        pe.PINConfiguration(
            key_reference=key.reference,
            pin_value=key.value,
            pin_attributes=key.attributes,
            unblocking_pin_reference=key.puk,
            max_num_of_attemps_retry_num_left=key.tries << 4 | key.tries,
        )
        for key in KEYS
        if key.directory == directory
    )
    return pe.PEPINCodes(pin_header=head, pin_codes=pe.PEPINCodes.PinCodes(pinconfig=configurations))


def _puks(head: pe.PEHeader) -> pe.PEPUKCodes:
    codes = tuple(
        pe.PUKConfiguration(
            key_reference=reference, puk_value=value, max_num_of_attemps_retry_num_left=tries << 4 | tries
        )
        for reference, (value, tries) in PUK_TRIES.items()
    )
    return pe.PEPUKCodes(puk_header=head, puk_codes=codes)


def _security_domain(head: pe.PEHeader) -> pe.PESecurityDomain:
    instance = pe.ApplicationInstance(
        application_load_package_aid=bytes.fromhex("A0000001515350"),
        class_aid=bytes.fromhex("A000000151535041"),
        instance_aid=_SD_AID,
        application_privileges=b"\x82\xdc\x00",
        life_cycle_state=b"\x0f",
        application_specific_parameters_c9=b"\x81\x02\x80\x00",
    )
    key = pe.KeyObject(
        key_usage_qualifier=b"\x18",
        key_identifier=b"\x01",
        key_version_number=b"\x01",
        key_components=(pe.KeyObject.KeyComponentsItem(key_type=b"\x88", key_data=_SD_KEY),),
    )
    return pe.PESecurityDomain(sd_header=head, instance=instance, key_list=(key,))
