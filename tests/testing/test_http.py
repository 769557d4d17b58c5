"""An SM-DP+ over a real socket: who may talk to it, and what HTTP says."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from euicc import eid as eids
from euicc.crypto import curves
from euicc.testing import http
from euicc.testing.pki import Pki
from euicc.testing.smdp import SmDpPlus
from tests.testing.ordered import PACKAGE
from tests.testing.smdp_card import ScriptedCard

PKI = Pki.default()
STRANGER = Pki.create(b"a stranger to everybody")


def trusting(pki: Pki) -> ssl.SSLContext:
    pem = "".join(
        x509.load_der_x509_certificate(each).public_bytes(Encoding.PEM).decode()
        for each in pki.ci_certificates
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    return context


class Remote:
    """The server as a scripted card reaches it: over HTTPS."""

    def __init__(self, address: str, client: httpx.Client) -> None:
        self.address = address
        self.client = client

    def handle(self, function: str, request: dict[str, Any]) -> dict[str, Any]:
        response = self.client.post(f"https://{self.address}{SmDpPlus.path}/{function}", json=request)
        assert response.headers["x-admin-protocol"].startswith("gsma/rsp/v2.")
        assert response.status_code in (200, 204)
        assert response.status_code == 200 or not response.content
        return response.json() if response.content else {}


@pytest.fixture(scope="module")
def smdp() -> Iterator[SmDpPlus]:
    server = SmDpPlus(PKI)
    with http.serve(server, tls=PKI.issue_tls("127.0.0.1")) as address:
        assert server.address == address
        yield server


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(verify=trusting(PKI), trust_env=False) as client:
        yield client


def test_a_whole_session_over_https(smdp: SmDpPlus, client: httpx.Client) -> None:
    remote: Any = Remote(smdp.address, client)
    order = smdp.order(PACKAGE)
    device = ScriptedCard(remote, PKI.issue_euicc(eids.DEFAULT), matching_id=order.matching_id)
    assert device.unwrap(device.run()).profile == PACKAGE
    device.notify(device.installation_result())
    assert order.state.name == "INSTALLED"


def test_answers_do_not_wait_for_acknowledgements(smdp: SmDpPlus, client: httpx.Client) -> None:
    def asked() -> float:
        return client.post(
            f"https://{smdp.address}{smdp.path}/cancelSession", json={}
        ).elapsed.total_seconds()

    assert min(asked() for _ in range(5)) < 0.03  # the kernel holds an acknowledgement back for 40 ms


def test_a_refusal_is_http_200(smdp: SmDpPlus, client: httpx.Client) -> None:
    url = f"https://{smdp.address}{SmDpPlus.path}/cancelSession"
    response = client.post(url, json={"transactionId": "00", "cancelSessionResponse": "v0EDgQEF"})
    assert response.status_code == 200
    data = response.json()["header"]["functionExecutionStatus"]["statusCodeData"]
    assert (data["subjectCode"], data["reasonCode"]) == ("8.10.1", "3.9")


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/gsma/rsp2/es9plus/noSuchFunction", b"{}", 404),
        ("POST", "/elsewhere", b"{}", 404),
        ("GET", "/gsma/rsp2/es9plus/initiateAuthentication", b"", 405),
        ("POST", "/gsma/rsp2/es9plus/initiateAuthentication", b"{", 400),
        ("POST", "/gsma/rsp2/es9plus/initiateAuthentication", b"[" * 100000, 400),
        ("POST", "/gsma/rsp2/es9plus/initiateAuthentication", b"[]", 400),
        ("POST", "/gsma/rsp2/es9plus/initiateAuthentication", b"\xff", 400),
        ("POST", "/gsma/rsp2/es9plus/initiateAuthentication", b"{}", 400),
        ("POST", "/gsma/rsp2/es9plus/initiateAuthentication", bytes(http.LARGEST_BODY + 1), 413),
    ],
)
def test_what_is_wrong_with_the_transport_is_an_http_status(
    smdp: SmDpPlus, client: httpx.Client, method: str, path: str, content: bytes, status: int
) -> None:
    assert client.request(method, f"https://{smdp.address}{path}", content=content).status_code == status


def test_a_client_that_trusts_another_ci_refuses_the_server(smdp: SmDpPlus) -> None:
    with (
        httpx.Client(verify=trusting(STRANGER), trust_env=False) as client,
        pytest.raises(httpx.ConnectError),
    ):
        client.post(f"https://{smdp.address}/")


def test_a_client_that_looks_for_another_host_refuses_the_server(client: httpx.Client) -> None:
    with (
        http.serve(SmDpPlus(PKI), tls=PKI.issue_tls("smdp.example.com")) as address,
        pytest.raises(httpx.ConnectError),
    ):
        client.post(f"https://{address}/")


def test_a_brainpool_ci_serves_tls_too() -> None:
    pki = Pki.default((curves.BRAINPOOL,))
    with (
        http.serve(SmDpPlus(pki), tls=pki.issue_tls("127.0.0.1")) as address,
        httpx.Client(verify=trusting(pki), trust_env=False) as client,
    ):
        assert client.get(f"https://{address}/").status_code == 404


def test_a_server_with_a_name_keeps_it() -> None:
    server = SmDpPlus(PKI, "smdp.example.com")
    with http.serve(server, tls=PKI.issue_tls("smdp.example.com")):
        assert server.address == "smdp.example.com"


def test_it_stops_when_the_context_ends(client: httpx.Client) -> None:
    server = SmDpPlus(PKI)
    with http.serve(server, tls=PKI.issue_tls("127.0.0.1")) as address:
        client.get(f"https://{address}/")
    with pytest.raises(httpx.ConnectError):
        client.get(f"https://{address}/")


def test_an_address_in_use(smdp: SmDpPlus) -> None:
    port = int(smdp.address.rpartition(":")[2])
    with (
        pytest.raises(http.ServeError, match="cannot listen"),
        http.serve(SmDpPlus(PKI), port=port, tls=PKI.issue_tls("127.0.0.1")),
    ):
        pass


def test_a_certificate_that_is_none() -> None:
    with pytest.raises(http.ServeError, match="certificate"), http.serve(SmDpPlus(PKI), tls=(b"", b"")):
        pass


def test_a_bug_in_the_server_is_http_500(client: httpx.Client) -> None:
    class Broken(SmDpPlus):
        def handle(self, function: str, request: Any) -> dict[str, Any]:
            raise ZeroDivisionError

    with http.serve(Broken(PKI), tls=PKI.issue_tls("127.0.0.1")) as address:
        assert client.post(f"https://{address}{SmDpPlus.path}/cancelSession", json={}).status_code == 500


def test_a_client_that_leaves_in_the_middle_harms_nobody(smdp: SmDpPlus, client: httpx.Client) -> None:
    host, _, port = smdp.address.partition(":")
    request = f"POST {SmDpPlus.path}/cancelSession HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\n{{"
    with (
        socket.create_connection((host, int(port))) as plain,
        trusting(PKI).wrap_socket(plain, server_hostname=host) as secured,
    ):
        secured.sendall(request.encode())
    assert client.get(f"https://{smdp.address}/").status_code == 404
