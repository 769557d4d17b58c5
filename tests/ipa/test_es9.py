from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from asn1.generated import rsp
from ipa.errors import ServerAnswerInvalid, ServerRefused
from ipa.servers import es9
from ipa.steps import Server
from tests.ipa import messages
from tests.ipa.playbook import Line, play, play_to_failure


def initiated(answer: dict[str, Any]) -> rsp.InitiateAuthenticationOkEs9:
    procedure = es9.initiate_authentication(messages.ADDRESS, messages.CHALLENGE, messages.INFO1)
    return play(procedure, Line("initiateAuthentication", answer))


def test_a_request_has_no_header_and_names_the_server() -> None:
    procedure = es9.initiate_authentication(messages.ADDRESS, messages.CHALLENGE, messages.INFO1)
    step = next(procedure)
    assert isinstance(step, Server)
    assert (step.address, step.interface, step.function) == (
        messages.ADDRESS,
        "es9plus",
        "initiateAuthentication",
    )
    assert set(step.body) == {"euiccChallenge", "euiccInfo1", "smdpAddress"}
    assert b64decode(step.body["euiccChallenge"]) == messages.CHALLENGE
    assert b64decode(step.body["euiccInfo1"])[:2].hex() == "bf20"
    assert step.body["smdpAddress"] == messages.ADDRESS


def test_an_answer_keeps_what_was_signed() -> None:
    server = initiated(messages.initiate_answer())
    assert server.server_signed1.encoded == messages.server_signed1().encode()
    assert server.server_signature1 == messages.SIGNATURE
    assert server.euicc_ci_pk_id_to_be_used == messages.KEY_ID
    assert server.server_certificate == messages.CERTIFICATE


def test_values_without_tag_and_length_are_read_too() -> None:
    answer = messages.initiate_answer()
    answer["serverSignature1"] = b64encode(messages.SIGNATURE).decode()
    answer["euiccCiPKIdToBeUsed"] = b64encode(messages.KEY_ID).decode()
    assert initiated(answer) == initiated(messages.initiate_answer())


@pytest.mark.parametrize("text", ["0102A3", "0102a3"])
def test_a_transaction_id_in_either_case(text: str) -> None:
    assert (
        initiated(messages.initiate_answer() | {"transactionId": text}).transaction_id == messages.TRANSACTION
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("transactionId", None),
        ("transactionId", ""),
        ("transactionId", "0G"),
        ("transactionId", "00" * 17),
        ("serverSigned1", None),
        ("serverSigned1", 5),
        ("serverSigned1", "no base64!"),
        ("serverSigned1", b64encode(b"\x30\x00").decode()),
        ("serverCertificate", None),
        ("header", None),
        ("header", {"functionExecutionStatus": {}}),
        ("header", "Executed-Success"),
    ],
)
def test_an_answer_that_is_none(field: str, value: object) -> None:
    answer = {name: content for name, content in messages.initiate_answer().items() if name != field}
    with pytest.raises(ServerAnswerInvalid, match="initiateAuthentication"):
        initiated(answer if value is None else answer | {field: value})


def test_a_refusal_tells_its_codes() -> None:
    with pytest.raises(ServerRefused) as raised:
        initiated(messages.refusal("8.8.4", "3.7", "no certificate"))
    assert (raised.value.subject, raised.value.reason) == ("8.8.4", "3.7")
    assert str(raised.value) == "the server refuses initiateAuthentication: no certificate (8.8.4/3.7)"


def test_a_refusal_without_codes() -> None:
    with pytest.raises(ServerRefused):
        initiated({"header": {"functionExecutionStatus": {"status": "Expired"}}})


def test_a_warning_is_a_success() -> None:
    answer = messages.initiate_answer()
    answer["header"]["functionExecutionStatus"]["status"] = "Executed-WithWarning"
    assert initiated(answer).transaction_id == messages.TRANSACTION


def test_a_package_is_not_decoded() -> None:
    response = rsp.PrepareDownloadResponse.decode(messages.prepare_download_response())
    package = b"\xbf\x36\x82\x00\x03any"
    answer = messages.success(transactionId="0102A3", boundProfilePackage=messages.base64(package))
    procedure = es9.get_bound_profile_package(messages.ADDRESS, messages.TRANSACTION, response)
    bound = play(
        procedure, Line("getBoundProfilePackage", answer, lambda step: step.body["transactionId"] == "0102A3")
    )
    assert bound.package == package


def test_a_notification_has_no_answer_body() -> None:
    procedure = es9.handle_notification(messages.ADDRESS, b"\xbf\x37\x00")
    body = {"pendingNotification": "vzcA"}
    assert play(procedure, Line("handleNotification", {}, lambda step: step.body == body)) is None


def test_a_refused_cancellation() -> None:
    response = rsp.CancelSessionResponse.decode(messages.cancel_session_response(0))
    procedure = es9.cancel_session(messages.ADDRESS, messages.TRANSACTION, response)
    play_to_failure(procedure, ServerRefused, Line("cancelSession", messages.refusal("8.10.1", "3.9")))
