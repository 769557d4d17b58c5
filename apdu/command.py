"""Command APDUs: four cases, short and extended, and what the class byte says (ISO/IEC 7816-4 5.1-5.4)."""

from __future__ import annotations

from apdu.status import WRONG_LENGTH, StatusError

PROPRIETARY = 0x80
FURTHER = 0x40
FURTHER_SECURE_MESSAGING = 0x20
CHAINING = 0x10
SECURE_MESSAGING = 0x0C

LAST_CHANNEL = 19
SHORT_LC_MAX = 0xFF
SHORT_LE_MAX = 0x100
EXTENDED_LC_MAX = 0xFFFF
EXTENDED_LE_MAX = 0x10000


def channel_of(cla: int) -> int:
    """Logical channel 0..19 coded in a class byte, TS 102 221 10.1.1."""
    return (cla & 0x0F) + 4 if cla & FURTHER else cla & 0x03


def secure_messaging_of(cla: int) -> int:
    """Secure messaging indication of a class byte, ISO/IEC 7816-4 5.4.1.

    0 none, 1 proprietary, 2 without and 3 with authentication of the header. The further classes
    (4X..7X, CX..FX) can only say 0 or 2.
    """
    if cla & FURTHER:
        return 2 if cla & FURTHER_SECURE_MESSAGING else 0
    return (cla & SECURE_MESSAGING) >> 2


def class_on_channel(cla: int, channel: int) -> int:
    """The class byte that says the same as `cla` on another logical channel, ISO/IEC 7816-4 5.4.1.

    Channels above 3 need the further classes, which can only tell whether there is secure messaging.
    ValueError for a channel outside 0..19.
    """
    if not 0 <= channel <= LAST_CHANNEL:
        raise ValueError(f"no such logical channel: {channel}")
    kept = cla & (PROPRIETARY | CHAINING)
    secure = secure_messaging_of(cla)
    if channel < 4:
        return kept | secure << 2 | channel
    return kept | FURTHER | (FURTHER_SECURE_MESSAGING if secure else 0) | channel - 4


class Command:
    """Command APDU, ISO/IEC 7816-4 5.1.

    `le` is None when the field is absent, otherwise 1..65536 (256 for a short 00, 65536 for an extended
    0000). `extended` tells that the length fields have or shall have the extended form. Values are taken as
    they are: `encode` refuses what has no encoding.
    """

    __slots__ = ("cla", "data", "extended", "ins", "le", "p1", "p2")

    def __init__(
        self,
        cla: int,
        ins: int,
        p1: int,
        p2: int,
        data: bytes = b"",
        le: int | None = None,
        extended: bool = False,
    ) -> None:
        self.cla = cla
        self.ins = ins
        self.p1 = p1
        self.p2 = p2
        self.data = data
        self.le = le
        self.extended = extended

    @classmethod
    def parse(cls, raw: bytes) -> Command:
        """Command from its bytes; StatusError 6700 when Lc and Le do not add up to exactly these bytes."""
        size = len(raw)
        if size < 5:
            if size == 4:
                return cls(raw[0], raw[1], raw[2], raw[3])
            raise StatusError(WRONG_LENGTH)
        lc = raw[4]
        if size == 5:
            return cls(raw[0], raw[1], raw[2], raw[3], b"", lc or SHORT_LE_MAX)
        if not lc:
            return cls._parse_extended(raw, size)
        end = 5 + lc
        if size == end:
            return cls(raw[0], raw[1], raw[2], raw[3], raw[5:])
        if size == end + 1:
            return cls(raw[0], raw[1], raw[2], raw[3], raw[5:end], raw[end] or SHORT_LE_MAX)
        raise StatusError(WRONG_LENGTH)

    @classmethod
    def _parse_extended(cls, raw: bytes, size: int) -> Command:
        if size < 7:
            raise StatusError(WRONG_LENGTH)
        lc = raw[5] << 8 | raw[6]
        if size == 7:
            return cls(raw[0], raw[1], raw[2], raw[3], b"", lc or EXTENDED_LE_MAX, True)
        end = 7 + lc
        if lc and size == end:
            return cls(raw[0], raw[1], raw[2], raw[3], raw[7:], None, True)
        if lc and size == end + 2:
            le = raw[end] << 8 | raw[end + 1]
            return cls(raw[0], raw[1], raw[2], raw[3], raw[7:end], le or EXTENDED_LE_MAX, True)
        raise StatusError(WRONG_LENGTH)

    def encode(self) -> bytes:
        """The command's bytes, in extended form when asked for or when the lengths need it.

        ValueError when a header byte, Lc or Le is out of range.
        """
        data, le = self.data, self.le
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        if len(data) > EXTENDED_LC_MAX or (le is not None and not 1 <= le <= EXTENDED_LE_MAX):
            raise ValueError(f"no encoding for Lc {len(data)}, Le {le}")
        if self.extended or len(data) > SHORT_LC_MAX or (le or 0) > SHORT_LE_MAX:
            return header + _extended_body(data, le)
        if data:
            header += bytes((len(data),)) + data
        return header if le is None else header + bytes((le & 0xFF,))

    @property
    def channel(self) -> int:
        """Logical channel, 0..19."""
        return channel_of(self.cla)

    @property
    def chained(self) -> bool:
        """Whether more commands of an ISO command chain follow (CLA b5)."""
        return bool(self.cla & CHAINING)

    @property
    def secure_messaging(self) -> int:
        """Secure messaging indication 0..3, 0 for none."""
        return secure_messaging_of(self.cla)

    @property
    def proprietary(self) -> bool:
        """Whether the class is proprietary, 8X..FX (CLA b8)."""
        return bool(self.cla & PROPRIETARY)

    def on_channel(self, channel: int) -> Command:
        """The same command on another logical channel; ValueError outside 0..19."""
        cla = class_on_channel(self.cla, channel)
        return Command(cla, self.ins, self.p1, self.p2, self.data, self.le, self.extended)

    def with_le(self, le: int | None) -> Command:
        """The same command with another Le."""
        return Command(self.cla, self.ins, self.p1, self.p2, self.data, le, self.extended)

    def _fields(self) -> tuple[int, int, int, int, bytes, int | None, bool]:
        return self.cla, self.ins, self.p1, self.p2, self.data, self.le, self.extended

    def __eq__(self, other: object) -> bool:
        return self._fields() == other._fields() if isinstance(other, Command) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        header = f"{self.cla:02X} {self.ins:02X} {self.p1:02X} {self.p2:02X}"
        return f"Command({header}, data={self.data.hex()!r}, le={self.le}, extended={self.extended})"


def _extended_body(data: bytes, le: int | None) -> bytes:
    lc_field = len(data).to_bytes(2, "big") + data if data else b""
    le_field = b"" if le is None else (le & 0xFFFF).to_bytes(2, "big")
    body = lc_field + le_field
    return b"\x00" + body if body else b""
