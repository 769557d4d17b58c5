"""The commands of ES5 written out, in hexadecimal."""

from __future__ import annotations

from Crypto.Cipher import AES
from Crypto.Hash import CMAC

ISD_R = "A0000005591010FFFFFFFF8900000100"
LOAD_FILE, MODULE = "A0000005591010FFFFFFFF8900000D00", "A0000005591010FFFFFFFF8900000E00"
PRIVILEGES = "80C000"
SCP03 = "C90481020370"
LIST_ALL, LIST_NEXT = "80F24002024F0000", "80F24003024F0000"
MEMORY = "80CAFF2100"
CERTIFICATE = "80CABF30045C027F2100"


def apdu(header: str, data: str, le: str = "00") -> str:
    """Lc and Le added."""
    return header + lv(data) + le


def lv(value: str) -> str:
    return f"{len(value) // 2:02X}{value}"


def quota(size: int, length: int = 3) -> str:
    """The install parameter EF with a memory quota of so many bytes."""
    return "EF" + lv("83" + lv(size.to_bytes(length, "big").hex()))


def create(
    aid: bytes,
    parameters: str = SCP03,
    *,
    load_file: str = LOAD_FILE,
    module: str = MODULE,
    privileges: str = PRIVILEGES,
    token: str = "",
) -> str:
    fields = (load_file, module, aid.hex(), privileges, parameters, token)
    return apdu("80E60C00", "".join(map(lv, fields)))


def personalize(aid: bytes) -> str:
    return apdu("80E62000", "0000" + lv(aid.hex()) + "000000")


def group(identifier: str, aid: bytes) -> str:
    """STORE DATA with one data group that holds an AID."""
    return apdu("80E28800", identifier + lv("4F" + lv(aid.hex())))


def enable(aid: bytes) -> str:
    return group("3A03", aid)


def disable(aid: bytes) -> str:
    return group("3A04", aid)


def set_fallback(aid: bytes) -> str:
    return group("3A05", aid)


def set_emergency(aid: bytes) -> str:
    return group("3A09", aid)


def addressing(blocks: str) -> str:
    return apdu("80E28800", "3A07" + lv(blocks))


def confirm(number: int) -> str:
    return apdu("80E28900", "3A08" + lv("4E02" + f"{number:04X}"))


def delete(aid: bytes) -> str:
    return apdu("80E40040", "4F" + lv(aid.hex()))


def master_delete(aid: bytes, key: bytes, token_id: str = "01", token: bytes | None = None) -> str:
    """With the token of somebody who has the ISD-P's token key."""
    reference = "B6" + lv("42031234564501015F200102" + "93" + lv(token_id))
    signed = "4F" + lv(aid.hex()) + reference
    if token is None:
        computation = CMAC.new(key, ciphermod=AES)
        computation.update(bytes.fromhex("0040" + lv(signed)))
        token = computation.digest()
    return apdu("80E40040", signed + "9E" + lv(token.hex()))


def finalise(*ranges: str) -> str:
    """Each: KVN, first KID, last KID."""
    return apdu("80E40000", "".join("F2" + lv(each) for each in ranges))
