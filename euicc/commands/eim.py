"""`euicc eim`: an eIM for devices on this machine: what its eUICCs shall do, and what they answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from euicc.commands.smdp import certified_name, host_and_port
from ipa.command_line import UsageError

if TYPE_CHECKING:
    from euicc.testing.eim import Eim, EimFile, Euicc, Order
    from euicc.testing.eim.memory import Contents
    from euicc.testing.eim.operations import Operation

DEFAULT_ID = "eim1"
OPERATIONS = (
    "enable:ICCID, enable-or-rollback:ICCID, disable:ICCID, delete:ICCID, list, rat, fallback:ICCID, no-fallback, "
    "default-smdp:ADDRESS, immediate-enable, list-eims, delete-eim:ID, certificates"
)


@app.command()
def eim(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Keep what it knows here. Default: in memory.")
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Serve until interrupted; port 0 takes a free one."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--id", metavar="ID", help=f"Its eimId. Default: {DEFAULT_ID}.")
    ] = None,
    eid: Annotated[
        str | None, typer.Option(metavar="EID", help="The eUICC meant, known from now on.")
    ] = None,
    token: Annotated[
        int | None, typer.Option(metavar="N", help="The association token of this eUICC.")
    ] = None,
    do: Annotated[
        list[str] | None, typer.Option(metavar="OPERATION", help=f"One package of these: {OPERATIONS}.")
    ] = None,
    download: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help="A download by activation code; 'default', 'smds' or 'smds:ADDRESS'."
        ),
    ] = None,
    configuration: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Write its EimConfigurationData (DER), for a first eIM."),
    ] = None,
    indirect: Annotated[
        bool, typer.Option("--indirect", help="In the configuration: downloads go through this eIM.")
    ] = False,
    pki: PkiDirectory = None,
    curve: Curve = None,
) -> None:
    """Be an eIM: queue packages and downloads for an eUICC, serve them to its IPA, show what came back.

    While one process serves a FILE, others may queue in it and look into it.
    """
    from euicc.testing.eim import Eim, EimFile, HttpsServers

    issuer = built_pki(pki, curve)
    address = None if listen is None else host_and_port(listen)

    def made(eim_id: str) -> Eim:
        return Eim(issuer, eim_id, servers=HttpsServers(issuer.ci_certificates))

    kept = Kept(made, name, None if file is None else EimFile(file))
    if eid is None and (do or download or token is not None):
        raise UsageError("for which eUICC? name it with --eid")
    if eid is not None:
        kept.change(lambda server: _queue(server, parsed_eid(eid), token, do or [], download))
    if address is not None:
        need_http()
        _serve(kept, address, issuer, lambda: _configure(kept, configuration, indirect))
        return
    _configure(kept, configuration, indirect)
    kept.change(_show)


class Kept:
    """An eIM, in memory or in a file: there every call reads what others have changed, and writes what it changes."""

    def __init__(self, made: Callable[[str], Eim], name: str | None, file: EimFile | None) -> None:
        self._file = file
        self._version = -1
        if file is None:
            self.server = made(name or DEFAULT_ID)
            return
        with file.locked() as contents:
            if name is not None and contents.eim_id not in ("", name):
                raise Refusal(f"the file is that of the eIM {contents.eim_id}")
            contents.eim_id = contents.eim_id or name or DEFAULT_ID
            self.server = made(contents.eim_id)
            self.server.address = contents.address

    def change(self, run: Callable[[Eim], Any]) -> Any:
        """Runs something with the eIM as it is now."""
        if self._file is None:
            return run(self.server)
        with self._file.locked() as contents:
            self._read(contents)
            answer = run(self.server)
            contents.address, contents.euiccs = self.server.address, self.server.remembered()
        self._version = contents.version
        return answer

    def _read(self, contents: Contents) -> None:
        if contents.version != self._version:
            self.server.remember(contents.euiccs)


class Served:
    """The eIM as it is served: says what it is asked and what came of it."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.path = kept.server.path
        self.asn1_path = kept.server.asn1_path
        self.admin_protocol = kept.server.admin_protocol

    @property
    def address(self) -> str:
        """The eIM's."""
        return self._kept.server.address

    @address.setter
    def address(self, address: str) -> None:
        self._kept.server.address = address

    def handle(self, function: str, request: Mapping[str, object]) -> Row:
        """A function in the JSON binding."""
        answer: Row = self._kept.change(
            lambda server: _told(server, lambda: server.handle(function, request))
        )
        return answer

    def handle_asn1(self, body: bytes) -> bytes:
        """A message in the ASN.1 binding."""
        answer: bytes = self._kept.change(lambda server: _told(server, lambda: server.handle_asn1(body)))
        return answer


