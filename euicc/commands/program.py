"""What the commands of `euicc` share: the program itself, its errors, the options that make certificates."""

from __future__ import annotations

import importlib.util
import os
import sys
from enum import Enum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from euicc.config import VARIANTS
from ipa.command_line import CommandLine, UsageError

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.config import Config
    from euicc.crypto.curves import Curve as EllipticCurve
    from euicc.m2m.identity import M2mIdentity
    from euicc.testing.pki import Pki

# Everything else is imported by the command that needs it: `euicc info` has no use for an HTTPS server.

Row = dict[str, Any]
M2M = "sgp02"
"""The variant that is managed over the air."""


class Refusal(Exception):
    """What was asked for cannot be done; the text says why, in one line."""


class Commands(CommandLine):
    """The commands of `euicc`."""

    def documented(self) -> tuple[type[Exception], ...]:
        """The errors that the user can be told in one line."""
        from apdu import StatusError, TransportError
        from asn1 import Asn1Error
        from euicc.runtime.card_file import CardFileError
        from euicc.testing.pki import IssuerError, PkiError
        from ipa.errors import IpaError

        return (
            Refusal,
            OSError,
            StatusError,
            TransportError,
            Asn1Error,
            CardFileError,
            PkiError,
            IssuerError,
            IpaError,
            *documented_of_servers(),
        )


def documented_of_servers() -> tuple[type[Exception], ...]:
    """Those of the parts that are only loaded where something is served."""
    found: tuple[type[Exception], ...] = ()
    if "euicc.testing.eim" in sys.modules:
        from euicc.testing.eim import EimFileError

        found = (EimFileError,)
    if "euicc.testing.http" not in sys.modules:
        return found
    from euicc.testing.demo import DemoError
    from euicc.testing.http import ServeError
    from euicc.testing.smdp import Failure, PackageError

    return *found, DemoError, ServeError, Failure, PackageError


app = typer.Typer(
    cls=Commands,
    help="Make eUICCs, look into them, put them within reach, and serve them profiles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class CurveName(StrEnum):
    """The elliptic curve of all certificates."""

    NIST = "nist"
    BRAINPOOL = "brainpool"


Variant = Enum("Variant", {name: name for name in VARIANTS}, type=str)  # type: ignore[misc]
PkiDirectory = Annotated[
    Path | None,
    typer.Option(
        "--pki", metavar="DIR", help="Certificates and keys (SGP.26's, for example). Default: built in."
    ),
]
Curve = Annotated[CurveName | None, typer.Option(help="Only certificates on this curve.")]
TraceTo = Annotated[
    Path | None, typer.Option("--trace", metavar="FILE", help="Keep the APDUs here, PINs and keys included.")
]


def need_http() -> None:
    """Refusal when what serves HTTPS is not installed."""
    if importlib.util.find_spec("starlette") is None or importlib.util.find_spec("uvicorn") is None:
        raise Refusal("serving needs starlette and uvicorn: pip install 'euicc[http]'")


def different(path: Path, other: Path | None) -> None:
    """UsageError when both are one file: writing to it would destroy what is read."""
    if other is not None and path.exists() and other.exists() and os.path.samefile(path, other):
        raise UsageError(f"{path} would be overwritten: name another file")


def curve_of(name: CurveName | None) -> EllipticCurve:
    """The curve that was asked for, P-256 where none was."""
    from euicc.crypto import curves

    return {CurveName.NIST: curves.P256, CurveName.BRAINPOOL: curves.BRAINPOOL}[name or CurveName.NIST]


def manufactured(
    eid: str | None, pki: Path | None, curve: CurveName | None, config: Config, seed: int | None = None
) -> Card:
    """A new card whose certificates are as asked for; UsageError, Refusal, PkiError, IssuerError."""
    from euicc.card import Card

    over_the_air = config.variant == M2M
    if over_the_air and pki is not None:
        raise UsageError("a card of SGP.02 has certificates of the built-in test CI: no --pki")
    number = None if eid is None else parsed_eid(eid)
    issuer = built_pki(pki, curve) if pki or curve else None
    try:
        identity = _m2m_identity(number, curve) if over_the_air else None
        return Card.manufacture(eid=number, pki=issuer, seed=seed, config=config, m2m=identity)
    except ValueError as error:
        raise Refusal(str(error)) from None


def parsed_eid(text: str) -> bytes:
    """The EID that was typed; UsageError."""
    from euicc import eid as eids

    try:
        return eids.parse(text)
    except eids.EidError as error:
        raise UsageError(str(error)) from None


def _m2m_identity(eid: bytes | None, curve: CurveName | None) -> M2mIdentity:
    from euicc import eid as eids
    from euicc.crypto.gp_issuer import test_authority
    from euicc.m2m.identity import M2mIdentity

    return M2mIdentity.issue(eid or eids.DEFAULT, test_authority(curve_of(curve)))


def built_pki(directory: Path | None, curve: CurveName | None) -> Pki:
    """The PKI in this directory, or the built-in one; Refusal, PkiError, IssuerError."""
    from euicc.crypto import curves
    from euicc.testing.pki import Pki

    if directory is None:
        return Pki.default((curve_of(curve),))
    if not directory.is_dir():
        raise Refusal(f"there is no directory {directory}: check the path")
    loaded = Pki.load(directory, curves.ALL if curve is None else (curve_of(curve),))
    if not loaded.authorities:
        raise Refusal(f"no CI on this curve in {directory}")
    return loaded
