"""The line discipline of a modem, V.250 5.2: from single characters to command lines, and what is echoed.

Beyond V.250: LF ends a line, too, DEL erases as BS does, and A and T may differ in case, because people and shell
scripts type that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LINE_MAX = 4096
"""Characters in a line: four STORE DATA of 255 bytes in hexadecimal; a longer line is no command."""

CR, LF, BACKSPACE, DELETE, SPACE = 0x0D, 0x0A, 0x08, 0x7F, 0x20
_REPEAT = b"A/"
_ERASE_ON_SCREEN = b"\b \b"
_PREFIX = re.compile(rb"AT", re.IGNORECASE)


class LineEditor:
    """Collects characters until a line is complete."""

    def __init__(self) -> None:
        self._typed = bytearray()
        self._length = 0
        self._last = b""

    def clear(self) -> None:
        """Forgets what was typed of a line that is not complete."""
        self._typed.clear()
        self._length = 0

    def type(self, data: bytes) -> Iterator[tuple[bytes, bytes | None]]:
        """Takes characters; for each what to echo, and the line when it completes one.

        The line is without its end and without control characters; None for none. `A/` gives the last command
        line again.
        """
        for code in data:
            yield self._key(code)

    def _key(self, code: int) -> tuple[bytes, bytes | None]:
        if code in (CR, LF):
            return bytes((code,)), self._complete()
        if code in (BACKSPACE, DELETE):
            return self._erase(), None
        if code >= SPACE:
            self._length += 1
            if self._length <= LINE_MAX:
                self._typed.append(code)
            if code == _REPEAT[-1] and self._typed.lstrip().upper() == _REPEAT:
                self.clear()
                return bytes((code,)), self._last
        return bytes((code,)), None

    def _erase(self) -> bytes:
        if not self._length:
            return b""
        self._length -= 1
        del self._typed[self._length :]
        return _ERASE_ON_SCREEN

    def _complete(self) -> bytes | None:
        """The line, None when it is empty (the LF behind a CR); of an over-long one as much as shows that it is."""
        if not self._length:
            return None
        line = bytes(self._typed) + b" " * (self._length > LINE_MAX)
        self.clear()
        if command(line) is not None:
            self._last = line
        return line


def command(line: bytes) -> str | None:
    """What stands behind AT; None when the line is no command line, or too long for one."""
    prefix = _PREFIX.search(line)
    if prefix is None or len(line) > LINE_MAX:
        return None
    return line[prefix.end() :].decode("latin-1")
