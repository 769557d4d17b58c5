"""The REST API: JSON over HTTP, a token of the party or the credential of the device as `Authorization: Bearer`.

Every answer is a JSON object; a refusal has "error", "message" and what else it names. Calls are a table: method, path,
who may, what it does. First it is asked who calls (401), whether that role may (403), then what is said (400).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.service_platform import identifiers, requests
from examples.service_platform.air import Air
from examples.service_platform.life_cycle import Platform
from examples.service_platform.refusals import Forbidden, Malformed, NotRecognised, PlatformRefusal, TooLarge
from examples.service_platform.rights import IDENTIFIERS
from examples.service_platform.roles import PARTIES, Party, Role
from examples.service_platform.states import Event, causes

LARGEST_BODY = 1 << 18
"""Bytes: a thousand subscriptions are a fifth of it."""
_READERS: dict[str, Callable[[str], str]] = {each: getattr(identifiers, each) for each in IDENTIFIERS}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was let in. party: who asks; a device is one without a name."""

    platform: Platform
    party: Party
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, object]

    @property
    def imei(self) -> str:
        return requests.member(self.path, "imei", identifiers.imei)


class Json(JSONResponse):
    """In ASCII: a refusal names what was sent, and not all that JSON can name is Unicode."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode("ascii")


Endpoint = Callable[[Request], Awaitable[Response]]
Run = Callable[[Asked], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    who: frozenset[Role]
    run: Run
    answer: int = 200


def _deliver(asked: Asked) -> dict[str, object]:
    return asked.platform.deliver(asked.party, requests.delivery(asked.body))


def _stock(asked: Asked) -> dict[str, object]:
    wanted = requests.members({"after": "", **asked.query}, {"after": str})
    return {"subscriptions": asked.platform.stock(asked.party, wanted["after"])}


def _announce(asked: Asked) -> dict[str, object]:
    return asked.platform.announce(asked.party, requests.announcement(asked.body))


def _find(asked: Asked) -> dict[str, object]:
    """By one identifier, or all, from one on."""
    query = asked.query or {"after": ""}
    if len(query) > 1:
        raise Malformed("devices are looked up by one identifier")
    (member,) = query
    if member == "after":
        return {"devices": asked.platform.devices(asked.party, query[member])}
    if member not in _READERS:
        raise Malformed(f"{member}: it is none of {', '.join(IDENTIFIERS)}, after", member=member)
    value = requests.member(query, member, _READERS[member])
    return {"devices": asked.platform.found(asked.party, member, value)}


def _show(asked: Asked) -> dict[str, object]:
    return asked.platform.device(asked.party, asked.imei)


def _report(asked: Asked) -> dict[str, object]:
    return asked.platform.report(asked.party.token, asked.imei, requests.report(asked.body))


def _carry_out(event: Event) -> Run:
    def run(asked: Asked) -> dict[str, object]:
        return asked.platform.carry_out(asked.party, asked.imei, event, requests.details(event, asked.body))

    return run


def _notifications(asked: Asked) -> dict[str, object]:
    wanted = requests.members({"after": "0", **asked.query}, {"after": requests.number})
    told = asked.platform.notifications(asked.party, int(wanted["after"]))
    return {"notifications": [asdict(each) for each in told]}


def _acknowledge(asked: Asked) -> dict[str, object]:
    asked.platform.acknowledge(asked.party, requests.acknowledgement(asked.body))
    return {}


EVENTS = tuple(event for event in Event if causes(event) & set(PARTIES) and event is not Event.ANNOUNCE)
"""What parties cause by a call of that name."""
_ALL = frozenset(PARTIES)
CALLS: tuple[Call, ...] = (
    Call("POST", "/subscriptions", frozenset((Role.OPERATOR,)), _deliver, 201),
    Call("GET", "/subscriptions", frozenset((Role.OPERATOR,)), _stock),
    Call("POST", "/devices", causes(Event.ANNOUNCE), _announce, 201),
    Call("GET", "/devices", _ALL, _find),
    Call("GET", "/devices/{imei}", _ALL, _show),
    Call("POST", "/devices/{imei}/report", causes(Event.REPORT), _report),
    *(Call("POST", f"/devices/{{imei}}/{event}", causes(event), _carry_out(event)) for event in EVENTS),
    Call("GET", "/notifications", _ALL, _notifications),
    Call("POST", "/notifications/acknowledge", _ALL, _acknowledge),
)


def application(platform: Platform, air: Air | None = None) -> Starlette:
    """The ASGI application; with `air`, devices of other processes attach there, too."""
    routes = [Route(path, _route(platform, calls), methods=list(calls)) for path, calls in _by_path().items()]
    if air is not None:
        routes += [Route(path, _on_air(call), methods=["POST"]) for path, call in air.calls.items()]
    return Starlette(
        routes=routes,
        exception_handlers={PlatformRefusal: _refused, HTTPException: _not_served, ClientDisconnect: _gone},
    )


def _by_path() -> dict[str, dict[str, Call]]:
    found: dict[str, dict[str, Call]] = {}
    for call in CALLS:
        found.setdefault(call.path, {})[call.method] = call
    return found


def _route(platform: Platform, calls: Mapping[str, Call]) -> Endpoint:
    async def answer(request: Request) -> Response:
        body = await _body(request)
        # Starlette adds HEAD to GET.
        call = calls["GET" if request.method == "HEAD" else request.method]
        found = await run_in_threadpool(_run, platform, call, request, body)
        return Json(found, status_code=call.answer)

    return answer


def _on_air(call: Callable[[Mapping[str, object]], dict[str, object]]) -> Endpoint:
    async def answer(request: Request) -> Response:
        body = await _body(request)
        return Json(await run_in_threadpool(lambda: call(_object(body))))

    return answer


def _run(platform: Platform, call: Call, request: Request, body: bytes) -> dict[str, object]:
    party = _caller(platform, request.headers.get("authorization", ""))
    if party.role not in call.who:
        raise Forbidden(f"{call.method} {call.path} is not for the {party.role.words}")
    return call.run(Asked(platform, party, request.path_params, _query(request), _object(body)))


def _caller(platform: Platform, authorization: str) -> Party:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotRecognised("it takes a token: Authorization: Bearer ...")
    party = platform.directory.holder(token)
    if party is None and platform.is_device(token):
        party = Party("", Role.DEVICE, token)
    if party is None:
        raise NotRecognised("nobody has this token")
    return party


async def _body(request: Request) -> bytes:
    """TooLarge as soon as it is; nothing is kept of such."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise TooLarge(f"a body has at most {LARGEST_BODY} bytes")
    return bytes(body)


def _object(body: bytes) -> dict[str, object]:
    """The body; none is an empty object."""
    if not body:
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(value, dict):
        raise Malformed("the body is not a JSON object")
    return value


def _query(request: Request) -> dict[str, str]:
    query = dict(request.query_params)
    if len(query) != len(request.query_params.multi_items()):
        raise Malformed("the query names something twice")
    return query


def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, PlatformRefusal)
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(refusal, NotRecognised) else {}
    told = {"error": refusal.code, "message": str(refusal), **refusal.details}
    return Json(told, status_code=refusal.http_status, headers=headers)


def _gone(_request: Request, _error: Exception) -> Response:
    """Nobody hears it."""
    return Response(status_code=400)


def _not_served(_request: Request, error: Exception) -> Response:
    """No such path, or no such method there."""
    assert isinstance(error, HTTPException)
    told = {"error": "not_served", "message": error.detail}
    return Json(told, status_code=error.status_code, headers=error.headers)
