"""Which codec the content of which file has."""

from __future__ import annotations

from typing import Final

from apdu.ef import (
    access_rules,
    calls,
    identity,
    location,
    messages,
    multimedia,
    names,
    networks,
    numbers,
    operator,
    phonebook,
    privacy,
    security,
    services,
)
from apdu.ef.codec import Codec
from apdu.ef.names import KnownFile

CODECS: Final[dict[str, Codec]] = {
    name: codec
    for area in (
        identity,
        networks,
        location,
        security,
        services,
        operator,
        numbers,
        messages,
        privacy,
        multimedia,
        access_rules,
        phonebook,
        calls,
    )
    for name, codec in area.CODECS.items()
}
"""Name of a file -> codec of its content, or of one of its records."""

# 3GPP2 has files of the same names with contents of its own, and GSM had one.
SHARED_WITH_CSIM = ("EF.ARR",)
OTHERS = ("MF/DF.GSM/EF.ECC",)


def codec_of(file: KnownFile) -> Codec | None:
    """The codec of a file, None where none is declared: then only bytes can be shown."""
    if file.application == names.CSIM and file.name not in SHARED_WITH_CSIM:
        return None
    if file.path in OTHERS:
        return None
    return CODECS.get(file.name)
