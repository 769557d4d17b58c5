"""What a profile holds besides files and keys of the network: security domains, applications, remote management.

Like `profile_data`, the values as installed; loaded with the installer, not with every card. Data that personalize
something may be keys: they never appear in a repr either.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KeyComponent:
    """One component of a security domain key; `type` as in GlobalPlatform (80 DES, 85 PSK, 88 AES)."""

    type: int
    data: bytes = field(repr=False)
    mac_length: int = 8


@dataclass(frozen=True, slots=True)
class SecurityDomainKey:
    """KeyObject of PE-SecurityDomain: usage qualifier and access as GlobalPlatform codes them."""

    usage_qualifier: bytes
    identifier: int
    version: int
    components: tuple[KeyComponent, ...]
    access: int = 0
    counter: bytes | None = None


@dataclass(frozen=True, slots=True)
class ApplicationInstance:
    """ApplicationInstance of PE-SecurityDomain or PE-Application, coded as in INSTALL [for install]."""

    load_package_aid: bytes
    class_aid: bytes
    instance_aid: bytes
    privileges: bytes
    life_cycle_state: int = 0x07
    extradition_aid: bytes | None = None
    specific_parameters: bytes = b""
    system_parameters: bytes | None = None
    uicc_parameters: bytes | None = None
    """The application specific parameters of `EA`: the TLVs `80` (toolkit) and `81` (access) as they came."""
    process_data: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SecurityDomain:
    """PE-SecurityDomain; the first of a package is the MNO-SD."""

    instance: ApplicationInstance
    keys: tuple[SecurityDomainKey, ...] = ()
    perso_data: tuple[bytes, ...] = field(default=(), repr=False)
    open_perso_data: bytes | None = field(default=None, repr=False)
    cat_tp_parameters: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LoadPackage:
    """ApplicationLoadPackage of PE-Application."""

    aid: bytes
    load_block: bytes = field(repr=False)
    security_domain_aid: bytes | None = None
    hash_value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """PE-Application: a load package, instances, or both."""

    load_package: LoadPackage | None = None
    instances: tuple[ApplicationInstance, ...] = ()


@dataclass(frozen=True, slots=True)
class AdfRfmAccess:
    """ADFRFMAccess of PE-RFM: the ADF where scripts start, and the access domains inside it."""

    adf_aid: bytes
    access_domain: bytes
    admin_access_domain: bytes


@dataclass(frozen=True, slots=True)
class Rfm:
    """PE-RFM: `tars` are 3 bytes each; without a security domain AID the instance belongs to the MNO-SD."""

    instance_aid: bytes
    tars: tuple[bytes, ...]
    minimum_security_level: int
    access_domain: bytes
    admin_access_domain: bytes
    security_domain_aid: bytes | None = None
    adf_access: AdfRfmAccess | None = None
