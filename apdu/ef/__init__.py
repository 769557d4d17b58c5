"""Elementary files: their names, and what their contents say (TS 102 221 13, TS 31.102 4, TS 31.103 4.2).

`apdu.ef.names` and `apdu.ef.directories` are tables. Contents are declared with construct, which is loaded with the
first content that is decoded or encoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apdu.ef import names
from apdu.ef.error import ContentError
from apdu.ef.names import KnownFile

if TYPE_CHECKING:
    from apdu.ef.codec import Codec

__all__ = ["ContentError", "KnownFile", "decode", "encode", "has_codec"]


def decode(file: str | KnownFile, content: bytes) -> Any:
    """What the content of a file, or one of its records, says: None, bool, int, str, bytes, lists and dicts of these.

    `file`: a name or path as in `apdu.ef.names`, or what that found. ContentError for a file without a declared
    coding, and for content that the standard does not let it have. Nothing but FF mostly is None.
    """
    return _codec(file).decode(content)


def encode(file: str | KnownFile, value: Any, size: int) -> bytes:
    """The content of a file or record of `size` bytes that `decode` gives `value` for; ContentError."""
    return _codec(file).encode(value, size)


def has_codec(file: str | KnownFile) -> bool:
    """Whether the coding of the file is declared."""
    from apdu.ef.contents import codec_of

    known = names.find(file) if isinstance(file, str) else file
    return known is not None and codec_of(known) is not None


def _codec(file: str | KnownFile) -> Codec:
    from apdu.ef.contents import codec_of

    known = names.find(file) if isinstance(file, str) else file
    codec = None if known is None else codec_of(known)
    if codec is None:
        raise ContentError(f"the coding of {file if isinstance(file, str) else file.path} is not declared")
    return codec
