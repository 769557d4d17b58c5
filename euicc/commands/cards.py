"""`euicc new`, `euicc ci`: cards in files, and whom they trust."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from euicc.commands.program import Curve, PkiDirectory, Refusal, Variant, app, built_pki, manufactured


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
    profile: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE.der", help="A profile package it leaves the factory with; the first is enabled."
        ),
    ] = None,
    test_profile: Annotated[
        bool,
        typer.Option("--test-profile", help="It leaves the factory with the built-in test profile, enabled."),
    ] = False,
    quirk: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="What it does otherwise, from `euicc quirks`; several times."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Manufacture an eUICC and save it to a file."""
    from euicc.config import Config

    if file.exists() and not force:
        raise Refusal(f"{file} exists already: --force replaces it")
    try:
        config = Config(variant=variant.value, quirks=tuple(quirk or ()))
        card = manufactured(eid, pki, curve, config, seed)
        for number, package in enumerate(_packages(test_profile, profile or [])):
            card.preload(package, enabled=not number)
    except ValueError as error:
        raise Refusal(str(error)) from None
    card.save(file)
    print(f"{file}: EID {card.identity.eid.hex()}")


def _packages(test_profile: bool, files: list[Path]) -> list[bytes]:
    from euicc.testing.profile_builder import build

    return [*([build().package] if test_profile else []), *(file.read_bytes() for file in files)]


@app.command()
def ci(pki: PkiDirectory = None, curve: Curve = None) -> None:
    """Print the CI certificates in PEM: what `ipa download --ci` needs where the card is not a file."""
    import ssl

    for certificate in built_pki(pki, curve).ci_certificates:
        print(ssl.DER_cert_to_PEM_cert(certificate), end="")
