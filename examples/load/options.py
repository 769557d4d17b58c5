"""What the devices are and whom they talk to, as options: of `python -m examples.load`, and of Locust's own command.

Their values are text and numbers, which Locust's master sends to its workers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import httpx

from asn1 import Asn1Error
from euicc.testing.pki.files import PkiError
from examples.load.material import codes_in, configurations_in, pki_in, trusted_in
from examples.load.platform_device import NUMBERS, parties_in
from ipa.errors import IpaError

NAMES = (
    "devices",
    "eim",
    "codes",
    "platform",
    "parties",
    "pki",
    "ci",
    "connect_to",
    "binding",
    "variant",
    "polls",
    "every",
    "batch",
)
BATCHES = 10**10


def add_to(parser: argparse.ArgumentParser) -> None:
    """The options of the devices, and of nothing else."""
    add = parser.add_argument
    add(
        "--devices", type=number(1), default=1000, metavar="N", help="How many devices in all. Default: 1000."
    )
    add(
        "--eim",
        type=readable(configurations_in),
        metavar="FILE",
        help="IoT devices of this eIM: its EimConfigurationData, DER or base64.",
    )
    add(
        "--codes",
        type=readable(codes_in),
        metavar="FILE",
        help="Consumer devices that download by these activation codes, one in a line.",
    )
    add(
        "--platform",
        type=url,
        metavar="URL",
        help="Devices of the service platform that is served there (examples.service_platform).",
    )
    add(
        "--parties",
        type=readable(parties_in),
        metavar="FILE",
        help="Who calls the platform, as it was told by `serve --parties`. Default: the parties for tests.",
    )
    add(
        "--pki",
        type=readable(pki_in),
        metavar="DIR",
        help="Certificates and keys of CI and EUM, from which the cards get theirs. Default: built-in test CI.",
    )
    add(
        "--ci",
        type=readable(trusted_in),
        metavar="FILE|DIR",
        help="CI certificates to trust for TLS. Default: those of the cards.",
    )
    add(
        "--connect-to",
        action="append",
        type=named_target,
        metavar="NAME=HOST:PORT",
        help="Where the server NAME really is; its certificate must be for NAME.",
    )
    add("--binding", choices=("asn1", "json"), default="asn1", help="Of ESipa. Default: asn1.")
    add("--variant", choices=("sgp32", "sgp32-v1.0"), default="sgp32", help="Of the IoT cards.")
    add(
        "--polls",
        type=number(0),
        default=1,
        metavar="N",
        help="How often a device asks its eIM, or is suspended and resumed by the service provider, before it is "
        "done; 0: until the run is stopped. Default: 1.",
    )
    add("--every", type=seconds, default=0.0, metavar="SECONDS", help="Between two polls. Default: 0.")
    add(
        "--batch",
        type=number(0, BATCHES - 1),
        default=0,
        metavar="N",
        help="Another number, other EIDs: for a server that remembers those of the last run.",
    )


def as_arguments(options: argparse.Namespace) -> list[str]:
    """The options of the devices as they are typed."""
    typed: list[str] = []
    for name in NAMES:
        value = getattr(options, name)
        for each in value if isinstance(value, list) else [value]:
            typed += [] if each is None else [f"--{name.replace('_', '-')}", str(each)]
    return typed


def complaint(options: argparse.Namespace) -> str | None:
    """Why these options do not go together."""
    if sum(each is not None for each in (options.eim, options.codes, options.platform)) != 1:
        return "whom shall the devices talk to? Name one of --eim, --codes and --platform"
    if options.platform is not None and (options.batch + 1) * options.devices > NUMBERS:
        return f"there are {NUMBERS} test IMEIs: fewer --devices or --batch"
    if options.codes is not None and (there := len(codes_in(Path(options.codes)))) < options.devices:
        return f"{options.devices} devices want as many activation codes: {options.codes} has {there}"
    return None


def number(least: int, largest: int | None = None) -> Callable[[str], int]:
    """A whole number from `least` on."""

    def read(text: str) -> int:
        value = int(text) if text.isdecimal() else -1
        if value < least or (largest is not None and value > largest):
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} on")
        return value

    return read


def seconds(text: str) -> float:
    """A time that is not negative."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def readable(read: Callable[[Path], object]) -> Callable[[str], str]:
    """A file or directory that holds what it should, as its absolute path."""

    def check(text: str) -> str:
        try:
            read(Path(text))
        except OSError as error:
            raise argparse.ArgumentTypeError(f"{text} cannot be read: {error.strerror or error}") from None
        except (IpaError, PkiError, Asn1Error, ValueError) as error:
            raise argparse.ArgumentTypeError(f"{text}: {error}") from None
        return str(Path(text).absolute())

    return check


def url(text: str) -> str:
    """The http or https URL of a server."""
    try:
        read = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL: {error}") from None
    if read.scheme not in ("http", "https") or not read.host:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL: http://HOST:PORT")
    return text


def named_target(text: str) -> str:
    """NAME=HOST:PORT."""
    name, _, target = text.partition("=")
    if not name or not target:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=HOST:PORT")
    return text
