"""Profile download, SGP.22 3.1.3: installed and told, refused where the device has to refuse."""

from __future__ import annotations

from asn1.generated import rsp
from euicc.check.catalogue import NotApplicable
from euicc.check.expect import require
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.watched import broken
from euicc.testing.smdp import OrderState
from euicc.testing.smdp.faults import Piece

Reason = rsp.CancelSessionReason
CODE, WRONG_CODE = "2468", "1357"
TRIES = 3

area = Area("download", "download", relies_on="download/installed")
areas = (area,)


@area.case(
    "installed", "a profile is downloaded by its activation code and installed", "SGP.22 3.1.3", relies_on=""
)
def _installed(bench: Bench) -> None:
    order = bench.order()
    bench.run("download")
    require(order.iccid in bench.profiles(), "the profile is not on the card")
    require(bench.talk.to(duties.SMDP, "getBoundProfilePackage"), "the SM-DP+ was not asked for the package")


@area.case(
    "result-delivered",
    "the installation result reaches the SM-DP+, and goes from the card only then",
    "H10; SGP.22 3.1.3.3; 3.5",
)
def _result_delivered(bench: Bench) -> None:
    order = bench.order()
    bench.run("download")
    if order.state is not OrderState.INSTALLED and "notifications" in bench.place.commands.lines:
        bench.run("notifications")
    require(order.state is OrderState.INSTALLED, f"for the SM-DP+ the profile is: {order.state.value}")
    duties.removed_after_acknowledgement(bench.talk)
    require(not bench.notifications(), "the delivered result is still on the card")


@area.case(
    "result-kept",
    "a result that the SM-DP+ does not take stays on the card",
    "H4; H10; SGP.22 3.5",
)
def _result_kept(bench: Bench) -> None:
    bench.order()
    bench.watched_smdp.own["handleNotification"] = broken()
    bench.run("download")
    require(bench.notifications(), "the result is gone from the card, and no server has it")
    duties.at_most(bench.talk.to(duties.SMDP, "handleNotification"), TRIES, "it sends the result")


@area.case(
    "error-result",
    "the card's refusal of a package is delivered, and nothing more of the package is loaded",
    "SGP.22 3.1.3.3; 5.7.6",
)
def _error_result(bench: Bench) -> None:
    order = bench.order()
    bench.smdp.faults[Piece.PROFILE] = lambda data: data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
    bench.run("download")
    talk = bench.talk
    results = [call for call in talk.calls if call.response.startswith(b"\xbf\x37")]
    require(results, "the card has given no result: the package was not loaded")
    after = [call for call in talk.calls if call.at > results[0].ended and call.tag in (0x86, 0x88)]
    require(not after, f"it goes on loading: {len(after)} more pieces after the card's result")
    if order.result is None and "notifications" in bench.place.commands.lines:
        bench.run("notifications")
    require(order.result is not None, "the SM-DP+ does not learn that the installation failed")
    duties.removed_after_acknowledgement(bench.talk)


@area.case("confirmation-code", "the confirmation code goes hashed to card and server", "SGP.22 3.1.3.2")
def _confirmation_code(bench: Bench) -> None:
    _needs_code(bench)
    order = bench.order(confirmation_code=CODE)
    bench.run("download", confirmation_code=CODE)
    require(order.iccid in bench.profiles(), "with the right confirmation code nothing is installed")


@area.case(
    "wrong-confirmation-code",
    "a confirmation code that is refused ends the download",
    "SGP.22 3.1.3.2; 5.6.2",
)
def _wrong_confirmation_code(bench: Bench) -> None:
    _needs_code(bench)
    bench.order(confirmation_code=CODE)
    bench.run("download", confirmation_code=WRONG_CODE)
    heard = bench.talk.to(duties.SMDP, "getBoundProfilePackage")
    require(heard, "the SM-DP+ is not asked for the package with this code")
    duties.at_most(heard, TRIES, "it tries the wrong code")
    duties.nothing_loaded(bench)
    _reason_is(bench, Reason.END_USER_REJECTION, Reason.POSTPONED, Reason.TIMEOUT, Reason.UNDEFINED_REASON)


@area.case(
    "metadata-mismatch",
    "a package with other metadata than were announced is not loaded, and the session cancelled (4)",
    "H9; SGP.22 3.1.3.3; 5.7.14",
)
def _metadata_mismatch(bench: Bench) -> None:
    bench.order()
    bench.smdp.faults[Piece.STORE_METADATA] = duties.renamed
    bench.run("download")
    require(bench.talk.to(duties.SMDP, "getBoundProfilePackage"), "it does not come as far as the package")
    duties.nothing_loaded(bench)
    duties.cancelled(bench, Reason.METADATA_MISMATCH, "metadataMismatch")


@area.case(
    "forbidden-rules",
    "a profile whose policy rules the card's RAT does not allow is not loaded, and the session cancelled (3)",
    "H9; SGP.22 2.9.3; 3.1.3; 5.7.14",
    Setting(config={"rat": ()}),
)
def _forbidden_rules(bench: Bench) -> None:
    bench.order(policy_rules=(rsp.PprIds.PPR1,))
    bench.run("download")
    require(bench.talk.to(duties.SMDP, "authenticateClient"), "it does not come as far as the metadata")
    duties.nothing_loaded(bench)
    duties.cancelled(bench, Reason.PPR_NOT_ALLOWED, "pprNotAllowed")


def _needs_code(bench: Bench) -> None:
    if not bench.place.commands.uses("download", "confirmation_code"):
        raise NotApplicable("the command for download has no {confirmation_code}")


def _reason_is(bench: Bench, *reasons: int) -> None:
    for call in bench.talk.of(duties.CANCEL_SESSION):
        reason = duties.number(call.find(duties.CANCEL_SESSION, 0x81))
        require(reason in reasons, f"it cancels the session for the reason {reason}")
