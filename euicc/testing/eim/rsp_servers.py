"""How an eIM reaches SM-DP+ and SM-DS: ES9+ and ES11 in the JSON binding, SGP.22 6.5."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from euicc.testing.smdp.status import BadRequest, UnknownFunction

if TYPE_CHECKING:
    import httpx

ES9_PLUS, ES11 = "es9plus", "es11"
_PATH = "/gsma/rsp2/"
_HEADERS = {"User-Agent": "gsma-rsp-lpad", "X-Admin-Protocol": "gsma/rsp/v2.5.0"}
_OK, _NO_CONTENT = 200, 204
_SECONDS = 30.0


class RspServerError(Exception):
    """The server cannot be reached, or did not answer as one of its kind."""


class RspServers(Protocol):
    """Whoever carries function calls to RSP servers."""

    def call(self, address: str, function: str, body: Mapping[str, Any], interface: str) -> Mapping[str, Any]:
        """The body of the answer, {} when there is none; RspServerError."""
        ...


class _Handler(Protocol):
    @property
    def address(self) -> str: ...

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]: ...


class LocalServers:
    """Servers in the same process, found by their addresses."""

    def __init__(self, *servers: _Handler) -> None:
        self._servers = servers

    def call(self, address: str, function: str, body: Mapping[str, Any], interface: str) -> Mapping[str, Any]:
        """Runs the function of the server with this address; RspServerError."""
        for server in self._servers:
            if server.address.casefold() == address.casefold():
                try:
                    return server.handle(function, body)
                except (BadRequest, UnknownFunction) as error:
                    raise RspServerError(str(error)) from error
        raise RspServerError(f"there is no server {address}")


class HttpsServers:
    """Servers over HTTPS, verified against these CIs (DER)."""

    def __init__(self, ci_certificates: Iterable[bytes]) -> None:
        self._ci_certificates = tuple(ci_certificates)
        self._client: httpx.Client | None = None

    def call(self, address: str, function: str, body: Mapping[str, Any], interface: str) -> Mapping[str, Any]:
        """Posts the function call; RspServerError."""
        import httpx

        try:
            response = self._connected().post(
                f"https://{address}{_PATH}{interface}/{function}", json=dict(body)
            )
            if response.status_code == _NO_CONTENT:
                return {}
            answer = response.json() if response.status_code == _OK else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise RspServerError(f"{address}: {error}") from error
        if not isinstance(answer, dict):
            raise RspServerError(f"{address}: HTTP status {response.status_code}")
        return answer

    def _connected(self) -> httpx.Client:
        import httpx

        if self._client is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cadata=b"".join(self._ci_certificates))
            self._client = httpx.Client(verify=context, headers=_HEADERS, timeout=_SECONDS, trust_env=False)
        return self._client
