"""ES5, what an SM-SR has an ISD-R do, SGP.02 4.1: functions as command TLVs of a script, and what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apdu import Command, instruction, status, tlv
from euicc.testing.m2m.eis import EumSignedInfo
from euicc.testing.m2m.es3 import C_APDU, R_APDU, elements
from euicc.testing.m2m.es4 import DeletionToken
from euicc.testing.ota.sms import address

_CLA = 0x80
_ALONE = 0x88
"""P1 of STORE DATA: the only block, data groups."""
_ALONE_ANSWERED = 0x89
_INSTALL, _PROFILE, _KEYS = 0x0C, 0x40, 0x00
_LIST, _NEXT = 0x02, 0x03
_AID, _STATE, _FALLBACK, _ENTRY, _KEY_RANGE = 0x4F, 0x9F70, 0x53, 0xE3, 0xF2
_PRIVILEGES = bytes.fromhex("80C000")
"""Security domain, trusted path, authorized management."""
_SCP03 = bytes.fromhex("C90481020370")
_ENABLE, _DISABLE, _SET_FALLBACK, _ADDRESSING, _CONFIRM = 0x3A03, 0x3A04, 0x3A05, 0x3A07, 0x3A08
_SMS_BLOCK, _HTTPS_BLOCK, _SMS_ADDRESS = 0xA3, 0xA4, 0x81
# Which tag stands inside the block for SMS is not settled: one open SM-SR writes this one.
_CONTROL_REFERENCE, _TOKEN = 0xB6, 0x9E
_RESOURCES = 0xFF21
_EXECUTED = 0x80
_INDEFINITE, _INDEFINITE_RESPONSE, _RESPONSE = b"\xae\x80", b"\xaf\x80", 0xAB
_END = b"\x00\x00"


class ResponseError(Exception):
    """What a card answered is no response to a script."""


@dataclass(frozen=True)
class Result:
    """What a card answered to one command."""

    data: bytes
    sw: int

    @property
    def ok(self) -> bool:
        """Whether it was carried out."""
        return self.sw == status.SUCCESS


@dataclass(frozen=True)
class IsdPStatus:
    """An ISD-P as the card lists it. state: life cycle, 07, 0F, 1F or 3F."""

    aid: bytes
    state: int
    fallback: bool


def script(content: bytes) -> bytes:
    """Command TLVs as a script that is answered command by command: of indefinite length, TS 102 226 5.2.1."""
    return _INDEFINITE + content + _END


def response(data: bytes) -> bytes:
    """The response TLVs in what a card answered to a script; ResponseError."""
    try:
        if data.startswith(_INDEFINITE_RESPONSE) and data.endswith(_END):
            content = data[len(_INDEFINITE_RESPONSE) : -len(_END)]
        else:
            outer = tlv.parse(data)
            if outer.tag != _RESPONSE:
                raise ResponseError(f"tag {outer.tag:X}")
            content = outer.value
        return b"".join(each.encoded for each in elements(content) if each.tag != _EXECUTED)
    except tlv.TlvError as error:
        raise ResponseError(str(error)) from None


def results(content: bytes) -> list[Result]:
    """What the card answered to C-APDUs, one by one; ResponseError."""
    try:
        found = [each for each in elements(content) if each.tag == R_APDU and len(each.value) >= 2]
    except tlv.TlvError as error:
        raise ResponseError(str(error)) from None
    return [Result(each.value[:-2], int.from_bytes(each.value[-2:], "big")) for each in found]


def result(content: bytes) -> Result:
    """What the card answered to the last C-APDU; ResponseError when it answered to none."""
    found = results(content)
    if not found:
        raise ResponseError("no answer to a command")
    return found[-1]


def commands(*each: Command) -> bytes:
    """C-APDUs as command TLVs."""
    return b"".join(tlv.encode(C_APDU, command.encode()) for command in each)


def create_isd_p(info: EumSignedInfo, aid: bytes, memory: int) -> bytes:
    """ES5.CreateISDP; memory: bytes granted to it, 0: as many as there are."""
    quota = tlv.encode(0xEF, tlv.encode(0x83, memory.to_bytes(4, "big"))) if memory else b""
    fields = (info.isd_p_load_file, info.isd_p_module, aid, _PRIVILEGES, _SCP03 + quota, b"")
    data = b"".join(bytes((len(field),)) + field for field in fields)
    return commands(Command(_CLA, instruction.INSTALL, _INSTALL, 0x00, data))


def enable_profile(aid: bytes) -> bytes:
    """ES5.EnableProfile."""
    return _store(_ENABLE, tlv.encode(_AID, aid))


def disable_profile(aid: bytes) -> bytes:
    """ES5.DisableProfile."""
    return _store(_DISABLE, tlv.encode(_AID, aid))


def set_fallback_attribute(aid: bytes) -> bytes:
    """ES5.SetFallbackAttribute."""
    return _store(_SET_FALLBACK, tlv.encode(_AID, aid))


def delete_profile(aid: bytes) -> bytes:
    """ES5.DeleteProfile."""
    return commands(Command(_CLA, instruction.DELETE, 0x00, _PROFILE, tlv.encode(_AID, aid)))


def master_delete(aid: bytes, token: DeletionToken) -> bytes:
    """ES5.MasterDelete."""
    reference = (
        tlv.encode(0x42, token.issuer),
        tlv.encode(0x45, token.image),
        tlv.encode(0x5F20, token.application_provider),
        tlv.encode(0x93, token.identifier),
    )
    data = (
        tlv.encode(_AID, aid) + tlv.encode(_CONTROL_REFERENCE, *reference) + tlv.encode(_TOKEN, token.value)
    )
    return commands(Command(_CLA, instruction.DELETE, 0x00, _PROFILE, data))


def finalise_handover(ranges: Iterable[tuple[int, int, int]]) -> bytes:
    """ES5.FinaliseISDRhandover; ranges: version, first and last identifier of the keys that stay."""
    data = b"".join(tlv.encode(_KEY_RANGE, bytes(each)) for each in ranges)
    return commands(Command(_CLA, instruction.DELETE, 0x00, _KEYS, data))


def update_smsr_addressing(number: str, https: bytes = b"") -> bytes:
    """ES5.UpdateSMSRAddressingParameters: where the card sends short messages, and how it reaches HTTPS.

    An empty `https` has the card forget how: it was another SM-SR's.
    """
    sms = tlv.encode(_SMS_BLOCK, tlv.encode(_SMS_ADDRESS, address(number)[1:]))
    return _store(_ADDRESSING, sms + tlv.encode(_HTTPS_BLOCK, https))


def confirm_notification(number: int) -> bytes:
    """ES5.HandleNotificationConfirmation."""
    data = _data_group(_CONFIRM, tlv.encode(0x4E, number.to_bytes(2, "big")))
    return commands(Command(_CLA, instruction.STORE_DATA, _ALONE_ANSWERED, 0x00, data, 256))


def confirmed(result: Result) -> tuple[bytes, ...]:
    """AIDs that POL1 had deleted, in the answer to a confirmation."""
    try:
        content = tlv.find(result.data, 0x80) or b""
        return tuple(each.value for each in tlv.parse_all(content) if each.tag == _AID)
    except tlv.TlvError as error:
        raise ResponseError(str(error)) from None


def get_status(aid: bytes = b"", following: bool = False) -> bytes:
    """Audit: the ISD-P with this AID, or all; following: what an earlier answer had no room for."""
    p2 = _NEXT if following else _LIST
    return commands(Command(_CLA, instruction.GET_STATUS, 0x40, p2, tlv.encode(_AID, aid), 256))


def listed(result: Result) -> list[IsdPStatus]:
    """The ISD-Ps in an answer to GET STATUS; ResponseError."""
    try:
        entries = [each for each in tlv.parse_all(result.data) if each.tag == _ENTRY]
        return [
            IsdPStatus(each.find(_AID) or b"", (each.find(_STATE) or b"\x00")[0], bool(each.find(_FALLBACK)))
            for each in entries
        ]
    except tlv.TlvError as error:
        raise ResponseError(str(error)) from None


def get_resources() -> bytes:
    """Audit: what is left of the memory."""
    return commands(Command(_CLA, instruction.GET_DATA, *divmod(_RESOURCES, 0x100), le=256))


def free_memory(result: Result) -> int | None:
    """Bytes of non-volatile memory, in the answer to `get_resources`."""
    try:
        found = tlv.find(result.data, _RESOURCES, 0x82)
    except tlv.TlvError as error:
        raise ResponseError(str(error)) from None
    return None if found is None else int.from_bytes(found, "big")


def packets(content: bytes, most: int) -> Sequence[bytes]:
    """Command TLVs in pieces of up to `most` bytes, cut between TLVs; TlvError. A longer TLV is a piece of its own."""
    pieces = [b""]
    for each in elements(content):
        if pieces[-1] and len(pieces[-1]) + len(each.encoded) > most:
            pieces.append(b"")
        pieces[-1] += each.encoded
    return pieces


def _store(identifier: int, value: bytes) -> bytes:
    return commands(Command(_CLA, instruction.STORE_DATA, _ALONE, 0x00, _data_group(identifier, value)))


def _data_group(identifier: int, value: bytes) -> bytes:
    return identifier.to_bytes(2, "big") + bytes((len(value),)) + value
