"""A small profile package to vary: MF, PINs, a USIM with its key, the MNO-SD."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from asn1.generated import pe
from euicc.config import Config
from euicc.isdp.installer import Installation, InstallationAborted, Installer

Status = pe.PEStatus.Status
U = pe.UICCCapability
CONFIG = Config()
USIM_AID = bytes.fromhex("A0000000871002FF49FF0589")
ISIM_AID = bytes.fromhex("A0000000871004FF49FF0589")
SD_AID = bytes.fromhex("A000000151000000")
USIM_FID = b"\x7f\xd0"
ISIM_FID = b"\x7f\xb0"
ICCID = bytes.fromhex("89000123456789012341")
SUCCESS = bytes.fromhex("3007A0053003800100")
RULES = 14
RULE = bytes.fromhex("800101A406830101950108800158A40683010A950108")

Elements = list[tuple[str, Any]]


def fcp(**fields: Any) -> pe.FileItem:
    return pe.FileItem(file_descriptor=pe.Fcp(**fields))


def content(data: bytes) -> pe.FileItem:
    return pe.FileItem(fill_file_content=data)


def offset(number: int) -> pe.FileItem:
    return pe.FileItem(fill_file_offset=number)


def pattern(**fields: Any) -> pe.ProprietaryInfo:
    return pe.ProprietaryInfo(**fields)


def transparent(data: bytes) -> tuple[pe.FileItem, ...]:
    return (fcp(ef_file_size=size(len(data))), content(data))


def records(length: int, *rows: bytes, number: int | None = None) -> tuple[pe.FileItem, ...]:
    descriptor = b"\x42\x21" + length.to_bytes(2, "big")
    items: list[pe.FileItem] = [
        fcp(file_descriptor=descriptor, ef_file_size=size(length * (number or len(rows))))
    ]
    for row in rows:
        items.append(content(row.ljust(length, b"\xff")))
    return tuple(items)


def size(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")


def rules() -> tuple[pe.FileItem, ...]:
    return records(len(RULE), *(RULE,) * RULES)


_numbers = count(1000)


def head(*, mandated: bool = True, identification: int | None = None) -> pe.PEHeader:
    number = next(_numbers) % 32768 if identification is None else identification
    return pe.PEHeader(mandated=True if mandated else None, identification=number)


def header(**fields: Any) -> pe.ProfileHeader:
    return pe.ProfileHeader(
        **{
            "major_version": 2,
            "minor_version": 3,
            "iccid": ICCID,
            "euicc_mandatory_services": pe.ServicesList(usim=True),
            "euicc_mandatory_gfste_list": ("2.23.143.1.2.1", "2.23.143.1.2.4"),
            **fields,
        }
    )


def mf(**fields: Any) -> pe.PEMF:
    swapped = bytes((byte & 15) << 4 | byte >> 4 for byte in ICCID)
    return pe.PEMF(
        **{
            "mf_header": head(),
            "template_id": "2.23.143.1.2.1",
            "mf": (fcp(pin_status_template_do=b"\x01\x0a"),),
            "ef_iccid": (content(swapped),),
            "ef_dir": records(20, b"\x61\x10\x4f\x0c" + USIM_AID),
            "ef_arr": rules(),
            **fields,
        }
    )


def usim(**fields: Any) -> pe.PEUSIM:
    return pe.PEUSIM(
        **{
            "usim_header": head(),
            "template_id": "2.23.143.1.2.4",
            "adf_usim": (fcp(file_id=USIM_FID, df_name=USIM_AID, pin_status_template_do=b"\x01\x81\x0a"),),
            "ef_imsi": (content(bytes.fromhex("080910101032540636")),),
            "ef_arr": rules(),
            "ef_ust": (content(b"\xff" * 14),),
            "ef_spn": (content(b"\x01Test"),),
            "ef_est": (content(b"\x00"),),
            "ef_acc": (content(b"\x00\x01"),),
            "ef_ecc": (content(b"\x11\xf2\xff\x00"),),
            **fields,
        }
    )


def opt_usim(**fields: Any) -> pe.PEOPTUSIM:
    return pe.PEOPTUSIM(**{"optusim_header": head(), "template_id": "2.23.143.1.2.5", **fields})


def isim(**fields: Any) -> pe.PEISIM:
    return pe.PEISIM(
        **{
            "isim_header": head(),
            "template_id": "2.23.143.1.2.8",
            "adf_isim": (fcp(file_id=ISIM_FID, df_name=ISIM_AID, pin_status_template_do=b"\x01\x0a"),),
            "ef_impi": transparent(b"\x80\x04user"),
            "ef_impu": records(10, b"\x80\x04user"),
            "ef_domain": transparent(b"\x80\x04home"),
            "ef_ist": (content(b"\xff" * 14),),
            "ef_arr": rules(),
            **fields,
        }
    )


def telecom(**fields: Any) -> pe.PETELECOM:
    directory = (fcp(pin_status_template_do=b"\x01\x0a"),)
    return pe.PETELECOM(
        **{"telecom_header": head(), "template_id": "2.23.143.1.2.3", "df_telecom": directory, **fields}
    )


def gfm(*commands: Any) -> pe.PEGenericFileManagement:
    """Bytes are a filePath, an Fcp creates, an int skips, `content(...)` writes."""
    items = []
    for command in commands:
        if isinstance(command, bytes):
            items.append(pe.FileManagementItem(file_path=command))
        elif isinstance(command, pe.Fcp):
            items.append(pe.FileManagementItem(create_fcp=command))
        elif isinstance(command, int):
            items.append(pe.FileManagementItem(fill_file_offset=command))
        else:
            items.append(pe.FileManagementItem(fill_file_content=command.fill_file_content))
    return pe.PEGenericFileManagement(gfm_header=head(), file_management_cmd=(tuple(items),))


def pin(reference: int, **fields: Any) -> pe.PINConfiguration:
    return pe.PINConfiguration(**{"key_reference": reference, "pin_value": b"12345678", **fields})


def pins(*configurations: pe.PINConfiguration) -> pe.PEPINCodes:
    codes = pe.PEPINCodes.PinCodes(pinconfig=configurations)
    return pe.PEPINCodes(pin_header=head(), pin_codes=codes)


def shared_pins(path: bytes) -> pe.PEPINCodes:
    return pe.PEPINCodes(pin_header=head(), pin_codes=pe.PEPINCodes.PinCodes(file_path=path))


def puks(*references: int) -> pe.PEPUKCodes:
    codes = tuple(pe.PUKConfiguration(key_reference=r, puk_value=b"87654321") for r in references)
    return pe.PEPUKCodes(puk_header=head(), puk_codes=codes)


def aka(
    algorithm: int = 1, key: bytes = bytes(16), opc: bytes = bytes(16), **fields: Any
) -> pe.PEAKAParameter:
    parameter = pe.AlgoParameter(algorithm_id=algorithm, algorithm_options=b"\x00", key=key, opc=opc)
    configuration = pe.PEAKAParameter.AlgoConfiguration(algo_parameter=parameter)
    return pe.PEAKAParameter(aka_header=head(), algo_configuration=configuration, **fields)


def mapped_aka(source: bytes) -> pe.PEAKAParameter:
    parameter = pe.MappingParameter(mapping_options=b"\x06", mapping_source=source)
    configuration = pe.PEAKAParameter.AlgoConfiguration(mapping_parameter=parameter)
    return pe.PEAKAParameter(aka_header=head(), algo_configuration=configuration)


def instance(aid: bytes = SD_AID, **fields: Any) -> pe.ApplicationInstance:
    return pe.ApplicationInstance(
        **{
            "application_load_package_aid": bytes.fromhex("A0000001515350"),
            "class_aid": bytes.fromhex("A000000151535041"),
            "instance_aid": aid,
            "application_privileges": b"\x82\xdc\x00",
            "life_cycle_state": b"\x0f",
            "application_specific_parameters_c9": b"\x81\x02\x80\x00",
            **fields,
        }
    )


def key(identifier: int, version: int, kind: int = 0x88, data: bytes = bytes(16)) -> pe.KeyObject:
    component = pe.KeyObject.KeyComponentsItem(key_type=bytes((kind,)), key_data=data)
    return pe.KeyObject(
        key_usage_qualifier=b"\x18",
        key_identifier=bytes((identifier,)),
        key_version_number=bytes((version,)),
        key_components=(component,),
    )


def security_domain(*keys: pe.KeyObject, **fields: Any) -> pe.PESecurityDomain:
    return pe.PESecurityDomain(
        **{"sd_header": head(), "instance": instance(), "key_list": keys or (key(1, 1),), **fields}
    )


def rfm(**fields: Any) -> pe.PERFM:
    return pe.PERFM(
        **{
            "rfm_header": head(),
            "instance_aid": bytes.fromhex("A00000055910100001"),
            "tar_list": (b"\xb0\x01\x20",),
            "minimum_security_level": b"\x02",
            "uicc_access_domain": b"\x00",
            "uicc_admin_access_domain": b"\x00",
            **fields,
        }
    )


def end() -> pe.PEEnd:
    return pe.PEEnd(end_header=head())


def basic() -> Elements:
    """An installable package."""
    return [
        ("header", header()),
        ("mf", mf()),
        ("puk_codes", puks(0x01)),
        ("pin_codes", pins(pin(0x01, unblocking_pin_reference=0x01), pin(0x0A))),
        ("usim", usim()),
        ("pin_codes", pins(pin(0x81))),
        ("aka_parameter", aka()),
        ("security_domain", security_domain()),
        ("end", end()),
    ]


def inserted(elements: Elements, before: str, *new: tuple[str, Any]) -> Elements:
    at = [name for name, _ in elements].index(before)
    return [*elements[:at], *new, *elements[at:]]


def replaced(elements: Elements, name: str, message: Any) -> Elements:
    at = [given for given, _ in elements].index(name)
    return [*elements[:at], (name, message), *elements[at + 1 :]]


def removed(elements: Elements, name: str) -> Elements:
    at = [given for given, _ in elements].index(name)
    return [*elements[:at], *elements[at + 1 :]]


def encode(elements: Elements) -> bytes:
    return b"".join(pe.ProfileElement(**{name: message}).encode() for name, message in elements)


def install(elements: Elements | bytes, config: Config = CONFIG, **options: Any) -> Installation:
    installer = Installer(config, **options)
    installer.feed(elements if isinstance(elements, bytes) else encode(elements))
    return installer.finish()


def refusal(elements: Elements | bytes, config: Config = CONFIG, **options: Any) -> pe.EUICCResponse:
    """The EUICCResponse of a package that is refused."""
    try:
        install(elements, config, **options)
    except InstallationAborted as aborted:
        response = pe.EUICCResponse.decode(aborted.response)
        assert response.profile_installation_aborted is True
        assert response.pe_status[-1].offset is not None
        return response
    raise AssertionError("installed")


def refused_with(elements: Elements | bytes, config: Config = CONFIG, **options: Any) -> int:
    return refusal(elements, config, **options).pe_status[-1].status


def without(*capabilities: int) -> Config:
    return replace(CONFIG, uicc_capability=tuple(c for c in CONFIG.uicc_capability if c not in capabilities))


def with_(*capabilities: int) -> Config:
    return replace(CONFIG, uicc_capability=(*CONFIG.uicc_capability, *capabilities))
