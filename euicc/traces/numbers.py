"""Named numbers and named bits of the messages: what the integer in a component is called in the schema."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module

from asn1 import Message

MODULES = ("asn1.generated.sgp32", "asn1.generated.rsp", "asn1.generated.pe")

# Components whose type has another name than they have.
_TYPES = {
    "profile_management_operation": "NotificationEvent",
    "forbidden_profile_policy_rules": "PprIds",
    "profile_policy_rules": "PprIds",
    "reason": "CancelSessionReason",
    "enable_result": "EnableProfileResult",
    "disable_result": "DisableProfileResult",
    "delete_result": "DeleteProfileResult",
    "rollback_result": "RollbackProfileResult",
    "uicc_capability": "UICCCapability",
}


@cache
def names_of(kind: type, attribute: str) -> dict[int, str]:
    """Identifier of each number that a component of a message may have, as in the ASN.1; empty when it has none."""
    found = _nested(kind, attribute) or _module_level(kind.__module__, attribute)
    return _constants(found) if found else {}


def _nested(kind: type, attribute: str) -> type | None:
    wanted = attribute.replace("_", "")
    for name, value in vars(kind).items():
        if isinstance(value, type) and not issubclass(value, Message) and name.lower() == wanted:
            return value
    return None


def _module_level(home: str, attribute: str) -> type | None:
    wanted = _TYPES.get(attribute, attribute).replace("_", "").lower()
    for module in dict.fromkeys((home, *MODULES)):
        found = _constant_classes(module).get(wanted)
        if found:
            return found
    return None


@cache
def _constant_classes(module: str) -> dict[str, type]:
    content = vars(sys.modules.get(module) or import_module(module))
    return {
        name.lower(): value
        for name, value in content.items()
        if isinstance(value, type) and not issubclass(value, Message) and value.__module__ == module
    }


def _constants(found: type) -> dict[int, str]:
    return {value: _identifier(name) for name, value in vars(found).items() if name.isupper()}


def _identifier(constant: str) -> str:
    """DELETE_OPERATIONAL_PROFILES -> deleteOperationalProfiles."""
    first, *others = constant.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
