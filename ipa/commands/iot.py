"""What the IPA of an IoT device does, SGP.32: `ipa poll`, `ipa eim`, `ipa memory-reset`, `ipa fallback`, ..."""

from __future__ import annotations

import binascii
import os
from base64 import b64decode
from pathlib import Path
from typing import Annotated

import typer

from apdu import TlvError, tlv
from asn1.generated import sgp32
from ipa.commands.options import Ci, ConnectTo, Yes, confirm, connections
from ipa.eim import Eim
from ipa.errors import RequestInvalid
from ipa.ipad import Ipa
from ipa.presentation import Row
from ipa.procedures.package import DATA_REQUEST, DOWNLOAD, PACKAGE, Work
from ipa.procedures.polling import Polled
from ipa.servers.esipa_https import HttpsEims
from ipa.servers.http import HttpServers
from ipa.state import StateDirectory
from ipa.trust import load_ci_certificates

KINDS = {PACKAGE: "package", DATA_REQUEST: "data request", DOWNLOAD: "download"}
Cause = sgp32.StateChangeCause
CAUSES = {name.lower().replace("_", "-"): code for name, code in vars(Cause).items() if name.isupper()}
Reset = sgp32.EuiccMemoryResetRequest.ResetOptions

StatePath = Annotated[
    Path | None,
    typer.Option(
        "--state", metavar="DIR", help="Where the device keeps its state. Default: ~/.local/state/ipa."
    ),
]

eim_app = typer.Typer(help="The eIMs that manage the card.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to a program."""
    app.add_typer(eim_app, name="eim")
    for command in (poll, memory_reset, rollback, fallback, emergency):
        app.command()(command)


def device(
    ctx: typer.Context,
    ci: Path | None = None,
    connect_to: list[str] | None = None,
    state: Path | None = None,
    as_json: bool = False,
) -> Ipa:
    """The IPA for the card that the options name."""
    invocation = ctx.obj
    access = invocation.access()
    trusted = load_ci_certificates(ci) if ci else getattr(access, "ci_certificates", ())
    targets = connections(connect_to or [])
    servers = invocation.opened.enter_context(HttpServers(trusted, connect_to=targets))
    eims = invocation.opened.enter_context(HttpsEims(trusted, connect_to=targets, json=as_json))
    return Ipa(access, servers=servers, eims=eims, state=StateDirectory(state or state_directory()))


def state_directory() -> Path:
    """Where state is kept unless told otherwise."""
    kept = os.environ.get("XDG_STATE_HOME")
    return (Path(kept) if kept else Path.home() / ".local" / "state") / "ipa"


def poll(
    ctx: typer.Context,
    eim: Annotated[str | None, typer.Argument(metavar="[EIM]", help="Its eimId. Default: all.")] = None,
    cause: Annotated[
        str | None, typer.Option(metavar="CAUSE", help=f"Tell the eIM of a change: {', '.join(CAUSES)}.")
    ] = None,
    json_binding: Annotated[
        bool, typer.Option("--json-binding", help="Talk to the eIM in JSON instead of ASN.1.")
    ] = False,
    ci: Ci = None,
    connect_to: ConnectTo = None,
    state: StatePath = None,
) -> None:
    """Do what the eIMs have for the card: packages, downloads, questions."""
    if cause is not None and cause not in CAUSES:
        raise typer.BadParameter(f"one of {', '.join(CAUSES)}", param_hint="--cause")
    polled = device(ctx, ci, connect_to, state, json_binding).poll(eim, CAUSES.get(cause or ""))
    ctx.obj.show(poll_rows(polled))
    if any(each.failure for each in polled.visits):
        raise typer.Exit(1)


@eim_app.command("list")
def list_eims(ctx: typer.Context) -> None:
    """List them."""
    ctx.obj.show([eim_row(each) for each in device(ctx).eims()])


@eim_app.command("add-initial")
def add_initial(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="EimConfigurationData, DER or base64.")],
) -> None:
    """Associate the first eIMs; the card must not have one yet."""
    configurations = read_configurations(file)
    tokens = device(ctx).add_initial_eims(*configurations)
    pairs = zip(configurations, tokens, strict=True)
    ctx.obj.show([{"eim": each.eim_id, "association_token": token} for each, token in pairs])


