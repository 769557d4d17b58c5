"""Requests and responses, by bytes."""

from __future__ import annotations

from random import Random

import pytest

from apdu.aid import isd_p
from euicc.m2m.scp81.http import (
    BODY_MAX,
    HttpError,
    Request,
    Response,
    ResponseReader,
    ScriptStatus,
    agent,
    request_target,
    with_message,
)
from euicc.testing.m2m import https_admin_messages as messages
from tests.scp81.line import EID

AGENT = "//se-id/eid/89001012012341234012345678901224;//aa-id/aid/A000000559/1010FFFFFFFF8900000100"
TYPE = b"Content-Type: application/vnd.globalplatform.card-content-mgt;version=1.0\r\n"


def lines(*each: str) -> bytes:
    return "\r\n".join((*each, "", "")).encode()


def test_the_first_request() -> None:
    assert agent(EID) == AGENT
    assert Request("/agent", "host", AGENT).encode() == lines(
        "POST /agent HTTP/1.1",
        "Host: host",
        "X-Admin-Protocol: globalplatform-remote-admin/1.0",
        f"X-Admin-From: {AGENT}",
    )


def test_a_response_script() -> None:
    request = Request("/next", "host", AGENT, ScriptStatus.OK, bytes(26), resume=True)
    assert (
        request.encode()
        == lines(
            "POST /next HTTP/1.1",
            "Host: host",
            "X-Admin-Protocol: globalplatform-remote-admin/1.0",
            f"X-Admin-From: {AGENT}",
            "X-Admin-Resume: true",
            "Content-Type: application/vnd.globalplatform.card-content-mgt-response;version=1.0",
            "Transfer-Encoding: chunked",
            "X-Admin-Script-Status: ok",
        )
        + b"1A\r\n"
        + bytes(26)
        + b"\r\n0\r\n\r\n"
    )


def test_a_refusal_has_no_body() -> None:
    request = Request("/next", "host", AGENT, ScriptStatus.UNKNOWN_APPLICATION).encode()
    assert request.endswith(b"\r\nX-Admin-Script-Status: unknown-application\r\n\r\n")
    assert b"chunked" not in request


def test_a_notification_in_the_uri() -> None:
    assert with_message("/a", b"\xe1\x00") == "/a?msg=E100"
    assert with_message("/a?b", b"\xe1\x00") == "/a?b&msg=E100"
    assert with_message("/a?b", b"") == "/a?b"


@pytest.mark.parametrize(
    ("given", "seen_from", "wanted"),
    [
        ("/Download?req=1", "/server/agent?cmd=1", "/Download?req=1"),
        ("https://smsr.example:443/a/b?c", "/", "/a/b?c"),
        ("URI01", "/server/agent", "/server/URI01"),
        ("?step=2", "/agent?step=1", "/agent?step=2"),
        ("https://smsr.example", "/a", "/"),
    ],
)
def test_uris(given: str, seen_from: str, wanted: str) -> None:
    assert request_target(given, seen_from) == wanted


@pytest.mark.parametrize("given", ["", "/a b", "/a\r\nHost: x", "/\xe9", "//[", "/a\tb"])
def test_uris_that_are_none(given: str) -> None:
    with pytest.raises(HttpError):
        request_target(given)


def read(data: bytes, piece: int = 1 << 16) -> Response | None:
    reader, found = ResponseReader(), None
    for start in range(0, len(data), piece):
        assert found is None
        found = reader.feed(data[start : start + piece])
    return found


SCRIPT = bytes.fromhex("AA07220580CAFF2100")
OK_LINE = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("piece", [1, 7, 1 << 16])
@pytest.mark.parametrize("chunk", [None, 1, 4, 100])
def test_responses_in_pieces(piece: int, chunk: int | None) -> None:
    data = messages.response(SCRIPT, "/next", isd_p(0x10), chunk)
    found = read(data, piece)
    assert found is not None
    found.check()
    assert (found.status, found.body, found.target()) == (200, SCRIPT, isd_p(0x10))
    assert found.next_uri("/") == "/next"
    assert read(data[:-1], piece) is None


def test_the_end() -> None:
    found = read(messages.no_content())
    assert found is not None
    found.check()
    assert (found.status, found.body, found.next_uri("/"), found.target()) == (204, b"", None, None)


