"""The eIM packages that are being worked on: remembered, one of each eIM, until the eIM has its result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ipa.servers.esipa import Link
from ipa.state import Unfinished
from ipa.steps import Procedure, recall, remember


def begin(link: Link, package: bytes) -> Procedure[None]:
    """A package has come."""
    kept = (yield from recall(link.eid)).unfinished
    begun = Unfinished(link.eim.configuration, package)
    yield from remember(unfinished={**kept, link.eim.id: begun})


def of(link: Link) -> Procedure[Unfinished | None]:
    """The package of this eIM that is being worked on."""
    return (yield from recall(link.eid)).unfinished.get(link.eim.id)


def update(link: Link, **fields: bytes) -> Procedure[None]:
    """More is known of it."""
    kept = (yield from recall(link.eid)).unfinished
    if link.eim.id in kept:
        changed = replace(kept[link.eim.id], **fields)
        yield from remember(unfinished={**kept, link.eim.id: changed})


def end(link: Link, **changes: Any) -> Procedure[None]:
    """It is done with; `changes`: what else holds from now on."""
    kept = (yield from recall(link.eid)).unfinished
    rest = {eim: each for eim, each in kept.items() if eim != link.eim.id}
    yield from remember(unfinished=rest, **changes)
