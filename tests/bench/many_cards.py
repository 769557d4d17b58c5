"""How much memory cards take that are all alive at once: `python -m tests.bench.many_cards COUNT` prints bytes.

A process of its own, so that nothing else comes and goes in it meanwhile.
"""

from __future__ import annotations

import gc
import resource
import sys
from dataclasses import replace
from pathlib import Path

from euicc import Card, eid
from euicc.testing.profile_builder import Subscription, build

SELECT_ICCID = bytes.fromhex("00A40004022FE200")
READ_ICCID = bytes.fromhex("00B000000A")


def card(number: int) -> Card:
    """A card with an EID and a profile of its own, which is enabled and was read from."""
    subscription = replace(Subscription(), iccid=f"89001012345678{number:05d}", imsi=f"0010123{number:08d}")
    made = Card.manufacture(eid=eid.with_check_digits(f"89049032{number:022d}"))
    made.preload(build(subscription).package, enabled=True)
    made.reset()
    made.transmit(SELECT_ICCID)
    assert made.transmit(READ_ICCID).endswith(b"\x90\x00")
    return made


def resident() -> int:
    """Bytes of this process that are in memory now."""
    gc.collect()
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Print how many bytes `COUNT` cards add to a process that has had one."""
    card(0)
    before = resident()
    cards = [card(number) for number in range(1, int(sys.argv[1]) + 1)]
    print(resident() - before)
    assert cards


if __name__ == "__main__":
    main()
