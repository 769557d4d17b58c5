"""What a Java Card load file says of itself: version and applets, Java Card VM specification 6.

The bytecode is not looked at, and never run.
"""

from __future__ import annotations

from typing import NamedTuple

_HEADER, _APPLET = 1, 3
_MAGIC = bytes.fromhex("DECAFFED")
_PACKAGE_VERSION = slice(7, 9)
_COMPONENT_HEADER = 3
_INSTALL_METHOD_OFFSET = 2


class LoadFileContents(NamedTuple):
    """version: major and minor, 2 bytes, as GET STATUS shows it. modules: AIDs of the applets."""

    version: bytes = b""
    modules: tuple[bytes, ...] = ()


def contents(load_file: bytes) -> LoadFileContents:
    """From the components that a load file is made of; nothing of one that is no Java Card load file."""
    components = _components(load_file)
    header = components.get(_HEADER, b"")
    if not header.startswith(_MAGIC):
        return LoadFileContents()
    minor_major = header[_PACKAGE_VERSION]
    return LoadFileContents(minor_major[::-1], _applets(components.get(_APPLET, b"\x00")))


def _components(data: bytes) -> dict[int, bytes]:
    """Tag (1 byte), size (2 bytes), contents; what does not fit any more is left out."""
    found = {}
    while len(data) >= _COMPONENT_HEADER:
        end = _COMPONENT_HEADER + int.from_bytes(data[1:_COMPONENT_HEADER], "big")
        if end > len(data):
            break
        found[data[0]] = data[_COMPONENT_HEADER:end]
        data = data[end:]
    return found


def _applets(component: bytes) -> tuple[bytes, ...]:
    count, data = component[0], component[1:]
    applets = []
    for _ in range(count):
        end = 1 + data[0] if data else 0
        if not 0 < end <= len(data):
            break
        applets.append(data[1:end])
        data = data[end + _INSTALL_METHOD_OFFSET :]
    return tuple(applets)
