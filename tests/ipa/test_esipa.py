"""ESipa and what an IPA does with it, byte by byte, with all that can go wrong."""

from __future__ import annotations

from typing import Any

import pytest

from apdu import StatusError, tlv
from asn1.generated import sgp32
from ipa.errors import EimRefused, ServerAnswerInvalid, ServerUnreachable
from ipa.procedures import compact, download_trigger, euicc_data, injection, leftovers, package, polling
from ipa.servers import esipa
from ipa.settings import Features
from ipa.state import StateKeeper, Unfinished
from tests.ipa.iot import (
    ACKNOWLEDGED_NOTHING,
    EID,
    EIM,
    GET_NOTHING,
    LINK,
    NO_NOTIFICATIONS,
    REMOVED,
    Script,
    link,
)

EID_OBJECT = "5A10" + EID.hex().upper()
SIGNATURE = "5F3740" + "11" * 64
NOBODY = ServerUnreachable("eim.example.com", "gone")


def hexed(tag: int, *parts: str) -> str:
    return tlv.encode(tag, *map(bytes.fromhex, parts)).hex().upper()


def request(*operations: str, counter: str = "05") -> str:
    signed = hexed(0x30, "800465696D31", EID_OBJECT, "8101" + counter, hexed(0xA0, *operations))
    return hexed(0xBF51, signed, SIGNATURE)


def result(*results: str, counter: str = "05", number: str = "2A") -> str:
    data = hexed(0x30, "800465696D31", "8101" + counter, "8301" + number, hexed(0x30, *results))
    return hexed(0xBF51, hexed(0xA0, data, SIGNATURE))


def error(code: str) -> str:
    return hexed(0xBF51, hexed(0xA1, hexed(0x30, "800465696D31", "810105", "0201" + code), SIGNATURE))


UNKNOWN_EIM = hexed(0xBF51, hexed(0xA2, "800465696D31"))
ENABLE = "A30E5A0A981010000000000000010500"
ENABLED, LISTED, ROLLED_BACK = "830100", "AB08A006300480026531", "8C0100"
PACKAGE = request(ENABLE)
ACKNOWLEDGED = "BF5009BF530680012A80012B"
NO_PROFILES = ("GetProfilesInfo", "BF2D02A000")


def provided(what: str) -> str:
    return hexed(0xBF50, EID_OBJECT, what)


def accept(
    *answers: tuple[str, Any], what: str = PACKAGE, state: StateKeeper | None = None, **settings: Any
) -> Script:
    script = Script(*answers, state=state)
    script.work = script.play(polling.accept(link(**settings), tlv.parse(bytes.fromhex(what))))  # type: ignore[attr-defined]
    return script


# -- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "plmn", "sent"),
    [
        (None, None, "BF4F12" + EID_OBJECT),
        (1, "62F210", "BF4F1C" + EID_OBJECT + "80008101018203" + "62F210"),
    ],
)
def test_the_question(cause: int | None, plmn: str | None, sent: str) -> None:
    script = Script(("getEimPackage", GET_NOTHING))
    assert script.play(esipa.get_eim_package(LINK, cause, plmn and bytes.fromhex(plmn))) is None  # type: ignore[arg-type]
    assert script.asked == [sent]


@pytest.mark.parametrize(
    ("code", "meaning"), [("02", "eid not found"), ("03", "invalid eid"), ("04", "missing eid")]
)
def test_an_eim_that_does_not_know_the_card_is_not_asked_again(code: str, meaning: str) -> None:
    script = Script(("getEimPackage", "BF4F030201" + code))
    assert meaning in script.play(polling.visit(LINK)).failure


@pytest.mark.parametrize("answer", ["", "BF4F", "BF5003020101", "BF4F00", "BF4F06020101020101"])
def test_what_cannot_be_read_is_no_package(answer: str) -> None:
    script = Script(("getEimPackage", answer), ("provideEimPackageResult", ACKNOWLEDGED_NOTHING))
    assert script.play(polling.visit(LINK)).failure
    assert script.asked[-1] == provided("A003020101")


def test_a_package_of_unknown_type() -> None:
    script = Script(("getEimPackage", "BF4F03BF6000"), ("provideEimPackageResult", ACKNOWLEDGED_NOTHING))
    assert "BF60" in script.play(polling.visit(LINK)).failure
    assert script.asked[-1] == provided("A003020102")


