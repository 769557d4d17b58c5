"""What a card tells of its enabled profile, read by APDU as a terminal does."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import Command, StatusError, Transport, aid, instruction, status
from apdu.channel import ApduChannel
from ipa import iccid as iccids

EF_ICCID = 0x2FE2
EF_IMSI = 0x6F07
EF_SPN = 0x6F46
# SELECT by file identifier, no data in the answer wanted, TS 102 221 11.1.1.
_BY_FILE_ID, _NO_DATA = 0x00, 0x0C
_UCS2 = b"\x80"
# The default alphabet of TS 23.038 6.2.1, by code.
_GSM_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@dataclass(frozen=True)
class Subscription:
    """What a card tells of its enabled profile: digits; the service provider as its EF has it, "" without one."""

    iccid: str
    imsi: str
    service_provider: str


def read_subscription(transport: Transport) -> Subscription:
    """Resets the card and reads its enabled profile as a terminal does; StatusError when there is none."""
    transport.reset()
    basic = ApduChannel(transport)
    iccid = _read(basic, EF_ICCID)
    basic.select(aid.USIM)
    return Subscription(
        iccid=iccids.to_digits(iccid),
        imsi=_imsi(_read(basic, EF_IMSI)),
        service_provider=_service_provider(basic),
    )


def read_iccid(transport: Transport) -> str:
    """The ICCID of the enabled profile, on the basic channel, without a reset; StatusError."""
    return iccids.to_digits(_read(ApduChannel(transport), EF_ICCID))


def _read(channel: ApduChannel, file: int) -> bytes:
    selection = Command(0x00, instruction.SELECT, _BY_FILE_ID, _NO_DATA, file.to_bytes(2, "big"))
    channel.send(selection).checked()
    return channel.send(Command(0x00, instruction.READ_BINARY, 0, 0, le=256)).checked()


def _imsi(content: bytes) -> str:
    """EF_IMSI, TS 31.102 4.2.2: length, then a nibble of type and parity, then the digits."""
    return iccids.to_digits(content[1 : 1 + content[0]])[1:]


def _service_provider(channel: ApduChannel) -> str:
    try:
        return service_provider_name(_read(channel, EF_SPN))
    except StatusError as error:
        if error.sw != status.FILE_NOT_FOUND:
            raise
        return ""


def service_provider_name(content: bytes) -> str:
    """EF_SPN, TS 31.102 4.2.12: after the display condition the name, in the default alphabet or UCS2."""
    name = content[1:]
    if name[:1] == _UCS2:
        whole = len(name) - (len(name) + 1) % 2
        return name[1:whole].decode("utf-16-be", "replace").rstrip("\uffff")
    return "".join(_GSM_ALPHABET[code & 0x7F] for code in name.rstrip(b"\xff"))
