"""Command line of the device: `ipa`."""

from __future__ import annotations

import io
import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from apdu import Recorder, ReplayMismatch, StatusError, TraceWriter, Transport, TransportError
from asn1 import Asn1Error
from asn1.generated import rsp
from ipa import presentation
from ipa.command_line import CommandLine, UsageError, fail
from ipa.commands.check import register as register_check
from ipa.commands.files import register as register_files
from ipa.commands.iot import register as register_iot
from ipa.commands.options import Ci, ConnectTo, Yes, confirm, connections
from ipa.commands.pin import register as register_pin
from ipa.commands.sim import register as register_sim
from ipa.console import console_user, printable, row_table, rows_table
from ipa.driver import User
from ipa.errors import IpaError
from ipa.lpa import Lpa
from ipa.presentation import Row
from ipa.servers.http import HttpServers
from ipa.transports import Access, open_access
from ipa.trust import load_ci_certificates

JSON_OPTION = "--json"
WAYS = "--card FILE, --reader NAME, --tcp HOST:PORT, --modem PATH or --replay FILE"
ResetOptions = rsp.EuiccMemoryResetRequest.ResetOptions


class Commands(CommandLine):
    """The commands of `ipa`; `--json` may stand anywhere."""

    def documented(self) -> tuple[type[Exception], ...]:
        """The errors that the user can be told in one line."""
        return (IpaError, TransportError, StatusError, Asn1Error, ReplayMismatch, OSError)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Moves `--json` to where the options of all commands are."""
        others = [word for word in args if word != JSON_OPTION]
        return super().parse_args(ctx, [JSON_OPTION, *others] if len(others) < len(args) else others)


app = typer.Typer(
    cls=Commands,
    help="Drive an eUICC: see it, download profiles to it, manage them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
notifications_app = typer.Typer(help="The notifications that wait on the card.")
app.add_typer(notifications_app, name="notifications")


@dataclass
class Invocation:
    """The options that all commands share, and what is opened for them."""

    doors: dict[str, str]
    as_json: bool = False
    trace: Path | None = None
    opened: ExitStack = field(default_factory=ExitStack)

    def access(self) -> Access:
        """The card behind the one door that the options name, recorded if they want a trace; UsageError without one."""
        name, argument = self._door()
        writer = self._trace_writer(argument)
        try:
            access = open_access(name, argument)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=f"--{name}") from error
        close = getattr(access, "close", None)
        if close is not None:
            self.opened.callback(close)
        if writer is None:
            return access
        title = f"{name} {argument}"
        if isinstance(access, Transport):
            return Recorder(access, limit=1, name=title, writer=writer)
        access.record(writer, title)
        return access

    def _door(self) -> tuple[str, str]:
        if len(self.doors) == 1:
            return next(iter(self.doors.items()))
        given = " and ".join(f"--{name}" for name in self.doors)
        raise UsageError(f"which card? Name one with {WAYS}{given and ', not ' + given}")

    def _trace_writer(self, card: str) -> TraceWriter | None:
        if self.trace is None:
            return None
        if self.trace.exists() and Path(card).exists() and self.trace.samefile(card):
            raise typer.BadParameter(
                "that is the card, or the trace it is replayed from", param_hint="--trace"
            )
        return self.opened.enter_context(TraceWriter(self.trace))

    def lpa(
        self, ci: Path | None = None, connect_to: list[str] | None = None, user: User | None = None
    ) -> Lpa:
        """The LPA for this card, trusting the CIs in `ci`, or those that the card has to offer."""
        access = self.access()
        trusted = load_ci_certificates(ci) if ci else getattr(access, "ci_certificates", ())
        servers = self.opened.enter_context(HttpServers(trusted, connect_to=connections(connect_to or [])))
        return Lpa(access, servers=servers, user=user)

    def may_ask(self, yes: bool) -> bool:
        """Whether there is somebody to ask: a program that runs the command has made up its mind."""
        return not yes and not self.as_json and sys.stdin.isatty()

    def show(self, answer: Row | list[Row]) -> None:
        """Prints an answer: a table for people, JSON for programs."""
        if self.as_json:
            print(json.dumps(answer, indent=2))
        else:
            Console().print(rows_table(answer) if isinstance(answer, list) else row_table(answer))

    def done(self, message: str) -> None:
        """Says that something was done; to programs an empty object."""
        print("{}" if self.as_json else message)


Card = Annotated[str | None, typer.Option("--card", metavar="FILE", help="The file of an emulated card.")]
ReaderName = Annotated[
    str | None,
    typer.Option("--reader", metavar="NAME|N", help="The card in a PC/SC reader; ipa readers lists them."),
]
Tcp = Annotated[
    str | None,
    typer.Option("--tcp", metavar="HOST:PORT", help="The card that euicc serve --tcp serves there."),
]
Modem = Annotated[
    str | None,
    typer.Option("--modem", metavar="PATH", help="The card in a modem: /dev/ttyUSB2, tcp:HOST:PORT."),
]
ReplayOf = Annotated[
    str | None, typer.Option("--replay", metavar="FILE", help="The card that a trace was recorded from.")
]
TraceTo = Annotated[
    Path | None, typer.Option("--trace", metavar="FILE", help="Keep the APDUs here, PINs and keys included.")
]
AsJson = Annotated[bool, typer.Option(JSON_OPTION, help="Answer in JSON.")]
Iccid = Annotated[str, typer.Argument(metavar="ICCID", help="ICCID as printed on a card.")]


@app.callback()
def options(
    ctx: typer.Context,
    card: Card = None,
    reader: ReaderName = None,
    tcp: Tcp = None,
    modem: Modem = None,
    replay: ReplayOf = None,
    trace: TraceTo = None,
    as_json: AsJson = False,
) -> None:
    """Takes the options of all commands."""
    doors = {"card": card, "reader": reader, "tcp": tcp, "modem": modem, "replay": replay}
    named = {name: argument for name, argument in doors.items() if argument is not None}
    invocation = Invocation(named, as_json, trace)
    ctx.obj = invocation
    ctx.call_on_close(invocation.opened.close)


@app.command()
def readers(ctx: typer.Context) -> None:
    """List the PC/SC readers, for --reader."""
    from apdu.transport import pcsc

    ctx.obj.show([presentation.reader_row(reader) for reader in pcsc.readers()])


@app.command()
def info(ctx: typer.Context) -> None:
    """Show the eUICC: EID, versions, trusted CIs, addresses."""
    lpa = ctx.obj.lpa()
    ctx.obj.show(presentation.info_row(lpa.eid(), lpa.info2(), lpa.addresses()))


@app.command()
def profiles(ctx: typer.Context) -> None:
    """List the profiles."""
    ctx.obj.show([presentation.profile_row(profile) for profile in ctx.obj.lpa().profiles()])


@app.command()
def download(
    ctx: typer.Context,
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="LPA:1$... Without it: from the default SM-DP+.")
    ] = None,
    confirmation_code: Annotated[
        str | None, typer.Option(metavar="X", help="If the operator gave one.")
    ] = None,
    ci: Ci = None,
    connect_to: ConnectTo = None,
    yes: Yes = False,
) -> None:
    """Download and install a profile."""
    with console_user(ask=ctx.obj.may_ask(yes)) as user:
        downloaded = ctx.obj.lpa(ci, connect_to, user).download(code, confirmation_code)
    if downloaded.undelivered:
        reason = printable(downloaded.undelivered)
        print(f"warning: the notification waits on the card: {reason}", file=sys.stderr)
    ctx.obj.show(presentation.downloaded_row(downloaded))


@app.command()
def enable(ctx: typer.Context, iccid: Iccid) -> None:
    """Enable a profile, and thereby disable the one that is enabled."""
    ctx.obj.lpa().enable(iccid)
    ctx.obj.done(f"{iccid} is enabled")


@app.command()
def disable(ctx: typer.Context, iccid: Iccid) -> None:
    """Disable a profile."""
    ctx.obj.lpa().disable(iccid)
    ctx.obj.done(f"{iccid} is disabled")


@app.command()
def delete(ctx: typer.Context, iccid: Iccid, yes: Yes = False) -> None:
    """Delete a disabled profile."""
    confirm(ctx, f"Delete {iccid}?", yes)
    ctx.obj.lpa().delete(iccid)
    ctx.obj.done(f"{iccid} is deleted")


@app.command()
def nickname(
    ctx: typer.Context,
    iccid: Iccid,
    name: Annotated[str, typer.Argument(metavar="NAME", help='"" takes it away.')],
) -> None:
    """Give a profile a name."""
    ctx.obj.lpa().set_nickname(iccid, name)
    ctx.obj.done(f"{iccid} is called {name!r}")


@notifications_app.callback(invoke_without_command=True)
def notifications(ctx: typer.Context) -> None:
    """Show the notifications that wait on the card."""
    if ctx.invoked_subcommand is None:
        list_notifications(ctx)


@notifications_app.command("list")
def list_notifications(ctx: typer.Context) -> None:
    """List them."""
    ctx.obj.show([presentation.notification_row(entry) for entry in ctx.obj.lpa().notifications()])


@notifications_app.command("send")
def send_notifications(
    ctx: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[N]...", help="Default: all.")] = None,
    ci: Ci = None,
    connect_to: ConnectTo = None,
) -> None:
    """Deliver them to their servers; those that are taken are removed from the card."""
    deliveries = ctx.obj.lpa(ci, connect_to).send_notifications(numbers or None)
    unknown = sorted(set(numbers or ()) - {delivery.metadata.seq_number for delivery in deliveries})
    if unknown:
        fail(f"no such notification: {', '.join(map(str, unknown))}")
    ctx.obj.show([presentation.delivery_row(delivery) for delivery in deliveries])
    if unknown or any(delivery.failure for delivery in deliveries):
        raise typer.Exit(1)


@notifications_app.command("remove")
def remove_notification(ctx: typer.Context, number: Annotated[int, typer.Argument(metavar="N")]) -> None:
    """Remove one without delivering it."""
    ctx.obj.lpa().remove_notification(number)
    ctx.obj.done(f"notification {number} is removed")


@app.command()
def address(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Argument(metavar="HOST", help="The new default SM-DP+.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the default SM-DP+ away.")] = False,
) -> None:
    """Show the configured addresses, or set the default SM-DP+."""
    if host and clear:
        raise typer.BadParameter("a new address, or none: not both", param_hint="--clear")
    lpa = ctx.obj.lpa()
    if host or clear:
        lpa.set_default_dp_address(host or "")
    ctx.obj.show(presentation.addresses_row(lpa.addresses()))


@app.command()
def reset(
    ctx: typer.Context,
    operational: Annotated[
        bool, typer.Option("--operational", help="Delete all operational profiles.")
    ] = False,
    test: Annotated[bool, typer.Option("--test", help="Delete test profiles that were downloaded.")] = False,
    default_address: Annotated[bool, typer.Option("--address", help="Reset the default SM-DP+.")] = False,
    yes: Yes = False,
) -> None:
    """Reset the memory of the eUICC: what the options name, everything without any."""
    wanted = {
        ResetOptions.DELETE_OPERATIONAL_PROFILES: operational,
        ResetOptions.DELETE_FIELD_LOADED_TEST_PROFILES: test,
        ResetOptions.RESET_DEFAULT_SMDP_ADDRESS: default_address,
    }
    chosen = [option for option, named in wanted.items() if named] or list(wanted)
    confirm(ctx, "Reset the eUICC's memory?", yes)
    ctx.obj.lpa().reset_memory(*chosen)
    ctx.obj.done("the memory is reset")


register_check(app)
register_files(app)
register_iot(app)
register_pin(app)
register_sim(app)


def main() -> None:
    """Run the command line."""
    # A terminal that cannot show every character shows the rest.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
