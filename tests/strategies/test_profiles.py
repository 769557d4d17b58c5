"""Drawn packages are installed, broken ones are not."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings

from euicc.config import Config
from euicc.isdp.installer import Installation, InstallationAborted, Installer
from euicc.testing.profile_builder import codings
from euicc.testing.strategies import (
    BrokenProfile,
    DrawnProfile,
    How,
    any_broken_profile,
    any_profile,
    broken_profiles,
    profiles,
    seeded,
)
from tests.strategies.shrinking import shrunk

SUCCESS = bytes.fromhex("3007A0053003800100")


def install(package: bytes) -> Installation:
    installer = Installer(Config())
    installer.feed(package)
    return installer.finish()


def assert_refused(profile: BrokenProfile) -> None:
    with pytest.raises(InstallationAborted):
        pytest.fail(f"{profile} is installed: {install(profile.package)}")


def test_packages_are_installed_from_the_least_to_large_ones() -> None:
    drawn = [*islice(seeded(any_profile(), seed=1), 100)]
    for profile in drawn:
        installed = install(profile.package)
        assert installed.response == SUCCESS  # and no warning
        assert installed.iccid == codings.iccid_printed(profile.iccid)
    sizes = [len(profile.package) for profile in drawn]
    assert min(sizes) < 1_500
    assert max(sizes) > 12_000
    least = min(drawn, key=lambda profile: len(profile.names))
    assert least.names[:4] == ("header", "mf", "puk_codes", "pin_codes")
    assert least.names[-1] == "end"


@pytest.mark.parametrize("how", How, ids=lambda how: how.name)
def test_broken_packages_are_refused(how: How) -> None:
    broken = [*islice(seeded(any_broken_profile(how), seed=2), 60)]
    for profile in broken:
        assert profile.how is how
        assert_refused(profile)
    assert len({profile.element for profile in broken}) >= (1 if how is How.BEHIND else 6)


def test_a_broken_package_says_where_and_how() -> None:
    told = {str(profile) for profile in islice(seeded(any_broken_profile(), seed=2), 400)}
    assert {"mf: without this element, which others need", "usim: this element twice"} <= told
    assert any(each.startswith("puk_codes: this element breaks the schema, puk_codes.puk_") for each in told)


@settings(max_examples=20, deadline=None)
@given(profiles(files=5), broken_profiles())
def test_hypothesis_draws_packages(whole: DrawnProfile, broken: BrokenProfile) -> None:
    assert install(whole.package).response == SUCCESS
    assert_refused(broken)


def test_a_package_shrinks_to_what_matters() -> None:
    found = shrunk(profiles(files=8), lambda profile: "usim" in profile.names)
    assert "isim" not in found.names
    assert "generic_file_management.more" not in found.names
    found = shrunk(profiles(files=8), lambda profile: len(profile.package) > 2_000)
    assert len(found.package) < 2_600


def test_a_broken_package_shrinks_to_the_least_package() -> None:
    found = shrunk(broken_profiles(How.ENCODING), lambda broken: broken.element == "puk_codes")
    assert found.names == ("header", "mf", "puk_codes", "pin_codes", "security_domain", "end")
