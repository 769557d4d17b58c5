"""The GlobalPlatform Registry of the enabled profile, GPCS 6.6: packages, applications, security domains.

What the profile package installed is the beginning; what changed since stands in the profile's memory, by AID.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING

from apdu import tlv
from euicc.globalplatform import cap_file
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.uicc.application_data import ApplicationInstance
    from euicc.uicc.uicc import Uicc

AID, STATE, PRIVILEGES, PACKAGE, DOMAIN, MODULE, VERSION = 0x4F, 0x9F70, 0xC5, 0xC4, 0xCC, 0x84, 0xCE
"""Tags of GET STATUS, GPCS table 11-36."""
_KIND, _MODULES, _WITH_PROFILE, _SPECIFIC, _UICC = 0x80, 0x85, 0x86, 0xC9, 0xEA
LOADED, INSTALLED, SELECTABLE, PERSONALIZED, LOCKED = 0x01, 0x03, 0x07, 0x0F, 0x80
"""Life cycle states, GPCS 11.1.1; LOCKED is a bit."""
PRIVILEGES_LENGTH = 3


class Kind(IntEnum):
    """What an entry of the registry is about."""

    PACKAGE = 0
    APPLICATION = 1
    SECURITY_DOMAIN = 2


class Privilege(IntFlag):
    """Those of the privileges of GPCS 6.6.1 that decide something here, as in the three bytes."""

    SECURITY_DOMAIN = 0x800000
    AUTHORIZED_MANAGEMENT = 0x004000
    GLOBAL_DELETE = 0x001000
    GLOBAL_LOCK = 0x000800
    GLOBAL_REGISTRY = 0x000400


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `domain` is the AID of the security domain that it is associated with (its own: of none).

    specific_parameters: value of C9. uicc_parameters: what is inside EA. modules, version: of a package, where known.
    with_profile: the profile package brought it, not INSTALL or LOAD.
    """

    aid: bytes
    kind: Kind
    state: int
    domain: bytes
    privileges: bytes = bytes(PRIVILEGES_LENGTH)
    package: bytes = b""
    module: bytes = b""
    specific_parameters: bytes = b""
    uicc_parameters: bytes | None = None
    modules: tuple[bytes, ...] = ()
    version: bytes = b""
    with_profile: bool = False

    @property
    def locked(self) -> bool:
        """Whether it can be neither selected nor spoken to."""
        return self.kind is not Kind.PACKAGE and bool(self.state & LOCKED)

    def has(self, privilege: Privilege) -> bool:
        """Whether it has all bits of a privilege."""
        return privilege in Privilege(int.from_bytes(self.privileges, "big"))

    def to_bytes(self) -> bytes:
        """As kept in the NVM."""
        fields = [
            tlv.encode(AID, self.aid),
            tlv.encode(_KIND, bytes([self.kind])),
            tlv.encode(STATE, bytes([self.state])),
            tlv.encode(DOMAIN, self.domain),
            tlv.encode(PRIVILEGES, self.privileges),
            tlv.encode(PACKAGE, self.package),
            tlv.encode(MODULE, self.module),
            tlv.encode(_SPECIFIC, self.specific_parameters),
            tlv.encode(VERSION, self.version),
            tlv.encode(_WITH_PROFILE, bytes([self.with_profile])),
            *(tlv.encode(_MODULES, module) for module in self.modules),
        ]
        if self.uicc_parameters is not None:
            fields.append(tlv.encode(_UICC, self.uicc_parameters))
        return b"".join(fields)

    @classmethod
    def from_bytes(cls, data: bytes) -> Entry:
        """What `to_bytes` wrote."""
        found = tlv.parse_all(data)
        fields = {each.tag: each.value for each in found}
        return cls(
            aid=fields[AID],
            kind=Kind(fields[_KIND][0]),
            state=fields[STATE][0],
            domain=fields[DOMAIN],
            privileges=fields[PRIVILEGES],
            package=fields[PACKAGE],
            module=fields[MODULE],
            specific_parameters=fields[_SPECIFIC],
            uicc_parameters=fields.get(_UICC),
            modules=tuple(each.value for each in found if each.tag == _MODULES),
            version=fields[VERSION],
            with_profile=bool(fields[_WITH_PROFILE][0]),
        )


