"""ESipa over HTTPS, SGP.32 6.1, in the ASN.1 or the JSON binding. An eIM proves itself as its configuration says.

The card knows by which key or certificate an eIM is to be known; only where it knows none, the trusted CIs decide.
"""

from __future__ import annotations

import hmac
import http.client
import ssl
from collections.abc import Iterable, Mapping

from ipa.eim import Eim
from ipa.errors import NoTrustedIssuer, ServerAnswerInvalid, ServerUnreachable, TlsUntrusted
from ipa.servers import esipa_json
from ipa.servers.http import ANSWER_MAX, NO_CONTENT, OK, TIMEOUT_SECONDS, tls_context
from ipa.steps import Esipa
from ipa.trust import is_authority, public_key_info

ASN1_PATH = "/gsma/rsp2/asn1"
JSON_PATH = "/gsma/rsp2/esipa/"
USER_AGENT = "gsma-rsp-ipad"
PROTOCOL = "gsma/rsp/v2.1.0"
SERVER_ERROR = 500
DEFAULT_PORT = 443


class HttpsEims:
    """Messages to eIMs over HTTPS. Connections stay open: eIMs bind a transaction to its connection.

    `ci_certificates`: DER certificates of CIs, for eIMs whose configuration holds no key or certificate for TLS.
    `json`: the JSON binding instead of the ASN.1 binding. `connect_to`: where to connect instead, as address ->
    "host:port".
    """

    def __init__(
        self,
        ci_certificates: Iterable[bytes] = (),
        *,
        json: bool = False,
        timeout: float = TIMEOUT_SECONDS,
        connect_to: Mapping[str, str] | None = None,
    ) -> None:
        self._ci_certificates = tuple(ci_certificates)
        self._json = json
        self._timeout = timeout
        self._connect_to = dict(connect_to or {})
        # By configuration, not by address: what counts is by what the other end was verified.
        self._connections: dict[bytes, _Connection] = {}

    def send(self, request: Esipa) -> bytes:
        """The message the eIM answers with, b"" for none; ServerUnreachable, TlsUntrusted, ServerAnswerInvalid."""
        if not self._json:
            return self._post(request, ASN1_PATH, request.message, "application/x-gsma-rsp-asn1")
        body = esipa_json.body_of(request.function, request.message)
        answer = self._post(request, JSON_PATH + request.function, body, "application/json")
        return esipa_json.message_of(request.function, answer)

    def close(self) -> None:
        """Closes the connections."""
        while self._connections:
            self._connections.popitem()[1].close()

    def __enter__(self) -> HttpsEims:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _post(self, request: Esipa, path: str, body: bytes, content_type: str) -> bytes:
        address = request.eim.address
        headers = {
            "Host": address,
            "User-Agent": USER_AGENT,
            "X-Admin-Protocol": PROTOCOL,
            "Content-Type": content_type,
        }
        try:
            status, content = self._exchange(request.eim, path, body, headers)
        except ssl.SSLError as error:
            detail = getattr(error, "verify_message", "") or error.reason or str(error)
            raise TlsUntrusted(address, detail) from error
        except NoTrustedIssuer as error:
            raise TlsUntrusted(address, str(error)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ServerUnreachable(address, str(error) or type(error).__name__) from error
        if status >= SERVER_ERROR:
            raise ServerUnreachable(address, f"HTTP status {status}")
        if status not in (OK, NO_CONTENT):
            raise ServerAnswerInvalid(request.function, f"HTTP status {status}")
        if len(content) > ANSWER_MAX:
            raise ServerAnswerInvalid(request.function, f"it is longer than {ANSWER_MAX} bytes")
        return content

    def _exchange(self, eim: Eim, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        kept = self._connections.get(eim.configuration)
        if kept is not None:
            try:
                return kept.exchange(path, body, headers)
            except (ConnectionError, http.client.RemoteDisconnected, ssl.SSLEOFError):
                pass  # the server has closed it meanwhile: nothing but a new connection tells more
        connection = self._connect(eim)
        self._connections[eim.configuration] = connection
        return connection.exchange(path, body, headers)

    def _connect(self, eim: Eim) -> _Connection:
        target = self._connect_to.get(eim.address, eim.address)
        host, _, port = target.partition(":")
        context, name = self._context(eim)
        return _Connection(eim, host, int(port or DEFAULT_PORT), context, name, self._timeout)

    def _context(self, eim: Eim) -> tuple[ssl.SSLContext, str]:
        """How to verify this eIM, and the name it must have."""
        name = eim.address.partition(":")[0]
        if eim.trusted_key is not None:
            # The key is compared once the handshake has proved that the other end has it.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context, name
        if eim.trusted_certificate is None:
            return tls_context(self._ci_certificates), name
        context = tls_context((eim.trusted_certificate,))
        # The certificate may be the eIM's own, which nobody has to vouch for, whatever its name.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = is_authority(eim.trusted_certificate)
        return context, name


class _Connection(http.client.HTTPSConnection):
    """A connection to one eIM, verified before anything is sent; TLS is for its name wherever it is."""

    def __init__(
        self, eim: Eim, host: str, port: int, context: ssl.SSLContext, name: str, timeout: float
    ) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._eim = eim
        self._name = name
        self._verified_by = context

    def connect(self) -> None:
        """TCP, TLS, and the comparison of the key where one is pinned."""
        http.client.HTTPConnection.connect(self)
        self.sock = self._verified_by.wrap_socket(self.sock, server_hostname=self._name)
        pinned = self._eim.trusted_key
        if pinned is None:
            return
        shown = self.sock.getpeercert(binary_form=True)
        if shown is None or not hmac.compare_digest(public_key_info(shown), pinned):
            self.close()
            raise TlsUntrusted(self._eim.address, "it has another key than the eUICC knows")

    def exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """One request and its answer: status and content."""
        try:
            self.request("POST", path, body, headers)
            response = self.getresponse()
            return response.status, response.read(ANSWER_MAX + 1)
        except BaseException:
            self.close()
            raise
