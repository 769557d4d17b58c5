"""Downloads that an eIM triggers, SGP.32 3.2.3: done, and told to SM-DP+ and eIM."""

from __future__ import annotations

from asn1.generated.rsp import CancelSessionReason as Reason
from euicc.check.expect import require
from euicc.testing.eim import OrderState as EimOrderState
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.smdp import OrderState
from euicc.testing.smdp.faults import Piece

area = Area("trigger", "poll", Setting(IOT), relies_on="poll/all-packages")
areas = (area,)


@area.case(
    "activation-code",
    "a download by activation code is done, and the eIM has its result",
    "H8; SGP.32 3.2.3.1",
)
def _activation_code(bench: Bench) -> None:
    order = bench.order()
    trigger = bench.eim.download(bench.eid, bench.smdp.activation_code(order))
    bench.run("poll")
    require(order.iccid in bench.profiles(), "the profile is not on the card")
    require(trigger.state is EimOrderState.DONE, f"for the eIM the download is: {trigger.state.value}")
    require(trigger.result is not None, "the eIM does not get the installation result")


@area.case(
    "server-told", "the SM-DP+ has the result, too", "H8; SGP.32 3.2.3.1", judges="trigger/activation-code"
)
def _server_told(bench: Bench) -> None:
    (order,) = bench.smdp.orders
    require(order.state is OrderState.INSTALLED, f"for the SM-DP+ the profile is: {order.state.value}")
    duties.removed_after_acknowledgement(bench.talk)


@area.case(
    "default-server",
    "a download from the default SM-DP+ is done",
    "H8; SGP.32 3.2.3.1",
    Setting(IOT, default_smdp=True),
)
def _default_server(bench: Bench) -> None:
    order = bench.order(matching_id="", eid=bench.eid)
    trigger = bench.eim.download_from_default(bench.eid)
    bench.run("poll")
    require(order.iccid in bench.profiles(), "the profile is not on the card")
    require(trigger.state is EimOrderState.DONE, f"for the eIM the download is: {trigger.state.value}")


@area.case("failed", "the eIM hears of a download that fails", "H8; SGP.32 2.11.2.3")
def _failed(bench: Bench) -> None:
    trigger = bench.eim.download(bench.eid, f"1${bench.smdp.address}$NOT-THERE")
    bench.run("poll")
    require(bench.talk.to(duties.SMDP, "authenticateClient"), "the SM-DP+ is not asked")
    require(trigger.state is EimOrderState.REFUSED, f"for the eIM the download is: {trigger.state.value}")
    require(not bench.profiles(), "there is a profile on the card")


@area.case(
    "metadata-mismatch",
    "a package with other metadata than were announced is not loaded, and the session cancelled (4)",
    "H9; SGP.32 3.2.3.1; SGP.22 3.1.3.3",
    relies_on="trigger/activation-code",
)
def _metadata_mismatch(bench: Bench) -> None:
    order = bench.order()
    bench.smdp.faults[Piece.STORE_METADATA] = duties.renamed
    trigger = bench.eim.download(bench.eid, bench.smdp.activation_code(order))
    bench.run("poll")
    require(bench.talk.to(duties.SMDP, "getBoundProfilePackage"), "it does not come as far as the package")
    duties.nothing_loaded(bench)
    duties.cancelled(bench, Reason.METADATA_MISMATCH, "metadataMismatch")
    require(trigger.state is EimOrderState.REFUSED, f"for the eIM the download is: {trigger.state.value}")
