"""Who the devices are: EIDs that no two workers share, and what a server has to know of them beforehand."""

from __future__ import annotations

import csv
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from euicc import eid as eids
from euicc.testing.pki import Pki

IIN = "89049032"
"""The range of SGP.26's test EUM."""
FIRST_TOKEN = 1
"""The association token that a new card gives to its first eIM."""


@dataclass(frozen=True)
class Place:
    """One device: the `count`-th of a worker, both counted from 0; `number` among those of all workers."""

    worker: int
    count: int
    number: int

    def eid(self, batch: int = 0) -> bytes:
        """Batch, worker and count stand in it, 10, 4 and 8 digits."""
        return eids.with_check_digits(f"{IIN}{batch:010d}{self.worker:04d}{self.count:08d}")


def share(worker: int, workers: int, devices: int) -> Iterator[Place]:
    """The devices of one worker of several; none for a worker that the others were not told of."""
    if worker < workers:
        for count, number in enumerate(range(worker, devices, workers)):
            yield Place(worker, count, number)


def everybody(workers: int, devices: int) -> Iterator[Place]:
    """All devices, by worker."""
    for worker in range(workers):
        yield from share(worker, workers, devices)


def write_enrolment(file: Path, pki: Pki, workers: int, devices: int, batch: int) -> int:
    """A line for each device: EID, association token, certificates of EUM and eUICC (base64 of DER); how many."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened)
        rows.writerow(("eid", "association_token", "eum_certificate", "euicc_certificate"))
        for place in everybody(workers, devices):
            identity = pki.issue_euicc(place.eid(batch))
            signs = identity.credentials[0]
            certificates = (
                b64encode(each).decode() for each in (signs.eum_certificate, signs.euicc_certificate)
            )
            rows.writerow((eids.digits(identity.eid), FIRST_TOKEN, *certificates))
    return devices
