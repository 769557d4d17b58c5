"""Command line of the card: `euicc`."""

from __future__ import annotations

import io
import sys

from euicc.commands import cards, check, demo, doctor, eim, quirks, serve, show, smdp, trace
from euicc.commands.program import app

__all__ = [
    "app",
    "cards",
    "check",
    "demo",
    "doctor",
    "eim",
    "main",
    "quirks",
    "serve",
    "show",
    "smdp",
    "trace",
]


def main() -> None:
    """Run the command line."""
    # A terminal that cannot show every character shows the rest.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
