"""What a remote administration server reads and writes, GPCS Amendment B 3.4: HTTP/1.1 without sockets.

It shares nothing with the card: requests are read with care of their own, so that a wrong reading does not agree with
itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

PROTOCOL = "globalplatform-remote-admin/1.0"
SCRIPT_TYPE = "application/vnd.globalplatform.card-content-mgt;version=1.0"
RESPONSE_TYPE = "application/vnd.globalplatform.card-content-mgt-response;version=1.0"
REQUEST_MAX = 1 << 16
STATUSES = ("ok", "unknown-application", "not-a-security-domain", "security-error")
_END = b"\r\n\r\n"


class BadRequest(Exception):
    """What the card said is no request of an administration session."""


@dataclass(frozen=True, slots=True)
class AdminRequest:
    """A POST of a card. headers: by names in small letters. body: the response script, b"" when there is none."""

    uri: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def status(self) -> str | None:
        """X-Admin-Script-Status; None in a request that answers no script."""
        return self.headers.get("x-admin-script-status")

    @property
    def resumes(self) -> bool:
        """Whether it says again what a broken session has said."""
        return self.headers.get("x-admin-resume") == "true"

    @property
    def eid(self) -> bytes:
        """Of the card, as X-Admin-From has it; BadRequest."""
        card = self.headers.get("x-admin-from", "").split(";")[0]
        digits = card.removeprefix("//se-id/eid/")
        if digits == card or len(digits) != 32 or not digits.isdigit():
            raise BadRequest("no EID")
        return bytes.fromhex(digits)

    @property
    def message(self) -> bytes | None:
        """What a notification carries, SGP.02 4.1.1.11; None in any other request."""
        _, _, query = self.uri.partition("?")
        found = [each for each in query.split("&") if each.startswith("msg=")]
        return bytes.fromhex(found[0].removeprefix("msg=")) if found else None

    def check(self) -> None:
        """BadRequest when a field is missing or says something else than it must."""
        if not self.headers.get("host") or self.headers.get("x-admin-protocol") != PROTOCOL:
            raise BadRequest("no Host, or not this protocol")
        if self.body and self.headers.get("content-type") != RESPONSE_TYPE:
            raise BadRequest("a body that is no response")
        if self.status is not None and self.status not in STATUSES:
            raise BadRequest("an unknown status of a script")
        if bool(self.body) != (self.status == "ok"):
            raise BadRequest("a status without response, or a response without status")


@dataclass(slots=True)
class Requests:
    """Takes the requests of one connection out of what comes."""

    buffer: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> Iterator[AdminRequest]:
        """The whole ones; BadRequest."""
        self.buffer += data
        while (end := self.buffer.find(_END)) >= 0:
            uri, headers = _head(self.buffer[:end].decode("ascii", "strict"))
            found = _body(bytes(self.buffer[end + 4 :]), headers)
            if found is None:
                break
            body, length = found
            del self.buffer[: end + 4 + length]
            yield AdminRequest(uri, headers, body)
        if len(self.buffer) > REQUEST_MAX:
            raise BadRequest("too long")


def _head(text: str) -> tuple[str, dict[str, str]]:
    first, *lines = text.split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or (words[0], words[2]) != ("POST", "HTTP/1.1") or not words[1].startswith("/"):
        raise BadRequest(f"not a POST: {first!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.partition(": ")
        if not separator or not name or name != name.strip() or name.lower() in headers:
            raise BadRequest(f"not a header: {line!r}")
        headers[name.lower()] = value
    return words[1], headers


def _body(data: bytes, headers: dict[str, str]) -> tuple[bytes, int] | None:
    """The body and how many bytes it takes on the wire; None when it is not all there."""
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"] != "chunked" or "content-length" in headers:
            raise BadRequest("another transfer coding")
        return _unchunk(data)
    length = int(headers.get("content-length", "0"))
    return (data[:length], length) if len(data) >= length else None


def _unchunk(data: bytes) -> tuple[bytes, int] | None:
    body, rest = b"", data
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        count = int(size, 16)
        if len(rest) < count + 2:
            return None
        if rest[count : count + 2] != b"\r\n":
            raise BadRequest("a chunk of another length")
        body, rest = body + rest[:count], rest[count + 2 :]
        if not count:
            return body, len(data) - len(rest)
    return None


def response(
    script: bytes, next_uri: str | None, target: bytes | None = None, chunk: int | None = None
) -> bytes:
    """200 with a script, Amendment B 3.4.2. target: AID of the application that is to execute it.

    next_uri: where its response is to go, None: nobody wants it. chunk: bytes in a chunk; None: Content-Length.
    """
    headers = [f"X-Admin-Protocol: {PROTOCOL}", f"Content-Type: {SCRIPT_TYPE}"]
    if next_uri is not None:
        headers.append(f"X-Admin-Next-URI: {next_uri}")
    if target is not None:
        rid, pix = target[:5].hex().upper(), target[5:].hex().upper()
        headers.append(f"X-Admin-Targeted-Application: //aid/{rid}/{pix}")
    headers.append(f"Content-Length: {len(script)}" if chunk is None else "Transfer-Encoding: chunked")
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers]).encode() + _END
    if chunk is None:
        return head + script
    pieces = [script[start : start + chunk] for start in range(0, len(script), chunk)]
    return head + b"".join(b"%X\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


def no_content() -> bytes:
    """204: there is nothing more, and the session is over."""
    return f"HTTP/1.1 204 No Content\r\nX-Admin-Protocol: {PROTOCOL}".encode() + _END


def bad_request() -> bytes:
    """400."""
    return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0" + _END
