"""Quirks of ES10 functions: rows of the card's table that answer in another form, or are others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from apdu import tlv
from asn1.generated import rsp, sgp32

if TYPE_CHECKING:
    from asn1 import Message
    from euicc.isdr.applet import IsdR
    from euicc.isdr.functions import Function
    from euicc.variants.variant import Variant

Change = Callable[[bytes], bytes]
"""From the response as the standard has it to that of the card with the quirk, both whole TLVs."""

PROFILES, NOTIFICATIONS, PENDING = (
    rsp.ProfileInfoListRequest.TAG,
    rsp.ListNotificationRequest.TAG,
    rsp.RetrieveNotificationsListRequest.TAG,
)
LISTS = (PROFILES, NOTIFICATIONS, PENDING)
ROLLBACK, CERTIFICATES, EIMS = (
    sgp32.ProfileRollbackRequest.TAG,
    sgp32.GetCertsRequest.TAG,
    sgp32.GetEimConfigurationDataRequest.TAG,
)
_OK, _ERROR, _SEQUENCE = 0xA0, 0x81, 0x30
_PROFILE_INFO, _PROFILE_CLASS, _OPERATIONAL = 0xE3, 0x95, 2
_BOOLEANS = (0x9F7B, 0x9F26, 0x9F67)
_NO_RESULT_AVAILABLE = 1
_CMD_RESULT, _CMD_RESULT_AUTOMATIC = 0x02, 0x80
_CERTIFICATE_TAGS, _KEY_TAGS, _SUBJECT_PUBLIC_KEY = (0xA5, 0xA6), (0xA5, 0xA6), 0xA0
_EIM_ID_TYPE_OF_V1_0 = 0x84
_ISD_P_OF_REAL_CARDS = 0x0011


def answering(change: Change, *tags: int) -> Callable[[Variant], Variant]:
    """The functions of these tags, as far as a kind of card has them, answer with what `change` makes of it."""

    def changed(variant: Variant) -> Variant:
        rows = {tag: _row(variant.functions[tag], change) for tag in tags if tag in variant.functions}
        return replace(variant, functions={**variant.functions, **rows})

    return changed


def _row(function: Function, change: Change) -> Function:
    def run(isdr: IsdR, request: Any) -> bytes:
        return _changed(function.run(isdr, request), change)

    def refuse(request: Any, code: int) -> bytes:
        assert function.refuse is not None
        return _changed(function.refuse(request, code), change)

    return replace(function, run=run, refuse=None if function.refuse is None else refuse)


def _changed(answer: Message | bytes, change: Change) -> bytes:
    return change(answer if isinstance(answer, bytes) else answer.encode())


def every_function(change: Change) -> Callable[[Variant], Variant]:
    """The same for all functions that answer at all."""
    return lambda variant: answering(lambda answer: change(answer) if answer else answer, *variant.functions)(
        variant
    )


# -- changes of a response --------------------------------------------------------------------------------------------


def doubled(answer: bytes) -> bytes:
    """The tag of the response twice: `BF2D BF2D ...`."""
    return tlv.encode(tlv.parse(answer).tag, answer)


def bare_when_empty(answer: bytes) -> bytes:
    """An empty list has no A0: `BF2D00`."""
    whole = tlv.parse(answer)
    return tlv.encode(whole.tag, b"") if whole.value == tlv.encode(_OK, b"") else answer


def without_alternative(answer: bytes) -> bytes:
    """A list has no A0 around it: `BF2D {E3 ...}`."""
    whole = tlv.parse(answer)
    (alternative,) = whole.children()
    return tlv.encode(whole.tag, alternative.value) if alternative.tag == _OK else answer


def no_result_available(answer: bytes) -> bytes:
    """Where there is nothing, an error says so: `BF2B 810101`."""
    whole = tlv.parse(answer)
    if whole.value != tlv.encode(_OK, b""):
        return answer
    return tlv.encode(whole.tag, tlv.encode(_ERROR, bytes([_NO_RESULT_AVAILABLE])))


def true_as_01(answer: bytes) -> bytes:
    """BOOLEAN TRUE is 01 in ProfileInfo."""
    return _profiles_with(answer, _true_as_01)


def without_class(answer: bytes) -> bytes:
    """profileClass is left out of ProfileInfo where it is operational."""
    return _profiles_with(answer, _without_class)


def automatic_result(answer: bytes) -> bytes:
    """cmdResult of ProfileRollback has the tag 80."""
    whole = tlv.parse(answer)
    first, *others = whole.children()
    result = tlv.encode(_CMD_RESULT_AUTOMATIC, first.value) if first.tag == _CMD_RESULT else first.encoded
    return tlv.encode(whole.tag, result, *(each.encoded for each in others))


def explicit_certificates(answer: bytes) -> bytes:
    """The certificates of GetCerts keep their own tag inside A5 and A6."""
    whole = tlv.parse(answer)
    (alternative,) = whole.children()
    if alternative.tag != _OK:
        return answer
    wrapped = (_explicit(each, _CERTIFICATE_TAGS) for each in alternative.children())
    return tlv.encode(whole.tag, tlv.encode(_OK, *wrapped))


def explicit_keys(answer: bytes) -> bytes:
    """The keys in the configuration of an eIM keep their own tag inside A0: `A5{A0{30{..}}}`."""
    whole = tlv.parse(answer)
    (alternative,) = whole.children()
    entries = (
        tlv.encode(entry.tag, *map(_explicit_key, entry.children())) for entry in alternative.children()
    )
    return tlv.encode(whole.tag, tlv.encode(alternative.tag, *entries))


def _explicit(element: tlv.Tlv, tags: tuple[int, ...]) -> bytes:
    if element.tag not in tags:
        return element.encoded
    return tlv.encode(element.tag, tlv.encode(_SEQUENCE, element.value))


def _explicit_key(field: tlv.Tlv) -> bytes:
    if field.tag not in _KEY_TAGS:
        return field.encoded
    return tlv.encode(field.tag, *(_explicit(each, (_SUBJECT_PUBLIC_KEY,)) for each in field.children()))


def _profiles_with(answer: bytes, change: Callable[[tlv.Tlv], Iterator[bytes]]) -> bytes:
    whole = tlv.parse(answer)
    (alternative,) = whole.children()
    if alternative.tag != _OK:
        return answer
    profiles = (
        tlv.encode(_PROFILE_INFO, *change(each)) if each.tag == _PROFILE_INFO else each.encoded
        for each in alternative.children()
    )
    return tlv.encode(whole.tag, tlv.encode(_OK, *profiles))


def _true_as_01(profile: tlv.Tlv) -> Iterator[bytes]:
    for each in profile.children():
        true = each.tag in _BOOLEANS and any(each.value)
        yield tlv.encode(each.tag, b"\x01") if true else each.encoded


def _without_class(profile: tlv.Tlv) -> Iterator[bytes]:
    for each in profile.children():
        if each.tag != _PROFILE_CLASS or each.value != bytes([_OPERATIONAL]):
            yield each.encoded


# -- other rows -------------------------------------------------------------------------------------------------------


def memory_reset_of_v1_0(variant: Variant) -> Variant:
    """BF34 as SGP.32 v1.0 had it, and no BF64."""
    from euicc.isdr.es10 import v1_0

    rows = {tag: row for tag, row in variant.functions.items() if tag != sgp32.EuiccMemoryResetRequest.TAG}
    older = next(each for each in v1_0.FUNCTIONS if each.tag == rsp.EuiccMemoryResetRequest.TAG)
    return replace(variant, functions={**rows, older.tag: older})


def eim_id_type_of_v1_0(variant: Variant) -> Variant:
    """eimIdType in the result of listEim has the tag 84 of SGP.32 v1.0."""
    return replace(variant, package=replace(variant.package, eim_id_type=_EIM_ID_TYPE_OF_V1_0))


def isd_ps_from_1100(variant: Variant) -> Variant:
    """The first ISD-P is ...8900001100."""
    return replace(variant, first_isd_p=_ISD_P_OF_REAL_CARDS)
