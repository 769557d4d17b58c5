"""Command line of the card: `euicc`."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shlex
import sys
from collections.abc import Mapping
from enum import Enum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from euicc.config import VARIANTS

if TYPE_CHECKING:
    from euicc.testing.demo import Outcome, Step
    from euicc.testing.pki import Pki
    from euicc.testing.smdp import Order, SmDpPlus

# Everything else is imported by the command that needs it: `euicc info` has no use for an HTTPS server.

Row = dict[str, Any]
LARGEST_PORT = 0xFFFF
MATCHING_ID = re.compile("[A-Za-z0-9-]*")
"""What can stand in an activation code, SGP.22 4.1."""
FOR_PROGRAMS = {"isd_p"}
"""Columns that only --json shows: the others need the width."""
IDENTIFIERS = {"ci", "iccid"}


class UsageError(Exception):
    """What was asked for cannot be done; the text says why, in one line."""


def documented() -> tuple[type[Exception], ...]:
    """The errors that are one line to the user; anything else is a bug and shows itself."""
    from apdu import StatusError, TransportError
    from asn1 import Asn1Error
    from euicc.runtime.card_file import CardFileError
    from euicc.testing.pki import IssuerError, PkiError
    from ipa.errors import IpaError

    return (
        UsageError,
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
    if "euicc.testing.http" not in sys.modules:
        return ()
    from euicc.testing.demo import DemoError
    from euicc.testing.http import ServeError
    from euicc.testing.smdp import Failure, PackageError

    return DemoError, ServeError, Failure, PackageError


class Commands(TyperGroup):
    """The commands; a documented error is one line and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except documented() as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=Commands,
    help="Make eUICCs, look into them, and serve them profiles.",
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


@app.command()
def demo(
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE.der", help="A profile package. Default: a test profile.")
    ] = None,
    pki: PkiDirectory = None,
    curve: Curve = None,
    trace: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the APDUs here.")] = None,
) -> None:
    """Watch a factory-new eUICC download a profile over HTTPS, enable it, and answer as that SIM."""
    _need_http()
    from euicc.testing import demo as demonstration

    package = None if profile is None else profile.read_bytes()
    console = Console()
    outcome = demonstration.run(package, _pki(pki, curve), lambda step: _show_step(console, step))
    _show_outcome(console, outcome)
    if trace is not None:
        outcome.trace.save(trace)
        console.print(f"The APDUs are in {trace}.", markup=False)


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the new card.")],
    eid: Annotated[str | None, typer.Option(metavar="EID", help="32 digits. Default: a fixed one.")] = None,
    pki: PkiDirectory = None,
    curve: Curve = None,
    variant: Annotated[Variant, typer.Option(help="The standard it follows.")] = Variant("sgp22"),
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Manufacture it the same way every time.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Manufacture an eUICC and save it to a file."""
    from euicc.card import Card

    if file.exists() and not force:
        raise UsageError(f"{file} exists already: --force replaces it")
    issuer = _pki(pki, curve) if pki or curve else None
    try:
        card = Card.manufacture(eid=eid, pki=issuer, variant=variant.value, seed=seed)
    except ValueError as error:
        raise UsageError(str(error)) from None
    card.save(file)
    print(f"{file}: EID {card.identity.eid.hex()}")


@app.command()
def info(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of a card.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show what is in a card: identity, profiles, notifications that wait."""
    from euicc.card import Card
    from euicc.contents import contents

    with Card.open(file) as card:
        found = contents(card)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _show_contents(Console(), found)


@app.command()
def smdp(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE.der]...", help="More profile packages.")
    ] = None,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.")
    ] = "127.0.0.1:8443",
    profile: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.der", help="A profile package to offer. Default: a test profile."),
    ] = None,
    pki: PkiDirectory = None,
    curve: Curve = None,
    matching_id: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="MatchingID; one per profile, in order.")
    ] = None,
    confirmation_code: Annotated[
        str | None, typer.Option(metavar="X", help="What the user has to know.")
    ] = None,
    eid: Annotated[
        str | None, typer.Option(metavar="EID", help="The only card that may have the profiles.")
    ] = None,
) -> None:
    """Serve profiles as an SM-DP+ until interrupted."""
    _need_http()
    from euicc.testing import http
    from euicc.testing.demo import order_profile
    from euicc.testing.smdp import SmDpPlus

    if confirmation_code == "":
        raise UsageError("an empty confirmation code is none")
    host, port = _host_and_port(listen)
    paths = [*(profile or ()), *(files or ())]
    packages: list[bytes | None] = [path.read_bytes() for path in paths] or [None]
    identifiers = _matching_ids(matching_id or [], len(packages))
    shared: Row = {"eid": _eid(eid), "confirmation_code": confirmation_code}
    issuer = _pki(pki, curve)
    server = SmDpPlus(issuer)
    hostname = _certified_name(host)

    def ready(address: str) -> None:
        server.address = f"{hostname}:{address.rpartition(':')[2]}"
        print(f"SM-DP+ at https://{server.address}, Ctrl-C stops it", flush=True)
        for path, package, identifier in zip(paths or [None], packages, identifiers, strict=True):
            order = order_profile(server, package, matching_id=identifier, **shared)
            _show_order(server, order, path, confirmation_code)

    tls = issuer.issue_tls(hostname, (http.LOOPBACK,))
    http.run(Announced(server), host, port, tls=tls, ready=ready)
    print("stopped", flush=True)


