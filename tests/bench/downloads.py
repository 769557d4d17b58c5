"""A whole profile download as the card sees it: its commands recorded once, then played against equal cards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import process_time

from apdu import Recorder
from asn1.generated import pe
from euicc import Card
from euicc.crypto.curves import Curve
from euicc.isdp.installer import decoded_once
from tests.data import TS48
from tests.rsp.contents import contents, elements
from tests.rsp.device import SEED, Device, metadata, pki
from tests.rsp.server import Contents, Server

TYPICAL = "TS48v5_SAIP2.3_BERTLV_SUCI.der"
TYPICAL_ICCID = bytes.fromhex("98001032547698103214")
FIRST_DF, FIRST_EF = 0x5FA0, 0x4F01
FILES_IN_DF = 60
CONTENT = bytes(range(40))


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

    def play_first(self) -> float:
        """The same for the first card of the process that installs this profile: nothing of it is decoded yet."""
        decoded_once.cache_clear()
        return self.play()


def typical() -> Contents:
    """A profile of 12 kB: one of the TS.48 packages where they are at hand, else the built-in one."""
    path = TS48 / TYPICAL
    if not path.is_file():
        return contents()
    described = metadata(TYPICAL_ICCID, notification_configuration_info=None)
    return Contents(metadata=described.encode(), package=path.read_bytes())


def enlarged(profile: Contents, size: int) -> Contents:
    """The profile with more files outside the templates, until its package has at least this size."""
    *before, end = elements(profile.package)
    length, number = len(profile.package), 0
    while length < size:
        before.append(_directory(number))
        length, number = length + len(before[-1]), number + 1
    return replace(profile, package=b"".join((*before, end)))


def _directory(number: int) -> bytes:
    """An element that creates a DF below the MF, full of small files."""
    directory = pe.Fcp(
        file_descriptor=b"\x78\x21",
        file_id=(FIRST_DF + number).to_bytes(2, "big"),
        security_attributes_referenced=b"\x0e",
        pin_status_template_do=b"\x01\x0a",
    )
    commands = [pe.FileManagementItem(file_path=b""), pe.FileManagementItem(create_fcp=directory)]
    for fid in range(FIRST_EF, FIRST_EF + FILES_IN_DF):
        commands.append(pe.FileManagementItem(create_fcp=_file(fid)))
        commands.append(pe.FileManagementItem(fill_file_content=CONTENT))
    header = pe.PEHeader(mandated=True, identification=1000 + number)
    return pe.ProfileElement(
        generic_file_management=pe.PEGenericFileManagement(
            gfm_header=header, file_management_cmd=(tuple(commands),)
        )
    ).encode()


def _file(fid: int) -> pe.Fcp:
    return pe.Fcp(
        file_descriptor=b"\x41\x21",
        file_id=fid.to_bytes(2, "big"),
        security_attributes_referenced=b"\x2f\x06\x01",
        ef_file_size=bytes((len(CONTENT),)),
    )


def record(curve: Curve, profile: Contents) -> Download:
    """One download, its commands kept."""
    card = Card.manufacture(pki=pki(curve), seed=SEED)
    recorder = Recorder(card)
    side = Device(card, Server(pki(curve), curve), recorder)
    result = side.install(profile).profile_installation_result_data.final_result
    assert result.success_result is not None
    commands = tuple(each.command for each in recorder.trace.exchanges if each.command)
    return Download(curve, commands, len(profile.package))
