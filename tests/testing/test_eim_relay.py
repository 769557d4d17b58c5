"""Indirect downloads through an eIM: a real card on one side, an SM-DP+ on the other, SGP.32 3.2.3.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apdu import tlv
from asn1.generated import rsp
from euicc.testing.eim import DownloadOrder, LocalServers, OrderState
from euicc.testing.smdp import OrderState as SmdpState
from euicc.testing.smdp import Piece, SmDpPlus
from euicc.testing.smds import SmDs
from tests.testing import eim_ipa
from tests.testing.eim_ipa import PACKAGE, SMDP, SMDS, Ipa, Refused, ipa
from tests.testing.ordered import PKI, flip


def ordered(device: Ipa, **options: object) -> DownloadOrder:
    """A profile at the SM-DP+, and the eIM's trigger for it, as the IPA got it."""
    order = device.smdp.order(PACKAGE, **options)  # type: ignore[arg-type]
    download = device.server.download(device.eid, device.smdp.activation_code(order))
    trigger = device.poll()
    assert (trigger.tag, trigger.find(0x82)) == (0xBF54, download.transaction_id)
    code = trigger.find(0xA0, 0x80)
    assert code == f"1${SMDP}${order.matching_id}".encode() + (b"$$1" if order.requires_code else b"")
    device.matching_id = order.matching_id
    return download


def refused(run: Callable[[], object]) -> int:
    with pytest.raises(Refused) as caught:
        run()
    code: int = caught.value.args[0]
    return code


def test_a_whole_download() -> None:
    device = ipa()
    download = ordered(device)
    device.initiate(SMDP, download.transaction_id)
    assert device.initiated is not None
    assert (device.initiated.matching_id, device.initiated.ctx_params1) == (None, None)
    device.offer()
    result = device.load(device.fetch())
    device.notify(result)
    assert download.state is OrderState.DONE
    assert download.result is not None
    assert download.result.final_result.success_result is not None
    assert [each.state for each in device.smdp.orders] == [SmdpState.INSTALLED]
    assert device.server.euiccs[device.eid].notifications == [result]
    assert device.poll().encoded == b"\x02\x01\x01"


def test_the_session_tells_the_certificates() -> None:
    device = ipa()
    device.initiate(SMDP, ordered(device).transaction_id)
    device.offer()
    known = device.server.euiccs[device.eid]
    assert known.euicc_certificate == device.card.identity.credentials[0].euicc_certificate


def test_the_result_in_the_answer_to_the_trigger() -> None:
    """The eIM has given it to the SM-DP+: the device may forget it."""
    device = ipa()
    download = ordered(device)
    device.initiate(SMDP, download.transaction_id)
    device.offer()
    result = device.load(device.fetch())
    number = tlv.find(result, 0xBF37, 0xBF27, 0xBF2F, 0x80) or b""
    answer = device.provide(tlv.encode(0xBF54, tlv.encode(0x82, download.transaction_id or b""), result))
    assert tlv.find(answer, 0xBF50, 0xBF53, 0x80) == number
    assert download.state is OrderState.DONE
    assert [each.state for each in device.smdp.orders] == [SmdpState.INSTALLED]


def test_nothing_told_but_the_transaction() -> None:
    """An IPA that leaves the data of the download to the eIM, and makes every message as short as it can."""
    device = ipa(minimize=True)
    device.server.request_data(device.eid, 0xBF20, 0xBF22, 0xA5, 0xA6, 0xA8, 0xA9)
    device.tell(1, 2, 3, 4, 5)
    download = ordered(device)
    device.matching_id = None
    device.initiate(None, download.transaction_id, info1=False)
    assert device.initiated is not None
    assert device.initiated.matching_id == device.smdp.orders[0].matching_id
    assert device.initiated.ctx_params1 is not None
    device.offer()
    result = device.load(device.fetch())
    device.notify(result)
    assert device.server.euiccs[device.eid].notifications == [result]
    assert [each.state for each in device.smdp.orders] == [SmdpState.INSTALLED]


@pytest.mark.parametrize(("context", "certificates"), [(True, False), (False, True), (True, True)])
def test_compact_authentication_with_some_of_it(context: bool, certificates: bool) -> None:
    device = ipa()
    device.server.request_data(device.eid, 0xBF22, 0xA5, 0xA6, 0xA9)
    device.tell(3)
    device.initiate(None, ordered(device).transaction_id)
    short = eim_ipa.compact_authentication(device.authenticate_server(), context, certificates)
    assert device.session(0xBF3B, short).tag == 0xA0


def test_what_a_compact_message_leaves_out_and_nobody_knows() -> None:
    device = ipa()
    device.initiate(SMDP, ordered(device).transaction_id)
    short = eim_ipa.compact_authentication(device.authenticate_server(), True, True)
    assert refused(lambda: device.session(0xBF3B, short)) == 127


def test_compact_preparation_without_a_key_that_was_never_offered() -> None:
    device = ipa()
    device.initiate(SMDP, ordered(device).transaction_id)
    device.offer()
    short = eim_ipa.compact_preparation(device.prepare(), otpk=False)
    assert refused(lambda: device.session(0xBF3A, short)) == 127


