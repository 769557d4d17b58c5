"""Which ProfileElements there are, what each needs before it, and what processes it: TCA profile package 8.1.

Rule 1: the header is first and `end` last. Rule 2: an element comes only when what it needs is there (column
`needs`: the name under which an earlier element announced itself). Rule 3: an element comes once for each
scope: the package, or the application that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, NamedTuple

from asn1.generated import pe
from euicc.isdp.elements import (
    applications,
    authentication,
    generic_file_management,
    header,
    iot,
    pins,
    templates,
)
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.isdp.validation import validate

Install = Callable[[Staging, str, Any], None]
Capability = pe.UICCCapability


class Once(Enum):
    """The scope in which an element may come once."""

    PACKAGE = auto()
    APPLICATION = auto()
    NEVER_MIND = auto()


PACKAGE, APPLICATION, ANY = Once.PACKAGE, Once.APPLICATION, Once.NEVER_MIND


def _unsupported(area: Staging, name: str, element: Any) -> None:
    """An element of which this platform knows no more than the name."""
    raise ElementRefused(Status.PE_NOT_SUPPORTED, f"element {name}", skippable=True)


def _end(area: Staging, name: str, element: Any) -> None:
    """The end of the package, when everything has to be there."""
    validate(area)


class Rule(NamedTuple):
    """One kind of element."""

    header: str
    install: Install
    needs: str | None
    once: Once
    capability: int | None = None
    """Without it the platform does not support the element."""


ELEMENTS: dict[str, Rule] = {
    "header": Rule("", header.install, None, PACKAGE),
    "generic_file_management": Rule("gfm_header", generic_file_management.install, None, ANY),
    "pin_codes": Rule("pin_header", pins.install_pins, "mf", ANY),
    "puk_codes": Rule("puk_header", pins.install_puks, None, PACKAGE),
    "aka_parameter": Rule("aka_header", authentication.install_aka, "naa", APPLICATION),
    "cdma_parameter": Rule("cdma_header", authentication.install_cdma, "csim", APPLICATION),
    "security_domain": Rule("sd_header", applications.install_security_domain, "mf", ANY),
    "rfm": Rule("rfm_header", applications.install_rfm, "security_domain", ANY),
    "application": Rule("app_header", applications.install_application, "security_domain", ANY),
    "non_standard": Rule("non_standard_header", _unsupported, None, ANY),
    "end": Rule("end_header", _end, "mf", PACKAGE),
    "rfu1": Rule("", _unsupported, None, ANY),
    "rfu2": Rule("", _unsupported, None, ANY),
    "rfu3": Rule("", _unsupported, None, ANY),
    "rfu4": Rule("", _unsupported, None, ANY),
    "rfu5": Rule("", _unsupported, None, ANY),
    "mf": Rule("mf_header", templates.install, None, PACKAGE),
    "cd": Rule("cd_header", templates.install, "mf", PACKAGE),
    "telecom": Rule("telecom_header", templates.install, "mf", PACKAGE),
    "usim": Rule("usim_header", templates.install, "mf", ANY, Capability.USIM_SUPPORT),
    "opt_usim": Rule("optusim_header", templates.install, "usim", APPLICATION),
    "isim": Rule("isim_header", templates.install, "mf", ANY, Capability.ISIM_SUPPORT),
    "opt_isim": Rule("optisim_header", templates.install, "isim", APPLICATION),
    "phonebook": Rule("phonebook_header", templates.install, "usim", APPLICATION),
    "gsm_access": Rule("gsm_access_header", templates.install, "usim", APPLICATION),
    "csim": Rule("csim_header", templates.install, "mf", ANY, Capability.CSIM_SUPPORT),
    "opt_csim": Rule("optcsim_header", templates.install, "csim", APPLICATION),
    "eap": Rule("eap_header", templates.install, "naa", ANY, Capability.EAP_CLIENT),
    "df_5gs": Rule("df_5gs_header", templates.install, "usim", APPLICATION),
    "df_saip": Rule("df_saip_header", templates.install, "usim", APPLICATION),
    "df_snpn": Rule("df_snpn_header", templates.install, "usim", APPLICATION),
    "df_5gprose": Rule("df_5g_prose_header", templates.install, "usim", APPLICATION),
    "iot": Rule("iot_header", iot.install, None, PACKAGE, Capability.IOTMINIMAL),
    "opt_iot": Rule("optiot_header", templates.install, "iot", PACKAGE),
}

OF_USIM = frozenset(
    ("opt_usim", "phonebook", "gsm_access", "df_5gs", "df_saip", "df_snpn", "df_5gprose", "opt_iot")
)
OF_ISIM = frozenset(("opt_isim",))
OF_CSIM = frozenset(("opt_csim", "cdma_parameter"))
KEYS = frozenset(("aka_parameter",))

BEGINS: dict[str, frozenset[str]] = {
    "usim": OF_USIM | KEYS,
    "iot": OF_USIM | KEYS,
    "isim": OF_ISIM | KEYS,
    "csim": OF_CSIM,
}
"""An application, and what may come once more after it."""
ANNOUNCES = {"iot": ("usim", "naa"), "usim": ("naa",), "isim": ("naa",), "csim": ("naa",)}
"""Under which other names than its own an element satisfies `needs`."""
SEVERAL = {
    "usim": Capability.MULTIPLE_USIM_SUPPORT,
    "isim": Capability.MULTIPLE_ISIM_SUPPORT,
    "csim": Capability.MULTIPLE_CSIM_SUPPORT,
}
"""What a second application of a kind takes."""
FOLLOW = frozenset(("pin_codes", "aka_parameter", "cdma_parameter", "eap")).union(*BEGINS.values())
"""What is left out together with an application that the platform does not support."""


class Sequence:
    """The elements so far, and whether another one may come now."""

    def __init__(self) -> None:
        self._present: set[str] = set()
        self._came: set[str] = set()
        self._left_out: frozenset[str] = frozenset()

    @property
    def ended(self) -> bool:
        """Whether `end` was there."""
        return "end" in self._came

    def has(self, name: str) -> bool:
        """Whether an element (or what announces itself under this name) was processed."""
        return name in self._present

    def admit(self, name: str, capabilities: frozenset[int]) -> Rule:
        """The rule of an element that may come now; invalid-parameter, pe-not-supported."""
        rule = ELEMENTS[name]
        if self.ended or (name == "header") == bool(self._came):
            raise ElementRefused(Status.INVALID_PARAMETER, f"{name} out of place")
        self._check_support(name, rule, capabilities)
        self._check_order(name, rule, capabilities)
        return rule

    def _check_support(self, name: str, rule: Rule, capabilities: frozenset[int]) -> None:
        if name not in FOLLOW:
            self._left_out = frozenset()
        if rule.capability is not None and rule.capability not in capabilities:
            self._left_out = FOLLOW if name in BEGINS else frozenset(("pin_codes",))
            raise ElementRefused(Status.PE_NOT_SUPPORTED, f"element {name}", skippable=True)
        if name in self._left_out:
            raise ElementRefused(Status.PE_NOT_SUPPORTED, f"{name} of what is left out", skippable=True)

    def _check_order(self, name: str, rule: Rule, capabilities: frozenset[int]) -> None:
        if rule.needs is not None and rule.needs not in self._present:
            raise ElementRefused(Status.INVALID_PARAMETER, f"{name} without {rule.needs}")
        if rule.once is not Once.NEVER_MIND and name in self._came:
            raise ElementRefused(Status.INVALID_PARAMETER, f"{name} twice")
        several = SEVERAL.get(name)
        if name in self._present and several is not None and several not in capabilities:
            raise ElementRefused(Status.FEATURE_NOT_SUPPORTED, f"more than one {name}")

    def left_out(self, name: str) -> None:
        """An element was left out."""
        self._came.add(name)

    def done(self, name: str, area: Staging) -> None:
        """An element was processed: later ones may relate to it."""
        self._came -= BEGINS.get(name, frozenset())
        self._came.add(name)
        self._present.update((name, *ANNOUNCES.get(name, ())))
        if area.mf_created:
            self._present.add("mf")
