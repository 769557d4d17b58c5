"""STORE DATA of the ISD-R, SGP.02 4.1: a table of data groups for the ISD-R, and one for ISD-Ps named before.

    group   ISD-R                                   ISD-P (after INSTALL [for personalization])
    3A01    ES5.EstablishISDRKeySet, certificate    ES8.EstablishISDPKeySet, certificate
    3A02    the same, keys                          the same, keys
    3A03    ES5.EnableProfile
    3A04    ES5.DisableProfile
    3A05    ES5.SetFallbackAttribute
    3A07    ES5.UpdateSMSRAddressingParameters      only inside SCP03
    3A08    ES5.HandleNotificationConfirmation
    3A09    ES5.SetEmergencyProfileAttribute

A group that only the ISD-R knows is for the ISD-R, whoever was named before. On the local interface there are those of
ESx instead (`euicc.m2m.local`), and none of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, status, tlv
from euicc.globalplatform.dgi import DgiError
from euicc.globalplatform.store_data import DGI_FORMAT, LAST_BLOCK, append
from euicc.m2m import local
from euicc.m2m.commands import addressing, key_sets, notifications, profiles
from euicc.m2m.commands.data_groups import DataGroup, parse_all

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR

CERTIFICATE, KEYS, ENABLE, DISABLE, SET_FALLBACK, ADDRESSING, CONFIRMATION, SET_EMERGENCY = (
    *(0x3A01, 0x3A02, 0x3A03, 0x3A04),
    *(0x3A05, 0x3A07, 0x3A08, 0x3A09),
)


Function = Callable[["M2mIsdR", "Conversation", bytes], bytes]
"""What a data group does; response data."""


def _only_inside_scp03(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)


ISD_R: dict[int, Function] = {
    CERTIFICATE: key_sets.isd_r_certificate,
    KEYS: key_sets.isd_r_keys,
    ENABLE: profiles.enable,
    DISABLE: profiles.disable,
    SET_FALLBACK: profiles.set_fallback,
    ADDRESSING: addressing.update,
    CONFIRMATION: notifications.confirm,
    SET_EMERGENCY: profiles.set_emergency,
}
ISD_P: dict[int, Function] = {
    CERTIFICATE: key_sets.isd_p_certificate,
    KEYS: key_sets.isd_p_keys,
    ADDRESSING: _only_inside_scp03,
}
"""Identifier of the data group -> function."""
WITH_REST = (KEYS,)
"""What open SM-DPs and SM-SRs let the length of 3A02 embrace differs: signature and public key belong to it anyway."""

Find = Callable[["Conversation", int], Function]
"""The function of a data group in this conversation; StatusError when there is none."""


def store_data(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """STORE DATA: b8 of P1 on the last block, P2 its number from 00; blocks may come in several packets.

    What the blocks hold takes effect with the last one, wholly or not at all; a certificate (3A01) as soon as it is
    complete, since its answer is needed for the next group. StatusError 6A86 for a block out of turn, or not in DGIs;
    6700 for an empty block or too many; 6A80 for malformed or unknown groups, and those of the functions.
    """
    return store(isdr, conversation, command, _of_es5)


def local_store_data(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """STORE DATA from the device itself: ESx; StatusError as for `store_data`, 6982 for the groups of ES5."""
    return store(isdr, conversation, command, _of_esx)


def store(isdr: M2mIsdR, conversation: Conversation, command: Command, find: Find) -> bytes:
    """One block, with the functions that `find` finds."""
    left = len(conversation.afterwards)
    try:
        return _run(isdr, conversation, _groups(conversation, command), find)
    except StatusError:
        conversation.chain = None
        isdr.switching.take_back(conversation, left)
        raise


def _groups(conversation: Conversation, command: Command) -> list[DataGroup]:
    """What can be executed now."""
    chain = append(conversation, command)
    if chain.structure != DGI_FORMAT:
        raise StatusError(status.INCORRECT_P1_P2)
    data = bytes(chain.data)
    if command.p1 & LAST_BLOCK:
        conversation.chain = None
        return _parsed(data)
    if not _is_certificate(data):
        return []
    chain.data.clear()
    return _parsed(data)


def _parsed(data: bytes) -> list[DataGroup]:
    try:
        return parse_all(data, WITH_REST)
    except DgiError:
        raise StatusError(status.INCORRECT_DATA) from None


def _is_certificate(data: bytes) -> bool:
    """Whether these blocks hold one whole certificate."""
    if not data.startswith(CERTIFICATE.to_bytes(2, "big")):
        return False
    try:
        (group,) = parse_all(data)
        tlv.parse(group.value)
    except (DgiError, TlvError, ValueError):
        return False
    return True


def _run(isdr: M2mIsdR, conversation: Conversation, groups: list[DataGroup], find: Find) -> bytes:
    response = b""
    if not groups:
        return response
    with isdr.nvm.transaction():
        for group in groups:
            response += find(conversation, group.identifier)(isdr, conversation, group.value)
    return response


def _of_es5(conversation: Conversation, identifier: int) -> Function:
    if conversation.target is not None and identifier in ISD_P:
        return ISD_P[identifier]
    function = ISD_R.get(identifier)
    if function is None:
        raise StatusError(status.INCORRECT_DATA)
    conversation.target = None
    return function


def _of_esx(conversation: Conversation, identifier: int) -> Function:
    if identifier in ISD_R:
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    run = local.FUNCTIONS.get(identifier)
    if run is None:
        raise StatusError(status.INCORRECT_DATA)
    return run
