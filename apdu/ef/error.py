"""Why a content cannot be decoded or encoded."""

from __future__ import annotations


class ContentError(Exception):
    """These bytes are not what the standard lets the file hold, or this value has no coding in it; or none is known."""
