"""A card that plays a script: it answers each expected command, and refuses to see any other."""

from __future__ import annotations


class ScriptedCard:
    """A Transport over lines of hexadecimal: commands expected in turn, each with its answer."""

    def __init__(self, *exchanges: tuple[str, str]) -> None:
        self._exchanges = [(bytes.fromhex(sent), bytes.fromhex(answer)) for sent, answer in exchanges]
        self._next = 0

    def reset(self) -> bytes:
        return bytes.fromhex("3B9000")

    def transmit(self, command: bytes, /) -> bytes:
        assert self._next < len(self._exchanges), f"unexpected {command.hex()}"
        expected, answer = self._exchanges[self._next]
        assert command.hex() == expected.hex()
        self._next += 1
        return answer

    @property
    def finished(self) -> bool:
        return self._next == len(self._exchanges)
