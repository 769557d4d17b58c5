"""What a card tells of its enabled profile, read by APDU as a terminal does."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import StatusError, Transport, aid, ef, status
from apdu.channel import ApduChannel
from ipa import files


@dataclass(frozen=True)
class Subscription:
    """What a card tells of its enabled profile: digits; the service provider as its EF has it, "" without one."""

    iccid: str
    imsi: str
    service_provider: str


def read_subscription(transport: Transport) -> Subscription:
    """Resets the card and reads its enabled profile as a terminal does; StatusError when there is none."""
    transport.reset()
    channel = ApduChannel(transport)
    iccid = _read(channel, "EF.ICCID")
    files.enter(channel, aid.USIM)
    return Subscription(
        iccid=iccid,
        imsi=_read(channel, "EF.IMSI"),
        service_provider=_service_provider(channel),
    )


def read_iccid(transport: Transport) -> str:
    """The ICCID of the enabled profile, on the basic channel, without a reset; StatusError."""
    return _read(ApduChannel(transport), "EF.ICCID")


def _read(channel: ApduChannel, path: str) -> str:
    """Digits; "" where the card has none that could be digits."""
    content = files.read_binary(channel, path)
    try:
        return ef.decode(path, content) or ""
    except ef.ContentError:
        return ""


def _service_provider(channel: ApduChannel) -> str:
    try:
        return service_provider_name(files.read_binary(channel, "EF.SPN"))
    except StatusError as error:
        if error.sw != status.FILE_NOT_FOUND:
            raise
        return ""


def service_provider_name(content: bytes) -> str:
    """The name in EF_SPN, TS 31.102 4.2.12; "" where there is none that can be read."""
    try:
        value = ef.decode("EF.SPN", content)
    except ef.ContentError:
        return ""
    return value["name"] if value else ""
