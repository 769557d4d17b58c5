"""Importing this loads all that a card ever loads: processes forked afterwards have it from the beginning."""

from __future__ import annotations

from tests.flows.doors import Device
from tests.flows.life import live, new_card, new_server

live(Device(new_card()), new_server())
