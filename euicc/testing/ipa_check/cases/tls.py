"""TLS, SGP.22 6.1 and SGP.32 6.1: a server whose certificate does not hold hears nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from euicc.check.expect import require
from euicc.testing import http
from euicc.testing.http import Tls
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.pki import Pki

LONG_AGO = datetime(2020, 1, 2, tzinfo=UTC)
STRANGERS = b"ipa check: a CI that nobody trusts"

CERTIFICATES: dict[str, tuple[str, Callable[[Pki], Tls]]] = {
    "expired": ("has expired", lambda pki: pki.issue_tls(http.LOOPBACK, now=LONG_AGO)),
    "foreign-ci": (
        "is of a CI that is not trusted",
        lambda pki: Pki.create(STRANGERS).issue_tls(http.LOOPBACK),
    ),
    "other-name": ("is for another host", lambda pki: pki.issue_tls("other.example.com")),
}

of_smdp = Area("tls", "download", relies_on="download/installed")
of_eim = Area("tls-eim", "poll", relies_on="poll/all-packages")
areas = (of_smdp, of_eim)


def _for(name: str, words: str, tls: Callable[[Pki], Tls]) -> None:
    @of_smdp.case(
        name, f"an SM-DP+ whose certificate {words} hears nothing", "SGP.22 2.6.6; 6.1", Setting(smdp_tls=tls)
    )
    def _smdp(bench: Bench) -> None:
        bench.order()
        bench.run("download")
        require(not bench.talk.heard, f"it talks to a server whose certificate {words}")
        duties.nothing_loaded(bench)

    @of_eim.case(
        name, f"an eIM whose certificate {words} hears nothing", "H11; SGP.32 6.1", Setting(IOT, eim_tls=tls)
    )
    def _eim(bench: Bench) -> None:
        bench.run("poll")
        require(not bench.talk.heard, f"it talks to an eIM whose certificate {words}")


for _name, (_words, _tls) in CERTIFICATES.items():
    _for(_name, _words, _tls)
