"""The templates of the TCA profile package, annex A, by their object identifiers."""

from __future__ import annotations

from typing import Final

from euicc.isdp.templates import (
    below_usim,
    csim,
    df_5gs,
    iot,
    isim,
    mf,
    opt_usim,
    phonebook,
    telecom,
    usim,
)
from euicc.isdp.templates.row import Row, Template

_TABLES = (mf, telecom, usim, opt_usim, phonebook, isim, csim, below_usim, df_5gs, iot)

TEMPLATES: Final[dict[str, Template]] = {
    template.oid: template for table in _TABLES for template in table.TEMPLATES
}

__all__ = ["TEMPLATES", "Row", "Template"]
