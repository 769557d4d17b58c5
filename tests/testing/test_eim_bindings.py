"""ESipa in JSON and over HTTPS: the same functions behind other bodies, SGP.32 6.1 and 6.4."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from apdu import tlv
from euicc import eid as eids
from euicc.testing import http
from euicc.testing.eim import Eim, HttpsServers, LocalServers, OrderState, RspServerError, operations
from euicc.testing.smdp import SmDpPlus
from euicc.testing.smdp.status import BadRequest, UnknownFunction
from tests.testing.eim_device import NOTHING_TO_DO, OK_ENABLE, STRANGER, Device, device, eim
from tests.testing.eim_ipa import PACKAGE, Ipa
from tests.testing.ordered import EID, PKI
from tests.testing.test_eim_delivery import notification, notifying
from tests.testing.test_eim_packages import ICCID
from tests.testing.test_http import trusting

DIGITS = eids.digits(EID)
EXECUTED = {"functionExecutionStatus": {"status": "Executed-Success"}}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def ask(ipa: Device, **more: Any) -> dict[str, Any]:
    return ipa.server.handle("getEimPackage", {"eidValue": DIGITS, **more})


def provide(ipa: Device, result: bytes, **more: Any) -> dict[str, Any]:
    request = {"eidValue": DIGITS, "eimPackageResult": b64(result), **more}
    return ipa.server.handle("provideEimPackageResult", request)


def test_nothing_to_do() -> None:
    assert ask(device()) == {"header": EXECUTED, "eimPackageError": 1}


@pytest.mark.parametrize(
    ("eid", "code"), [(eids.digits(STRANGER), 2), (DIGITS[:-1] + "1", 3), ("", 3), ("no digits", 3)]
)
def test_the_EID_is_refused(eid: str, code: int) -> None:
    assert ask(device(), eidValue=eid)["eimPackageError"] == code


def test_the_EID_is_missing() -> None:
    assert device().server.handle("getEimPackage", {})["eimPackageError"] == 4


def test_a_package_and_its_result() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    package = base64.b64decode(ask(ipa)["euiccPackageRequest"])
    answer = provide(ipa, ipa.result(package, OK_ENABLE, seq=42))
    assert answer == {"header": EXECUTED, "eimAcknowledgements": b64(bytes.fromhex("BF530380012A"))}
    assert order.codes == (0,)


def test_a_whole_message_under_the_name_of_the_function() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    whole = tlv.encode(0xBF50, tlv.encode(0x5A, EID), ipa.result(ipa.package(), OK_ENABLE))
    ipa.server.handle("provideEimPackageResult", {"provideEimPackageResult": b64(whole)})
    assert order.codes == (0,)


def test_nothing_to_acknowledge() -> None:
    ipa = device()
    ipa.server.download(EID, "1$a$b")
    assert "profileDownloadTriggerRequest" in ask(ipa)
    assert provide(ipa, bytes.fromhex("BF5405300380017F")) == {"header": EXECUTED, "emptyResponse": {}}


def test_a_result_of_a_stranger() -> None:
    answer = provide(device(), bytes.fromhex("BF5405300380017F"), eidValue=eids.digits(STRANGER))
    assert answer == {"header": EXECUTED, "provideEimPackageResultError": 2}


def test_state_changes() -> None:
    ipa = device()
    ask(ipa, notifyStateChange=True, stateChangeCause=1, rPLMN="62F210")
    (change,) = ipa.record.state_changes
    assert (change.cause, change.rplmn) == (1, bytes.fromhex("62F210"))


def test_notifications() -> None:
    ipa, smdp = notifying()
    assert ipa.server.handle("handleNotification", {"pendingNotification": b64(notification(ipa, 43))}) == {}
    assert [each.metadata.seq_number for each in smdp.notifications] == [43]


def test_a_result_as_notification() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    whole = tlv.encode(0xBF50, tlv.encode(0x5A, EID), ipa.result(ipa.package(), OK_ENABLE))
    assert ipa.server.handle("handleNotification", {"provideEimPackageResult": b64(whole)}) == {}
    assert order.codes == (0,)


@pytest.mark.parametrize("with_notifications", [False, True])
def test_an_injected_answer(with_notifications: bool) -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    fields: dict[str, Any] = {"euiccPackageResult": b64(ipa.result(ipa.package(), OK_ENABLE))}
    if with_notifications:
        listed = tlv.encode(0x30, notification(ipa, 43))
        fields = {"ePRAndNotifications": {**fields, "notificationList": b64(listed)}}
    assert ipa.server.handle("transferEimPackage", fields) == {}
    assert order.codes == (0,)
    assert len(ipa.record.notifications) == with_notifications


def test_an_injected_package_was_received() -> None:
    assert device().server.handle("transferEimPackage", {}) == {}


@pytest.mark.parametrize(
    ("function", "request_"),
    [
        ("initiateAuthentication", {"euiccChallenge": "?"}),
        ("authenticateClient", {"transactionId": "XX", "authenticateServerResponse": ""}),
        ("cancelSession", {"transactionId": "00", "cancelSessionResponse": "vw=="}),
        ("getEimPackage", {"eidValue": DIGITS, "stateChangeCause": "fallback"}),
        ("provideEimPackageResult", {"eidValue": DIGITS}),
        ("handleNotification", {}),
    ],
)
def test_what_is_no_request(function: str, request_: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        device().server.handle(function, request_)


def test_what_is_no_function() -> None:
    with pytest.raises(UnknownFunction):
        device().server.handle("getProfile", {})


class JsonEim:
    """An eIM that a hand-made IPA reaches in the JSON binding only: messages of the ASN.1 binding, translated."""

    def __init__(self, server: Eim) -> None:
        self.server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self.server, name)

    def handle_asn1(self, message: bytes) -> bytes:
        names: tuple[str, ...]
        found = tlv.parse(message)
        fields = {each.tag: each for each in found.children()}
        hex_id = fields[0x80].value.hex() if 0x80 in fields else ""
        match found.tag:
            case 0xBF39:
                request = {
                    "euiccChallenge": b64(fields[0x81].value),
                    "euiccInfo1": b64(fields[0xBF20].encoded),
                    "smdpAddress": fields[0x83].value.decode(),
                    "eimTransactionId": fields[0x82].value.hex(),
                }
                told = self.server.handle("initiateAuthentication", request)
                names = (
                    "serverSigned1",
                    "serverSignature1",
                    "euiccCiPKIdentifierToBeUsed",
                    "serverCertificate",
                )
                error = ("initiateAuthenticationErrorEsipa", 0x81)
            case 0xBF3B:
                request = {"transactionId": hex_id, "authenticateServerResponse": b64(fields[0xBF38].encoded)}
                told = self.server.handle("authenticateClient", request)
                names = ("profileMetadata", "smdpSigned2", "smdpSignature2", "smdpCertificate")
                error = ("authenticateClientErrorEsipa", 0x82)
            case 0xBF3A:
                request = {"transactionId": hex_id, "prepareDownloadResponse": b64(fields[0xBF21].encoded)}
                told = self.server.handle("getBoundProfilePackage", request)
                names = ("boundProfilePackage",)
                error = ("getBoundProfilePackageErrorEsipa", 0x81)
            case 0xBF41:
                response = b64(tlv.encode(0xBF41, fields[0xA1].value))
                told = self.server.handle(
                    "cancelSession", {"transactionId": hex_id, "cancelSessionResponse": response}
                )
                names, error = (), ("cancelSessionError", 0x81)
            case _:
                return self.server.handle_asn1(message)
        assert told["header"] == EXECUTED
        if error[0] in told:
            return tlv.encode(found.tag, tlv.encode(error[1], bytes([told[error[0]]])))
        head = tlv.encode(0x80, bytes.fromhex(told["transactionId"])) if names else b""
        parts = [base64.b64decode(told[name]) for name in names]
        return tlv.encode(found.tag, tlv.encode(0xA0, head, *parts))


def test_a_whole_download_in_json() -> None:
    smdp = SmDpPlus(PKI, "smdp.example.com")
    server: Any = JsonEim(eim(servers=LocalServers(smdp)))
    ipa = Ipa(server, smdp)
    order = smdp.order(PACKAGE)
    download = ipa.server.download(ipa.eid, smdp.activation_code(order))
    ipa.matching_id = order.matching_id
    ipa.initiate("smdp.example.com", download.transaction_id)
    ipa.offer()
    assert ipa.cancel(1).encoded == b"\xa0\x00"
    ipa.initiate("smdp.example.com", download.transaction_id)
    ipa.offer()
    ipa.notify(ipa.load(ipa.fetch()))
    assert download.state is OrderState.DONE


# Over HTTPS.


@pytest.fixture
def served() -> Iterator[tuple[Device, httpx.Client]]:
    ipa = device(address="")
    with (
        http.serve(ipa.server, tls=PKI.issue_tls("127.0.0.1")) as address,
        httpx.Client(verify=trusting(PKI), trust_env=False, base_url=f"https://{address}") as client,
    ):
        assert ipa.server.address == address
        assert ipa.server.configuration().eim_fqdn == address
        yield ipa, client


def test_the_asn1_binding(served: tuple[Device, httpx.Client]) -> None:
    _, client = served
    message = tlv.encode(0xBF4F, tlv.encode(0x5A, EID))
    headers = {"Content-Type": "application/x-gsma-rsp-asn1", "X-Admin-Protocol": "gsma/rsp/v2.1.0"}
    response = client.post("/gsma/rsp2/asn1", content=message, headers=headers)
    assert (response.status_code, response.content) == (200, NOTHING_TO_DO)
    assert response.headers["content-type"] == "application/x-gsma-rsp-asn1"
    assert response.headers["x-admin-protocol"] == "gsma/rsp/v2.1.0"


def test_a_notification_has_no_answer(served: tuple[Device, httpx.Client]) -> None:
    _, client = served
    message = bytes.fromhex("BF3D15 A013 A111 BF2F0A 800101 81020780 0C0161 5F370133")
    response = client.post("/gsma/rsp2/asn1", content=message)
    assert (response.status_code, response.content) == (204, b"")


def test_what_is_no_message(served: tuple[Device, httpx.Client]) -> None:
    _, client = served
    assert client.post("/gsma/rsp2/asn1", content=b"{}").status_code == 400


def test_the_json_binding(served: tuple[Device, httpx.Client]) -> None:
    _, client = served
    response = client.post("/gsma/rsp2/esipa/getEimPackage", json={"eidValue": DIGITS})
    assert response.json() == {"header": EXECUTED, "eimPackageError": 1}
    assert response.headers["x-admin-protocol"] == "gsma/rsp/v2.1.0"
    assert client.post("/gsma/rsp2/esipa/nothing", json={}).status_code == 404
    assert client.post("/gsma/rsp2/es9plus/getEimPackage", json={}).status_code == 404


def test_an_SM_DP_has_no_asn1_binding(served: tuple[Device, httpx.Client]) -> None:
    with http.serve(SmDpPlus(PKI), tls=PKI.issue_tls("127.0.0.1")) as address:
        assert served[1].post(f"https://{address}/gsma/rsp2/asn1", content=b"").status_code == 404


def test_the_eim_reaches_servers_over_https() -> None:
    smdp = SmDpPlus(PKI)
    servers = HttpsServers(PKI.ci_certificates)
    with http.serve(smdp, tls=PKI.issue_tls("127.0.0.1")) as address:
        ipa = Ipa(eim(servers=servers), smdp)
        order = smdp.order(PACKAGE)
        download = ipa.server.download(ipa.eid, smdp.activation_code(order))
        ipa.matching_id = order.matching_id
        ipa.initiate(address, download.transaction_id)
        ipa.offer()
        ipa.notify(ipa.load(ipa.fetch()))
        assert download.state is OrderState.DONE
        with pytest.raises(RspServerError, match="HTTP status 404"):
            servers.call(address, "nothing", {}, "es9plus")
    with pytest.raises(RspServerError):
        servers.call(address, "initiateAuthentication", {}, "es9plus")