def test_an_eim_that_is_away_is_asked_again_with_growing_patience() -> None:
    script = Script(*(("getEimPackage", NOBODY), ("Wait", None)) * 2, ("getEimPackage", NOBODY))
    assert "gone" in script.play(polling.visit(LINK)).failure
    assert script.asked[1::2] == ["5 s", "10 s"]


# -- eUICC Packages ---------------------------------------------------------------------------------------------------


def test_a_package_and_its_result_pass_as_they_are() -> None:
    script = accept(
        ("LoadEuiccPackage", result(LISTED)),
        ("provideEimPackageResult", ACKNOWLEDGED),
        ("RemoveNotificationFromList", REMOVED),
        ("RemoveNotificationFromList", REMOVED),
    )
    assert script.asked == [PACKAGE, provided(result(LISTED)), "BF300380012A", "BF300380012B"]
    assert script.state.recall(EID).unfinished == {}


def test_a_change_of_profiles_is_completed_and_reported_with_its_notifications() -> None:
    note = hexed(0x30, "BF2F0A80012B810204400C0161", SIGNATURE)
    script = accept(
        ("LoadEuiccPackage", result(ENABLED)),
        ("Refresh", None),
        ("Connectivity", True),
        ("RetrieveNotificationsList", hexed(0xBF2B, hexed(0xA0, note))),
        ("provideEimPackageResult", "BF5006BF530380012B"),
        ("RemoveNotificationFromList", REMOVED),
        ("RemoveNotificationFromList", "BF3003800101"),
    )
    assert script.asked[4] == provided(hexed(0x30, result(ENABLED), hexed(0xA0, note)))
    assert script.asked[5:] == ["BF300380012B", "BF300380012A"]


@pytest.mark.parametrize("answer", ["BF50023000", "BF5000"])
def test_without_an_acknowledgement_the_result_stays_on_the_card(answer: str) -> None:
    accept(("LoadEuiccPackage", result(LISTED)), ("provideEimPackageResult", answer))


@pytest.mark.parametrize("refused", [UNKNOWN_EIM, error("04"), error("68")])
def test_a_refusal_of_the_card_is_forwarded_and_nothing_removed(refused: str) -> None:
    script = accept(("LoadEuiccPackage", refused), ("provideEimPackageResult", ACKNOWLEDGED_NOTHING))
    assert script.asked[1] == provided(refused)


def test_a_refusal_of_the_eim_leaves_everything_where_it_is() -> None:
    script = accept(("LoadEuiccPackage", result(LISTED)), ("provideEimPackageResult", "BF5003020102"))
    assert "eid not found" in script.work.failure  # type: ignore[attr-defined]


def test_a_card_that_cannot_read_the_package() -> None:
    script = accept(
        ("LoadEuiccPackage", StatusError(0x6A80)), ("provideEimPackageResult", ACKNOWLEDGED_NOTHING)
    )
    assert script.asked[-1] == provided("A003020101")


def test_a_card_that_wants_a_reset_first() -> None:
    accept(
        ("LoadEuiccPackage", StatusError(0x6985)),
        ("Refresh", None),
        ("LoadEuiccPackage", result(LISTED)),
        ("provideEimPackageResult", ACKNOWLEDGED_NOTHING),
    )


def test_the_way_back() -> None:
    back = result(ROLLED_BACK, number="2C")
    script = accept(
        ("LoadEuiccPackage", result(ENABLED)),
        ("Refresh", None),
        ("Connectivity", False),
        ("ProfileRollback", hexed(0xBF58, "020100", back)),
        ("Refresh", None),
        ("RetrieveNotificationsList", NO_NOTIFICATIONS),
        ("provideEimPackageResult", "BF5006BF530380012C"),
        ("RemoveNotificationFromList", REMOVED),
    )
    assert script.asked[3] == "BF58038001FF"
    assert script.asked[6:] == [provided(back), "BF300380012C"]


def test_the_way_back_while_the_card_is_busy() -> None:
    back = result(ROLLED_BACK, number="2C")
    script = accept(
        ("LoadEuiccPackage", result(ENABLED)),
        ("Refresh", None),
        ("Connectivity", False),
        ("ProfileRollback", "BF5803800105"),
        ("Refresh", None),
        ("ProfileRollback", hexed(0xBF58, "020100", back)),
        ("Refresh", None),
        ("RetrieveNotificationsList", NO_NOTIFICATIONS),
        ("provideEimPackageResult", ACKNOWLEDGED_NOTHING),
    )
    assert script.asked[5] == "BF5803800100"


