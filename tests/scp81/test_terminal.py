"""The card in a device with channels to the network, and the server at a port of this machine."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import count

from apdu.aid import isd_p
from euicc import Card
from euicc.m2m.scp81.applet import AdministrationAgent, Outcome
from euicc.m2m.scp81.parameters import trigger
from euicc.testing.m2m.https_admin import HttpsAdmin
from euicc.testing.m2m.https_admin_tcp import served
from euicc.testing.m2m.https_admin_trigger import psk_identity
from ipa.terminal import Terminal
from ipa.toolkit import Bip, Toolkit
from tests.scp81.line import EID, HERE, Domain, server

SCRIPTS = (bytes.fromhex("AE80220580CAFF21000000"), bytes.fromhex("AA0722") + b"\x05" + bytes(5))


def hold(domain: Domain, admin: HttpsAdmin, retries: int = 0) -> list[Outcome]:
    """A session, from the trigger on, by a clock that goes on whenever somebody looks at it."""
    ticks = count()
    card = Card.manufacture(seed=1)
    card.register(agent := AdministrationAgent(domain))
    terminal = Terminal(card, toolkit=Toolkit.of(bip=Bip(), clock=lambda: next(ticks) / 2))
    terminal.start()
    outcomes: list[Outcome] = []
    with served(admin) as port:
        parameters = trigger(replace(HERE, port=port, retries=retries, delay=2).encode())
        assert parameters is not None
        agent.request(parameters, b"", outcomes.append)
        terminal.run(10, until=lambda: bool(outcomes))
    return outcomes


def test_two_scripts_over_a_socket() -> None:
    domain, admin = Domain(), server(chunk=100)
    admin.queue(EID, SCRIPTS[0])
    admin.queue(EID, SCRIPTS[1] * 100, isd_p(0x10))
    assert hold(domain, admin) == [Outcome(True, 1)]
    assert domain.executed == [(SCRIPTS[0], None), (SCRIPTS[1] * 100, isd_p(0x10))]
    assert [each.status for each in admin.answers(EID)] == ["ok", "ok"]


def test_a_wrong_key_over_a_socket() -> None:
    admin = server()
    admin.know(EID, psk_identity(EID), b"another key")
    assert hold(Domain(), admin, retries=1) == [Outcome(False, 2, "bad_record_mac: sent by the peer")]
    assert admin.requests == []


def test_nobody_at_the_port() -> None:
    card = Card.manufacture(seed=1)
    card.register(agent := AdministrationAgent(Domain()))
    terminal = Terminal(card, toolkit=Toolkit.of(bip=Bip(patience=0.2)))
    terminal.start()
    with served(server()) as port:
        pass
    outcomes: list[Outcome] = []
    parameters = trigger(replace(HERE, port=port).encode())
    assert parameters is not None
    agent.request(parameters, b"", outcomes.append)
    terminal.poll()
    assert [each.completed for each in outcomes] == [False]


def test_a_card_without_sessions_loads_none_of_it() -> None:
    code = (
        "import sys\nfrom euicc import Card\nCard.manufacture(variant='sgp02', seed=1)\n"
        "heavy = ('euicc.crypto.tls_psk', 'euicc.m2m.scp81.parameters', 'euicc.m2m.scp81.session')\n"
        "print(*[name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
