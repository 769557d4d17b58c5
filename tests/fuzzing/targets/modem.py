"""The AT parser: any characters, the same answer in one piece and one by one, and a modem that still works."""

from __future__ import annotations

from collections.abc import Iterator

from apdu.transport.modem import Modem
from tests.fuzzing.mutation import text
from tests.fuzzing.targets.sgp22 import again
from tests.modem.test_fuzz import SEEN

mutate = text


def fuzz_one(data: bytes) -> None:
    """Types them at two modems with the same card."""
    whole = typed([data])
    if len(data) <= 2000:
        assert typed([bytes((each,)) for each in data]) == whole


def typed(pieces: list[bytes]) -> bytes:
    """What comes back."""
    modem = Modem(again()())
    shown = b"".join(map(modem.feed, pieces))
    modem.poll()
    assert modem.feed(b"\rATZ\r").endswith(b"\r\nOK\r\n")
    assert modem.feed(b"ATE0\r").endswith(b"\r\nOK\r\n")
    assert modem.feed(b"AT+CFUN=1\r").endswith(b"\r\nOK\r\n")
    return shown


def corpus() -> Iterator[bytes]:
    """Every command there is a line of, alone and together."""
    for line in SEEN:
        yield f"AT{line}\r".encode()
    yield "".join(f"at{line}\r\n" for line in SEEN).encode()
    yield b'AT+CCHO="A0000005591010FFFFFFFF8900000100"\rAT+CGLA=1,22,"81E2910006BF3E035C015A00"\rA/AT+CCHC=1\r'
    yield b'ATV0Q0S3=13\rAT+CRSM=178,28423,1,4,0\rAT+CLCK="SC",2\rAT+CPWD="SC","1234","4321"\rAT+CIMI;+CCID?\r'
    yield b'AT+CSIM=14,"00A40004023F00"\rAT+CSIM=10,"80120000 0B"\rAT+CRSM=192,28589\rAT+CFUN=0\rAT+CFUN?\rAT+CPIN?\r'
