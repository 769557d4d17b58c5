"""Contents for people, on a line, and for programs, in JSON."""

from __future__ import annotations

from typing import Any

FREE = "none"
SERVICE = {"service", "name"}
FID = "fid"


def plain_json(value: Any) -> Any:
    """A decoded content with bytes as hexadecimal digits: what JSON can hold."""
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, dict):
        return {name: plain_json(each) for name, each in value.items()}
    return [plain_json(each) for each in value] if isinstance(value, list) else value


def words(value: Any) -> str:
    """A decoded content on one line; control characters as they are."""
    if isinstance(value, dict):
        return _row(value)
    if isinstance(value, list):
        separator = "; " if any(isinstance(each, dict) for each in value) else ", "
        return separator.join(map(words, value)) or FREE
    if isinstance(value, bytes):
        return value.hex().upper() or "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return FREE
    return str(value)


def _row(value: dict[str, Any]) -> str:
    """Names and values; what is not there is left out."""
    if set(value) == SERVICE:
        return f"{value['service']} {value['name']}".strip()
    said = (
        f"{name.replace('_', ' ')} {f'{each:04X}' if name == FID else words(each)}"
        for name, each in value.items()
        if each not in (None, "", [], {})
    )
    return ", ".join(said) or FREE
