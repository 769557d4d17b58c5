"""ProfileHeader: what the profile is and what it cannot do without, TCA profile package 8.2."""

from __future__ import annotations

from asn1.generated import pe
from euicc.isdp.capabilities import require
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.isdp.templates import TEMPLATES

OLDEST_VERSION = (2, 0)


def install(area: Staging, name: str, element: pe.ProfileHeader) -> None:
    """Check version, services, templates and packages; nothing is created."""
    version = (element.major_version, element.minor_version)
    if not OLDEST_VERSION <= version <= area.newest_version:
        raise ElementRefused(Status.UNSUPPORTED_PROFILE_VERSION, f"version {version[0]}.{version[1]}")
    require(element.euicc_mandatory_services, area.capabilities)
    for oid in element.euicc_mandatory_gfste_list:
        if oid not in TEMPLATES:
            raise ElementRefused(Status.TEMPLATE_NOT_SUPPORTED, f"template {oid}")
    for package in element.euicc_mandatory_ai_ds or ():
        _require_package(area, package.aid, package.version)
    area.header = element
    area.profile.iccid = element.iccid
    area.profile.pol = element.pol
    area.profile.connectivity_parameters = element.connectivity_parameters


def _require_package(area: Staging, aid: bytes, version: bytes) -> None:
    """A package on the platform serves with the same major version and no older minor version."""
    present = area.platform_packages.get(aid)
    if present is None or present[0] != version[0] or present[1] < version[1]:
        raise ElementRefused(Status.LIB_NOT_SUPPORTED, f"package {aid.hex().upper()}")
