"""What a device does for the toolkit of its card: proactive commands answered, events told (TS 102 223, TS 31.111).

`Toolkit.of(device, ...)` is put together from services, one for each kind of command; `ipa.terminal.Terminal` runs it.
A service of one's own has the methods of `Service`.
"""

from __future__ import annotations

from ipa.toolkit.bip import Bip
from ipa.toolkit.events import Events
from ipa.toolkit.handler import NotPerformed, Service
from ipa.toolkit.local_information import Device, LocalInformationService
from ipa.toolkit.polling import Polling
from ipa.toolkit.short_messages import DeliverReport, ShortMessages
from ipa.toolkit.timers import Timers
from ipa.toolkit.toolkit import Toolkit
from ipa.toolkit.user import Reply, User, UserInterface

__all__ = [
    "Bip",
    "DeliverReport",
    "Device",
    "Events",
    "LocalInformationService",
    "NotPerformed",
    "Polling",
    "Reply",
    "Service",
    "ShortMessages",
    "Timers",
    "Toolkit",
    "User",
    "UserInterface",
]
