"""Servers seen from outside: each function call with its time and its failure, told to whoever counts them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

from apdu import TlvError, tlv
from asn1.generated import sgp32
from ipa.driver import Eims, Servers
from ipa.errors import EimRefused, IpaError, ServerAnswerInvalid, ServerRefused
from ipa.es10 import meaning
from ipa.servers import esipa
from ipa.servers.es9 import Answer
from ipa.steps import Esipa, Server

INTERFACES = {"es9plus": "ES9+", "es11": "ES11"}
NOTHING_TO_DO = sgp32.GetEimPackageResponse.EimPackageError.NO_EIM_PACKAGE_AVAILABLE
ERRORS: dict[str, tuple[int, type]] = {
    esipa.GET_EIM_PACKAGE: (0x02, sgp32.GetEimPackageResponse.EimPackageError),
    esipa.PROVIDE_EIM_PACKAGE_RESULT: (
        0x02,
        sgp32.ProvideEimPackageResultResponse.ProvideEimPackageResultError,
    ),
    esipa.INITIATE_AUTHENTICATION: (
        0x81,
        sgp32.InitiateAuthenticationResponseEsipa.InitiateAuthenticationErrorEsipa,
    ),
    esipa.AUTHENTICATE_CLIENT: (0x82, sgp32.AuthenticateClientResponseEsipa.AuthenticateClientErrorEsipa),
    esipa.GET_BOUND_PROFILE_PACKAGE: (
        0x81,
        sgp32.GetBoundProfilePackageResponseEsipa.GetBoundProfilePackageErrorEsipa,
    ),
    esipa.CANCEL_SESSION: (0x81, sgp32.CancelSessionResponseEsipa.CancelSessionError),
}
"""Where a function of ESipa has its error code, and what the codes mean, SGP.32 6.3.2."""

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One call of one function. `length` of its answer in bytes; `failure`: None when it was executed."""

    interface: str
    function: str
    milliseconds: float
    length: int = 0
    failure: Exception | None = None


Report = Callable[[Call], None]


class ObservedServers:
    """Stands before the way to SM-DP+ and SM-DS; failures go on to the device as they came."""

    def __init__(self, servers: Servers, report: Report) -> None:
        self._servers = servers
        self._report = report

    def call(self, request: Server) -> Mapping[str, Any]:
        """ES9+ and ES11."""
        return _timed(
            self._report,
            (INTERFACES.get(request.interface, request.interface), request.function),
            lambda: self._servers.call(request),
            lambda answer: len(json.dumps(answer)) if answer else 0,
            lambda answer: refusal_of_server(request.function, answer),
        )


class ObservedEims:
    """Stands before the way to eIMs."""

    def __init__(self, eims: Eims, report: Report) -> None:
        self._eims = eims
        self._report = report

    def send(self, request: Esipa) -> bytes:
        """ESipa."""
        return _timed(
            self._report,
            ("ESipa", request.function),
            lambda: self._eims.send(request),
            len,
            lambda answer: refusal_of_eim(request.function, answer),
        )


def refusal_of_server(function: str, answer: Mapping[str, Any]) -> IpaError | None:
    """What a function execution status other than executed says, SGP.22 6.5.1.4."""
    if not answer:
        return None
    try:
        Answer(function, answer).check_status()
    except (ServerRefused, ServerAnswerInvalid) as error:
        return error
    return None


def refusal_of_eim(function: str, answer: bytes) -> IpaError | None:
    """What an error code in an answer of ESipa says; that there is no package is no error."""
    if function not in ERRORS or not answer:
        return None
    tag, codes = ERRORS[function]
    try:
        arms = tlv.parse(answer).children()
    except TlvError as error:
        return ServerAnswerInvalid(function, str(error))
    if len(arms) != 1 or arms[0].tag != tag:
        return None
    code = int.from_bytes(arms[0].value, "big")
    if function == esipa.GET_EIM_PACKAGE and code == NOTHING_TO_DO:
        return None
    return EimRefused(function, code, meaning(codes, code))


def _timed(
    report: Report,
    name: tuple[str, str],
    call: Callable[[], T],
    length: Callable[[T], int],
    refusal: Callable[[T], IpaError | None],
) -> T:
    """Calls, and reports it; what is broken off because the run ends is not reported at all."""
    interface, function = name[0], name[1][:1].upper() + name[1][1:]
    started = perf_counter()
    try:
        answer = call()
    except IpaError as error:
        report(Call(interface, function, _since(started), failure=error))
        raise
    took = _since(started)
    report(Call(interface, function, took, length(answer), refusal(answer)))
    return answer


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000
