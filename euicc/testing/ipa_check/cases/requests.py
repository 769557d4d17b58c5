"""IPA eUICC Data Requests, SGP.32 2.11.1.2: what is asked for, and nothing else."""

from __future__ import annotations

from apdu import tlv
from asn1.generated import sgp32
from euicc.check.expect import require, same
from euicc.testing.eim import DataOrder, OrderState
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area

INFO1, INFO2, ROOT_SMDS, TRANSACTION = 0xBF20, 0xBF22, 0x83, 0x87
RESPONSE, OK, ERROR = 0xBF52, 0xA0, 0xA1
UNKNOWN_TAG = 0xBF7D
Error = sgp32.IpaEuiccDataErrorCode

area = Area("data", "poll", Setting(IOT), relies_on="poll/all-packages")
areas = (area,)


@area.case(
    "requested",
    "the answer has the data objects that were asked for, and no others",
    "H7; SGP.32 2.11.1.2; 2.11.2.2",
)
def _requested(bench: Bench) -> None:
    order = bench.eim.request_data(bench.eid, INFO1, ROOT_SMDS)
    objects = {each.tag for each in tlv.parse_all(_answered(bench, order, OK))}
    require(objects >= {INFO1, ROOT_SMDS}, f"what was asked for is missing: there is {_names(objects)}")
    require(objects <= {INFO1, ROOT_SMDS, TRANSACTION}, f"more than was asked for: {_names(objects)}")


@area.case("unchanged", "EUICCInfo1 comes as the card has it", "H7; SGP.32 2.11.2.2", judges="data/requested")
def _unchanged(bench: Bench) -> None:
    told = bench.eim.euiccs[bench.eid].data.info1
    given = [call.response for call in bench.talk.of(INFO1)]
    require(told in given, "EUICCInfo1 is not what the card has given")


@area.case("transaction", "eimTransactionId comes back", "H7; SGP.32 2.11.2.2", judges="data/requested")
def _transaction(bench: Bench) -> None:
    (order,) = (each for each in bench.eim.euiccs[bench.eid].orders if isinstance(each, DataOrder))
    found = duties.find(_response(bench), RESPONSE, OK, TRANSACTION)
    require(found == order.transaction_id, "eimTransactionId is not that of the request")


@area.case("unknown-tag", "a tag that nobody knows is refused (incorrectTagList, 1)", "H7; SGP.32 2.11.2.2")
def _unknown_tag(bench: Bench) -> None:
    order = bench.eim.request_data(bench.eid, UNKNOWN_TAG)
    _answered(bench, order, ERROR)
    same("ipaEuiccDataErrorCode", order.error, Error.INCORRECT_TAG_LIST)


@area.case(
    "unknown-ci", "certificates under a CI that the card does not have are refused (5)", "H7; SGP.32 2.11.2.2"
)
def _unknown_ci(bench: Bench) -> None:
    wanted = sgp32.IpaEuiccDataRequest(tag_list=b"\xa5\xa6", euicc_ci_pk_identifier_to_be_used=bytes(20))
    order = bench.eim.request_data(bench.eid, request=wanted)
    _answered(bench, order, ERROR)
    same("ipaEuiccDataErrorCode", order.error, Error.EUICC_CI_PK_ID_NOT_FOUND)


def _answered(bench: Bench, order: DataOrder, arm: int) -> bytes:
    """Polls; the contents of this alternative of the answer."""
    bench.run("poll")
    require(order.state is not OrderState.WAITING, "the eIM is not asked")
    found = duties.find(_response(bench), RESPONSE, arm)
    require(found is not None, f"the answer has no {arm:02X}: {_response(bench)[:16].hex()}")
    return found or b""


def _response(bench: Bench) -> bytes:
    for _, heard in bench.talk.to(duties.EIM, "provideEimPackageResult"):
        found = (
            duties.find(heard.request, duties.PROVIDED, RESPONSE)
            if isinstance(heard.request, bytes)
            else None
        )
        if found is not None:
            return tlv.encode(RESPONSE, found)
    require(False, "the eIM gets no IpaEuiccDataResponse")
    return b""


def _names(tags: set[int]) -> str:
    return " ".join(f"{tag:02X}" for tag in sorted(tags)) or "nothing"
