"""Faults of HTTP and TLS, over real sockets: the device says what was wrong, soon, and the next try succeeds."""

from __future__ import annotations

import time

import pytest

from euicc.testing.eim import operations
from euicc.testing.faults.servers import (
    TLS,
    Body,
    Breaks,
    ContentType,
    FaultyEim,
    FaultyServer,
    HalfBody,
    HttpStatus,
    RedirectsToItself,
    ServerFault,
    Silence,
    Slow,
)
from euicc.testing.http import serve
from euicc.testing.smdp import SmDpPlus
from ipa.errors import IpaError, ServerAnswerInvalid, ServerUnreachable, TlsUntrusted
from ipa.ipad import Ipa
from ipa.lpa import Lpa
from ipa.servers.esipa_https import HttpsEims
from ipa.servers.http import ANSWER_MAX, HttpServers
from tests.faults.consumer import Consumer, pki
from tests.flows32.scene import Scene, operator

GET_BPP = "getBoundProfilePackage"
TIMEOUT = 2.0
"""Seconds: long enough for a machine that has much else to do."""

# Fault, what the device says of it.
WRONG: tuple[tuple[ServerFault, type[IpaError], str], ...] = (
    (HttpStatus(), ServerAnswerInvalid, "HTTP status 500"),
    (HttpStatus(404), ServerAnswerInvalid, "HTTP status 404"),
    (Silence(2 * TIMEOUT), ServerUnreachable, "timed out"),
    (Breaks(), ServerUnreachable, "without sending complete message body"),
    (Breaks(0), ServerUnreachable, "without sending complete message body"),
    (HalfBody(), ServerAnswerInvalid, "not JSON"),
    (HalfBody(0), ServerAnswerInvalid, "not JSON"),
    (Body(), ServerAnswerInvalid, "not JSON"),
    (Body(b"[]"), ServerAnswerInvalid, "not a JSON object"),
    (Body(b"[" * 100_000), ServerAnswerInvalid, "not JSON"),
    (Body(b" ", ANSWER_MAX + 1), ServerAnswerInvalid, "longer than"),
    (RedirectsToItself(), ServerAnswerInvalid, "HTTP status 307"),
)
HARMLESS = (ContentType(), Slow(0.05))


def try_to_download(side: Consumer, address: str) -> None:
    code = f"1${address}${side.smdp.order(operator().package).matching_id}"
    with (
        HttpServers(pki().ci_certificates, timeout=TIMEOUT) as servers,
        Lpa(side.card, servers=servers) as lpa,
    ):
        lpa.download(code)


def consumer() -> Consumer:
    side = Consumer()
    side.smdp = SmDpPlus(pki())
    return side


@pytest.mark.parametrize(("fault", "error", "says"), WRONG, ids=lambda each: str(each)[:40])
def test_on_the_way(fault: ServerFault, error: type[IpaError], says: str) -> None:
    side = consumer()
    faulty = FaultyServer(side.smdp, [fault.when(function=GET_BPP, nth=1)])
    with serve(faulty, tls=pki().issue_tls("127.0.0.1")) as address:
        began = time.monotonic()
        with pytest.raises(error, match=says):
            try_to_download(side, address)
        assert time.monotonic() - began < 10 * TIMEOUT
        assert [(each.function, each.fault) for each in faulty.struck] == [(GET_BPP, fault)]
        assert side.states() == {}
        try_to_download(side, address)
    assert len(side.states()) == 1


@pytest.mark.parametrize("fault", HARMLESS, ids=str)
def test_what_does_no_harm(fault: ServerFault) -> None:
    side = consumer()
    with serve(FaultyServer(side.smdp, [fault.always()]), tls=pki().issue_tls("127.0.0.1")) as address:
        try_to_download(side, address)
    assert len(side.states()) == 1


@pytest.mark.parametrize("name", TLS)
def test_certificates_of_tls(name: str) -> None:
    side = consumer()
    with serve(side.smdp, tls=TLS[name](pki(), "127.0.0.1")) as address, pytest.raises(TlsUntrusted):
        try_to_download(side, address)
    assert side.smdp.notifications == ()


def device(scene: Scene, eims: HttpsEims) -> Ipa:
    return Ipa(
        scene.card, state=scene.state, servers=scene.network, eims=eims, surroundings=scene.surroundings
    )


@pytest.mark.parametrize("as_json", [False, True], ids=["ASN.1", "JSON"])
@pytest.mark.parametrize(
    "fault",
    [HttpStatus(), Silence(2 * TIMEOUT), Breaks(), HalfBody(), Body()],
    ids=lambda each: str(each)[:30],
)
def test_an_eim(fault: ServerFault, as_json: bool) -> None:
    """Struck while the result of a package is delivered: it is delivered again, by the next poll at the latest."""
    scene = Scene()
    scene.install(1)
    faulty = FaultyEim(scene.eim, [fault.when(function="provideEimPackageResult", nth=1)])
    with serve(faulty, tls=pki().issue_tls(scene.eim.address)) as address:
        eims = HttpsEims(
            pki().ci_certificates, json=as_json, timeout=TIMEOUT, connect_to={scene.eim.address: address}
        )
        order = scene.eim.queue(scene.eid, operations.enable(operator(1).iccid_bytes))
        device(scene, eims).poll()
        assert [each.fault for each in faulty.struck] == [fault]
        assert scene.enabled() == operator(1).iccid_bytes
        again = device(scene, eims).poll()
        eims.close()
    assert not any(visit.failure for visit in again.visits)
    assert order.codes == (0,)
    assert scene.waiting() == 0


@pytest.mark.parametrize("name", TLS)
def test_certificates_of_tls_of_an_eim(name: str) -> None:
    scene = Scene()
    scene.eim.queue(scene.eid, operations.list_eim())
    with serve(scene.eim, tls=TLS[name](pki(), scene.eim.address)) as address:
        eims = HttpsEims(pki().ci_certificates, timeout=TIMEOUT, connect_to={scene.eim.address: address})
        (visit,) = device(scene, eims).poll().visits
        eims.close()
    assert "is not trusted" in visit.failure
    assert scene.waiting() == 0
