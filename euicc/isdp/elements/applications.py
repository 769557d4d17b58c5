"""PE-SecurityDomain, PE-Application and PE-RFM, TCA profile package 8.6 and 8.7.

They are checked and kept; what they do begins when the profile is enabled.
"""

from __future__ import annotations

from collections.abc import Iterable

from apdu import tlv
from asn1.generated import pe
from asn1.message import Message
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.uicc.application_data import (
    AdfRfmAccess,
    Application,
    ApplicationInstance,
    KeyComponent,
    LoadPackage,
    Rfm,
    SecurityDomain,
    SecurityDomainKey,
)

INSTANCE, KEYS, INSTANCES, LOAD_BLOCK = 1, 2, 1, 1
PERSONALIZED = 0x0F
PRIVILEGE_LENGTHS = (1, 3)
DES, DES_CBC, PSK, AES, HMAC, EC_PUBLIC, EC_PRIVATE, EC_PARAMETERS = (
    *(0x80, 0x82, 0x85, 0x88),
    *(0x90, 0xB0, 0xB1, 0xF0),
)
KEY_LENGTHS: dict[int, Iterable[int]] = {
    DES: (16, 24),
    DES_CBC: (16, 24),
    PSK: range(1, 256),
    AES: (16, 24, 32),
    HMAC: range(1, 256),
    EC_PUBLIC: range(1, 256),
    EC_PRIVATE: range(1, 256),
    EC_PARAMETERS: range(1, 256),
}
"""Known key types of GlobalPlatform, and how long a key may be, in bytes."""
ELLIPTIC = (EC_PUBLIC, EC_PRIVATE, EC_PARAMETERS)
FULL_ACCESS, ACCESS_RIGHTS, NO_ACCESS = 0x00, 0x02, 0xFF
ACCESS_DOMAIN_LENGTHS = {FULL_ACCESS: 1, ACCESS_RIGHTS: 4, NO_ACCESS: 1}
TAR = slice(12, 15)
"""Where an AID has its TAR."""


def install_security_domain(area: Staging, name: str, element: pe.PESecurityDomain) -> None:
    """A security domain; the first is the MNO-SD."""
    instance = _instance(element.instance)
    _claim_aid(area, instance.instance_aid)
    domain = SecurityDomain(
        instance=instance,
        keys=_keys(area, element.key_list or ()),
        perso_data=element.sd_perso_data or (),
        open_perso_data=_contents(element.open_perso_data),
        cat_tp_parameters=_contents(element.cat_tp_parameters),
    )
    area.profile.security_domains.append(domain)
    area.security_domains[instance.instance_aid] = domain


def _claim_aid(area: Staging, aid: bytes) -> None:
    """Every instance of the profile has an AID of its own."""
    if aid in area.instance_aids or aid in area.filesystem.adfs:
        raise ElementRefused(Status.INVALID_PARAMETER, "AID twice").inside(INSTANCE)
    area.instance_aids.add(aid)


def _keys(area: Staging, given: tuple[pe.KeyObject, ...]) -> tuple[SecurityDomainKey, ...]:
    seen: set[tuple[bytes, bytes]] = set()
    keys = []
    for number, key in enumerate(given):
        name = (key.key_identifier, key.key_version_number)
        if name in seen:
            raise ElementRefused(Status.INVALID_PARAMETER, "key twice").inside(KEYS, number)
        seen.add(name)
        try:
            keys.append(_key(area, key))
        except ElementRefused as refused:
            raise refused.inside(KEYS, number) from None
    return tuple(keys)


def _key(area: Staging, key: pe.KeyObject) -> SecurityDomainKey:
    return SecurityDomainKey(
        usage_qualifier=key.key_usage_qualifier,
        identifier=key.key_identifier[0],
        version=key.key_version_number[0],
        components=tuple(_component(area, component) for component in key.key_components),
        access=key.key_access[0],
        counter=key.key_counter_value,
    )


def _component(area: Staging, given: pe.KeyObject.KeyComponentsItem) -> KeyComponent:
    kind = int.from_bytes(given.key_type, "big")
    lengths = KEY_LENGTHS.get(kind)
    if lengths is None or (kind in ELLIPTIC and pe.UICCCapability.SCP11AC not in area.capabilities):
        raise ElementRefused(Status.FEATURE_NOT_SUPPORTED, "key type")
    if len(given.key_data) not in lengths:
        raise ElementRefused(Status.BAD_VALUES, "key length")
    return KeyComponent(kind, given.key_data, given.mac_length)


