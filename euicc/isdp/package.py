"""The profile package as a stream of ProfileElements, TCA profile package clause 2.

A package is the plain concatenation of DER elements. How transport cuts it (segments of a bound profile
package) says nothing about where elements begin, so the reader keeps what is not complete yet.
"""

from __future__ import annotations

from euicc.isdp.pe_status import InstallationAborted, malformed

CLASS_AND_FORM = 0xE0
CONTEXT_CONSTRUCTED = 0xA0
HIGH_TAG_NUMBER = 0x1F
MORE_TAG_BYTES = 0x80
LONGEST_TAG = 3
LONGEST_LENGTH_OF_LENGTH = 4


class PackageReader:
    """Splits a package into its elements, however its bytes arrive."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._wanted = 0
        self._consumed = 0
        self._broken: InstallationAborted | None = None

    @property
    def consumed(self) -> int:
        """Bytes of all elements given out so far."""
        return self._consumed

    def feed(self, data: bytes) -> list[bytes]:
        """Add the next bytes of the package; gives the elements complete by now, each with tag and length.

        InstallationAborted (invalid-request-format, the offset counting from the first byte of the package)
        where the bytes cannot be the beginning of an element: another tag than a constructed context one, an
        indefinite or not minimal length. It is raised when the elements before have been given out, if need
        be by the next call: so the outcome does not depend on how the bytes were cut.
        """
        if self._broken:
            raise self._broken
        self._held += data
        elements: list[bytes] = []
        try:
            while len(self._held) >= self._wanted:
                element = self._next()
                if element is None:
                    break
                elements.append(element)
        except InstallationAborted as broken:
            self._broken = broken
            if not elements:
                raise
        return elements

    def _next(self) -> bytes | None:
        """The element at the front, if all of it is there."""
        end = self._element_end(self._held)
        self._wanted = end or 0
        if end is None or end > len(self._held):
            return None
        element = bytes(self._held[:end])
        del self._held[:end]
        self._consumed += end
        self._wanted = 0
        return element

    def finish(self) -> None:
        """The package ends here; InstallationAborted (invalid-request-format) inside an element."""
        if self._broken:
            raise self._broken
        if self._held:
            raise self._malformed("the package ends inside an element", len(self._held))

    def _malformed(self, reason: str, offset: int = 0) -> InstallationAborted:
        at = self._consumed + offset
        return malformed((), f"{reason} at byte {at}", at)

    def _element_end(self, data: bytearray) -> int | None:
        """Where the element at the front ends; None while its header is not complete."""
        length_at = self._tag_end(data)
        if length_at is None or length_at >= len(data):
            return None
        first = data[length_at]
        if first < 0x80:
            return length_at + 1 + first
        return self._long_length(data, length_at)

    def _tag_end(self, data: bytearray) -> int | None:
        if not data:
            return None
        if data[0] & CLASS_AND_FORM != CONTEXT_CONSTRUCTED:
            raise self._malformed(f"no ProfileElement begins with {data[0]:02X}")
        if data[0] & HIGH_TAG_NUMBER != HIGH_TAG_NUMBER:
            return 1
        for end in range(1, min(len(data), LONGEST_TAG)):
            if not data[end] & MORE_TAG_BYTES:
                return end + 1
        if len(data) >= LONGEST_TAG:
            raise self._malformed("tag too long")
        return None

    def _long_length(self, data: bytearray, at: int) -> int | None:
        count = data[at] & 0x7F
        if not 1 <= count <= LONGEST_LENGTH_OF_LENGTH:
            raise self._malformed("indefinite or too long length", at)
        octets = data[at + 1 : at + 1 + count]
        if len(octets) < count:
            return None
        length = int.from_bytes(octets, "big")
        if length < 0x80 or octets[0] == 0:
            raise self._malformed("length not minimal", at)
        return at + 1 + count + length
