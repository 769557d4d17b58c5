from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from euicc.crypto import curves
from euicc.testing.pki import Pki
from ipa.errors import NoTrustedIssuer, ServerAnswerInvalid, ServerUnreachable, TlsUntrusted
from ipa.servers.http import ANSWER_MAX, HttpServers
from ipa.steps import Server
from tests.ipa.loopback import Loopback, https_server

PKI = Pki.default()


@pytest.fixture(scope="module")
def _server() -> Iterator[Loopback]:
    with https_server(PKI.issue_tls("smdp.example.com", ["127.0.0.1"])) as server:
        yield server


@pytest.fixture
def server(_server: Loopback) -> Loopback:
    _server.status, _server.content = 200, b"{}"
    _server.asked.clear()
    return _server


def request(server: Loopback) -> Server:
    return Server(f"127.0.0.1:{server.port}", "initiateAuthentication", {"smdpAddress": "x"})


def test_a_call(server: Loopback) -> None:
    server.content = b'{"transactionId": "01"}'
    with HttpServers(PKI.ci_certificates) as servers:
        assert servers.call(request(server)) == {"transactionId": "01"}
    (asked,) = server.asked
    assert asked.path == "/gsma/rsp2/es9plus/initiateAuthentication"
    assert json.loads(asked.body) == {"smdpAddress": "x"}
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert headers["x-admin-protocol"] == "gsma/rsp/v2.5.0"
    assert headers["user-agent"] == "gsma-rsp-lpad"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{server.port}"


def test_one_connection_for_several_calls(server: Loopback) -> None:
    with HttpServers(PKI.ci_certificates) as servers:
        for _ in range(3):
            servers.call(request(server))
    assert len(server.asked) == 3
    assert len({asked.connection for asked in server.asked}) == 1


def test_no_content_is_an_empty_answer(server: Loopback) -> None:
    server.status = 204
    with HttpServers(PKI.ci_certificates) as servers:
        assert servers.call(request(server)) == {}


def test_a_server_somewhere_else_under_its_own_name(server: Loopback) -> None:
    target = {"smdp.example.com": f"127.0.0.1:{server.port}"}
    with HttpServers(PKI.ci_certificates, connect_to=target) as servers:
        servers.call(Server("smdp.example.com", "cancelSession", {}))
    assert server.asked[0].headers["Host"] == "smdp.example.com"


def test_a_certificate_of_another_ci(server: Loopback) -> None:
    others = Pki.create(b"another").ci_certificates
    with HttpServers(others) as servers, pytest.raises(TlsUntrusted, match="not trusted"):
        servers.call(request(server))
    assert not server.asked


def test_a_certificate_for_another_host(server: Loopback) -> None:
    target = {"other.example.com": f"127.0.0.1:{server.port}"}
    wrong_name = pytest.raises(TlsUntrusted, match=r"other\.example\.com")
    with HttpServers(PKI.ci_certificates, connect_to=target) as servers, wrong_name:
        servers.call(Server("other.example.com", "cancelSession", {}))
    assert not server.asked


def test_a_connection_to_one_name_is_none_to_another(server: Loopback) -> None:
    here = f"127.0.0.1:{server.port}"
    with HttpServers(PKI.ci_certificates, connect_to={"other.example.com": here}) as servers:
        servers.call(request(server))
        with pytest.raises(TlsUntrusted):
            servers.call(Server("other.example.com", "cancelSession", {}))


def test_the_system_s_own_authorities_do_not_count(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    with HttpServers(Pki.create(b"another").ci_certificates) as servers, pytest.raises(TlsUntrusted):
        servers.call(request(server))


def test_a_ci_on_brainpool() -> None:
    pki = Pki.default(curves=(curves.BRAINPOOL,))
    with (
        https_server(pki.issue_tls("localhost", ["127.0.0.1"])) as server,
        HttpServers(pki.ci_certificates) as servers,
    ):
        assert servers.call(request(server)) == {}


@pytest.mark.parametrize(
    ("status", "content"),
    [(404, b""), (500, b"{}"), (302, b""), (200, b"no"), (200, b"[]"), (200, b"[" * 100_000)],
    ids=["404", "500", "302", "text", "list", "deep"],
)
def test_an_answer_that_is_none(server: Loopback, status: int, content: bytes) -> None:
    server.status, server.content = status, content
    with HttpServers(PKI.ci_certificates) as servers, pytest.raises(ServerAnswerInvalid):
        servers.call(request(server))


def test_an_answer_without_end(server: Loopback) -> None:
    server.content = b'"' + bytes(ANSWER_MAX)
    with HttpServers(PKI.ci_certificates) as servers:
        with pytest.raises(ServerAnswerInvalid, match="longer than"):
            servers.call(request(server))
        server.content = b"{}"
        assert servers.call(request(server)) == {}


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with (
            HttpServers(PKI.ci_certificates) as servers,
            pytest.raises(ServerUnreachable, match="cannot be reached"),
        ):
            servers.call(Server(f"127.0.0.1:{port}", "cancelSession", {}))


def test_a_server_that_never_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with HttpServers(PKI.ci_certificates, timeout=0.2) as servers, pytest.raises(ServerUnreachable):
            servers.call(Server(address, "cancelSession", {}))


@pytest.mark.parametrize(
    "address", ["a b", "[", "127.0.0.1:99999999", "", "..", ".example.com", "a..b", "x" * 64 + ".org"]
)
def test_an_address_that_is_none(address: str) -> None:
    with HttpServers(PKI.ci_certificates) as servers, pytest.raises(ServerUnreachable):
        servers.call(Server(address, "cancelSession", {}))


@pytest.mark.parametrize("certificates", [(), (b"\x30\x00",)])
def test_nothing_to_verify_with(certificates: tuple[bytes, ...]) -> None:
    with HttpServers(certificates) as servers, pytest.raises(NoTrustedIssuer):
        servers.call(Server("127.0.0.1:9", "cancelSession", {}))
