"""A profile downloaded into an ISD-P over HTTPS: SCP03t inside scripts for a targeted application."""

from __future__ import annotations

from apdu import tlv
from asn1.generated import pe
from euicc.m2m.isd_p import LifeCycle
from euicc.m2m.scp81.applet import Outcome
from euicc.testing.m2m import es3
from euicc.testing.m2m.https_admin import Answer, HttpsAdmin
from euicc.testing.smdp_m2m import scp03t
from tests.m2m.es8_scene import AID, Scene, package, statuses
from tests.scp81.line import HERE, Line
from tests.scp81.test_isd_r import EID, admin


class SmDp:
    """Says the next command TLV as soon as the one before was answered, all in one session."""

    def __init__(self, scene: Scene, server: HttpsAdmin) -> None:
        self._scene = scene
        self._server = server
        self._blocks = list(scp03t.blocks(package(), scp03t.LARGEST_BLOCK))
        self._sent: scp03t.Sent | None = None
        self.result = b""
        server.answered = self.answered
        self._say(scene.host.initialize_update())

    def _say(self, command: bytes) -> None:
        self._server.queue(EID, b"\xae\x80" + command + b"\x00\x00", AID)

    def answered(self, eid: bytes, answer: Answer) -> None:
        (element,) = es3.elements(answer.content[2:-2])
        if element.tag == 0x84:
            self._scene.host.take_initialize_update(tlv.parse(element.encoded))
            self._say(self._scene.host.external_authenticate())
            return
        if self._sent is not None:
            self.result += scp03t.read(self._sent, element)
        if self._blocks:
            self._sent = self._scene.host.data(self._blocks.pop(0))
            self._say(self._sent.encoded)


def test_a_profile_is_downloaded_in_one_session() -> None:
    scene, server = Scene(), admin()
    smdp = SmDp(scene, server)
    line = Line(scene.card, server)
    assert line.hold(HERE) == Outcome(True, 1)
    assert {*statuses(pe.EUICCResponse.decode(smdp.result))} == {0}
    assert scene.state is LifeCycle.DISABLED
    assert len(server.requests) > 10
