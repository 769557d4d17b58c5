"""The consumer eUICC of SGP.22 v2.5."""

from __future__ import annotations

from euicc.isdr.es10 import authentication, device, download, notifications, profiles
from euicc.isdr.functions import table
from euicc.profiles.states import SGP22_RULES, ResetOption
from euicc.variants.variant import Variant

SGP22 = Variant(
    name="sgp22",
    functions=table(
        device.FUNCTIONS,
        authentication.FUNCTIONS,
        download.FUNCTIONS,
        notifications.FUNCTIONS,
        profiles.FUNCTIONS,
    ),
    rules=SGP22_RULES,
    reset_options=frozenset(
        {
            ResetOption.OPERATIONAL_PROFILES,
            ResetOption.FIELD_LOADED_TEST_PROFILES,
            ResetOption.DEFAULT_SMDP_ADDRESS,
        }
    ),
    declaration=lambda terminal: terminal.lpad,
)
