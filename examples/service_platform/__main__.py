"""python -m examples.service_platform: serve the platform, tell the seven scenarios, write its diagrams."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from examples.service_platform import demo, diagram
from examples.service_platform.air import Air
from examples.service_platform.client import Client, Refusal
from examples.service_platform.devices import EmulatedDevice, Numbers, make_card
from examples.service_platform.life_cycle import Platform
from examples.service_platform.operator_side import OperatorSide
from examples.service_platform.roles import TEST_PARTIES, Directory, Party, read_parties
from examples.service_platform.server import LOOPBACK, ServeError, serving
from examples.service_platform.store import Store, StoreError

DEFAULT_PORT = 8470


class PartiesError(Exception):
    """The file of parties is none."""


class NotReached(Exception):
    """Nothing answers at the address of the platform."""


DOCUMENTED = (
    StoreError,
    ServeError,
    PartiesError,
    NotReached,
    diagram.DocumentError,
    Refusal,
    httpx.HTTPError,
    OSError,
)
"""What the user can be told in one line; anything else is a bug and shows itself."""


def serve(arguments: argparse.Namespace) -> None:
    """Until SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    network, parties = OperatorSide(), _parties(arguments.parties)
    with (
        closing(Platform(Store(arguments.db), network, parties)) as platform,
        serving(platform, arguments.host, arguments.port, Air(network)) as url,
    ):
        print(f"service platform on {url}, its memory is {arguments.db}", flush=True)
        if parties == TEST_PARTIES:
            print("test tokens, known to everybody and never for anything real (Authorization: Bearer ...):")
            for party in parties:
                print(f"  {party.token:28} {party.name}, {party.role.words}", flush=True)
        stopped.wait()


def _parties(path: Path | None) -> tuple[Party, ...]:
    """Of a file, or the ones for tests. PartiesError."""
    if path is None:
        return TEST_PARTIES
    try:
        parties = read_parties(path.read_text("utf-8"))
        Directory(parties)
    except json.JSONDecodeError as error:
        raise PartiesError(f"{path}: it is not JSON: {error}") from None
    except OSError as error:
        raise PartiesError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise PartiesError(f"{path}: {error}") from None
    return parties


def device(arguments: argparse.Namespace) -> None:
    """An emulated device for a platform that is served: reports itself if it has a credential, then attaches."""
    numbers = Numbers.of(arguments.number)
    made = EmulatedDevice(numbers.imei, make_card(arguments.number, numbers.imsi, numbers.iccid))
    print(
        f"IMEI {numbers.imei}, " + ", ".join(f"{name.upper()} {of}" for name, of in made.identity().items())
    )
    with _reached(arguments.url), httpx.Client(base_url=arguments.url) as http:
        if arguments.credential is not None:
            seen = made.report(Client(http, arguments.credential))
            print(f"reported itself: {seen['service_state']}")
        access = made.attach_over(http)
        leads = f", leads to: {', '.join(access.access_points)}" if access.access_points else ""
        print(f"attaches: {access.admission.value}{leads}")


@contextmanager
def _reached(url: str) -> Iterator[None]:
    """NotReached when nothing answers there."""
    try:
        yield
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise NotReached(f"no platform is reached at {url}: {error}; is it served?") from None
    except httpx.HTTPStatusError as error:
        raise NotReached(f"no platform is reached at {url}: HTTP {error.response.status_code}") from None


def tell(arguments: argparse.Namespace) -> None:
    """The story, in a file that does not stay."""
    with tempfile.TemporaryDirectory() as directory:
        demo.run(Path(directory) / "platform.db")


def draw(arguments: argparse.Namespace) -> None:
    """Writes the document anew, or only says whether it is up to date."""
    text = arguments.document.read_text()
    wanted = diagram.generated(text)
    if arguments.check and wanted != text:
        raise diagram.DocumentError(
            f"{arguments.document} is older than the tables: run diagram without --check"
        )
    if wanted != text:
        arguments.document.write_text(wanted)
    print(f"{arguments.document} is up to date")


def parser() -> argparse.ArgumentParser:
    program = argparse.ArgumentParser(prog="python -m examples.service_platform", description=__doc__)
    commands = program.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser("serve", help="the REST API on a socket, its memory in one SQLite file")
    add.add_argument("--db", type=Path, required=True, metavar="FILE", help="made when it is not there")
    add.add_argument("--host", default=LOOPBACK, help="default: %(default)s, this machine only")
    add.add_argument("--port", type=_port, default=DEFAULT_PORT, help="default: %(default)s; 0: any")
    add.set_defaults(run=serve)
    add.add_argument("--parties", type=Path, metavar="FILE", help="JSON; default: one of each role for tests")
    add = commands.add_parser(
        "device", help="an emulated device for a served platform: reports itself, attaches"
    )
    add.add_argument(
        "--url", default=f"http://{LOOPBACK}:{DEFAULT_PORT}", help="of the platform; default: %(default)s"
    )
    add.add_argument("--number", type=_number, default=1, help="its IMEI, ICCID and IMSI are made of it")
    add.add_argument("--credential", help="from the device maker's call; without it the device only attaches")
    add.set_defaults(run=device)
    add = commands.add_parser("demo", help="the seven scenarios with emulated devices, over HTTP on loopback")
    add.set_defaults(run=tell)
    add = commands.add_parser("diagram", help="write the diagrams and tables of the document anew")
    add.add_argument(
        "--document", type=Path, default=diagram.DOCUMENT, metavar="FILE", help="default: %(default)s"
    )
    add.add_argument(
        "--check", action="store_true", help="change nothing; exit code 1 if it is not up to date"
    )
    add.set_defaults(run=draw)
    return program


def main() -> None:
    arguments = parser().parse_args()
    try:
        arguments.run(arguments)
    except DOCUMENTED as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 10**6):
        raise argparse.ArgumentTypeError(f"{text} is no number up to 999999")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 16):
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to 65535")
    return int(text)


if __name__ == "__main__":
    main()
