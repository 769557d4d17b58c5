"""The pytest plugin: fixtures with eUICCs and everybody they talk to, in process or physical, all from one seed.

Fixtures: `euicc_card`, `euicc_factory`, `euicc_lab`, `euicc_ipa`. Options: --euicc-reader, --euicc-tcp, --euicc-modem,
--euicc-seed, --euicc-trace. It is there as soon as the package is installed; -p no:euicc leaves it out. A test that
uses none of the fixtures pays for none of the parts.
"""

from __future__ import annotations

from euicc.testing.plugin.fixtures import euicc_access, euicc_card, euicc_factory, euicc_ipa, euicc_lab
from euicc.testing.plugin.options import (
    pytest_addoption,
    pytest_configure,
    pytest_configure_node,
    pytest_report_header,
    pytest_xdist_setupnodes,
)
from euicc.testing.plugin.reports import pytest_runtest_makereport
from euicc.testing.plugin.running import pytest_fixture_setup, pytest_runtest_protocol

__all__ = [
    "euicc_access",
    "euicc_card",
    "euicc_factory",
    "euicc_ipa",
    "euicc_lab",
    "pytest_addoption",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_fixture_setup",
    "pytest_report_header",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_xdist_setupnodes",
]
