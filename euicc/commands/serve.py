"""`euicc serve`: a card within reach of other programs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from euicc.commands.doors import LOOPBACK, Door, Shared, modem_door, open_doors, say, tcp_door, vpcd_door
from euicc.commands.program import (
    M2M,
    Curve,
    CurveName,
    PkiDirectory,
    Refusal,
    TraceTo,
    Variant,
    app,
    built_pki,
    different,
    manufactured,
)
from ipa.command_line import UsageError

if TYPE_CHECKING:
    from apdu import Transport
    from euicc.card import Card
    from euicc.testing.pki import Pki

VPCD = "--vpcd"
VPCD_DEFAULT = f"{LOOPBACK}:35963"


class ServeCommand(TyperCommand):
    """The command, whose `--vpcd` may stand without an address."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Gives `--vpcd` its default when what follows is no address."""
        following = [*args, ""][1:]
        completed = [
            f"{VPCD}={VPCD_DEFAULT}" if word == VPCD and not _is_address(after) else word
            for word, after in zip(args, following, strict=True)
        ]
        return super().parse_args(ctx, completed)


def _is_address(word: str) -> bool:
    return not word.startswith("-") and word.rpartition(":")[2].isdigit()


@app.command(cls=ServeCommand)
def serve(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Keep the card here; made when it is not there. Default: in memory."
        ),
    ] = None,
    vpcd: Annotated[
        str | None,
        typer.Option(
            VPCD, metavar="[HOST:PORT]", help=f"In the virtual reader of pcscd. Default: {VPCD_DEFAULT}."
        ),
    ] = None,
    tcp: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="On a TCP port; 0 takes a free one, no host is loopback."),
    ] = None,
    modem: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="In a modem: a link to its terminal is made there. Or tcp:HOST:PORT."
        ),
    ] = None,
    pki: PkiDirectory = None,
    curve: Curve = None,
    eid: Annotated[str | None, typer.Option(metavar="EID", help="32 digits. Default: a fixed one.")] = None,
    variant: Annotated[Variant | None, typer.Option(help="The standard it follows. Default: sgp22.")] = None,
    trace: TraceTo = None,
    command: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="COMMAND",
            help="Run this meanwhile, and stop when it ends, with its exit code. It finds the doors as $EUICC_READER, "
            "$EUICC_TCP, $EUICC_MODEM.",
        ),
    ] = None,
) -> None:
    """Put a card within reach of other programs, until interrupted."""
    if trace is not None:
        different(trace, file)
    doors = _doors({VPCD: vpcd, "--tcp": tcp, "--modem": modem})
    with ExitStack() as opened:
        card = opened.enter_context(_card(file, eid, pki, curve, variant))
        say(f"EID {card.identity.eid.hex()}, {f'in {file}' if file else 'in memory'}; Ctrl-C stops it")
        if card.config.variant == M2M:
            say(
                "a card of SGP.02, managed over the air: for ipa sim, files, pin and authenticate, not for ipa info"
            )
        code = open_doors(Shared(_recorded(card, trace, opened)), doors, command)
    say("stopped")
    if code:
        raise typer.Exit(code)


OPENERS: dict[str, Callable[[str], Door]] = {VPCD: vpcd_door, "--tcp": tcp_door, "--modem": modem_door}


def _doors(wanted: dict[str, str | None]) -> list[Door]:
    doors = [_door(option, text) for option, text in wanted.items() if text is not None]
    if not doors:
        raise UsageError(f"which way? Name one or more of {', '.join(wanted)}")
    return doors


def _door(option: str, text: str) -> Door:
    try:
        return OPENERS[option](text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def _card(
    file: Path | None, eid: str | None, pki: Path | None, curve: CurveName | None, variant: Variant | None
) -> Card:
    """The card in the file, or a new one; Refusal when the one in the file is another than wanted."""
    from euicc.card import Card
    from euicc.config import Config

    if file is not None and file.exists():
        issuer = built_pki(pki, curve) if pki or curve else None
        return _same(Card.open(file), file, eid, variant, issuer)
    card = manufactured(eid, pki, curve, Config(variant=variant.value) if variant else Config())
    if file is None:
        return card
    card.save(file)
    card.close()
    return Card.open(file)


def _same(card: Card, file: Path, eid: str | None, variant: Variant | None, issuer: Pki | None) -> Card:
    wrong = {
        f"has EID {card.identity.eid.hex()}": eid is not None and eid != card.identity.eid.hex(),
        f"is of variant {card.config.variant}": variant is not None and variant.value != card.config.variant,
        "trusts other CIs": issuer is not None and set(card.ci_certificates) != set(issuer.ci_certificates),
    }
    faults = [words for words, is_wrong in wrong.items() if is_wrong]
    if faults:
        card.close()
        raise Refusal(f"the card in {file} {faults[0]}: leave the option away, or name another file")
    return card


def _recorded(card: Card, trace: Path | None, opened: ExitStack) -> Transport:
    from apdu import Recorder, TraceWriter

    if trace is None:
        return card
    return Recorder(card, limit=1, name="euicc serve", writer=opened.enter_context(TraceWriter(trace)))
