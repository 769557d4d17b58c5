"""Python names of ASN.1 identifiers."""

from __future__ import annotations

import builtins
import keyword
import re

_MESSAGE_ATTRIBUTES = {"encoded", "extensions", "decode", "encode", "replace"}
_CHOICE_ATTRIBUTES = {"chosen", "value"}
_ANNOTATION_WORDS = {"int", "bool", "bytes", "str", "tuple"}


def snake(identifier: str) -> str:
    """euiccCiPKId -> euicc_ci_pk_id, eUICC-Mandatory-services -> euicc_mandatory_services."""
    words = re.sub(r"^([a-z])(?=[A-Z]{2})", lambda match: match[1].upper(), identifier)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", words)
    return re.sub(r"[-_]+", "_", words).lower()


def attribute(identifier: str, *, of_choice: bool = False) -> str:
    """The attribute for a component, with an underscore where Python or Message has the name already."""
    name = snake(identifier)
    taken = keyword.iskeyword(name) or name in _MESSAGE_ATTRIBUTES | _ANNOTATION_WORDS
    return f"{name}_" if taken or (of_choice and name in _CHOICE_ATTRIBUTES) else name


def constant(identifier: str) -> str:
    """profileNotInDisabledState -> PROFILE_NOT_IN_DISABLED_STATE."""
    return snake(identifier).upper()


def class_name(identifier: str) -> str:
    """PE-OPT-USIM -> PEOPTUSIM, profileIdentifier -> ProfileIdentifier, SGP32-X -> SGP32X."""
    name = "".join(part[:1].upper() + part[1:] for part in identifier.split("-"))
    return f"{name}_" if hasattr(builtins, name) or keyword.iskeyword(name) else name
