"""An SGP.02 card with an enabled profile, an SM-SR that has its SCP80 keys, and a device between them: by bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from apdu import Command, Response, tlv
from apdu import aid as aids
from euicc import Card
from euicc.config import Config
from euicc.m2m.identity import M2mIdentity
from euicc.m2m.isdr import M2mIsdR
from euicc.testing.ota import Handset, KeySet, OtaPlatform, Protection, Script, ScriptResult, parse_expanded
from euicc.testing.ota.packet import Response as OtaResponse
from euicc.testing.profile_builder import Subscription, build
from tests.m2m import commands

TAR = bytes.fromhex("000001")
CARD = "the card"
FIRST, SECOND, THIRD = aids.isd_p(0x10), aids.isd_p(0x11), aids.isd_p(0x12)
ICCID, OTHER_ICCID, THIRD_ICCID = "8900101234567890123", "8900101234567890131", "8900101234567890149"


@cache
def package(iccid: str = ICCID, pol1: int | None = None) -> bytes:
    return build(Subscription(iccid=iccid, pol1=pol1)).package


def identity() -> M2mIdentity:
    return M2mIdentity.default()


def scp80(version: int = 0x01, who: M2mIdentity | None = None) -> KeySet:
    """The key set with which the card was made."""
    found = {
        key.identifier: key.components[0].data
        for key in (who or identity()).isd_r_keys
        if key.version == version
    }
    return KeySet(version, found[1], found[2])


def written(*apdus: str) -> bytes:
    """C-APDUs as an expanded script whose response has an answer to each."""
    script = Script()
    script.commands.extend(Command.parse(bytes.fromhex(each)) for each in apdus)
    return script.expanded(indefinite=True)


@dataclass
class Managed:
    card: Card
    handset: Handset
    platform: OtaPlatform = field(default_factory=OtaPlatform)

    @property
    def isdr(self) -> M2mIsdR:
        assert isinstance(self.card.isdr, M2mIsdR)
        return self.card.isdr

    def send(self, data: bytes, name: str = CARD, protection: Protection | None = None) -> OtaResponse:
        """One attempt, answered in the report or by messages of the card."""
        return self.platform.send(
            name,
            TAR,
            data,
            self.handset.deliver,
            protection=protection,
            submitted=self.handset.user_data_sent,
            attempts=1,
        )

    def script(self, *apdus: str, name: str = CARD) -> ScriptResult:
        """C-APDUs in an expanded script; all their responses."""
        response = self.send(written(*apdus), name)
        assert response.status == 0
        return parse_expanded(response.data)

    def es5(self, command: str, name: str = CARD) -> tuple[str, int]:
        """One C-APDU: response data in hexadecimal, and the status word."""
        result = self.script(command, name=name)
        assert result.sw is not None
        return result.data.hex().upper(), result.sw

    def sw(self, command: str) -> int:
        """The status word of one C-APDU."""
        return self.es5(command)[1]

    def states(self) -> dict[bytes, int]:
        """AID to life cycle state, as the audit tells it."""
        data, sw = self.es5("80F2400207" + "4F00" + "5C034F9F7000")
        found = [each.children() for each in tlv.parse_all(bytes.fromhex(data))]
        assert sw == 0x9000
        return {aid.value: state.value[0] for aid, state in found}

    def switch(self, aid: bytes) -> None:
        """Enable a profile, and confirm it."""
        assert self.sw(commands.enable(aid)) == 0x9000
        self.confirm()

    def confirm(self) -> str:
        """Confirm what the card has to tell; what it answers."""
        pending = self.isdr.notifications_m2m.pending
        assert pending is not None
        data, sw = self.es5(commands.confirm(pending.number))
        assert sw == 0x9000
        return data

    def terminal(self, command: str) -> Response:
        """An APDU on the local interface."""
        return Response.parse(self.card.transmit(bytes.fromhex(command)))


def managed(*iccids: str, config: Config | None = None, seed: int = 1, pol1: tuple[int, ...] = ()) -> Managed:
    """The first profile enabled, with the fallback attribute; the others disabled. pol1: of each that has one."""
    card = Card.manufacture(variant="sgp02", config=config, seed=seed)
    for number, iccid in enumerate(iccids or (ICCID,)):
        card.preload(package(iccid, *pol1[number : number + 1]), enabled=number == 0)
    card.reset()
    made = Managed(card, Handset(card))
    made.handset.commands.clear()
    made.platform.register(CARD, scp80())
    return made
