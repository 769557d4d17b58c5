"""A security domain of the enabled profile, with its keys as they are now, GPCS 7 and TS 102 226 8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apdu import TlvError, tlv
from euicc.globalplatform import dgi, key_set, scp03, toolkit_parameters
from euicc.globalplatform.dgi import DgiError
from euicc.globalplatform.registry import Entry, Kind, Registry
from euicc.runtime import keys
from euicc.uicc.application_data import ApplicationInstance, SecurityDomain, SecurityDomainKey

if TYPE_CHECKING:
    from euicc.globalplatform.toolkit_parameters import ToolkitParameters
    from euicc.ota.security import KeySource
    from euicc.runtime.nvm import Key
    from euicc.uicc.uicc import Uicc

SCP03_VERSIONS = range(0x30, 0x40)
"""Key versions of SCP03, UICC Configuration 6."""
_SCP03_IDENTIFIERS = (key_set.ENC, key_set.MAC, key_set.DEK)
DEFAULT_SCP03_OPTION = 0x70
_PROTOCOL_PARAMETERS = 0x81
_PROTOCOL_AND_OPTION = 2
_OF_A_DOMAIN: tuple[Key[Any], ...] = (
    keys.SECURITY_DOMAIN_KEYS,
    keys.SECURITY_DOMAIN_DATA,
    keys.SCP03_COUNTER,
    keys.OTA_COUNTER,
    keys.LOAD_RECEIVED,
)
"""What the memory of the profile holds by the AID of a security domain."""


class Domain:
    """One security domain.

    uicc: the profile that runs. sd: as the profile package made it, or as INSTALL did. Nothing is cached: two objects
    for the same domain say the same.
    """

    def __init__(self, uicc: Uicc, sd: SecurityDomain) -> None:
        self.uicc = uicc
        self.sd = sd
        self.aid = sd.instance.instance_aid

    @property
    def entry(self) -> Entry:
        """Its life cycle state, privileges and association. KeyError when it was deleted meanwhile."""
        return {entry.aid: entry for entry in Registry(self.uicc).entries()}[self.aid]

    @property
    def is_mno_sd(self) -> bool:
        """Whether it is the operator's own, the first of the profile."""
        return self.aid == Registry(self.uicc).root

    @property
    def keys(self) -> tuple[SecurityDomainKey, ...]:
        """Every key, as put by the profile package and PUT KEY."""
        stored = self.uicc.memory.get(keys.SECURITY_DOMAIN_KEYS, self.aid.hex())
        return self.sd.keys if stored is None else stored

    def key(self, version: int, identifier: int) -> SecurityDomainKey | None:
        """The key with this version (KVN) and identifier (KID)."""
        return next(
            (key for key in self.keys if (key.version, key.identifier) == (version, identifier)), None
        )

    def versions(self) -> tuple[int, ...]:
        """The key versions that it has, in the order of their first keys."""
        return tuple(dict.fromkeys(key.version for key in self.keys))

    def put_keys(self, replacing: tuple[SecurityDomainKey, ...]) -> None:
        """Have exactly these keys from now on; needs an open transaction."""
        self.uicc.memory.set(keys.SECURITY_DOMAIN_KEYS, replacing, self.aid.hex())

    @property
    def toolkit(self) -> ToolkitParameters:
        """Its toolkit parameters: TARs and the minimum security level among them."""
        return toolkit_parameters.of_instance(self.sd.instance.uicc_parameters)

    @property
    def tars(self) -> tuple[bytes, ...]:
        """The TARs under which packets reach it, 3 bytes each."""
        return self.toolkit.tars

    @property
    def minimum_security_level(self) -> int | None:
        """SPI1 that a packet for it must have at least; None: anything goes."""
        return self.toolkit.minimum_security_level

    @property
    def scp03_option(self) -> int:
        """The parameter "i" of its SCP03, from C9 of its installation; 70 where that names none."""
        try:
            given = tlv.parse_all(self.sd.instance.specific_parameters)
        except TlvError:
            given = []
        options = (each.value for each in given if each.tag == _PROTOCOL_PARAMETERS)
        return next(
            (
                value[1]
                for value in options
                if len(value) >= _PROTOCOL_AND_OPTION and value[0] == scp03.PROTOCOL
            ),
            DEFAULT_SCP03_OPTION,
        )

    def scp03_keys(self, version: int) -> tuple[int, scp03.StaticKeys] | None:
        """As `scp03_keys`."""
        return scp03_keys(self, version)

    def data_object(self, tag: int) -> bytes | None:
        """A data object, encoded, as STORE DATA left it, or as the profile's perso data brought it."""
        stored = self.uicc.memory.get(keys.SECURITY_DOMAIN_DATA, f"{self.aid.hex()}/{tag:X}")
        return self._personalized(tag) if stored is None else stored

    def put_data_object(self, tag: int, encoded: bytes) -> None:
        """Keep a data object; needs an open transaction."""
        self.uicc.memory.set(keys.SECURITY_DOMAIN_DATA, encoded, f"{self.aid.hex()}/{tag:X}")

    def erase(self) -> None:
        """Forget its keys, counters and data objects; needs an open transaction."""
        memory = self.uicc.memory
        for key in _OF_A_DOMAIN:
            for name in memory.names(key):
                if name == self.aid.hex() or name.startswith(f"{self.aid.hex()}/"):
                    memory.delete(key, name)

    def _personalized(self, tag: int) -> bytes | None:
        """From sdPersoData of the profile package."""
        objects = (each for record in self.sd.perso_data for each in _objects(record))
        return next((each.encoded for each in objects if each.tag == tag), None)


