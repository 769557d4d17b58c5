"""Hypothesis state machines for cards, IPAs and eIMs of your own, each with a small model of what the standards say.

A machine is subclassed: the subclass says how to get at what is tested, and its `TestCase` is what pytest runs.

    class MyCard(CardManagementMachine):
        def transport(self) -> Transport:
            return PcscReader("my reader")

    TestMyCard = MyCard.TestCase
    TestMyCard.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)

`CardManagementMachine`: ES10c and notifications. `DownloadMachine`: sessions with several SM-DP+, right and wrong.
`FilesMachine`: files, PINs and channels of the UICC. `EimMachine`: an IoT card, its IPA, which may be a program of your
own, and two eIMs. What fails is a `Disagreement`, whose text is the story of the shrunk example, step by step.
"""

from __future__ import annotations

from euicc.testing.machines.card_management import CardManagementMachine
from euicc.testing.machines.downloads import DownloadMachine
from euicc.testing.machines.eim_and_ipa import EimMachine, EimUnderTest
from euicc.testing.machines.files import FilesMachine
from euicc.testing.machines.ipa_under_test import IpaUnderTest, OwnIpa, ProgramIpa
from euicc.testing.machines.power import MemoryPower, Power
from euicc.testing.machines.profile_model import ProfileFacts
from euicc.testing.machines.story import Disagreement

__all__ = [
    "CardManagementMachine",
    "Disagreement",
    "DownloadMachine",
    "EimMachine",
    "EimUnderTest",
    "FilesMachine",
    "IpaUnderTest",
    "MemoryPower",
    "OwnIpa",
    "Power",
    "ProfileFacts",
    "ProgramIpa",
]
