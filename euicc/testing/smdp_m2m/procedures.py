"""What operators ask an SM-DP for, SGP.02 3.1 and 5.3, as procedures that yield what goes through the SM-SR.

    GetEIS, and the certificate of the ECASD
    CreateISDP                    unless there is an ISD-P for the ICCID
    EstablishISDPKeySet           unless the profile is in it
    DownloadAndInstallation
    ProfileDownloadCompleted
    EnableProfile                 if so ordered

Each step may be done already: by an earlier attempt that was broken off. So a download that is asked for again goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from euicc.crypto.gp_certificate import PublicKey
from euicc.crypto.gp_issuer import GpIssued
from euicc.testing.m2m.es2 import DownloadProfile, DownloadProfileResponse, UpdateConnectivityParameters
from euicc.testing.m2m.es3 import (
    CreateIsdp,
    DeleteIsdp,
    EisPart,
    EnableProfile,
    GetEis,
    Outcome,
    Procedure,
    ProfileDownloadCompleted,
    ProfileInfo,
    ProfileState,
    Request,
    Response,
    Status,
    call,
)
from euicc.testing.m2m.key_establishment import BASE_KEY, KeyRequest
from euicc.testing.m2m.pki import UntrustedCertificate, verify_ecasd
from euicc.testing.m2m.server_key import ServerKey
from euicc.testing.scp03 import HostKeys
from euicc.testing.smdp_m2m import connectivity, failure, scp03t, tokens
from euicc.testing.smdp_m2m.establishment import establish
from euicc.testing.smdp_m2m.failure import AlreadyInstalled, Failure
from euicc.testing.smdp_m2m.installation import install
from euicc.testing.smdp_m2m.orders import Order, OrderBook, OrderError, OrderState

SCP03_VERSION = 0x30
T = TypeVar("T")
Steps = Generator[Request[Any], Any, T]


@dataclass(frozen=True)
class IsdPKeys:
    """What an SM-DP shares with an ISD-P: keys of SCP03, and the key that verifies its tokens, if it has one there."""

    isd_p: bytes
    scp03: HostKeys = field(repr=False)
    token: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class SmdpIdentity:
    """name: its OID, by which SM-SRs know it. issued: CERT.DP.ECDSA and its key. cis: whose EUMs it trusts."""

    name: str
    issued: GpIssued = field(repr=False)
    cis: tuple[PublicKey, ...]


@dataclass(frozen=True)
class Manner:
    """How it goes about. keys: what it asks cards for; token_keys: give every ISD-P a key for tokens, too.

    block, batch, own_keys: as for `install`. attempts: of a key establishment or an installation in which an answer got
    lost.
    """

    keys: KeyRequest = field(default_factory=lambda: KeyRequest(SCP03_VERSION, derivation_random=True))
    token_keys: bool = False
    block: int = scp03t.LARGEST_BLOCK
    batch: int = 4
    own_keys: bool = False
    attempts: int = 3


@dataclass(frozen=True)
class Desk:
    """What procedures work with. keys: by EID and ICCID."""

    identity: SmdpIdentity
    orders: OrderBook
    keys: MutableMapping[tuple[bytes, str], IsdPKeys]
    manner: Manner
    random: Callable[[int], bytes]


def download_profile(
    desk: Desk, operator: str, request: DownloadProfile
) -> Procedure[DownloadProfileResponse]:
    """ES2.DownloadProfile: in the card, and enabled if so ordered; whatever failed is in the status."""
    try:
        order = desk.orders.take(request.eid, request.iccid, request.profile_type)
    except OrderError as error:
        return DownloadProfileResponse(replace(failure.NO_PROFILE, message=str(error)))
    try:
        if order.state is not OrderState.INSTALLED:
            yield from _download(desk, operator, request.eid, order)
        response = Response()
        if request.enable:
            response = yield from _enabled(request.eid, order.iccid)
    except Failure as failed:
        return DownloadProfileResponse(failed.status, failed.euicc_response, order.iccid, order.isd_p)
    told = response.euicc_response or order.euicc_response
    return DownloadProfileResponse(response.status, told, order.iccid, order.isd_p)


def _download(desk: Desk, operator: str, eid: bytes, order: Order) -> Steps[None]:
    eis, ecasd = yield from _examined(desk, eid)
    order.isd_p = yield from _isd_p(operator, eis, order)
    try:
        order.euicc_response = yield from _loaded(desk, eis, ecasd, order)
    except AlreadyInstalled:
        pass
    except Failure as failed:
        order.euicc_response = failed.euicc_response
        # An SM-SR that does not tell the end of it shall not have another card get the profile, too.
        if not (failed.lost or failed.open_end) and failed.status.outcome is Outcome.FAILED:
            yield from _clean_up(desk, eid, order)
        raise
    completed = ProfileDownloadCompleted(eid, order.iccid, order.profile_type, order.subscription, order.pol2)
    _require((yield from call(completed)))
    order.state = OrderState.INSTALLED


def _enabled(eid: bytes, iccid: str) -> Steps[Response]:
    """The response to EnableProfile; a profile that is enabled already may stay so."""
    response = yield from call(EnableProfile(eid, iccid))
    if response.status.ok:
        return response
    eis = (yield from call(GetEis(eid))).eis
    known = None if eis is None else _known(eis, iccid)
    return Response() if known is not None and known.state is ProfileState.ENABLED else response


def _clean_up(desk: Desk, eid: bytes, order: Order) -> Steps[None]:
    """What there is in the card now is of no use to anybody. As long as it may be there, no other card gets it."""
    deleted = yield from call(DeleteIsdp(eid, order.iccid))
    if deleted.status.ok:
        desk.keys.pop((eid, order.iccid), None)
        desk.orders.release(order)


def _examined(desk: Desk, eid: bytes) -> Steps[tuple[EisPart, PublicKey]]:
    """The EIS, and PK.ECASD.ECKA that a CI and an EUM vouch for."""
    response = yield from call(GetEis(eid))
    _require(response)
    if response.eis is None:
        raise Failure(failure.NO_EIS)
    for ci in desk.identity.cis:
        try:
            key = verify_ecasd(response.eis.ecasd_certificate, response.eis.eum_certificate, ci, eid)
        except UntrustedCertificate:
            continue
        return response.eis, key
    raise Failure(failure.UNTRUSTED)


def _isd_p(operator: str, eis: EisPart, order: Order) -> Steps[bytes]:
    """The ISD-P for a profile: that of an earlier attempt, or a new one."""
    known = _known(eis, order.iccid)
    if known is not None and known.state is not ProfileState.IN_CREATION:
        return known.isd_p
    if known is not None:
        # Nobody knows what became of it.
        _require((yield from call(DeleteIsdp(eis.eid, order.iccid))))
    if 0 < eis.available_memory < len(order.package):
        raise Failure(failure.TOO_BIG)
    request = CreateIsdp(eis.eid, order.iccid, operator, order.memory, more_to_do=True)
    created = yield from call(request)
    _require(created)
    return created.isd_p


def _known(eis: EisPart, iccid: str) -> ProfileInfo | None:
    return next((each for each in eis.profiles if each.iccid == iccid), None)


def _loaded(desk: Desk, eis: EisPart, ecasd: PublicKey, order: Order) -> Steps[bytes]:
    """Keys, new ones with every attempt, and then the package; AlreadyInstalled, Failure."""
    eid, isd_p, manner = eis.eid, order.isd_p, desk.manner
    keys = yield from _tried(manner.attempts, lambda: _keys(desk, eis, ecasd, isd_p))
    desk.keys[eid, order.iccid] = keys

    def step() -> Steps[bytes]:
        sizes = (manner.block, manner.batch, manner.own_keys)
        return install(eid, isd_p, keys.scp03, order.package, desk.random, *sizes)

    return (yield from _tried(manner.attempts, step))


def _keys(desk: Desk, eis: EisPart, ecasd: PublicKey, isd_p: bytes) -> Steps[IsdPKeys]:
    def established(request: KeyRequest) -> Steps[tuple[ServerKey, ...]]:
        bound = replace(request, sin=eis.sin, sdin=eis.sdin)
        return establish(eis.eid, isd_p, desk.identity.issued, ecasd, bound, desk.random)

    enc, mac, dek = yield from established(desk.manner.keys)
    token = None
    if desk.manner.token_keys:
        (key,) = yield from established(KeyRequest(tokens.VERSION, usage=BASE_KEY))
        token = key.value
    return IsdPKeys(isd_p, HostKeys(enc.version, enc.value, mac.value, dek.value), token)


def _tried(attempts: int, step: Callable[[], Steps[T]]) -> Steps[T]:
    """A step, once more as long as answers get lost on the way; Failure of the last attempt."""
    while True:
        attempts -= 1
        try:
            return (yield from step())
        except Failure as failed:
            if not failed.lost or attempts <= 0:
                raise


def update_connectivity_parameters(
    desk: Desk, operator: str, request: UpdateConnectivityParameters
) -> Procedure[Response]:
    """ES8.UpdateConnectivityParameters for a profile that this SM-DP installed."""
    keys = desk.keys.get((request.eid, request.iccid))
    if keys is None:
        return Response(failure.NO_KEYS)

    def step() -> Steps[Response]:
        return connectivity.update(
            request.eid, request.iccid, keys.isd_p, keys.scp03, request.parameters, desk.random
        )

    try:
        return (yield from _tried(desk.manner.attempts, step))
    except Failure as failed:
        return Response(failed.status, failed.euicc_response)


def _require(response: Response) -> None:
    """Failure unless a function was carried out."""
    status: Status = response.status
    if not status.ok:
        raise Failure(status, euicc_response=response.euicc_response)