def _objects(record: bytes) -> list[tlv.Tlv]:
    """The data objects in DGI 0070; a package may bring what nobody can read: then there are none."""
    try:
        groups = dgi.parse_all(record)
        return [
            each
            for identifier, data in groups
            if identifier == dgi.SECURITY_DOMAIN_DATA
            for each in tlv.parse_all(data)
        ]
    except (DgiError, TlvError):
        return []


def domains(uicc: Uicc) -> tuple[Domain, ...]:
    """The security domains of a running profile, the MNO-SD first."""
    installed = {sd.instance.instance_aid: sd for sd in uicc.profile.security_domains}
    entries = (entry for entry in Registry(uicc).entries() if entry.kind is Kind.SECURITY_DOMAIN)
    return tuple(
        Domain(uicc, installed[entry.aid] if entry.with_profile else _as_installed(entry))
        for entry in entries
    )


def scp03_keys(of: KeySource, version: int) -> tuple[int, scp03.StaticKeys] | None:
    """The SCP03 key set of this version, for version 0 the first one, with its version; None without such."""
    for candidate in (version,) if version else of.versions():
        found = [key_set.symmetric(of.key(candidate, identifier)) for identifier in _SCP03_IDENTIFIERS]
        values = [key.data for key in found if key is not None and key.type == key_set.AES_TYPE]
        if candidate in SCP03_VERSIONS and len(values) == len(found):
            return candidate, scp03.StaticKeys(*values)
    return None


def domain(uicc: Uicc, aid: bytes) -> Domain | None:
    """The security domain with this AID."""
    return next((each for each in domains(uicc) if each.aid == aid), None)


def conversation_domain(given: Domain) -> Domain:
    """Whose keys protect a conversation with a domain: its own, or as long as it has none those of the one above it."""
    all_domains = {each.aid: each for each in domains(given.uicc)}
    seen: set[bytes] = set()
    while not given.keys and given.aid not in seen:
        seen.add(given.aid)
        given = all_domains[given.entry.domain]
    return given


def _as_installed(entry: Entry) -> SecurityDomain:
    instance = ApplicationInstance(
        load_package_aid=entry.package,
        class_aid=entry.module,
        instance_aid=entry.aid,
        privileges=entry.privileges,
        life_cycle_state=entry.state,
        specific_parameters=entry.specific_parameters,
        uicc_parameters=entry.uicc_parameters,
    )
    return SecurityDomain(instance)