def test_a_refused_result_is_no_reason_to_go_back() -> None:
    accept(
        ("LoadEuiccPackage", result(ENABLED)),
        ("Refresh", None),
        ("Connectivity", True),
        ("RetrieveNotificationsList", NO_NOTIFICATIONS),
        ("provideEimPackageResult", "BF500302017F"),
    )


# -- after a restart --------------------------------------------------------------------------------------------------


def after_a_restart(*answers: tuple[str, Any]) -> Script:
    state = StateKeeper()
    state.recall(EID)
    begun = Unfinished(EIM.configuration, bytes.fromhex(PACKAGE))
    state.remember({"unfinished": {"eim1": begun}, "acknowledged": (7,)})
    script = Script(("RemoveNotificationFromList", REMOVED), *answers, state=state)
    script.play(polling.finish(LINK.settings, EID, (EIM,)))
    assert script.asked[0] == "BF3003800107"
    assert script.state.recall(EID).unfinished == {}
    return script


STORED = hexed(0xBF2B, hexed(0xA2, result(LISTED)))
NOTHING_STORED = "BF2B02A200"
RETRIEVE, REPLAYED = "RetrieveNotificationsList", ("LoadEuiccPackage", error("04"))


def test_a_package_with_a_result_is_not_loaded_again() -> None:
    after_a_restart(
        ("RetrieveNotificationsList", STORED),
        ("provideEimPackageResult", "BF5006BF530380012A"),
        ("RemoveNotificationFromList", REMOVED),
        ("RetrieveNotificationsList", NOTHING_STORED),
    )


def test_a_package_whose_result_was_acknowledged_is_done_with() -> None:
    after_a_restart(
        ("RetrieveNotificationsList", NOTHING_STORED),
        ("LoadEuiccPackage", error("04")),
        ("RetrieveNotificationsList", NOTHING_STORED),
    )


def test_a_package_that_did_not_reach_the_card_is_loaded() -> None:
    after_a_restart(
        ("RetrieveNotificationsList", NOTHING_STORED),
        ("LoadEuiccPackage", result(LISTED)),
        ("provideEimPackageResult", ACKNOWLEDGED_NOTHING),
        ("RetrieveNotificationsList", NOTHING_STORED),
    )


# -- data requests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tags", ["5A", "BF2D", "BF20BF", "87"])
def test_a_tag_that_nobody_may_ask_for(tags: str) -> None:
    asked = hexed(0xBF52, hexed(0x5C, tags), "830107")
    script = accept(("provideEimPackageResult", ACKNOWLEDGED_NOTHING), what=asked)
    assert script.asked == [provided("BF5208A106800107020101")]


def test_an_answer_holds_what_was_asked_for_and_the_transaction() -> None:
    asked = "BF52075C02A8A0830107"
    script = accept(
        NO_PROFILES,
        ("RetrieveNotificationsList", NO_NOTIFICATIONS),
        ("provideEimPackageResult", ACKNOWLEDGED_NOTHING),
        what=asked,
        features=(0, 1),
        protocols=(0,),
    )
    assert script.asked[-1] == provided("BF5211A00FA000870107A808800206C081020780")


def test_one_notification() -> None:
    script = Script(NO_PROFILES, ("RetrieveNotificationsList", NO_NOTIFICATIONS))
    wanted = "BF520B5C01A0A103800103830101"
    request = sgp32.IpaEuiccDataRequest.decode(bytes.fromhex(wanted))
    script.play(euicc_data.collect(LINK, request))
    assert script.asked[1] == "BF2B05A003800103"


def test_a_key_identifier_that_the_card_does_not_have() -> None:
    script = accept(
        NO_PROFILES,
        (
            "GetEUICCInfo",
            hexed(0xBF20, "8203020500", hexed(0xA9, "0414" + "AB" * 20), hexed(0xAA, "0414" + "AB" * 20)),
        ),
        ("provideEimPackageResult", ACKNOWLEDGED_NOTHING),
        what="BF52075C01A50402ABCC",
    )
    assert script.asked[-1] == provided("BF5205A103020105")


EMERGENCY = ("GetProfilesInfo", "BF2D0CA00AE3089F7001019F7B01FF")


def test_during_an_emergency_call() -> None:
    asked = accept(EMERGENCY, ("provideEimPackageResult", ACKNOWLEDGED_NOTHING), what="BF52045C02BF20").asked
    assert asked[-1] == provided("BF5205A103020168")
    asked = accept(EMERGENCY, ("provideEimPackageResult", ACKNOWLEDGED_NOTHING), what="BF5404A002A200").asked
    assert asked[-1] == provided("BF54053003800168")


