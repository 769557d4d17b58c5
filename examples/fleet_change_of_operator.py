"""A fleet changes its operator, SGP.02: A's profiles go into the cards over the air, B's out of them.

N vehicles have cards of SGP.02 with a profile of operator B. Operator A takes them over: with the SM-SR that has the
cards ("same"), or with an SM-SR of its own, to which the cards are handed over ("handover"): then the old one's keys
open none of them. Short messages are lost, late, repeated; some vehicles are out of coverage for a while, some lose
their power in the middle, some are where operator A has no network: their cards go back to B.

    python -m examples.fleet_change_of_operator --vehicles 200
    python -m examples.fleet_change_of_operator --vehicles 10000 --state fleet    (kill it, start it again)

What the SM-SRs know is one SQLite file each, and so is every card with --state. Exit code 1 when a vehicle is not
accounted for, or EIS and card disagree.

B's profile has the fallback attribute, since there always is a holder, which nobody can delete: A's gets it before B's
goes. Messages between servers are typed (ES3, ES4, ES7); SOAP is left out.
"""

from __future__ import annotations

import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing

from rich.console import Console

from examples.fleet import options, report, table
from examples.fleet.fleet import Fleet
from examples.fleet.journal import StateError

INTERRUPTED = 128 + signal.SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options.parse("python -m examples.fleet_change_of_operator", __doc__ or "", arguments)
    try:
        fleet = Fleet(chosen)
    except (StateError, OSError, sqlite3.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    with closing(fleet):
        try:
            with table.shown(fleet, Console(), chosen.quiet) as update:
                fleet.run(update)
        except KeyboardInterrupt:
            print("interrupted" + ("; the same command goes on" if chosen.state else ""), file=sys.stderr)
            return INTERRUPTED
        for line in report.lines(fleet):
            print(line)
        return 0 if report.accounted(fleet) else 1


if __name__ == "__main__":
    code = main()
    if code:
        sys.exit(code)