def test_compact_preparation_with_the_key_of_before() -> None:
    """A second session for the same order: the card takes the key again to which the package is bound."""
    device = ipa()
    download = ordered(device)
    for otpk in (True, False):
        device.initiate(SMDP, download.transaction_id)
        device.offer()
        short = eim_ipa.compact_preparation(device.prepare(), otpk)
        assert device.session(0xBF3A, short).tag == 0xA0


@pytest.mark.parametrize("minimize", [False, True])
@pytest.mark.parametrize("reason", [0, 3, 127])
def test_cancel(reason: int, minimize: bool) -> None:
    device = ipa(minimize=minimize)
    device.minimize = False
    device.initiate(SMDP, ordered(device).transaction_id)
    device.offer()
    device.minimize = minimize
    assert device.cancel(reason).encoded == b"\xa0\x00"
    ended = SmdpState.RELEASED if reason == 127 else SmdpState.ERROR
    assert [each.state for each in device.smdp.orders] == [ended]


def test_cancelled_by_the_card_with_an_error() -> None:
    device = ipa()
    device.initiate(SMDP, ordered(device).transaction_id)
    head = tlv.encode(0x80, device.transaction_id)
    assert refused(lambda: device.call(0xBF41, head, bytes.fromhex("A103810105"))) == 2


def test_the_eim_refuses_what_would_be_installed() -> None:
    """The compact cancellation has no reason then: the eIM knows it."""
    device = ipa(accepts_metadata=lambda euicc, metadata: False)
    device.initiate(SMDP, ordered(device).transaction_id)
    assert refused(device.authenticate) == 50
    request = rsp.CancelSessionRequest(transaction_id=device.transaction_id, reason=3)
    short = eim_ipa.compact_cancellation(tlv.parse(device.send(request.encode())), reason=False)
    head = tlv.encode(0x80, device.transaction_id)
    assert device.call(0xBF41, head, tlv.encode(0xA1, short)).encoded == b"\xa0\x00"
    assert [each.state for each in device.smdp.orders] == [SmdpState.ERROR]


def test_metadata_that_were_not_announced() -> None:
    """An IPA that leaves their verification to the eIM."""
    device = ipa()
    device.server.request_data(device.eid, 0xA8)
    device.tell(4)
    device.initiate(SMDP, ordered(device).transaction_id)
    device.offer()
    device.smdp.faults[Piece.STORE_METADATA] = flip
    assert refused(device.fetch) == 50


def test_a_confirmation_code_that_only_the_eim_knows() -> None:
    device = ipa()
    order = device.smdp.order(PACKAGE, confirmation_code="1234")
    code = device.smdp.activation_code(order)
    download = device.server.download(device.eid, code, confirmation_code="1234")
    device.poll()
    device.matching_id = order.matching_id
    device.initiate(SMDP, download.transaction_id)
    device.offer()
    assert device.offered is not None
    assert device.offered.hash_cc is not None
    device.notify(device.load(device.fetch()))
    assert [each.state for each in device.smdp.orders] == [SmdpState.INSTALLED]


def test_a_wrong_confirmation_code() -> None:
    device = ipa()
    order = device.smdp.order(PACKAGE, confirmation_code="1234")
    code = device.smdp.activation_code(order)
    download = device.server.download(device.eid, code, confirmation_code="0000")
    device.matching_id = order.matching_id
    device.initiate(SMDP, download.transaction_id)
    device.offer()
    assert refused(device.fetch) == 3


def test_by_SM_DS() -> None:
    """The SM-DS is asked through the eIM first; its event leads to the SM-DP+."""
    smdp, smds = SmDpPlus(PKI, SMDP), SmDs(PKI, SMDS)
    device = ipa(servers=LocalServers(smdp, smds))
    order = smdp.order(PACKAGE)
    smds.register(device.eid, SMDP, order.matching_id)
    download = device.server.download_by_smds(device.eid, SMDS)
    assert device.poll().find(0xA0, 0xA2, 0x80) == SMDS.encode()
    device.initiate(SMDS, download.transaction_id)
    found = device.authenticate()
    assert found.tag == 0xA1
    assert found.find(0xBF54, 0xA0, 0x80) == f"1${SMDP}${order.matching_id}".encode()
    assert found.find(0xBF54, 0x82) == download.transaction_id
    device.matching_id = order.matching_id
    device.initiate(SMDP, download.transaction_id)
    device.offer()
    device.notify(device.load(device.fetch()))
    assert download.state is OrderState.DONE


def test_an_SM_DS_without_events() -> None:
    device = ipa()
    download = device.server.download_by_smds(device.eid, SMDS)
    device.initiate(SMDS, download.transaction_id)
    found = device.authenticate()
    assert (found.tag, found.find(0xBF54)) == (0xA1, None)


def test_an_event_that_is_not_there() -> None:
    device = ipa()
    download = device.server.download_by_smds(device.eid, SMDS)
    device.initiate(SMDS, download.transaction_id)
    device.matching_id = "NONE"
    assert refused(device.authenticate) == 56