class Registry:
    """The entries of one running profile. Methods that write need an open transaction of its memory."""

    def __init__(self, uicc: Uicc) -> None:
        self._uicc = uicc

    @property
    def root(self) -> bytes:
        """AID of the MNO-SD, the first security domain of the package; empty when the profile has none."""
        domains = self._uicc.profile.security_domains
        return domains[0].instance.instance_aid if domains else b""

    def entries(self) -> list[Entry]:
        """Every entry: the MNO-SD, then what the package installed in its order, then what was added, by AID."""
        memory = self._uicc.memory
        found = {entry.aid.hex(): entry for entry in self._installed()}
        for name in memory.names(keys.REGISTRY_ENTRY):
            stored = memory.get(keys.REGISTRY_ENTRY, name)
            if stored:
                found[name] = Entry.from_bytes(stored)
            else:
                found.pop(name, None)
        return list(found.values())

    def find(self, aid: bytes) -> Entry | None:
        """The entry with this AID."""
        return next((entry for entry in self.entries() if entry.aid == aid), None)

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace the one with its AID."""
        self._uicc.memory.set(keys.REGISTRY_ENTRY, entry.to_bytes(), entry.aid.hex())

    def remove(self, aid: bytes) -> None:
        """Forget an entry; one that the package installed leaves a mark instead."""
        installed = any(entry.aid == aid for entry in self._installed())
        self._uicc.memory.set(keys.REGISTRY_ENTRY, b"" if installed else None, aid.hex())

    def is_platform(self, entry: Entry) -> bool:
        """Whether it is a package of the card itself, which the profile only has instances of."""
        return any(each.aid == entry.aid for each in self._platform_packages())

    def is_below(self, entry: Entry, domain: bytes) -> bool:
        """Whether an entry is associated with the security domain `domain`, directly or through others, or is it."""
        by_aid = {each.aid: each for each in self.entries()}
        seen: set[bytes] = set()
        at: Entry | None = entry
        while at is not None and at.aid not in seen:
            if domain in (at.aid, at.domain):
                return True
            seen.add(at.aid)
            at = by_aid.get(at.domain)
        return False

    def _installed(self) -> Iterator[Entry]:
        """What the profile package installed."""
        profile = self._uicc.profile
        for domain in profile.security_domains:
            yield self._instance(domain.instance, Kind.SECURITY_DOMAIN)
        yield from self._platform_packages()
        for application in profile.applications:
            if application.load_package is not None:
                package = application.load_package
                contents = cap_file.contents(package.load_block)
                yield Entry(
                    aid=package.aid,
                    kind=Kind.PACKAGE,
                    state=LOADED,
                    domain=package.security_domain_aid or self.root,
                    modules=contents.modules,
                    version=contents.version,
                    with_profile=True,
                )
            for instance in application.instances:
                yield self._instance(instance, Kind.APPLICATION)
        for rfm in profile.rfm:
            domain_aid = rfm.security_domain_aid or self.root
            yield Entry(rfm.instance_aid, Kind.APPLICATION, SELECTABLE, domain_aid, with_profile=True)

    def _platform_packages(self) -> Iterator[Entry]:
        """Packages that instances are of and that the profile did not load: the security domains' among them."""
        profile = self._uicc.profile
        loaded = {each.load_package.aid for each in profile.applications if each.load_package is not None}
        instances = [domain.instance for domain in profile.security_domains]
        instances += [instance for application in profile.applications for instance in application.instances]
        modules: dict[bytes, dict[bytes, None]] = {}
        for instance in instances:
            if instance.load_package_aid not in loaded:
                modules.setdefault(instance.load_package_aid, {})[instance.class_aid] = None
        for aid, of_package in modules.items():
            yield Entry(aid, Kind.PACKAGE, LOADED, self.root, modules=tuple(of_package), with_profile=True)

    def _instance(self, instance: ApplicationInstance, kind: Kind) -> Entry:
        return Entry(
            aid=instance.instance_aid,
            kind=kind,
            state=instance.life_cycle_state,
            domain=instance.extradition_aid or self.root,
            privileges=instance.privileges.ljust(PRIVILEGES_LENGTH, b"\x00"),
            package=instance.load_package_aid,
            module=instance.class_aid,
            specific_parameters=instance.specific_parameters,
            uicc_parameters=instance.uicc_parameters,
            with_profile=True,
        )