# -- download triggers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trigger", ["BF540CA00780053124612462820101", "BF5403820101", "BF5404A0028000"])
def test_a_trigger_that_leads_nowhere(trigger: str) -> None:
    failed = NOBODY if "3124" in trigger else None
    steps = (("GetEUICCInfo", StatusError(0x6A88)),) if failed else ()
    script = accept(NO_PROFILES, *steps, ("provideEimPackageResult", ACKNOWLEDGED_NOTHING), what=trigger)
    transaction = "820101" if "820101" in trigger else ""
    assert script.asked[-1] == provided(hexed(0xBF54, transaction, "300380017F"))
    assert script.work.remark  # type: ignore[attr-defined]


# -- brought by the eIM -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "answers", "answer"),
    [
        ("BF4E08BF54058203010203", (), "BF4E020500"),
        ("BF4E06BF530380012A", (("RemoveNotificationFromList", REMOVED),), "BF4E020500"),
        ("BF4E03BF6000", (), "BF4E03020102"),
        ("BF4E", (), "BF4E03020101"),
        ("BF4E05BF53020500", (), "BF4E03020101"),
        (hexed(0xBF4E, PACKAGE), (REPLAYED, (RETRIEVE, NOTHING_STORED)), hexed(0xBF4E, error("04"))),
        (hexed(0xBF4E, PACKAGE), (REPLAYED, (RETRIEVE, STORED)), hexed(0xBF4E, result(LISTED))),
    ],
)
def test_an_injected_message(message: str, answers: tuple[tuple[str, Any], ...], answer: str) -> None:
    script = Script(*answers)
    assert script.play(injection.transfer(LINK, bytes.fromhex(message))).hex().upper() == answer


# -- the answers of an eIM --------------------------------------------------------------------------------------------


def test_an_error_of_the_session() -> None:
    script = Script(("authenticateClient", "BF3B03820132"))
    with pytest.raises(EimRefused, match="ppr not allowed"):
        script.play(esipa.authenticate_client(LINK, b"\x01", b"\xbf\x38\x00"))


def test_cancelling_replaces_the_tag_of_the_cards_answer() -> None:
    script = Script(("cancelSession", "BF4102A000"))
    script.play(esipa.cancel_session(LINK, b"\x01", bytes.fromhex("BF4103810105")))
    assert script.asked == ["BF4108800101A103810105"]


def test_a_package_that_is_none() -> None:
    script = Script(("getBoundProfilePackage", "BF3A02A000"))
    with pytest.raises(ServerAnswerInvalid):
        script.play(esipa.get_bound_profile_package(LINK, b"\x01", b"\xbf\x21\x00"))


def test_the_skeletons_of_the_trigger() -> None:
    request = sgp32.ProfileDownloadTriggerRequest.decode(bytes.fromhex("BF5400"))
    assert download_trigger.failed(request, 127).hex().upper() == "BF54053003" + "80017F"
    assert package.package_error(2, b"\x09").hex().upper() == "A006800109020102"


# -- saving bytes -----------------------------------------------------------------------------------------------------

CERTIFICATES = frozenset({0xA5, 0xA6})
NOTE = hexed(0x30, "BF2F0A80010181020780" + "0C0161", "5F370133", "30020500", "30020500")


def test_a_notification_without_the_certificates_that_the_eim_has() -> None:
    full = bytes.fromhex(NOTE)
    assert compact.notification(full, CERTIFICATES).hex().upper() == "A111BF2F0A800101810207800C01615F370133"
    assert compact.notification(full, frozenset({0xA5})) == full


def test_a_notification_on_its_own_says_whose_it_is() -> None:
    state = StateKeeper()
    state.recall(EID)
    state.remember({"told": {"eim1": (0xA5, 0xA6)}})
    script = Script(("handleNotification", ""), ("RemoveNotificationFromList", REMOVED), state=state)
    here = link(features=(Features.INDIRECT_RSP_SERVER_COMMUNICATION, Features.MINIMIZE_ESIPA_BYTES))
    assert script.play(leftovers.hand_over(here, bytes.fromhex(NOTE))) == ""
    compacted = hexed(0xA1, EID_OBJECT, "BF2F0A800101810207800C0161", "5F370133")
    assert script.asked[0] == hexed(0xBF3D, hexed(0xA0, compacted))
    assert state.recall(EID).acknowledged == ()