def _instance(given: pe.ApplicationInstance) -> ApplicationInstance:
    if len(given.application_privileges) not in PRIVILEGE_LENGTHS:
        raise ElementRefused(Status.BAD_VALUES, "privileges").inside(INSTANCE)
    return ApplicationInstance(
        load_package_aid=given.application_load_package_aid,
        class_aid=given.class_aid,
        instance_aid=given.instance_aid,
        privileges=given.application_privileges,
        life_cycle_state=given.life_cycle_state[0],
        extradition_aid=given.extradite_security_domain_aid,
        specific_parameters=given.application_specific_parameters_c9,
        system_parameters=_contents(given.system_specific_parameters),
        uicc_parameters=_contents(given.application_parameters),
        process_data=given.process_data or (),
    )


def _contents(message: Message | None) -> bytes | None:
    """What is inside a structure, as it came."""
    if message is None:
        return None
    return tlv.parse(message.encoded or message.encode()).value


def install_application(area: Staging, name: str, element: pe.PEApplication) -> None:
    """A load package, instances of it or of an earlier one, or both."""
    given = element.load_block
    loaded = _load(area, given) if given is not None else None
    instances = tuple(_instance(each) for each in element.instance_list or ())
    packages = area.load_packages | ({loaded.aid} if loaded else set()) | area.platform_packages.keys()
    for instance in instances:
        if instance.load_package_aid not in packages:
            reason = f"package {instance.load_package_aid.hex().upper()}"
            raise ElementRefused(Status.LIB_NOT_SUPPORTED, reason, skippable=True).inside(INSTANCES)
    for instance in instances:
        _register(area, instance)
    if loaded is not None:
        area.load_packages.add(loaded.aid)
    area.profile.applications.append(Application(loaded, instances))


def _load(area: Staging, package: pe.ApplicationLoadPackage) -> LoadPackage:
    if not {pe.UICCCapability.JAVACARD, pe.UICCCapability.MULTOS} & area.capabilities:
        raise ElementRefused(
            Status.RUNTIME_NOT_SUPPORTED, "no runtime for load files", skippable=True
        ).inside(LOAD_BLOCK)
    if package.load_package_aid in area.load_packages or package.load_package_aid in area.platform_packages:
        raise ElementRefused(Status.INVALID_PARAMETER, "load package twice").inside(LOAD_BLOCK)
    _associated(area, package.security_domain_aid)
    return LoadPackage(
        aid=package.load_package_aid,
        load_block=package.load_block_object,
        security_domain_aid=package.security_domain_aid,
        hash_value=package.hash_value,
    )


def _register(area: Staging, instance: ApplicationInstance) -> None:
    domain = _associated(area, instance.extradition_aid)
    if domain.instance.life_cycle_state != PERSONALIZED:
        raise ElementRefused(Status.INVALID_PARAMETER, "security domain not personalized").inside(INSTANCES)
    _claim_aid(area, instance.instance_aid)


def _associated(area: Staging, aid: bytes | None) -> SecurityDomain:
    """The security domain with that AID, without one the MNO-SD; it comes earlier in the package."""
    if aid is None:
        return area.profile.security_domains[0]
    found = area.security_domains.get(aid)
    if found is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "no such security domain").inside(INSTANCE)
    return found


def install_rfm(area: Staging, name: str, element: pe.PERFM) -> None:
    """An instance of the remote file management application."""
    _associated(area, element.security_domain_aid)
    _claim_aid(area, element.instance_aid)
    area.profile.rfm.append(
        Rfm(
            instance_aid=element.instance_aid,
            tars=_tars(element),
            minimum_security_level=element.minimum_security_level[0],
            access_domain=_access_domain(element.uicc_access_domain),
            admin_access_domain=_access_domain(element.uicc_admin_access_domain),
            security_domain_aid=element.security_domain_aid,
            adf_access=_adf_access(area, element.adf_rfm_access),
        )
    )


def _tars(element: pe.PERFM) -> tuple[bytes, ...]:
    if element.tar_list is not None:
        return element.tar_list
    tar = element.instance_aid[TAR]
    if len(tar) != TAR.stop - TAR.start:
        raise ElementRefused(Status.BAD_VALUES, "no TAR in the AID").inside(INSTANCE)
    return (tar,)


def _access_domain(given: bytes) -> bytes:
    """Access domain, TS 102 226 8.2.1.3.2.4: a type, and its rights where it has some."""
    if not given or len(given) != ACCESS_DOMAIN_LENGTHS.get(given[0]):
        raise ElementRefused(Status.BAD_VALUES, "access domain")
    return given


def _adf_access(area: Staging, given: pe.ADFRFMAccess | None) -> AdfRfmAccess | None:
    if given is None:
        return None
    if given.adf_aid not in area.filesystem.adfs:
        raise ElementRefused(Status.INVALID_PARAMETER, "no ADF with this AID")
    return AdfRfmAccess(
        adf_aid=given.adf_aid,
        access_domain=_access_domain(given.adf_access_domain),
        admin_access_domain=_access_domain(given.adf_admin_access_domain),
    )
