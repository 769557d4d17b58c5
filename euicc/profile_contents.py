"""What is in one profile besides its files, as plain values: PINs, network keys, security domains, remote management.

Keys and PINs themselves are only there when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apdu import aid as aids
from apdu.ef.key_references import reference_name
from euicc.globalplatform import domain
from euicc.globalplatform.registry import Kind, Registry
from euicc.runtime import keys
from euicc.uicc.authentication import algorithms, parameters
from euicc.uicc.authentication.sequence import SequenceNumbers
from euicc.uicc.filesystem import Df

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain
    from euicc.globalplatform.registry import Entry
    from euicc.uicc.application_data import Rfm, SecurityDomainKey
    from euicc.uicc.profile_data import PinContext
    from euicc.uicc.uicc import Uicc

Row = dict[str, Any]

ALGORITHMS = {
    algorithms.MILENAGE: "Milenage",
    algorithms.TUAK: "TUAK",
    algorithms.USIM_TEST_ALGORITHM: "USIM test algorithm",
}
KEY_TYPES = {0x80: "DES", 0x82: "DES", 0x85: "PSK", 0x88: "AES", 0x90: "HMAC"}
"""GPCS table 11-16."""


def profile_contents(uicc: Uicc, *, secrets: bool = False) -> Row:
    """pins, aka, security_domains, remote_file_management, applications: a row each. Identifiers as hex."""
    return {
        "pins": [row for context in _contexts(uicc) for row in _pins(uicc, context, secrets)],
        "aka": [_aka(uicc, aid, secrets) for aid in uicc.profile.aka],
        "security_domains": [_domain(each, secrets) for each in domain.domains(uicc)],
        "remote_file_management": [_rfm(each) for each in uicc.profile.rfm],
        "applications": [
            _application(each) for each in Registry(uicc).entries() if each.kind is not Kind.SECURITY_DOMAIN
        ],
    }


def _contexts(uicc: Uicc) -> list[PinContext]:
    """Each once, though several directories may share it."""
    return list({context.directory: context for context in uicc.profile.pins.values()}.values())


def _pins(uicc: Uicc, context: PinContext, secrets: bool) -> list[Row]:
    directory = next(df for df in _directories(uicc) if df.path == context.directory)
    found = []
    for reference in context.pins:
        pin = uicc.pins.find(reference, directory)
        assert pin is not None  # its directory defines it
        row: Row = {
            "key": reference_name(reference),
            "directory": _name(context.directory, uicc),
            "enabled": pin.enabled,
            "tries_left": pin.tries_left,
            "tries": pin.pin.maximum_tries,
            "unblocking_tries_left": None if pin.puk is None else pin.puk.tries_left,
        }
        found.append(row | ({"value": pin.state.value.hex().upper()} if secrets else {}))
    return found


def _directories(uicc: Uicc) -> list[Df]:
    return [file for file in uicc.profile.filesystem.files() if isinstance(file, Df)]


def _name(path: bytes, uicc: Uicc) -> str:
    """MF, the name of an application, or the path in numbers."""
    applications = {adf.path: aids.describe(aid) for aid, adf in uicc.profile.filesystem.adfs.items()}
    return "MF" if not path else applications.get(path, path.hex().upper())


def _aka(uicc: Uicc, aid: bytes, secrets: bool) -> Row:
    found = parameters.find(uicc, aid)
    if found is None:
        return {"application": aids.describe(aid), "aid": aid.hex().upper(), "algorithm": None}
    given = found.parameters
    numbers = uicc.memory.get(keys.AKA_SEQUENCE_NUMBERS, found.name) or SequenceNumbers.initial(
        given.sqn_init
    )
    row: Row = {
        "application": aids.describe(aid),
        "aid": aid.hex().upper(),
        "algorithm": ALGORITHMS.get(given.algorithm_id, str(given.algorithm_id)),
        "shares_with": None if found.name == aid.hex() else found.name.upper(),
        "changed": uicc.memory.get(keys.AKA_PARAMETERS, found.name) is not None,
        "sqn": f"{numbers.highest:012X}",
    }
    return row | ({"k": given.key.hex().upper(), "opc": given.opc.hex().upper()} if secrets else {})


def _domain(found: Domain, secrets: bool) -> Row:
    level = found.minimum_security_level
    return {
        "aid": found.aid.hex().upper(),
        "mno_sd": found.is_mno_sd,
        "key_versions": [f"{version:02X}" for version in found.versions()],
        "keys": [_key(key, secrets) for key in found.keys],
        "tars": [tar.hex().upper() for tar in found.tars],
        "minimum_security_level": None if level is None else f"{level:02X}",
    }


def _key(key: SecurityDomainKey, secrets: bool) -> str:
    """Version/identifier, type and length; the value where it is wanted."""
    parts = (
        f"{KEY_TYPES.get(each.type, f'{each.type:02X}')}-{8 * len(each.data)}"
        + (f" {each.data.hex().upper()}" if secrets else "")
        for each in key.components
    )
    return f"{key.version:02X}/{key.identifier:02X} {' + '.join(parts)}"


def _rfm(rfm: Rfm) -> Row:
    return {
        "aid": rfm.instance_aid.hex().upper(),
        "tars": [tar.hex().upper() for tar in rfm.tars],
        "minimum_security_level": f"{rfm.minimum_security_level:02X}",
        "application": aids.describe(rfm.adf_access.adf_aid) if rfm.adf_access else "UICC",
    }


def _application(entry: Entry) -> Row:
    """A package that is kept, or an instance; whether the profile package brought it."""
    return {
        "aid": entry.aid.hex().upper(),
        "kind": entry.kind.name.lower(),
        "state": f"{entry.state:02X}",
        "security_domain": entry.domain.hex().upper(),
        "with_profile": entry.with_profile,
    }
