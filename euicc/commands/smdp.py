"""`euicc smdp`: an SM-DP+ for devices on this machine."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from euicc.commands.program import (
    Curve,
    PkiDirectory,
    Refusal,
    Row,
    app,
    built_pki,
    need_http,
    parsed_eid,
)
from ipa.command_line import UsageError

if TYPE_CHECKING:
    from euicc.testing.smdp import Order, SmDpPlus

LARGEST_PORT = 0xFFFF
MATCHING_ID = re.compile("[A-Za-z0-9-]*")
"""What can stand in an activation code, SGP.22 4.1."""


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
    need_http()
    from euicc.testing import http
    from euicc.testing.demo import order_profile
    from euicc.testing.smdp import SmDpPlus

    if confirmation_code == "":
        raise Refusal("an empty confirmation code is none")
    host, port = host_and_port(listen)
    paths = [*(profile or ()), *(files or ())]
    packages: list[bytes | None] = [path.read_bytes() for path in paths] or [None]
    identifiers = _matching_ids(matching_id or [], len(packages))
    shared: Row = {"eid": None if eid is None else parsed_eid(eid), "confirmation_code": confirmation_code}
    issuer = built_pki(pki, curve)
    server = SmDpPlus(issuer)
    hostname = certified_name(host)

    def ready(address: str) -> None:
        server.address = f"{hostname}:{address.rpartition(':')[2]}"
        print(f"SM-DP+ at https://{server.address}, Ctrl-C stops it", flush=True)
        for path, package, identifier in zip(paths or [None], packages, identifiers, strict=True):
            order = order_profile(server, package, matching_id=identifier, **shared)
            _show_order(server, order, path, confirmation_code)

    tls = issuer.issue_tls(hostname, (http.LOOPBACK,))
    try:
        http.run(Announced(server), host, port, tls=tls, ready=ready)
    except http.ServeError as error:
        error.add_note("name another address with --listen; port 0 takes a free one")
        raise
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


def _show_order(server: SmDpPlus, order: Order, path: Path | None, confirmation_code: str | None) -> None:
    code = f"LPA:{server.activation_code(order)}"
    required = f" --confirmation-code {shlex.quote(confirmation_code)}" if confirmation_code else ""
    print(f"\n{path or 'test profile'}: ICCID {_digits(order.iccid)}")
    print(f"  activation code {code}")
    if order.matching_id:
        print(f"  ipa --card FILE download {shlex.quote(code)}{required}", flush=True)
    else:
        print(f"  ipa --card FILE address {server.address} && ipa --card FILE download{required}", flush=True)


def host_and_port(text: str) -> tuple[str, int]:
    """What --listen says; UsageError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > LARGEST_PORT:
        raise UsageError(f"--listen wants HOST:PORT, not {text}")
    return host, int(port)


def certified_name(host: str) -> str:
    """What devices call a server that listens on `host`: every interface includes loopback."""
    return "localhost" if host in ("", "0.0.0.0") else host


def _matching_ids(given: list[str], wanted: int) -> list[str | None]:
    """One for each profile: those given, or a new one each."""
    if given and len(given) != wanted:
        raise Refusal(f"{len(given)} MatchingIDs for {wanted} profiles")
    for each in given:
        if not MATCHING_ID.fullmatch(each):
            raise Refusal(f"a MatchingID has letters, digits and hyphens only, not {each!r}")
    return list(given) or [None] * wanted


def _digits(iccid: bytes) -> str:
    from ipa.iccid import to_digits

    return to_digits(iccid)
