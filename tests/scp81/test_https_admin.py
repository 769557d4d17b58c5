"""The server, asked by bytes."""

from __future__ import annotations

import pytest

from apdu.aid import isd_p
from euicc.crypto.tls_psk import Client
from euicc.env import Env
from euicc.testing.m2m.https_admin import Answer, HttpsAdmin, Script
from euicc.testing.m2m.https_admin_messages import BadRequest
from euicc.testing.m2m.https_admin_trigger import AdminTrigger, psk_identity
from tests.scp81.line import EID, HERE, PSK, server

FROM = (
    "X-Admin-From: //se-id/eid/89001012012341234012345678901224;//aa-id/aid/A000000559/1010FFFFFFFF8900000100"
)
COMMON = ("Host: h", "X-Admin-Protocol: globalplatform-remote-admin/1.0", FROM)
TYPE = "Content-Type: application/vnd.globalplatform.card-content-mgt-response;version=1.0"
ANSWERED = (TYPE, "X-Admin-Script-Status: ok", "Transfer-Encoding: chunked")
END = b"HTTP/1.1 204 No Content\r\nX-Admin-Protocol: globalplatform-remote-admin/1.0\r\n\r\n"


class Speaker:
    """A card that says what it is told to."""

    def __init__(self, admin: HttpsAdmin) -> None:
        self.connection = admin.connect()
        self.tls = Client(psk_identity(EID), PSK, Env(3).random)
        self.exchange()
        assert self.tls.established

    def exchange(self) -> bytes:
        for _ in range(3):
            self.connection.feed(self.tls.outgoing())
            self.tls.feed(self.connection.outgoing())
        return self.tls.received()

    def post(self, uri: str, *fields: str, body: bytes = b"", common: tuple[str, ...] = COMMON) -> bytes:
        head = "\r\n".join((f"POST {uri} HTTP/1.1", *common, *fields, "", "")).encode()
        self.tls.send(head + (b"%X\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b""))
        return self.exchange()


def test_a_script_by_bytes() -> None:
    admin = server()
    admin.queue(EID, b"\xaa\x00", isd_p(0x10))
    card = Speaker(admin)
    assert card.post("/gsma/adminagent") == (
        b"HTTP/1.1 200 OK\r\nX-Admin-Protocol: globalplatform-remote-admin/1.0\r\n"
        b"Content-Type: application/vnd.globalplatform.card-content-mgt;version=1.0\r\n"
        b"X-Admin-Next-URI: /gsma/adminagent?step=1\r\n"
        b"X-Admin-Targeted-Application: //aid/A000000559/1010FFFFFFFF8900001000\r\n"
        b"Content-Length: 2\r\n\r\n\xaa\x00"
    )
    assert card.post("/gsma/adminagent?step=1", *ANSWERED, body=b"\xab\x00") == END
    assert admin.answers(EID) == [Answer(Script(b"\xaa\x00", isd_p(0x10)), "ok", b"\xab\x00")]


def test_what_was_said_is_said_again_and_not_done_again() -> None:
    admin = server()
    admin.queue(EID, b"\xaa\x01\x00")
    admin.queue(EID, b"\xaa\x01\x01")
    first = Speaker(admin).post("/a")
    assert Speaker(admin).post("/a", "X-Admin-Resume: true") == first
    second = Speaker(admin).post("/n", *ANSWERED, body=b"\xab\x00")
    assert Speaker(admin).post("/n", *ANSWERED, "X-Admin-Resume: true", body=b"\xab\x00") == second
    assert len(admin.answers(EID)) == 1
    # Whoever begins anew gets the script that has no response.
    assert Speaker(admin).post("/a").endswith(b"\xaa\x01\x01")
    assert admin.waiting(EID) == 1


def test_a_request_may_come_byte_by_byte() -> None:
    admin = server()
    admin.queue(EID, b"\xaa\x00")
    card = Speaker(admin)
    card.post("/a")
    head = "\r\n".join(("POST /n HTTP/1.1", *COMMON, *ANSWERED, "", "")).encode()
    heard = b""
    for byte in head + b"1\r\n\xab\r\n1\r\n\x00\r\n0\r\n\r\n":
        card.tls.send(bytes((byte,)))
        heard += card.exchange()
    assert heard == END
    assert [each.content for each in admin.answers(EID)] == [b"\xab\x00"]


@pytest.mark.parametrize("body", [b"1\r\nxyz\r\n", b"z\r\n\r\n"])
def test_chunks_that_are_none(body: bytes) -> None:
    card = Speaker(server())
    head = "\r\n".join(("POST /n HTTP/1.1", *COMMON, *ANSWERED, "", "")).encode()
    card.tls.send(head + body)
    assert card.exchange().startswith(b"HTTP/1.1 400 ")


def test_a_request_without_end() -> None:
    card = Speaker(server())
    card.tls.send(b"x" * 0x10001)
    assert card.exchange().startswith(b"HTTP/1.1 400 ")


def test_the_end_of_a_session_is_not_said_again() -> None:
    admin = server()
    assert Speaker(admin).post("/a") == END
    admin.queue(EID, b"\xaa\x00")
    assert Speaker(admin).post("/a", "X-Admin-Resume: true").endswith(b"\xaa\x00")


def test_a_script_that_is_withdrawn() -> None:
    """Before it was given out, nobody hears of it; afterwards, nobody hears of its answer."""
    admin = server()
    first, second, third = (admin.queue(EID, b"\xaa\x01" + bytes((number,))) for number in range(3))
    admin.withdraw(EID, second)
    card = Speaker(admin)
    assert card.post("/a").endswith(first.content)
    admin.withdraw(EID, first)
    assert card.post("/n", *ANSWERED, body=b"\xab\x00").endswith(third.content)
    assert card.post("/n", *ANSWERED, body=b"\xab\x01\x00") == END
    assert admin.answers(EID) == [Answer(third, "ok", b"\xab\x01\x00")]


@pytest.mark.parametrize(
    ("fields", "body", "common"),
    [
        ((), b"", COMMON[:2]),
        ((), b"", COMMON[1:]),
        ((), b"", (COMMON[0], "X-Admin-Protocol: 2", FROM)),
        ((), b"", (*COMMON[:2], FROM.replace("8900", "8901"))),
        ((), b"", (*COMMON[:2], "X-Admin-From: me")),
        (("X-Admin-Script-Status: ok",), b"", COMMON),
        (("X-Admin-Script-Status: what",), b"", COMMON),
        (ANSWERED[:2], b"", COMMON),
        (("Transfer-Encoding: gzip",), b"", COMMON),
        (("Content-Length: x",), b"", COMMON),
        (ANSWERED[1:], b"\xab\x00", COMMON),
        (("No-Colon",), b"", COMMON),
        (("Host: h",), b"", COMMON),
    ],
)
def test_what_the_server_refuses(fields: tuple[str, ...], body: bytes, common: tuple[str, ...]) -> None:
    card = Speaker(server())
    assert card.post("/a", *fields, body=body, common=common).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert isinstance(card.connection.failure, BadRequest)
    assert card.connection.closed
    assert card.tls.peer_closed


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "POST a HTTP/1.1", "POST / HTTP/1.0", "POST /"])
def test_what_is_no_post(line: str) -> None:
    card = Speaker(server())
    card.tls.send(line.encode() + b"\r\n\r\n")
    assert card.exchange().startswith(b"HTTP/1.1 400 ")


def test_the_trigger_by_bytes() -> None:
    assert HERE.encode().hex().upper() == (
        "813A" "8338"
        "8413" "B50103" "B9020578" "BC030220FB" "BE05217F000001"
        "8504" "00024001"
        "8607" "0000" "2503001000"
        "8912" "8C10" + b"/gsma/adminagent".hex().upper()
    )  # fmt: skip
    other = AdminTrigger(HERE.address, 443, retries=3, delay=5400, identity=b"me", version=0x41, identifier=2)
    assert bytes.fromhex("8506026D65024102") in other.encode()
    assert bytes.fromhex("860700032503100300") in other.encode()
