"""The air between the operator's network and devices in other processes: attaching, as two HTTP calls.

`POST /air/attach` with IMSI and IMEI gives a challenge, `POST /air/answer` takes what the card says to it (response,
hex; null when the card does not recognise the network) and gives the outcome, or one more challenge. It needs no token:
the card is the proof. It is no part of the platform's API, and only stands beside it where `serve` puts it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, Queue
from secrets import token_hex
from threading import Lock, Thread
from typing import Any

import httpx

from euicc.testing.network import Admission, Answer, Challenge
from examples.service_platform import identifiers, requests
from examples.service_platform.operator_side import Access, OperatorSide
from examples.service_platform.refusals import Malformed, Unknown

PATIENCE = 5.0
"""Seconds that the network waits for a card."""
STUCK = 30.0
"""Seconds after which a network that says nothing is a bug."""
MOST_ATTEMPTS = 256
"""Open at once; the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to attach: the network runs in a thread of its own and waits there for the card's answers."""

    told: Queue[Challenge | Access]
    heard: Queue[bytes | None]

    @classmethod
    def begin(cls, network: OperatorSide, imsi: str, imei: str) -> Attempt:
        attempt = cls(Queue(), Queue())
        run = Thread(
            target=lambda: attempt.told.put(network.attach(imsi, attempt.answer, imei)),
            name="attach",
            daemon=True,
        )
        run.start()
        return attempt

    def answer(self, challenge: Challenge) -> bytes | None:
        """A card that says nothing in time has said something wrong."""
        self.told.put(challenge)
        try:
            return self.heard.get(timeout=PATIENCE)
        except Empty:
            return b""


class Air:
    """The attempts that are open, and the calls."""

    def __init__(self, network: OperatorSide) -> None:
        self._network, self._lock = network, Lock()
        self._open: dict[str, Attempt] = {}

    @property
    def calls(self) -> dict[str, Callable[[Mapping[str, object]], dict[str, object]]]:
        """By their path."""
        return {"/air/attach": self.attach, "/air/answer": self.answer}

    def attach(self, body: Mapping[str, object]) -> dict[str, object]:
        """{"imsi", "imei"}: a device is switched on. Malformed."""
        wanted = requests.members(body, {"imsi": identifiers.imsi, "imei": identifiers.imei})
        name, attempt = token_hex(16), Attempt.begin(self._network, wanted["imsi"], wanted["imei"])
        return self._next(name, attempt)

    def answer(self, body: Mapping[str, object]) -> dict[str, object]:
        """{"attempt", "response"}: what the card says to the challenge. Malformed, Unknown."""
        response = _response(body)
        name = requests.member(body, "attempt", str)
        with self._lock:
            attempt = self._open.pop(name, None)
        if attempt is None:
            raise Unknown("there is no such attempt")
        attempt.heard.put(response)
        return self._next(name, attempt)

    def _next(self, name: str, attempt: Attempt) -> dict[str, object]:
        said = attempt.told.get(timeout=STUCK)
        if isinstance(said, Access):
            return {"admission": said.admission.name, "access_points": list(said.access_points)}
        with self._lock:
            while len(self._open) >= MOST_ATTEMPTS:
                del self._open[next(iter(self._open))]
            self._open[name] = attempt
        return {"attempt": name, "rand": said.rand.hex(), "autn": said.autn.hex()}


def attach(http: httpx.Client, imsi: str, imei: str, answer: Answer) -> Access:
    """The device's side of it."""
    said = _said(http.post("/air/attach", json={"imsi": imsi, "imei": imei}))
    while "attempt" in said:
        # XRES, CK and IK stay with the network.
        challenge = Challenge(bytes.fromhex(said["rand"]), bytes.fromhex(said["autn"]), b"", b"", b"")
        response = answer(challenge)
        body = {"attempt": said["attempt"], "response": None if response is None else response.hex()}
        said = _said(http.post("/air/answer", json=body))
    return Access(Admission[said["admission"]], tuple(said["access_points"]))


def _said(response: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = response.raise_for_status().json()
    return found


def _response(body: Mapping[str, object]) -> bytes | None:
    """What the card said; None when it refused the network."""
    value = body.get("response", 0)
    if value is None:
        return None
    try:
        return bytes.fromhex(value if isinstance(value, str) else "none")
    except ValueError:
        raise Malformed("response: hexadecimal digits or null", member="response") from None
