"""What a test knows of a card, so that the requests it draws make sense there, or just do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from apdu import Channel, StatusError
from asn1 import Asn1Error, Message
from asn1.generated import rsp, sgp32

M = TypeVar("M", bound=Message)
ANOTHER_ICCID = bytes.fromhex("98001032547698103254")
ANOTHER_EID = bytes.fromhex("89049032123451234512345678901235")
ANOTHER_AID = bytes.fromhex("A0000005591010FFFFFFFF890000FF00")
_EID_TAG, _SEARCHED = b"\x5a", bytes.fromhex("5A4F")


@dataclass(frozen=True)
class CardView:
    """A card as far as requests care: identifiers that exist there.

    `iccids` (10 bytes, as EF_ICCID has them) and `aids` of its profiles; `transaction_id` of the session that is open,
    if any; `seq_numbers` of its notifications and results; `eim_ids` of its eIMs. What a request says that is not so on
    the card is taken from `another_...`, or near: a number one too high, a transaction id with one bit changed.
    """

    eid: bytes = bytes(16)
    iccids: tuple[bytes, ...] = ()
    aids: tuple[bytes, ...] = ()
    transaction_id: bytes | None = None
    seq_numbers: tuple[int, ...] = ()
    eim_ids: tuple[str, ...] = ()
    another_iccid: bytes = ANOTHER_ICCID
    another_aid: bytes = ANOTHER_AID
    another_eim_id: str = "another-eim"


def view_of(isdr: Channel) -> CardView:
    """Asks a card, through a channel on which its ISD-R is selected; what it does not tell stays empty."""
    profiles = _ask(isdr, rsp.ProfileInfoListRequest(tag_list=_SEARCHED), rsp.ProfileInfoListResponse)
    listed = (profiles.profile_info_list_ok if profiles else None) or ()
    data = _ask(isdr, rsp.GetEuiccDataRequest(tag_list=_EID_TAG), rsp.GetEuiccDataResponse)
    pending = _ask(isdr, rsp.ListNotificationRequest(), rsp.ListNotificationResponse)
    eims = _ask(isdr, sgp32.GetEimConfigurationDataRequest(), sgp32.GetEimConfigurationDataResponse)
    return CardView(
        eid=data.eid_value if data else bytes(16),
        iccids=tuple(info.iccid for info in listed if info.iccid),
        aids=tuple(info.isdp_aid for info in listed if info.isdp_aid),
        seq_numbers=tuple(each.seq_number for each in (pending and pending.notification_metadata_list) or ()),
        eim_ids=tuple(each.eim_id for each in (eims and eims.eim_configuration_data_list) or ()),
    )


def _ask(isdr: Channel, request: Message, response: type[M]) -> M | None:
    """The answer, None when the card has no such function or answers in a way that cannot be read."""
    try:
        return response.decode(isdr.store_data(request.encode()))
    except (StatusError, Asn1Error):
        return None
