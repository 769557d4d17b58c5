"""ESipa over HTTPS: what is sent, and by what an eIM is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apdu import tlv
from euicc.testing.pki import Pki
from ipa.eim import Eim
from ipa.errors import ServerAnswerInvalid, ServerUnreachable, TlsUntrusted
from ipa.servers.esipa import GET_EIM_PACKAGE, HANDLE_NOTIFICATION
from ipa.servers.esipa_https import HttpsEims
from ipa.steps import Esipa
from ipa.trust import public_key_info
from tests.ipa.loopback import Loopback, https_server

PKI = Pki.default()
OTHERS = Pki.create(b"another")
NAME = "eim.example.com"
EID = bytes.fromhex("89049032123451234512345678901235")
ASK = tlv.encode(0xBF4F, tlv.encode(0x5A, EID))
NOTHING = bytes.fromhex("BF4F03020101")
CERTIFICATE, KEY = PKI.issue_tls(NAME, ["127.0.0.1"])


@pytest.fixture(scope="module")
def _server() -> Iterator[Loopback]:
    with https_server((CERTIFICATE, KEY)) as server:
        yield server


@pytest.fixture
def server(_server: Loopback) -> Loopback:
    _server.status, _server.content = 200, NOTHING
    _server.asked.clear()
    return _server


def der(pem: bytes) -> bytes:
    import ssl

    return ssl.PEM_cert_to_DER_cert(pem.decode())


def spki(certificate: bytes) -> bytes:
    return tlv.encode(0xA0, tlv.parse(public_key_info(certificate)).value)


def whole(certificate: bytes) -> bytes:
    return tlv.encode(0xA1, tlv.parse(certificate).value)


def eim(server: Loopback, trusted: bytes = b"", name: str = NAME) -> tuple[Esipa, dict[str, str]]:
    """A question to an eIM whose trustedPublicKeyDataTls has these contents; where it really is."""
    fields = (
        tlv.encode(0x80, b"eim1"),
        tlv.encode(0x81, name.encode()),
        tlv.encode(0xA6, trusted) if trusted else b"",
    )
    asked = Esipa(Eim.parse(tlv.encode(0x30, *fields)), GET_EIM_PACKAGE, ASK)
    return asked, {name: f"127.0.0.1:{server.port}"}


def send(server: Loopback, trusted: bytes = b"", name: str = NAME, cis: tuple[bytes, ...] = ()) -> bytes:
    asked, target = eim(server, trusted, name)
    with HttpsEims(cis, connect_to=target) as eims:
        return eims.send(asked)


def test_the_asn1_binding(server: Loopback) -> None:
    assert send(server, cis=PKI.ci_certificates) == NOTHING
    (asked,) = server.asked
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert (asked.path, asked.body) == ("/gsma/rsp2/asn1", ASK)
    assert headers["content-type"] == "application/x-gsma-rsp-asn1"
    assert headers["x-admin-protocol"] == "gsma/rsp/v2.1.0"
    assert headers["user-agent"] == "gsma-rsp-ipad"
    assert headers["host"] == NAME


def test_the_json_binding(server: Loopback) -> None:
    server.content = b'{"header":{},"eimPackageError":1}'
    asked, target = eim(server)
    with HttpsEims(PKI.ci_certificates, connect_to=target, json=True) as eims:
        assert eims.send(asked) == NOTHING
    assert server.asked[0].path == "/gsma/rsp2/esipa/getEimPackage"
    assert server.asked[0].body == b'{"eidValue":"' + EID.hex().encode() + b'"}'


TRUSTED = {
    "its key": spki(der(CERTIFICATE)),
    "its key, its SEQUENCE kept": tlv.encode(0xA0, public_key_info(der(CERTIFICATE))),
    "its key alone": public_key_info(der(CERTIFICATE)),
    "its certificate": whole(der(CERTIFICATE)),
    "its certificate, its SEQUENCE kept": tlv.encode(0xA1, der(CERTIFICATE)),
    "its CA": whole(PKI.ci_certificates[0]),
}


@pytest.mark.parametrize("trusted", TRUSTED.values(), ids=TRUSTED)
def test_it_is_known_by(trusted: bytes, server: Loopback) -> None:
    assert send(server, trusted) == NOTHING


@pytest.mark.parametrize("known_by", ["its key", "its certificate"])
def test_what_is_pinned_counts_and_not_the_name(known_by: str, server: Loopback) -> None:
    assert send(server, TRUSTED[known_by], name="other.example.com") == NOTHING


WRONG = {
    "another key": spki(OTHERS.ci_certificates[0]),
    "another certificate": whole(der(OTHERS.issue_tls(NAME)[0])),
    "another CA": whole(OTHERS.ci_certificates[0]),
}


@pytest.mark.parametrize("trusted", WRONG.values(), ids=WRONG)
def test_a_trusted_ci_does_not_make_up_for_it(trusted: bytes, server: Loopback) -> None:
    with pytest.raises(TlsUntrusted):
        send(server, trusted, cis=PKI.ci_certificates)
    assert server.asked == []


def test_a_ca_vouches_for_one_name_only(server: Loopback) -> None:
    with pytest.raises(TlsUntrusted):
        send(server, TRUSTED["its CA"], name="other.example.com")


def test_no_trust_at_all(server: Loopback) -> None:
    with pytest.raises(TlsUntrusted, match="no CI certificate"):
        send(server)


def test_one_connection(server: Loopback) -> None:
    asked, target = eim(server, TRUSTED["its key"])
    with HttpsEims(connect_to=target) as eims:
        for _ in range(3):
            eims.send(asked)
    assert len({each.connection for each in server.asked}) == 1


def test_a_notification_has_no_answer(server: Loopback) -> None:
    server.status = 204
    asked, target = eim(server, TRUSTED["its key"])
    with HttpsEims(connect_to=target) as eims:
        assert eims.send(Esipa(asked.eim, HANDLE_NOTIFICATION, bytes.fromhex("BF3D02A000"))) == b""


@pytest.mark.parametrize(("status", "kind"), [(404, ServerAnswerInvalid), (503, ServerUnreachable)])
def test_an_http_error(status: int, kind: type[Exception], server: Loopback) -> None:
    server.status = status
    with pytest.raises(kind, match=str(status)):
        send(server, TRUSTED["its key"])


def test_nobody_is_there() -> None:
    with pytest.raises(ServerUnreachable):
        send(Loopback(1), TRUSTED["its key"])


@pytest.mark.parametrize(
    "content", [b"no JSON", b"[]", b'{"euiccPackageRequest": 5}', b'{"eimPackageError": "x"}']
)
def test_what_is_no_answer_in_json(content: bytes, server: Loopback) -> None:
    server.content = content
    asked, target = eim(server, TRUSTED["its key"])
    with HttpsEims(connect_to=target, json=True) as eims, pytest.raises(ServerAnswerInvalid):
        eims.send(asked)
