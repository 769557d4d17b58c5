"""Which files hold keys, TS 31.102, TS 102 310, 3GPP2 C.S0065."""

from __future__ import annotations

SECRET = frozenset(
    {
        "EF.Keys",
        "EF.KeysPS",
        "EF.Kc",
        "EF.KcGPRS",
        "EF.EPSNSC",
        "EF.5GS3GPPNSC",
        "EF.5GSN3GPPNSC",
        "EF.5GAUTHKEYS",
        "EF.DCK",
        "EF.MSK",
        "EF.MUK",
        "EF.EAPKEYS",
        "EF.SPC",
        "EF.HIDDEN_KEY",
        "EF.HiddenKey",
        "EF.3GCIK",
    }
)
"""Files whose content is not for everybody's eyes."""