def memory_reset(
    ctx: typer.Context,
    operational: Annotated[bool, typer.Option("--operational", help="Operational profiles.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Test profiles that were downloaded.")] = False,
    preloaded: Annotated[bool, typer.Option("--preloaded", help="Test profiles of the factory.")] = False,
    provisioning: Annotated[bool, typer.Option("--provisioning", help="Provisioning profiles.")] = False,
    address: Annotated[bool, typer.Option("--address", help="The default SM-DP+.")] = False,
    eim: Annotated[bool, typer.Option("--eim", help="All eIMs: the way out of a lock-in.")] = False,
    immediate: Annotated[bool, typer.Option("--immediate", help="Immediate enabling.")] = False,
    yes: Yes = False,
    state: StatePath = None,
) -> None:
    """Erase what the options name from an IoT eUICC."""
    wanted = {
        Reset.DELETE_OPERATIONAL_PROFILES: operational,
        Reset.DELETE_FIELD_LOADED_TEST_PROFILES: test,
        Reset.RESET_DEFAULT_SMDP_ADDRESS: address,
        Reset.DELETE_PRE_LOADED_TEST_PROFILES: preloaded,
        Reset.DELETE_PROVISIONING_PROFILES: provisioning,
        Reset.RESET_EIM_CONFIG_DATA: eim,
        Reset.RESET_IMMEDIATE_ENABLE_CONFIG: immediate,
    }
    chosen = [option for option, named in wanted.items() if named]
    if not chosen:
        raise typer.BadParameter("name what to erase", param_hint="--eim, --operational, ...")
    confirm(ctx, "Reset the eUICC's memory?", yes)
    device(ctx, state=state).reset_memory(*chosen)
    ctx.obj.done("the memory is reset")


def rollback(ctx: typer.Context, state: StatePath = None) -> None:
    """Go back to the profile before the last package, if the package allows it."""
    device(ctx, state=state).roll_back()
    ctx.obj.done("the profile before is back; the eIM is told at the next poll")


def fallback(
    ctx: typer.Context,
    back: Annotated[bool, typer.Option("--return", help="To the profile before.")] = False,
    state: StatePath = None,
) -> None:
    """Change to the fallback profile."""
    ipa = device(ctx, state=state)
    if back:
        ipa.return_from_fallback()
    else:
        ipa.fall_back()
    ctx.obj.done("the profile is changed; the eIM is told at the next poll")


def emergency(
    ctx: typer.Context,
    end: Annotated[bool, typer.Option("--end", help="Back to the profile before.")] = False,
    state: StatePath = None,
) -> None:
    """Change to the profile for emergency calls."""
    ipa = device(ctx, state=state)
    if end:
        ipa.disable_emergency_profile()
    else:
        ipa.enable_emergency_profile()
    ctx.obj.done("the profile is changed; the eIM is told at the next poll")


# -- what is read and shown -------------------------------------------------------------------------------------------


def read_configurations(file: Path) -> tuple[sgp32.EimConfigurationData, ...]:
    """EimConfigurationData in a file: AddInitialEimRequest, or one after the other, in DER or base64.

    RequestInvalid, Asn1Error, OSError.
    """
    content = file.read_bytes()
    try:
        encoded = b64decode(content, validate=False) if content[:1].isalpha() else content
        if tlv.read_header(encoded)[0] == sgp32.AddInitialEimRequest.TAG:
            return sgp32.AddInitialEimRequest.decode(encoded).eim_configuration_data_list
        return tuple(sgp32.EimConfigurationData.decode(each.encoded) for each in tlv.parse_all(encoded))
    except (TlvError, binascii.Error) as error:
        raise RequestInvalid("AddInitialEim", f"{file} holds no EimConfigurationData") from error


def eim_row(eim: Eim) -> Row:
    """One line of `ipa eim list`."""
    trust = {eim.trusted_key: "key", eim.trusted_certificate: "certificate"}
    token = eim.association_token
    return {
        "eim": eim.id,
        "address": eim.address,
        "trust": next((words for given, words in trust.items() if given), "CI"),
        "association_token": token and int.from_bytes(tlv.parse(token).value, "big", signed=True),
        "indirect_download": eim.indirect,
    }


def poll_rows(polled: Polled) -> list[Row]:
    """The lines of `ipa poll`: what was done, and what kept an eIM from having its way."""
    rows = [_work_row(work) for work in polled.leftovers]
    for visit in polled.visits:
        rows += [_work_row(work) for work in visit.work]
        if visit.failure and not any(work.failure for work in visit.work):
            rows.append(_row(visit.eim, "", "", visit.failure))
    return rows


def _work_row(work: Work) -> Row:
    kind = KINDS.get(tlv.read_header(work.package)[0], "") if work.package else "package"
    outcome = "rolled back" if work.rolled_back else work.remark or "done"
    return _row(work.eim, kind, outcome, work.failure)


def _row(eim: str, work: str, outcome: str, failure: str) -> Row:
    return {"eim": eim, "work": work, "outcome": outcome, "failure": failure}