def _told(server: Eim, run: Callable[[], Any]) -> Any:
    """Runs it, and prints the orders that are another way than before."""
    before = {id(order): order.state for euicc in server.euiccs.values() for order in euicc.orders}
    answer = run()
    for euicc in server.euiccs.values():
        for order in euicc.orders:
            if before.get(id(order)) is not order.state:
                print(f"{euicc.eid.hex()}: {_described(order)}", flush=True)
    return answer


def _serve(kept: Kept, address: tuple[str, int], issuer: Any, configure: Callable[[], None]) -> None:
    from euicc.testing import http

    host, port = address
    hostname = certified_name(host)

    def ready(address: str) -> None:
        def named(server: Eim) -> None:
            server.address = f"{hostname}:{address.rpartition(':')[2]}"

        kept.change(named)
        print(
            f"eIM {kept.server.identity.eim_id} at https://{kept.server.address}, Ctrl-C stops it", flush=True
        )
        configure()

    tls = issuer.issue_tls(hostname, (http.LOOPBACK,))
    try:
        http.run(Served(kept), host, port, tls=tls, ready=ready)
    except http.ServeError as error:
        error.add_note("name another address with --listen; port 0 takes a free one")
        raise
    print("stopped", flush=True)


def _configure(kept: Kept, path: Path | None, indirect: bool) -> None:
    if path is None:
        return
    if not kept.server.address:
        raise Refusal("it has no address yet: serve it with --listen first")
    path.write_bytes(kept.server.configuration(indirect=indirect).encode())
    print(f"configuration in {path}", flush=True)


def _queue(server: Eim, eid: bytes, token: int | None, do: list[str], download: str | None) -> None:
    if eid not in server.euiccs:
        server.associate(eid)
    if token is not None:
        server.euiccs[eid].token = token
    operations = [_operation(each) for each in do if each != "certificates"]
    if "certificates" in do:
        server.request_certificates(eid)
    if operations:
        try:
            server.queue(eid, *operations)
        except ValueError as error:
            raise Refusal(str(error)) from None
    if download is not None:
        _trigger(server, eid, download)


def _trigger(server: Eim, eid: bytes, download: str) -> None:
    kind, _, address = download.partition(":")
    if download == "default":
        server.download_from_default(eid)
    elif kind == "smds":
        server.download_by_smds(eid, address or None)
    else:
        server.download(eid, download)


def _operation(text: str) -> Operation:
    from euicc.testing.eim import operations
    from ipa.iccid import from_digits

    name, _, argument = text.partition(":")
    table: dict[str, Callable[[], Operation]] = {
        "enable": lambda: operations.enable(from_digits(argument)),
        "enable-or-rollback": lambda: operations.enable(from_digits(argument), rollback=True),
        "disable": lambda: operations.disable(from_digits(argument)),
        "delete": lambda: operations.delete(from_digits(argument)),
        "list": operations.list_profile_info,
        "rat": operations.get_rat,
        "fallback": lambda: operations.set_fallback_attribute(from_digits(argument)),
        "no-fallback": operations.unset_fallback_attribute,
        "default-smdp": lambda: operations.set_default_dp_address(argument),
        "immediate-enable": operations.configure_immediate_enable,
        "list-eims": operations.list_eim,
        "delete-eim": lambda: operations.delete_eim(argument),
    }
    if name not in table:
        raise Refusal(f"an operation is one of {OPERATIONS}; not {text}")
    return table[name]()


def _show(server: Eim) -> None:
    print(f"eIM {server.identity.eim_id}" + (f" at https://{server.address}" if server.address else ""))
    for euicc in server.euiccs.values():
        _show_euicc(euicc)


def _show_euicc(euicc: Euicc) -> None:
    token = "none" if euicc.token is None else euicc.token
    print(
        f"\nEID {euicc.eid.hex()}: counter {euicc.counter}, token {token}, {len(euicc.notifications)} notifications"
    )
    for order in euicc.orders:
        print(f"  {_described(order)}")
    for discarded in euicc.discarded:
        print(f"  discarded: {discarded.reason.value}")


def _described(order: Order) -> str:
    """One line: what was wanted, where it stands, which codes came back."""
    from euicc.testing.eim import DownloadOrder, PackageOrder

    if isinstance(order, PackageOrder):
        package = order.package
        listed = () if package is None else package.psmo_list or package.eco_list or ()
        wanted = ", ".join(each.chosen for each in listed)
        codes = ", ".join("done" if each is None else str(each) for each in order.codes)
        answer = f" {codes}" + (", rolled back" if order.was_rolled_back else "")
    elif isinstance(order, DownloadOrder):
        wanted, answer = f"download {order.source.chosen if order.source else ''}", ""
    else:
        wanted, answer = "data", ""
    error = "" if order.error is None else f" error {order.error}"
    return f"{wanted}: {order.state.name.lower()}{answer}{error}"
