"""GBA_U, TS 33.220 clause 5 and annexes B and G: keys for applications on the network, half of which stay in the UICC.

Bootstrapping leaves Ks = CK || IK and its RAND in the card. From them each NAF gets two keys: Ks_ext_NAF is answered,
Ks_int_NAF stays, one for each record of EF_GBANL. Nothing in this card uses Ks_int_NAF.
"""

from __future__ import annotations

import hmac
from hashlib import sha1, sha256
from typing import TYPE_CHECKING

from apdu import StatusError, status, tlv
from apdu.tlv import TlvError
from euicc.crypto.aka import RAND_LENGTH
from euicc.runtime import keys
from euicc.uicc.authentication.agreement import agree
from euicc.uicc.authentication.applications import Naa, naa
from euicc.uicc.filesystem import Ef

if TYPE_CHECKING:
    from euicc.crypto.aka import AkaAlgorithm, Outputs
    from euicc.uicc.authentication.parameters import Subscription
    from euicc.uicc.filesystem import Df
    from euicc.uicc.uicc import Uicc

GBABP = {Naa.USIM: 0x6FD6, Naa.ISIM: 0x6FD5}
"""EF_GBABP, TS 31.102 4.2.79: RAND, B-TID and key lifetime, each after its length."""
GBANL = {Naa.USIM: 0x6FDA, Naa.ISIM: 0x6FD7}
"""EF_GBANL, TS 31.102 4.2.83: NAF_ID (80) and B-TID (81) of the NAF keys, one to a record."""
TAG_NAF_ID, TAG_B_TID = 0x80, 0x81

EXTERNAL, INTERNAL = b"gba-me", b"gba-u"
FC_NAF_KEY = b"\x01"
MAC_MASK_LENGTH = 8
NAF_KEY_ENTRY = 1 + sha256().digest_size
"""A kept NAF key: number of its record, Ks_int_NAF."""


def bootstrap(
    uicc: Uicc, adf: Df, subscription: Subscription, functions: AkaAlgorithm, rand: bytes, autn: bytes
) -> bytes:
    """Bootstrapping mode, TS 33.220 5.3.2: RES. What was bootstrapped before is replaced; durable on return.

    In EF_GBABP, RAND is written; B-TID and lifetime are empty until the terminal writes them. StatusError 9862, 9866
    (EF_GBABP is too short or not there); SynchronisationFailure.
    """
    with uicc.memory.transaction():
        outputs = agree(uicc.memory, subscription, functions, rand, autn, _mask)
        uicc.memory.set(keys.GBA_BOOTSTRAPPED, rand + outputs.ck + outputs.ik, _name(adf))
        parameters = _file(adf, GBABP)
        uicc.write(parameters, _fitted(bytes([len(rand)]) + rand + bytes(2), uicc.size(parameters)))
    return outputs.res


def _mask(outputs: Outputs) -> bytes:
    """What the BSF combines MAC with, so that AUTN is of use for nothing else, TS 33.220 5.3.2."""
    return sha1(outputs.ik).digest()[:MAC_MASK_LENGTH]


def derive(uicc: Uicc, adf: Df, naf_id: bytes, impi: bytes) -> bytes:
    """NAF derivation mode, TS 33.220 annex G.2: Ks_ext_NAF, 32 bytes. Ks_int_NAF is kept; durable on return.

    The record of EF_GBANL is that of the same NAF_ID, else a free one, else that of the key not used for longest.
    StatusError 6985 before bootstrapping, 9866 (EF_GBANL is too short or not there).
    """
    bootstrapped = uicc.memory.get(keys.GBA_BOOTSTRAPPED, _name(adf))
    if not bootstrapped:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    rand, ks = bootstrapped[:RAND_LENGTH], bootstrapped[RAND_LENGTH:]
    _keep(uicc, adf, naf_id, naf_key(ks, INTERNAL, rand, impi, naf_id))
    return naf_key(ks, EXTERNAL, rand, impi, naf_id)


def naf_key(ks: bytes, label: bytes, rand: bytes, impi: bytes, naf_id: bytes) -> bytes:
    """KDF of TS 33.220 B.2 with the parameters of B.3: 32 bytes."""
    parameters = b"".join(part + len(part).to_bytes(2, "big") for part in (label, rand, impi, naf_id))
    return hmac.digest(ks, FC_NAF_KEY + parameters, sha256)


def _keep(uicc: Uicc, adf: Df, naf_id: bytes, key: bytes) -> None:
    listed = _file(adf, GBANL)
    kept = _kept(uicc, adf)
    number = _record(uicc, listed, naf_id, list(kept))
    length = listed.body.record_length
    entry = tlv.encode(TAG_NAF_ID, naf_id) + tlv.encode(TAG_B_TID, _b_tid(uicc, adf))
    content = uicc.content(listed)
    start = (number - 1) * length
    newest_first = {number: key, **{other: value for other, value in kept.items() if other != number}}
    with uicc.memory.transaction():
        uicc.write(listed, content[:start] + _fitted(entry, length) + content[start + length :])
        value = b"".join(bytes([record]) + secret for record, secret in newest_first.items())
        uicc.memory.set(keys.GBA_NAF_KEYS, value, _name(adf))


def _kept(uicc: Uicc, adf: Df) -> dict[int, bytes]:
    """Record -> Ks_int_NAF, the one used last first."""
    value = uicc.memory.get(keys.GBA_NAF_KEYS, _name(adf))
    entries = (value[start : start + NAF_KEY_ENTRY] for start in range(0, len(value), NAF_KEY_ENTRY))
    return {entry[0]: entry[1:] for entry in entries}


def _record(uicc: Uicc, listed: Ef, naf_id: bytes, used: list[int]) -> int:
    numbers = range(1, uicc.record_count(listed) + 1)
    names = {number: _naf_id(uicc.record(listed, number)) for number in numbers}
    same = [number for number in numbers if names[number] == naf_id]
    free = [number for number in numbers if names[number] is None]
    candidates = same or free or used[-1:] or list(numbers)
    if not candidates:
        raise StatusError(status.AUTHENTICATION_NO_MEMORY)
    return candidates[0]


def _naf_id(record: bytes) -> bytes | None:
    """The NAF_ID in a record of EF_GBANL; None in a free one."""
    try:
        tag, start, end = tlv.read(record)
    except TlvError:
        return None
    return record[start:end] if tag == TAG_NAF_ID else None


def _b_tid(uicc: Uicc, adf: Df) -> bytes:
    """The B-TID that the terminal wrote into EF_GBABP; empty as long as it did not."""
    content = uicc.content(_file(adf, GBABP))
    offset = 1 + _length(content, 0)
    start = offset + 1
    return content[start : start + _length(content, offset)]


def _length(content: bytes, offset: int) -> int:
    """The length byte there; 0 behind the end."""
    return content[offset] if offset < len(content) else 0


def _file(adf: Df, fids: dict[Naa, int]) -> Ef:
    file = adf.children.get(fids[naa(adf)])
    if not isinstance(file, Ef):
        raise StatusError(status.AUTHENTICATION_NO_MEMORY)
    return file


def _fitted(content: bytes, size: int) -> bytes:
    if len(content) > size:
        raise StatusError(status.AUTHENTICATION_NO_MEMORY)
    return content.ljust(size, b"\xff")


def _name(adf: Df) -> str:
    return (adf.aid or b"").hex()