def test_what_servers_may_do() -> None:
    found = read(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\nset-cookie: a\r\nSet-Cookie: b\r\nX-Empty:\r\n"
        b"transfer-encoding:  Chunked \r\n\r\n5;name=value\r\n12345\r\n00A\r\n1234567890\r\n0\r\nTrailer: x\r\n\r\n"
    )
    assert found is not None
    assert (found.body, found.fields["x-empty"]) == (b"123451234567890", "")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200OK\r\n\r\n",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"\r\n\r\n",
        OK_LINE + b"\r\n",
        OK_LINE + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        OK_LINE + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
        OK_LINE + b"Content-Length: -1\r\n\r\n",
        OK_LINE + b"Content-Length: +1\r\n\r\n",
        OK_LINE + b"Content-Length: 1, 1\r\n\r\n",
        OK_LINE + b"Content-Length: 0x1\r\n\r\n",
        OK_LINE + b"Content-Length: 32769\r\n\r\n",
        OK_LINE + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK_LINE + b"Content-Length : 1\r\n\r\nx",
        OK_LINE + b"no colon\r\n\r\n",
        OK_LINE + b" folded: x\r\n\r\n",
        OK_LINE + b"A: b\nc: d\r\n\r\n",
        OK_LINE + b"Content-Length: 1\r\n\r\nxy",
        OK_LINE + b"Transfer-Encoding: chunked\r\n\r\n\r\n",
        OK_LINE + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        OK_LINE + b"Transfer-Encoding: chunked\r\n\r\n9999\r\n",
        OK_LINE + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxyz",
        OK_LINE + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 200,
        OK_LINE + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"T: x\r\n" * 1000,
        OK_LINE + b"A: " + b"x" * 5000,
        b"HTTP/1.1 204 No Content\r\n\r\nx",
    ],
)
def test_what_is_not_read(data: bytes) -> None:
    with pytest.raises(HttpError):
        read(data)


def test_a_script_has_a_largest_size() -> None:
    half = b"%X\r\n" % (BODY_MAX // 2) + bytes(BODY_MAX // 2) + b"\r\n"
    head = OK_LINE + b"Transfer-Encoding: chunked\r\n\r\n"
    found = read(head + half + half + b"0\r\n\r\n")
    assert found is not None
    assert len(found.body) == BODY_MAX
    with pytest.raises(HttpError, match="too long"):
        read(head + half + half + b"1\r\n")


@pytest.mark.parametrize(
    "response",
    [
        Response(404, {}),
        Response(302, {"location": "/"}),
        Response(200, {"x-admin-protocol": "globalplatform-remote-admin/2.0"}),
        Response(200, {"content-type": "text/html"}, b"<html>"),
        Response(200, {}, SCRIPT),
    ],
)
def test_what_is_no_step_of_a_session(response: Response) -> None:
    with pytest.raises(HttpError):
        response.check()


@pytest.mark.parametrize(
    ("given", "aid"),
    [
        ("//aid/A000000559/1010FFFFFFFF8900001000", isd_p(0x10)),
        ("//aid/a0000005591010ffffffff8900001000", isd_p(0x10)),
        ("//aid/A000000151", bytes.fromhex("A000000151")),
        ("//aid/A000000151/", bytes.fromhex("A000000151")),
    ],
)
def test_targeted_applications(given: str, aid: bytes) -> None:
    assert Response(200, {"x-admin-targeted-application": given}).target() == aid


@pytest.mark.parametrize(
    "given", ["", "A000000151000000", "//aid/A0000001", "//aid/A000000151/0", "//aid/" + 17 * "A0"]
)
def test_targets_without_aid(given: str) -> None:
    with pytest.raises(HttpError):
        Response(200, {"x-admin-targeted-application": given}).target()


@pytest.mark.parametrize("seed", range(30))
def test_garbage_is_refused_and_nothing_else(seed: int) -> None:
    dice = Random(seed)
    for _ in range(20):
        data = bytearray(messages.response(SCRIPT, "/next", isd_p(0x10), dice.choice((None, 3))))
        for _ in range(dice.randrange(1, 5)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            found = read(bytes(data))
            if found is not None:
                found.check()
                found.next_uri("/")
                found.target()
        except HttpError:
            continue
