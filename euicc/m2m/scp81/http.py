"""The messages of an administration session, GPCS Amendment B 3.4, as HTTP/1.1: RFC 9112, its narrow path.

The card sends POST requests, chunked where they have a body. It reads responses with Content-Length or in chunks, of
bounded size; what could be read in two ways is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urljoin, urlsplit

from apdu import aid as aids

PROTOCOL = "globalplatform-remote-admin/1.0"
SCRIPT_TYPE = "application/vnd.globalplatform.card-content-mgt;version=1.0"
RESPONSE_TYPE = "application/vnd.globalplatform.card-content-mgt-response;version=1.0"
OK, NO_CONTENT = 200, 204
HEAD_MAX = 0x1000
"""Bytes of a status line with its header fields."""
BODY_MAX = 0x8000
"""Bytes of a script."""
_CHUNK_LINE_MAX = 0x80
_RID_LENGTH = 5
_AID_LENGTHS = range(5, 17)
_LINE_END, _HEAD_END = b"\r\n", b"\r\n\r\n"
_STATUS_LINE = re.compile(r"HTTP/1\.1 ([1-5][0-9]{2})(?: [\t\x20-\x7E\x80-\xFF]*)?")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7E\x80-\xFF]?(?:[\t\x20-\x7E\x80-\xFF]*))")
_SINGLE = frozenset(
    {
        "content-length",
        "content-type",
        "transfer-encoding",
        "x-admin-next-uri",
        "x-admin-protocol",
        "x-admin-targeted-application",
    }
)
_VISIBLE = re.compile(r"[\x21-\x7E]+")
_TARGET = re.compile(r"//aid/([0-9A-Fa-f]{10})/?([0-9A-Fa-f]{0,22})/?")


class HttpError(Exception):
    """What the server said is no response of an administration session."""


class ScriptStatus(Enum):
    """X-Admin-Script-Status, Amendment B 3.4.1."""

    OK = "ok"
    UNKNOWN_APPLICATION = "unknown-application"
    NOT_A_SECURITY_DOMAIN = "not-a-security-domain"
    SECURITY_ERROR = "security-error"


def agent(eid: bytes, aid: bytes = aids.ISD_R) -> str:
    """X-Admin-From of a security domain of an eUICC, as SGP.02 has it."""
    rid, pix = aid[:_RID_LENGTH].hex().upper(), aid[_RID_LENGTH:].hex().upper()
    return f"//se-id/eid/{eid.hex().upper()};//aa-id/aid/{rid}/{pix}"


@dataclass(frozen=True, slots=True)
class Request:
    """POST, Amendment B 3.4.1.

    status: of the script before, None when there was none; body: its response. resume: a request that an earlier
    session did not get through.
    """

    uri: str
    host: str
    agent: str
    status: ScriptStatus | None = None
    body: bytes = b""
    resume: bool = False

    def encode(self) -> bytes:
        """All of it."""
        fields = {"Host": self.host, "X-Admin-Protocol": PROTOCOL, "X-Admin-From": self.agent}
        if self.resume:
            fields["X-Admin-Resume"] = "true"
        if self.body:
            fields |= {"Content-Type": RESPONSE_TYPE, "Transfer-Encoding": "chunked"}
        if self.status is not None:
            fields["X-Admin-Script-Status"] = self.status.value
        lines = [f"POST {self.uri} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        head = "\r\n".join(lines).encode("ascii") + _HEAD_END
        return head + (_chunk(self.body) + _chunk(b"") if self.body else b"")


def _chunk(data: bytes) -> bytes:
    return f"{len(data):X}".encode() + _LINE_END + data + _LINE_END


def with_message(uri: str, message: bytes) -> str:
    """The URI of a notification, SGP.02 4.1.1.11: msg and its digits in the query."""
    return f"{uri}{'&' if '?' in uri else '?'}msg={message.hex().upper()}" if message else uri


@dataclass(frozen=True, slots=True)
class Response:
    """A response, Amendment B 3.4.2. fields: by their names in small letters."""

    status: int
    fields: Mapping[str, str]
    body: bytes = b""

    def next_uri(self, uri: str) -> str | None:
        """X-Admin-Next-URI, for a request line, seen from the URI of the request; None ends the session. HttpError."""
        given = self.fields.get("x-admin-next-uri")
        return None if given is None else request_target(given, uri)

    def target(self) -> bytes | None:
        """AID in X-Admin-Targeted-Application, 5 to 16 bytes; None where the script is for the agent itself.

        HttpError when it is none.
        """
        given = self.fields.get("x-admin-targeted-application")
        if given is None:
            return None
        found = _TARGET.fullmatch(given)
        aid = bytes.fromhex("".join(found.groups())) if found and len(found[2]) % 2 == 0 else b""
        if len(aid) not in _AID_LENGTHS:
            raise HttpError("a targeted application without AID")
        return aid

    def check(self) -> None:
        """It must be 200 or 204, of this protocol, and its body a script; HttpError."""
        if self.status not in (OK, NO_CONTENT):
            raise HttpError(f"status {self.status}")
        if self.fields.get("x-admin-protocol", PROTOCOL) != PROTOCOL:
            raise HttpError("another version of remote administration")
        kind = self.fields.get("content-type", "").replace(" ", "").lower()
        if self.body and kind != SCRIPT_TYPE:
            raise HttpError("a body that is no script")


def request_target(given: str, uri: str = "/") -> str:
    """What stands in a request line for a URI, seen from another: path and query. HttpError."""
    if not _VISIBLE.fullmatch(given):
        raise HttpError("not a URI")
    try:
        parts = urlsplit(urljoin(uri, given))
    except ValueError:
        raise HttpError("not a URI") from None
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return f"{path}?{parts.query}" if parts.query else path


class ResponseReader:
    """Reads the responses of a connection, one at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Response | None:
        """The response, once it is whole; HttpError as soon as it can be none."""
        self._buffer += data
        while head := self._head():
            status, fields, start = head
            read = self._body(status, fields, start)
            if read is None:
                return None
            body, end = read
            del self._buffer[:end]
            if status >= OK:
                if self._buffer:
                    raise HttpError("more than a response")
                return Response(status, fields, body)
        return None

    def _head(self) -> tuple[int, dict[str, str], int] | None:
        end = self._buffer.find(_HEAD_END, 0, HEAD_MAX)
        if end < 0:
            if len(self._buffer) >= HEAD_MAX:
                raise HttpError("header fields without end")
            return None
        lines = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        status = _STATUS_LINE.fullmatch(lines[0])
        if status is None:
            raise HttpError("not HTTP/1.1")
        return int(status[1]), _fields(lines[1:]), end + len(_HEAD_END)

    def _body(self, status: int, fields: Mapping[str, str], start: int) -> tuple[bytes, int] | None:
        """The body and where it ends, RFC 9112 6.3; None when it is not all there."""
        if status < OK or status == NO_CONTENT:
            return b"", start
        coding, length = fields.get("transfer-encoding"), fields.get("content-length")
        if (coding is None) == (length is None):
            raise HttpError("a body of which nobody knows the length")
        if coding is not None:
            if coding.lower() != "chunked":
                raise HttpError(f"transfer coding {coding}")
            return self._chunks(start)
        end = start + _number(str(length), 10)
        return None if len(self._buffer) < end else (bytes(self._buffer[start:end]), end)

    def _chunks(self, offset: int) -> tuple[bytes, int] | None:
        """RFC 9112 7.1: extensions and trailers are passed over."""
        body = b""
        while (line := self._line(offset)) is not None:
            size = _number(line.partition(b";")[0].strip(b" \t").decode("latin-1"), 16)
            offset += len(line) + len(_LINE_END)
            if not size:
                return self._trailers(body, offset)
            end = offset + size
            if len(body) + size > BODY_MAX:
                raise HttpError("a script that is too long")
            if len(self._buffer) < end + len(_LINE_END):
                return None
            if self._buffer[end : end + len(_LINE_END)] != _LINE_END:
                raise HttpError("a chunk that is longer than it says")
            body += self._buffer[offset:end]
            offset = end + len(_LINE_END)
        return None

    def _trailers(self, body: bytes, offset: int) -> tuple[bytes, int] | None:
        first = offset
        while (line := self._line(offset)) is not None:
            offset += len(line) + len(_LINE_END)
            if not line:
                return body, offset
            if offset - first > HEAD_MAX:
                raise HttpError("trailers without end")
        return None

    def _line(self, offset: int) -> bytes | None:
        end = self._buffer.find(_LINE_END, offset, offset + _CHUNK_LINE_MAX)
        if end < 0 and len(self._buffer) >= offset + _CHUNK_LINE_MAX:
            raise HttpError("a line without end")
        return None if end < 0 else bytes(self._buffer[offset:end])


def _fields(lines: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)
        if found is None:
            raise HttpError("not a header field")
        name = found[1].lower()
        if name in fields and name in _SINGLE:
            # One of them would have to be chosen: a body may end in two places then.
            raise HttpError(f"{name} twice")
        fields.setdefault(name, found[2].rstrip(" \t"))
    return fields


def _number(digits: str, base: int) -> int:
    """A length, with nothing but its digits; HttpError."""
    if not re.fullmatch("[0-9]{1,6}" if base == 10 else "[0-9A-Fa-f]{1,6}", digits):
        raise HttpError("not a length")
    number = int(digits, base)
    if number > BODY_MAX:
        raise HttpError("a script that is too long")
    return number
