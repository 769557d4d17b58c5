"""Servers that fail: the device gives up in order, and does not ask for ever."""

from __future__ import annotations

from euicc.check.expect import require
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import Bench
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.watched import Own, broken

MOST = 5
FUNCTIONS = ("initiateAuthentication", "authenticateClient", "getBoundProfilePackage")

area = Area("servers", "download", relies_on="download/installed")
areas = (area,)


def _nonsense(request: object, right: object) -> dict[str, str]:
    return {"what": "nobody knows"}


TROUBLES: dict[str, tuple[str, Own]] = {
    "500": ("HTTP status 500", broken(500)),
    "nonsense": ("JSON without any of its fields", _nonsense),
}


def _for(function: str, name: str, words: str, own: Own) -> None:
    @area.case(f"{function}-{name}", f"{function} answered with {words} ends the download", "SGP.22 6.3; 6.5")
    def _case(bench: Bench) -> None:
        bench.order()
        bench.watched_smdp.own[function] = own
        bench.run("download")
        heard = bench.talk.to(duties.SMDP, function)
        require(heard, f"the server never hears {function}")
        duties.at_most(heard, MOST, f"it calls {function}")
        duties.nothing_loaded(bench)


for _function in FUNCTIONS:
    for _name, (_words, _own) in TROUBLES.items():
        _for(_function, _name, _words, _own)
