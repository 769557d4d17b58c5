"""HTTPS to the servers, SGP.22 6.1 and 6.5: JSON bodies, TLS verified against trusted CIs and nothing else."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ipa.errors import NoTrustedIssuer, ServerAnswerInvalid, ServerUnreachable, TlsUntrusted
from ipa.steps import Server

if TYPE_CHECKING:
    import httpx

PROTOCOL = "gsma/rsp/v2.5.0"
HEADERS = {"User-Agent": "gsma-rsp-lpad", "X-Admin-Protocol": PROTOCOL, "Content-Type": "application/json"}
PATH = "/gsma/rsp2/"
OK = 200
NO_CONTENT = 204
TIMEOUT_SECONDS = 30.0
# Several times what the largest profile makes: a server cannot fill the device's memory.
ANSWER_MAX = 8 * 1024 * 1024


class HttpServers:
    """Function calls over HTTPS. Connections stay open from one call to the next; close it, or use it in a `with`.

    `ci_certificates`: DER certificates of the CIs that a server's certificate must chain to; without any, the first
    call raises NoTrustedIssuer. `connect_to`: where to connect instead, as address -> "host:port"; the certificate
    must be for the address all the same.
    """

    def __init__(
        self,
        ci_certificates: Iterable[bytes],
        *,
        timeout: float = TIMEOUT_SECONDS,
        connect_to: Mapping[str, str] | None = None,
    ) -> None:
        self._ci_certificates = tuple(ci_certificates)
        self._timeout = timeout
        self._connect_to = dict(connect_to or {})
        # One per address: a connection is for the name that its certificate was checked against.
        self._clients: dict[str, httpx.Client] = {}

    def call(self, request: Server) -> Mapping[str, Any]:
        """The JSON body of the response, {} for 204; ServerUnreachable, TlsUntrusted, ServerAnswerInvalid."""
        status, content = self._post(request)
        if status == NO_CONTENT:
            return {}
        if status != OK:
            raise ServerAnswerInvalid(request.function, f"HTTP status {status}")
        try:
            body = json.loads(content)
        except (ValueError, RecursionError) as error:  # nested deeper than any answer is
            raise ServerAnswerInvalid(request.function, "it is not JSON") from error
        if not isinstance(body, dict):
            raise ServerAnswerInvalid(request.function, "it is not a JSON object")
        return body

    def close(self) -> None:
        """Closes the connections."""
        while self._clients:
            self._clients.popitem()[1].close()

    def __enter__(self) -> HttpServers:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _post(self, request: Server) -> tuple[int, bytes]:
        import httpx

        client = self._clients.get(request.address) or self._connect(request.address)
        target = self._connect_to.get(request.address, request.address)
        url = f"https://{target}{PATH}{request.interface}/{request.function}"
        # Host and SNI, and with it the name in the certificate, are the server's own also when it is elsewhere.
        name = request.address.partition(":")[0]
        try:
            with client.stream(
                "POST",
                url,
                content=json.dumps(request.body, separators=(",", ":")).encode(),
                headers={"Host": request.address},
                extensions={"sni_hostname": name},
            ) as response:
                return response.status_code, _content(request.function, response.iter_bytes())
        except httpx.HTTPError as error:
            failure = _ssl_error(error)
            if failure is not None:
                raise TlsUntrusted(request.address, _words(failure)) from error
            raise ServerUnreachable(request.address, str(error) or type(error).__name__) from error
        except (httpx.InvalidURL, UnicodeError) as error:  # the latter from names that IDNA does not know
            raise ServerUnreachable(request.address, str(error)) from error

    def _connect(self, address: str) -> httpx.Client:
        import httpx

        self._clients[address] = httpx.Client(
            verify=tls_context(self._ci_certificates), headers=HEADERS, timeout=self._timeout, trust_env=False
        )
        return self._clients[address]


def tls_context(ci_certificates: tuple[bytes, ...]) -> ssl.SSLContext:
    """TLS 1.2 or later, trusting these CIs (DER) only, with the host's name checked; NoTrustedIssuer without any."""
    if not ci_certificates:
        raise NoTrustedIssuer("no CI certificate is known to verify the server with: name one with --ci FILE")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=b"".join(ci_certificates))
    except ssl.SSLError as error:
        raise NoTrustedIssuer(f"the CI certificates cannot be read: {error.reason or error}") from error
    return context


def _content(function: str, pieces: Iterable[bytes]) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > ANSWER_MAX:
            raise ServerAnswerInvalid(function, f"it is longer than {ANSWER_MAX} bytes")
    return bytes(content)


def _ssl_error(error: BaseException) -> ssl.SSLCertVerificationError | ssl.SSLError | None:
    """The TLS failure that an HTTP failure comes from, if it does."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _words(error: ssl.SSLError) -> str:
    """What OpenSSL says; a failed verification has words of its own."""
    return getattr(error, "verify_message", "") or error.reason or str(error)
