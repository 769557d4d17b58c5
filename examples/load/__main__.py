"""Emulated devices against an eIM, an SM-DP+ or a service platform, yours or ours; a table; 1 when anything failed.

Without --eim, --codes and --platform, our own servers are started for it. What follows `--` is for Locust:
-- --csv numbers --html report.html --run-time 10m --spawn-rate 20
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from euicc.testing.http import LOOPBACK
from euicc.testing.pki import Pki
from examples.load import options
from examples.load.identities import write_enrolment
from examples.load.material import pki_in
from examples.load.serve import serving, write_codes, write_configuration

ROOT = Path(__file__).resolve().parents[2]
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
AT_ONCE = 4
"""Devices that each worker runs at the same time unless told otherwise: what one does keeps the others waiting."""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m examples.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument(
        "--workers", type=options.number(1), default=2, metavar="N", help="Processes. Default: 2."
    )
    made.add_argument(
        "--users",
        type=options.number(1),
        metavar="N",
        help=f"Devices at the same time. Default: {AT_ONCE} for each worker, all of them with --polls 0.",
    )
    made.add_argument(
        "--scenario",
        choices=("iot", "phone", "platform"),
        help="Against our own servers: eIM, SM-DP+ or service platform. Default: iot.",
    )
    made.add_argument(
        "--enrol",
        type=Path,
        metavar="OUT",
        help="Write what an eIM may want to know of these devices beforehand (CSV), and do nothing else.",
    )
    options.add_to(made)
    return made


def main(arguments: list[str]) -> int:
    own, locust = _split(arguments)
    read = parser()
    chosen = read.parse_args(own)
    if chosen.enrol:
        pki = pki_in(Path(chosen.pki)) if chosen.pki else Pki.default()
        try:
            count = write_enrolment(chosen.enrol, pki, chosen.workers, chosen.devices, chosen.batch)
        except OSError as error:
            read.error(f"argument --enrol: {chosen.enrol} cannot be written: {error.strerror or error}")
        print(f"{chosen.enrol}: {count} devices of {chosen.workers} workers")
        return 0
    if importlib.util.find_spec("locust") is None:
        read.error("Locust is not installed: pip install 'euicc[load]'")
    if (chosen.eim, chosen.codes, chosen.platform) == (None, None, None):
        return _against_ours(read, chosen, locust)
    wrong = "--scenario is for our own servers" if chosen.scenario else options.complaint(chosen)
    if wrong is not None:
        read.error(wrong)
    return _run(chosen, locust)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is for us, and what follows "--"."""
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _against_ours(read: argparse.ArgumentParser, chosen: argparse.Namespace, locust: list[str]) -> int:
    if chosen.scenario == "platform":
        return _against_our_platform(read, chosen, locust)
    pki = pki_in(Path(chosen.pki)) if chosen.pki else Pki.default()
    with tempfile.TemporaryDirectory() as directory, serving(pki) as servers:
        file = Path(directory) / "servers"
        if chosen.scenario == "phone":
            write_codes(servers, file, chosen.devices)
            chosen.codes = str(file)
        else:
            write_configuration(servers, file)
            chosen.eim = str(file)
        code = _run(chosen, locust)
        print(servers.verdict())
        return code or (0 if servers.all_done() else 1)


def _against_our_platform(
    read: argparse.ArgumentParser, chosen: argparse.Namespace, locust: list[str]
) -> int:
    from examples.load.platform_served import serving_platform

    if chosen.parties:
        read.error("--parties are those of --platform: our own platform has the parties for tests")
    with tempfile.TemporaryDirectory() as directory, serving_platform(Path(directory)) as served:
        chosen.platform = served.url
        wrong = options.complaint(chosen)
        if wrong is not None:
            read.error(wrong)
        code = _run(chosen, locust)
        in_service, words = served.verdict(chosen.devices)
        print(words)
        return code or (0 if in_service or chosen.polls == 0 else 1)


def _run(chosen: argparse.Namespace, locust: list[str]) -> int:
    """Locust, master and workers, in processes of their own: it makes everything wait its own way."""
    port = str(_free_port())
    # Locust gives each worker as many users as the others, so that each has one for each of its devices.
    everybody = -(-chosen.devices // chosen.workers) * chosen.workers
    users = chosen.users or (everybody if chosen.polls == 0 else AT_ONCE * chosen.workers)
    command = [
        *(sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--headless", "--skip-log-setup"),
        *("--only-summary", "--processes", str(chosen.workers)),
        *("--master-bind-host", LOOPBACK, "--master-bind-port", port, "--master-port", port),
        *("--users", str(users), "--spawn-rate", str(users)),
        *options.as_arguments(chosen),
        *locust,
    ]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    # A group of its own: Ctrl-C is not for its workers, which it stops itself before it prints its table.
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: running.terminate())
    return running.wait()


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as taken:
        number: int = taken.getsockname()[1]
        return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
