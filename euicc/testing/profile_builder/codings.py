"""Contents of elementary files, as TS 31.102, TS 31.103 and TS 102 221 code them.

Digits are str of decimal digits; a fixed-length answer is padded with FF to the `size` it says or takes.
ValueError for values that have no coding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apdu import tlv

# The basic characters of TS 23.038 that have the same code as in ASCII.
GSM_AS_ASCII = frozenset(
    "\n\r !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
UCS2 = b"\x80"
ICCID_SIZE = 10
IMSI_DIGITS = 15
SPN_SIZE = 17
DIALLING_NUMBER_SIZE = 14
"""What follows the alpha identifier in EF_MSISDN, EF_ADN, EF_FDN and EF_SDN."""
SMSP_PARAMETERS_SIZE = 28
INTERNATIONAL = 0x91
NATIONAL = 0x81


def padded(content: bytes, size: int) -> bytes:
    """Content filled up with FF; ValueError when it is longer than `size`."""
    if len(content) > size:
        raise ValueError(f"{len(content)} bytes do not fit into {size}")
    return content.ljust(size, b"\xff")


def bcd(digits: str) -> bytes:
    """Digits as printed, two to a byte, filled up with F."""
    if not digits.isdecimal():
        raise ValueError(f"not decimal digits: {digits!r}")
    return bytes.fromhex(digits + "F" * (len(digits) % 2))


def swapped(data: bytes) -> bytes:
    """Each byte with its nibbles swapped."""
    return bytes(byte >> 4 | (byte & 0x0F) << 4 for byte in data)


def iccid_printed(iccid: str) -> bytes:
    """ICCID of 18 to 20 digits as in the header of a profile package, 10 bytes."""
    if not 18 <= len(iccid) <= 20:
        raise ValueError(f"an ICCID has 18 to 20 digits, not {len(iccid)}")
    return padded(bcd(iccid), ICCID_SIZE)


def iccid(digits: str) -> bytes:
    """EF_ICCID, TS 102 221 13.2, and the iccid of SGP.22 messages: 10 bytes, nibbles swapped."""
    return swapped(iccid_printed(digits))


def imsi(digits: str) -> bytes:
    """EF_IMSI, TS 31.102 4.2.2: length, then type and parity nibble and the digits."""
    if not 6 <= len(digits) <= IMSI_DIGITS:
        raise ValueError(f"an IMSI has up to 15 digits, not {len(digits)}")
    identity = swapped(bcd(("9" if len(digits) % 2 else "1") + digits))
    return padded(bytes([len(identity)]) + identity, 9)


def plmn(code: str) -> bytes:
    """MCC and MNC (5 or 6 digits) in 3 bytes, TS 24.008 10.5.1.13."""
    if len(code) not in (5, 6) or not code.isdecimal():
        raise ValueError(f"not MCC and MNC: {code!r}")
    mcc, mnc = code[:3], code[3:].ljust(3, "F")
    return swapped(bytes.fromhex(mcc[:2] + mcc[2] + mnc[2] + mnc[:2]))


def plmns(codes: Iterable[str], size: int) -> bytes:
    """EF_FPLMN, EF_EHPLMN: a list of PLMNs."""
    return padded(b"".join(map(plmn, codes)), size)


def plmns_with_technology(codes: Iterable[tuple[str, int]], entries: int) -> bytes:
    """EF_PLMNwAcT, EF_OPLMNwAcT, EF_HPLMNwAcT, TS 31.102 4.2.5: PLMN and access technology bits."""
    used = [plmn(code) + technology.to_bytes(2, "big") for code, technology in codes]
    if len(used) > entries:
        raise ValueError(f"{len(used)} networks do not fit into {entries} entries")
    return b"".join(used) + bytes.fromhex("FFFFFF0000") * (entries - len(used))


def alpha(text: str, size: int) -> bytes:
    """Alpha identifier, TS 102 221 annex A: the default alphabet with bit 8 zero, or UCS2 after 80."""
    if set(text) <= GSM_AS_ASCII:
        return padded(text.encode("ascii"), size)
    return padded(UCS2 + text.encode("utf-16-be"), size)


def spn(name: str) -> bytes:
    """EF_SPN, TS 31.102 4.2.12, 17 bytes: display of the registered PLMN required, then the name."""
    return b"\x01" + alpha(name, SPN_SIZE - 1)


def network_name(name: str) -> bytes:
    """Value of the Network Name IE, TS 24.008 10.5.3.5a: packed 7-bit characters of the default alphabet."""
    if not set(name) <= GSM_AS_ASCII:
        return b"\x90" + name.encode("utf-16-be")
    bits = sum(ord(character) << 7 * position for position, character in enumerate(name))
    size = (7 * len(name) + 7) // 8
    return bytes([0x80 | size * 8 - 7 * len(name)]) + bits.to_bytes(size, "little")


def pnn(full: str, short: str, size: int) -> bytes:
    """A record of EF_PNN, TS 31.102 4.2.58."""
    return padded(tlv.encode(0x43, network_name(full)) + tlv.encode(0x45, network_name(short)), size)


def opl(code: str, pnn_record: int) -> bytes:
    """A record of EF_OPL, TS 31.102 4.2.59: all location areas of a PLMN."""
    return plmn(code) + bytes.fromhex("0000FFFE") + bytes([pnn_record])


def spdi(codes: Iterable[str], size: int) -> bytes:
    """EF_SPDI, TS 31.102 4.2.66: the PLMNs that count as home for display."""
    return padded(tlv.encode(0xA3, tlv.encode(0x80, b"".join(map(plmn, codes)))), size)


def number(dialled: str) -> bytes:
    """Type of number and up to 20 digits in 10 bytes BCD, TS 24.008 10.5.4.7: 11 bytes."""
    digits = dialled.removeprefix("+")
    kind = INTERNATIONAL if dialled.startswith("+") else NATIONAL
    return bytes([kind]) + padded(swapped(bcd(digits)), 10)


def dialling_number(name: str, dialled: str, size: int) -> bytes:
    """A record of EF_MSISDN, EF_ADN, EF_FDN or EF_SDN, TS 31.102 4.2.26; without a number the record is free."""
    if not dialled:
        return padded(b"", size)
    coded = number(dialled)
    used = 1 + (len(dialled.removeprefix("+")) + 1) // 2
    return alpha(name, size - DIALLING_NUMBER_SIZE) + bytes([used]) + padded(coded, DIALLING_NUMBER_SIZE - 1)


def smsp(name: str, service_centre: str, size: int) -> bytes:
    """A record of EF_SMSP, TS 31.102 4.2.27, that gives the service centre address only."""
    service_centre_only = 0xFD
    coded = number(service_centre)
    used = 1 + (len(service_centre.removeprefix("+")) + 1) // 2
    parameters = bytes([service_centre_only]) + padded(b"", 12) + bytes([used]) + coded + padded(b"", 3)
    return alpha(name, size - SMSP_PARAMETERS_SIZE) + parameters


def acc(imsi_digits: str) -> bytes:
    """EF_ACC, TS 31.102 4.2.15: the access class is the last digit of the IMSI."""
    return (1 << int(imsi_digits[-1])).to_bytes(2, "big")


def ad(mnc_length: int) -> bytes:
    """EF_AD, TS 31.102 4.2.18: normal operation, and how many digits the MNC has."""
    return bytes([0, 0, 0, mnc_length])


def ecc(dialled: str, name: str, category: int, size: int) -> bytes:
    """A record of EF_ECC, TS 31.102 4.2.21."""
    return padded(swapped(bcd(dialled)), 3) + alpha(name, size - 4) + bytes([category])


def service_table(services: Iterable[int], size: int) -> bytes:
    """EF_UST, EF_IST, TS 31.102 4.2.8: service n is bit (n-1) mod 8 + 1 of byte (n-1) div 8 + 1."""
    table = bytearray(size)
    for service in services:
        table[(service - 1) // 8] |= 1 << (service - 1) % 8
    return bytes(table)


def acl(apns: Sequence[str], size: int) -> bytes:
    """EF_ACL, TS 31.102 4.2.48: number of APNs, then each in `DD`, its labels with their lengths."""
    coded = [b"".join(bytes([len(label)]) + label.encode() for label in apn.split(".")) for apn in apns]
    return padded(bytes([len(apns)]) + b"".join(tlv.encode(0xDD, apn) for apn in coded), size)


def directory_entry(aid: bytes, label: str, size: int) -> bytes:
    """A record of EF_DIR, TS 102 221 13.1."""
    return padded(tlv.encode(0x61, tlv.encode(0x4F, aid), tlv.encode(0x50, label.encode("ascii"))), size)


def uri(text: str, size: int) -> bytes:
    """EF_IMPI, EF_IMPU, EF_DOMAIN of the ISIM, TS 31.103 4.2: `80` and UTF-8."""
    return padded(tlv.encode(0x80, text.encode()), size)


def pcscf(name: str, size: int) -> bytes:
    """A record of EF_P-CSCF, TS 31.103 4.2.8: an FQDN."""
    return padded(tlv.encode(0x80, b"\x00" + name.encode()), size)


def mms_parameters(relay: str, size: int) -> bytes:
    """EF_MMSICP, TS 31.102 4.2.69: MMS over WAP by a relay/server of this address."""
    wap = b"\x01"
    implementation = tlv.encode(0x80, wap) + tlv.encode(0x81, relay.encode())
    return padded(tlv.encode(0xAB, implementation), size)


def suci_null_scheme(size: int) -> bytes:
    """EF_SUCI_Calc_Info, TS 31.102 4.4.11.8: only the null scheme."""
    return padded(tlv.encode(0xA0, bytes(2)), size)


def suci_profile_a(key_identifier: int, public_key: bytes, size: int) -> bytes:
    """EF_SUCI_Calc_Info with protection scheme profile A first (X25519, 32 bytes), the null scheme after it."""
    key = tlv.encode(0x80, bytes([key_identifier])) + tlv.encode(0x81, public_key)
    return padded(tlv.encode(0xA0, bytes([1, 1, 0, 0])) + tlv.encode(0xA1, key), size)


def routing_indicator(digits: str) -> bytes:
    """EF_Routing_Indicator, TS 31.102 4.4.11.11: 1 to 4 digits, then two bytes for later use."""
    return padded(padded(swapped(bcd(digits)), 2), 4)


def supi_nai(nai: str) -> bytes:
    """EF_SUPI_NAI, TS 31.102 4.4.11.10, with a network specific identifier."""
    return tlv.encode(0x80, nai.encode())
