"""The addresses of SM-DP+ and SM-DS (SGP.22 5.7.3, 5.7.4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from apdu import tlv
from asn1.generated import rsp
from euicc.check.catalogue import Area
from euicc.check.expect import require, result_is, same, value_in
from euicc.check.needs import ISDR, LATER, WRITE
from euicc.check.subject import Subject

area = Area("addresses", ISDR, section="SGP.23-1 4.2.9")
GET, SET, SET_IOT = 0xBF3C, 0xBF3F, 0xBF65
FIRST, SECOND = "one.check.example.com", "two.check.example.com"


def configured(subject: Subject) -> bytes | None:
    """The default SM-DP+ address."""
    return tlv.find(subject.es10(tlv.encode(GET, b"")), GET, 0x80)


def put(subject: Subject, address: bytes, tag: int = SET) -> bytes:
    """Sets it."""
    return subject.es10(tlv.encode(tag, tlv.encode(0x80, address)))


@contextmanager
def restored(subject: Subject, tag: int = SET) -> Iterator[None]:
    """The address is as it was afterwards."""
    try:
        yield
    finally:
        put(subject, subject.facts.default_address, tag)


@area.case("read", "The configured addresses can be read; the SM-DS is one of them", section="SGP.23-1 4.2.8")
def read(subject: Subject) -> None:
    answer = subject.es10(tlv.encode(GET, b""))
    rsp.EuiccConfiguredAddressesResponse.decode(answer)
    value_in(answer, GET, 0x81)


@area.case("set", "An address that is set is read back, over a reset, too", WRITE)
def set_address(subject: Subject) -> None:
    with restored(subject):
        result_is(put(subject, FIRST.encode()), SET, 0)
        same("the address", configured(subject), FIRST.encode())
        subject.reset()
        same("the address after a reset", configured(subject), FIRST.encode())


@area.case("overwrite", "Another address replaces it", WRITE)
def overwrite(subject: Subject) -> None:
    with restored(subject):
        put(subject, FIRST.encode())
        result_is(put(subject, SECOND.encode()), SET, 0)
        same("the address", configured(subject), SECOND.encode())


@area.case("clear", "An empty address takes it away", WRITE)
def clear(subject: Subject) -> None:
    with restored(subject):
        put(subject, FIRST.encode())
        result_is(put(subject, b""), SET, 0)
        require(not configured(subject), "there is still an address")


@area.case("set-iot", "The function of SGP.32 sets the same address", WRITE, LATER, section="G8")
def set_iot(subject: Subject) -> None:
    with restored(subject):
        result_is(put(subject, FIRST.encode(), SET_IOT), SET_IOT, 0)
        same("the address", configured(subject), FIRST.encode())
        result_is(put(subject, b"", SET_IOT), SET_IOT, 0)
        require(not configured(subject), "an empty address leaves one")


@area.case("too-long", "An address that is too long is refused, and none is kept", WRITE, LATER, section="G8")
def too_long(subject: Subject) -> None:
    with restored(subject):
        put(subject, FIRST.encode())
        error = subject.refusal(tlv.encode(SET_IOT, tlv.encode(0x80, b"a" * 1000)))
        if error is None:
            same("the address", configured(subject), FIRST.encode())
