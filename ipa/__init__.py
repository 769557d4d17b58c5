"""The device: an IPA (and LPA) that drives emulated and real cards."""

from __future__ import annotations

from ipa.activation_code import ActivationCode
from ipa.driver import User
from ipa.errors import IpaError
from ipa.lpa import Lpa

__all__ = ["ActivationCode", "IpaError", "Lpa", "User"]
