"""The IoT eUICC of SGP.32: for now what it shares with SGP.22."""

from __future__ import annotations

from dataclasses import replace

from euicc.variants.sgp22 import SGP22

SGP32 = replace(SGP22, name="sgp32", declaration=lambda terminal: terminal.ipad)
