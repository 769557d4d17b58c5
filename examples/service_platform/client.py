"""The platform as a party or a device calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class Refusal(Exception):
    """What the platform refused. status: of HTTP; body: as it was told."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body['error']}: {body['message']}")
        self.status, self.body = status, dict(body)


class Client:
    """Calls with one token. Every method gives the JSON object of the answer, or raises Refusal."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http, self._headers = http, {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return _answer(self._http.get(path, params=query, headers=self._headers))

    def post(self, path: str, body: object = None) -> dict[str, Any]:
        return _answer(self._http.post(path, json={} if body is None else body, headers=self._headers))

    def event(self, imei: str, event: str, /, **details: str) -> dict[str, Any]:
        """Cause an event of a device."""
        return self.post(f"/devices/{imei}/{event}", details)

    def news(self) -> list[dict[str, Any]]:
        """What is new, and acknowledges it."""
        told: list[dict[str, Any]] = self.get("/notifications")["notifications"]
        if told:
            self.post("/notifications/acknowledge", {"through": told[-1]["number"]})
        return told


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.headers.get("content-type") != "application/json":
        told = {"error": "no_platform", "message": f"what answers at {response.url} is no service platform"}
        raise Refusal(response.status_code, told)
    body: dict[str, Any] = response.json()
    if response.is_error:
        raise Refusal(response.status_code, body)
    return body
