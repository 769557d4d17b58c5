"""An IPA at work, SGP.32 3.1.1.1 and 3.3.1: what an earlier run has left, then package after package of each eIM.

A package is remembered before anything is done with it, until the eIM has its result. What the card has done is asked
of the card: a result that it has stored is delivered, and the package that it answers is not loaded again.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace

from apdu import TlvError, tlv
from ipa import es10_iot
from ipa.eim import Eim
from ipa.errors import EimRefused, EimUnknown, ServerAnswerInvalid
from ipa.package_result import PackageResult
from ipa.procedures import delivery, device, download_trigger, euicc_data, leftovers, package, unfinished
from ipa.procedures.eim import list_eims
from ipa.procedures.notifications import Delivery
from ipa.procedures.package import ErrorCode, Work, package_error
from ipa.servers import esipa
from ipa.servers.esipa import Link
from ipa.settings import Settings
from ipa.steps import Procedure, recall, remember

SIGNED, ECO_LIST = 0x30, 0xA1
"""euiccPackageSigned, and the alternative of euiccPackage that changes who manages the card."""

_HANDLERS: dict[int, Callable[[Link, bytes], Procedure[Work]]] = {
    package.PACKAGE: package.execute,
    package.DATA_REQUEST: euicc_data.answer,
    package.DOWNLOAD: download_trigger.carry_out,
}
_RESUMPTIONS: dict[int, Callable[[Link, bytes], Procedure[Work | None]]] = {
    package.PACKAGE: package.resume,
    package.DATA_REQUEST: euicc_data.answer,
    package.DOWNLOAD: download_trigger.resume,
}


@dataclass(frozen=True)
class Visit:
    """What came of asking one eIM: each of its packages; why it was no use going on, "" when it has no more."""

    eim: str
    work: tuple[Work, ...] = ()
    failure: str = ""


@dataclass(frozen=True)
class Polled:
    """What came of polling: leftovers of an earlier run, the visits, the notifications."""

    leftovers: tuple[Work, ...] = ()
    visits: tuple[Visit, ...] = ()
    notifications: tuple[Delivery, ...] = ()


def poll(
    settings: Settings,
    only: str | None = None,
    cause: int | None = None,
    registered_plmn: bytes | None = None,
) -> Procedure[Polled]:
    """Finishes what was left, visits each eIM that can be reached over HTTPS, or the one of this eimId, delivers.

    `cause`: a StateChangeCause that all are to know. EimUnknown: there is no such eIM.
    """
    eid = yield from device.get_eid()
    eims = yield from list_eims()
    finished = yield from finish(settings, eid, eims)
    delivered = yield from _notify(settings, eid, eims)
    if any(work.result for work in finished):
        eims = yield from list_eims()
    visits: dict[str, Visit] = {}
    while (eim := _next(eims, only, visits)) is not None:
        visits[eim.id] = yield from visit(_link(settings, eid, eim, eims), cause, registered_plmn)
        if visits[eim.id].work:  # an eIM may have added another one, or taken its leave
            eims = yield from list_eims()
    if only is not None and not visits:
        raise EimUnknown(f"the eUICC has no eIM {only} that can be reached over HTTPS")
    if any(each.work for each in visits.values()):
        delivered += yield from _notify(settings, eid, eims)
    return Polled(finished, tuple(visits.values()), delivered)


def _next(eims: tuple[Eim, ...], only: str | None, visited: Container[str]) -> Eim | None:
    waiting = (each for each in eims if each.over_https and each.id not in visited)
    return next((each for each in waiting if only in (None, each.id)), None)


def _link(settings: Settings, eid: bytes, eim: Eim, eims: tuple[Eim, ...]) -> Link:
    return Link(eid, eim, settings, tuple(each.id for each in eims if each.id != eim.id))


# -- one eIM ----------------------------------------------------------------------------------------------------------


def visit(link: Link, cause: int | None = None, registered_plmn: bytes | None = None) -> Procedure[Visit]:
    """Asks one eIM for packages until it has no more, SGP.32 3.1.1.1."""
    if (yield from unfinished.of(link)) is not None:
        return Visit(link.eim.id, failure="it could not be told of an earlier package")
    done: list[Work] = []
    try:
        while len(done) < link.settings.packages_max:
            found = yield from _ask(link, cause, registered_plmn)
            if found is None:
                return Visit(link.eim.id, tuple(done))
            cause = None
            done.append((yield from accept(link, found)))
            link = yield from _still(link, found)
            if done[-1].failure:
                return Visit(link.eim.id, tuple(done), done[-1].failure)
    except (*delivery.UNREACHED, EimRefused) as error:
        return Visit(link.eim.id, tuple(done), str(error))
    return Visit(link.eim.id, tuple(done), f"it has more than {len(done)} packages")


def _still(link: Link, found: tlv.Tlv) -> Procedure[Link]:
    """The link, no longer of an Associated eIM when the package that was executed has changed that."""
    if found.tag != package.PACKAGE or not _about_eims(found):
        return link
    associated = {each.id for each in (yield from list_eims())}
    return link if link.eim.id in associated else replace(link, associated=False)


def _about_eims(found: tlv.Tlv) -> bool:
    """Whether the card was to carry out eCOs; what no card can read it has not carried out."""
    try:
        return found.find(SIGNED, ECO_LIST) is not None
    except TlvError:
        return False


def _ask(link: Link, cause: int | None, registered_plmn: bytes | None) -> Procedure[tlv.Tlv | None]:
    """ESipa.GetEimPackage, with the news of the card that this eIM does not have yet."""
    untold = (yield from recall(link.eid)).untold
    news = untold.get(link.eim.id) if cause is None else cause
    try:
        found = yield from delivery.patiently(
            link.settings, lambda: esipa.get_eim_package(link, news, registered_plmn)
        )
    except ServerAnswerInvalid:
        yield from delivery.provide(link, package_error(ErrorCode.INVALID_PACKAGE_FORMAT))
        raise
    if link.eim.id in untold:
        yield from remember(untold={eim: each for eim, each in untold.items() if eim != link.eim.id})
    return found


def accept(link: Link, found: tlv.Tlv) -> Procedure[Work]:
    """Does what an eIM package of whatever kind asks for; ServerAnswerInvalid when there is no such kind."""
    handler = _HANDLERS.get(found.tag)
    if handler is None:
        yield from delivery.provide(link, package_error(ErrorCode.UNKNOWN_PACKAGE))
        raise ServerAnswerInvalid(esipa.GET_EIM_PACKAGE, f"a package of unknown type {found.tag:X}")
    yield from unfinished.begin(link, found.encoded)
    return (yield from handler(link, found.encoded))


# -- what an earlier run has left -------------------------------------------------------------------------------------


def finish(settings: Settings, eid: bytes, eims: tuple[Eim, ...]) -> Procedure[tuple[Work, ...]]:
    """Completes what the device did not come to: removals, packages and downloads, results that wait on the card."""
    state = yield from recall(eid)
    yield from delivery.forget(state.acknowledged)
    known = {name: Eim.parse(each.eim) for name, each in state.unfinished.items()}
    known |= {each.id: each for each in eims}
    done: dict[str, Work] = {}
    for name, begun in state.unfinished.items():
        work = yield from _resume(_link(settings, eid, known[name], eims), begun.package)
        if work is not None:
            done[name] = work
    failed = {name for name, work in done.items() if work.failure}
    stored: list[Work] = []
    for encoded in (yield from es10_iot.retrieve_package_results()):
        result = PackageResult.parse(encoded)
        if result.eim_id in known and result.eim_id not in failed:
            link = _link(settings, eid, known[result.eim_id], eims)
            stored.append((yield from package.conclude(link, result)))
            if stored[-1].failure:
                failed.add(result.eim_id)
    return (*done.values(), *stored)


def _resume(link: Link, begun: bytes) -> Procedure[Work | None]:
    return (yield from _RESUMPTIONS[tlv.read_header(begun)[0]](link, begun))


def _notify(settings: Settings, eid: bytes, eims: tuple[Eim, ...]) -> Procedure[tuple[Delivery, ...]]:
    """Notifications to their servers; through the first eIM when the IPA does not talk to them."""
    if not eims:
        return ()
    return (yield from leftovers.deliver_notifications(_link(settings, eid, eims[0], eims)))