# Refusals of InitiateAuthentication.


def test_addresses_refused() -> None:
    device = ipa()
    download = ordered(device)
    assert refused(lambda: device.initiate(None)) == 1
    assert refused(lambda: device.initiate("elsewhere.example.com", download.transaction_id)) == 50
    assert refused(lambda: device.initiate("elsewhere.example.com")) == 127
    assert refused(lambda: device.initiate(SMDP, bytes(3))) == 52


def test_a_server_that_calls_itself_otherwise() -> None:
    device = ipa()
    device.smdp.faults[Piece.SERVER_SIGNED1] = lambda signed: signed.replace(b"smdp.", b"smdq.")
    assert refused(lambda: device.initiate(SMDP)) == 50


def test_another_OID_than_the_activation_code_has() -> None:
    device = ipa()
    order = device.smdp.order(PACKAGE)
    download = device.server.download(device.eid, f"1${SMDP}${order.matching_id}$2.999.77")
    assert refused(lambda: device.initiate(SMDP, download.transaction_id)) == 51


def test_without_info1_that_nobody_knows() -> None:
    device = ipa()
    assert refused(lambda: device.initiate(SMDP, info1=False)) == 127


def test_an_eim_that_reaches_no_server() -> None:
    device = ipa(servers=None)
    assert refused(lambda: device.initiate(SMDP)) == 127


def test_sessions_that_are_not_there() -> None:
    device = ipa()
    device.transaction_id = b"\x01"
    error = bytes.fromhex("BF3803810101")
    assert refused(lambda: device.session(0xBF3B, error)) == 10
    assert refused(lambda: device.session(0xBF3A, bytes.fromhex("BF2103810101"))) == 95
    assert refused(lambda: device.call(0xBF41, b"\x80\x01\x01", bytes.fromhex("A103810105"))) == 1


def test_the_SM_DP_refuses() -> None:
    device = ipa()
    device.initiate(SMDP)
    device.matching_id = "UNKNOWN"
    assert refused(device.authenticate) == 6
    device.matching_id = device.smdp.order(PACKAGE, released=False).matching_id
    device.initiate(SMDP)
    assert refused(device.authenticate) == 127


@pytest.mark.parametrize("tag", [0xBF39, 0xBF3B, 0xBF3A, 0xBF41])
def test_damaged_requests(tag: int) -> None:
    device = ipa()
    device.initiate(SMDP)
    head = b"" if tag == 0xBF39 else tlv.encode(0x80, device.transaction_id)
    assert refused(lambda: device.call(tag, head, b"\x30\x01\x02")) == 127


# What servers refuse with, in the codes of ESipa.

INITIATE = {"8.8.1/3.8": 1, "8.8.3/3.1": 2, "8.8.2/3.1": 3, "8.8.4/3.7": 3, "8.9.4/3.7": 3, "1.2.3/4.5": 127}
AUTHENTICATE = {
    "8.1.2/6.1": 1,
    "8.1.2/6.3": 2,
    "8.1.3/6.1": 3,
    "8.1.3/6.3": 4,
    "8.1/6.1": 5,
    "8.2.6/3.8": 6,
    "8.1.1/3.8": 7,
    "8.2.5/4.3": 8,
    "8.11.1/3.9": 9,
    "8.10.1/3.9": 10,
    "8.1/4.8": 11,
    "8.9.5/3.9": 56,
    "8.2/1.2": 127,
}
DELIVER = {
    "8.1/6.1": 1,
    "8.2.7/2.2": 2,
    "8.2.7/3.8": 3,
    "8.2.7/6.4": 4,
    "8.2/3.7": 5,
    "8.8.5/4.10": 6,
    "8.10.1/3.9": 95,
    "8.2/1.2": 127,
}
CANCEL = {"8.10.1/3.9": 1, "8.1/6.1": 2, "8.8/3.10": 127}
CASES = [
    (step, status, code)
    for step, codes in enumerate((INITIATE, AUTHENTICATE, DELIVER, CANCEL))
    for status, code in codes.items()
]


class Refusing(SmDpPlus):
    """Answers every function with this status once it is set."""

    status = ""

    def handle(self, function: str, request: Any) -> Any:
        if not self.status:
            return super().handle(function, request)
        subject, _, reason = self.status.partition("/")
        data = {"subjectCode": subject, "reasonCode": reason, "message": ""}
        return {"header": {"functionExecutionStatus": {"status": "Failed", "statusCodeData": data}}}


@pytest.mark.parametrize(("step", "status", "code"), CASES)
def test_what_servers_refuse_with(step: int, status: str, code: int) -> None:
    smdp = Refusing(PKI, SMDP)
    device = ipa(servers=LocalServers(smdp))
    device.matching_id = smdp.order(PACKAGE).matching_id
    steps: list[Callable[[], object]] = [
        lambda: device.initiate(SMDP),
        device.offer,
        device.fetch,
        lambda: device.cancel(0),
    ]
    for each in steps[: min(step, 2)]:
        each()
    smdp.status = status
    assert refused(steps[step]) == code
