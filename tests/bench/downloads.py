"""A whole profile download as the card sees it: its commands recorded once, then played against equal cards."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from apdu import Recorder
from euicc import Card
from euicc.crypto.curves import Curve
from tests.data import TS48
from tests.rsp.contents import contents
from tests.rsp.device import SEED, Device, metadata, pki
from tests.rsp.server import Contents, Server

TYPICAL = "TS48v5_SAIP2.3_BERTLV_SUCI.der"
TYPICAL_ICCID = bytes.fromhex("98001032547698103214")


@dataclass(frozen=True)
class Download:
    """The commands of one download on one curve; `play` gives the processor seconds that a card takes for them."""

    curve: Curve
    commands: tuple[bytes, ...]
    profile_size: int

    def play(self) -> float:
        """Seconds inside `transmit`, for a card like the one recorded."""
        card = Card.manufacture(pki=pki(self.curve), seed=SEED)
        transmit = card.transmit
        start = process_time()
        for command in self.commands:
            answer = transmit(command)
        taken = process_time() - start
        assert answer[-2:] == b"\x90\x00"
        assert card.isdr.profiles.all()
        return taken


def typical() -> Contents:
    """A profile of 12 kB: one of the TS.48 packages where they are at hand, else the built-in one."""
    path = TS48 / TYPICAL
    if not path.is_file():
        return contents()
    return Contents(metadata=metadata(TYPICAL_ICCID).encode(), package=path.read_bytes())


def record(curve: Curve, profile: Contents) -> Download:
    """One download, its commands kept."""
    card = Card.manufacture(pki=pki(curve), seed=SEED)
    recorder = Recorder(card)
    side = Device(card, Server(pki(curve), curve), recorder)
    result = side.install(profile).profile_installation_result_data.final_result
    assert result.success_result is not None
    commands = tuple(each.command for each in recorder.trace.exchanges if each.command)
    return Download(curve, commands, len(profile.package))