class Announced:
    """A server that tells the terminal what it is asked and how it went."""

    def __init__(self, server: SmDpPlus) -> None:
        self._server = server
        self.path = server.path

    @property
    def address(self) -> str:
        """The server's."""
        return self._server.address

    @address.setter
    def address(self, address: str) -> None:
        self._server.address = address

    def handle(self, function: str, request: Mapping[str, object]) -> Row:
        """Runs a function, and says so."""
        answer = self._server.handle(function, request)
        execution = answer.get("header", {}).get("functionExecutionStatus", {})
        refusal = execution.get("statusCodeData")
        outcome = (
            f"{refusal['subjectCode']}/{refusal['reasonCode']} {refusal['message']}" if refusal else "ok"
        )
        print(f"{function}: {outcome}", flush=True)
        return answer


def _need_http() -> None:
    if importlib.util.find_spec("starlette") is None or importlib.util.find_spec("uvicorn") is None:
        raise UsageError("serving needs starlette and uvicorn: pip install 'euicc[http]'")


def _pki(directory: Path | None, curve: CurveName | None) -> Pki:
    from euicc.crypto import curves
    from euicc.testing.pki import Pki

    chosen = {CurveName.NIST: curves.P256, CurveName.BRAINPOOL: curves.BRAINPOOL}
    if directory is None:
        return Pki.default((chosen[curve or CurveName.NIST],))
    if not directory.is_dir():
        raise UsageError(f"there is no directory {directory}")
    loaded = Pki.load(directory, curves.ALL if curve is None else (chosen[curve],))
    if not loaded.authorities:
        raise UsageError(f"no CI on this curve in {directory}")
    return loaded


def _show_order(server: SmDpPlus, order: Order, path: Path | None, confirmation_code: str | None) -> None:
    code = f"LPA:{server.activation_code(order)}"
    required = f" --confirmation-code {shlex.quote(confirmation_code)}" if confirmation_code else ""
    print(f"\n{path or 'test profile'}: ICCID {_digits(order.iccid)}")
    print(f"  activation code {code}")
    if order.matching_id:
        print(f"  ipa --card FILE download {shlex.quote(code)}{required}", flush=True)
    else:
        print(f"  ipa --card FILE address {server.address} && ipa --card FILE download{required}", flush=True)


def _show_step(console: Console, step: Step) -> None:
    line = f"{step.title:34}{step.seconds * 1000:8.1f} ms  {step.detail}"
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_outcome(console: Console, outcome: Outcome) -> None:
    from ipa.console import cell

    found = outcome.subscription
    rows = {
        "EID": outcome.eid,
        "Activation code": outcome.activation_code,
        "ICCID": found.iccid,
        "IMSI": found.imsi,
        "Service provider": found.service_provider or "none",
        "APDUs": str(len(outcome.trace.exchanges)),
        "Time": f"{sum(step.seconds for step in outcome.steps):.2f} s",
    }
    table = Table(show_header=False, title="The card, as its terminal sees it")
    for name, value in rows.items():
        table.add_row(name, cell(value))
    console.print(table)


def _show_contents(console: Console, found: Row) -> None:
    for name, value in found.items():
        shown = _table(name, value) if isinstance(value, list) else f"{name:10}{value}"
        console.print(shown, highlight=False)


def _table(title: str, rows: list[Row]) -> Table | str:
    from ipa.console import cell

    if not rows:
        return f"{title}: none"
    shown = [name for name in rows[0] if name not in FOR_PROGRAMS]
    table = Table(title=title, title_justify="left")
    for name in shown:
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=name in IDENTIFIERS)
    for row in rows:
        table.add_row(*(cell(row[name]) for name in shown))
    return table


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > LARGEST_PORT:
        raise UsageError(f"--listen wants HOST:PORT, not {text}")
    return host, int(port)


def _certified_name(host: str) -> str:
    """What devices call a server that listens on `host`: every interface includes loopback."""
    return "localhost" if host in ("", "0.0.0.0") else host


def _matching_ids(given: list[str], wanted: int) -> list[str | None]:
    """One for each profile: those given, or a new one each."""
    if given and len(given) != wanted:
        raise UsageError(f"{len(given)} MatchingIDs for {wanted} profiles")
    for each in given:
        if not MATCHING_ID.fullmatch(each):
            raise UsageError(f"a MatchingID has letters, digits and hyphens only, not {each!r}")
    return list(given) or [None] * wanted


def _eid(text: str | None) -> bytes | None:
    from euicc import eid as eids

    try:
        return None if text is None else eids.parse(text)
    except eids.EidError as error:
        raise UsageError(str(error)) from None


def _digits(iccid: bytes) -> str:
    from ipa.iccid import to_digits

    return to_digits(iccid)


def main() -> None:
    """Run the command line."""
    # A terminal that cannot show every character shows the rest.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
