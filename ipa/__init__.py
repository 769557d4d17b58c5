"""The device: an IPA (and LPA) that drives emulated and real cards."""

from __future__ import annotations

from ipa.activation_code import ActivationCode
from ipa.driver import User
from ipa.errors import IpaError
from ipa.ipad import Ipa
from ipa.lpa import Lpa
from ipa.settings import Settings
from ipa.state import StateFile

__all__ = ["ActivationCode", "Ipa", "IpaError", "Lpa", "Settings", "StateFile", "User"]
