"""A project of somebody else: a toy IPA, and its tests in ten lines. The wheel is installed, this repository is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "apdu", "asn1", "euicc", "ipa")
SECONDS = 300

IPA = '''
"""An IPA as somebody writes it on the first day: it remembers what the card said it did."""

from apdu import aid, open_channel
from asn1.generated import rsp


class ToyIpa:
    def __init__(self, card):
        self.channel = open_channel(card)
        self.channel.select(aid.ISD_R)
        self.profiles = self.read_profiles()

    def enable(self, iccid):
        named = rsp.EnableProfileRequest.ProfileIdentifier(iccid=iccid)
        request = rsp.EnableProfileRequest(profile_identifier=named, refresh_flag=False)
        result = rsp.EnableProfileResponse.decode(self.channel.store_data(request.encode()))
        if result.enable_result == 0:
            self.profiles = {each: each == iccid for each in self.profiles}

    def delete(self, iccid):
        self.execute(rsp.DeleteProfileRequest(iccid=iccid))

    def execute(self, request):
        result = rsp.DeleteProfileResponse.decode(self.channel.store_data(request.encode()))
        if result.delete_result == 0:
            self.profiles.pop(request.iccid, None)

    def acknowledge(self, iccid):
        """Removes the oldest notification about this profile."""
        for each in self.read_notifications():
            if each.iccid == iccid:
                request = rsp.NotificationSentRequest(seq_number=each.seq_number)
                self.channel.store_data(request.encode())
                return

    def read_notifications(self):
        answer = self.channel.store_data(rsp.ListNotificationRequest().encode())
        return rsp.ListNotificationResponse.decode(answer).notification_metadata_list

    def read_profiles(self):
        answer = self.channel.store_data(rsp.ProfileInfoListRequest().encode())
        found = rsp.ProfileInfoListResponse.decode(answer).profile_info_list_ok
        return {each.iccid: each.profile_state == 1 for each in found}
'''

TESTS = """
from hypothesis import given, strategies as st
from toy_ipa import ToyIpa

@given(st.lists(st.tuples(st.sampled_from(["enable", "delete"]), st.integers(0, 1))))
def test_it_knows_what_is_in_the_card(euicc_factory, orders):
    ipa = ToyIpa(euicc_factory(profiles=2))
    iccids = sorted(ipa.profiles)
    for order, number in orders:
        getattr(ipa, order)(iccids[number])
    assert ipa.profiles == ipa.read_profiles()
"""

NOTIFICATIONS = """
from hypothesis import given, strategies as st
from toy_ipa import ToyIpa

@given(st.lists(st.integers(0, 2), max_size=4), st.integers(0, 2))
def test_it_removes_the_notification_it_was_told(euicc_factory, enabled, told):
    ipa = ToyIpa(euicc_factory(profiles=3))
    iccids = sorted(ipa.profiles)
    for number in enabled:
        ipa.enable(iccids[number])
    before = [each.iccid for each in ipa.read_notifications()]
    ipa.acknowledge(iccids[told])
    left = [each.iccid for each in ipa.read_notifications()]
    assert left.count(iccids[told]) == max(before.count(iccids[told]) - 1, 0)
"""

STRATEGIES = """
from asn1.generated import rsp
from euicc.testing.strategies import CardView, requests
from hypothesis import given, strategies as st
from toy_ipa import ToyIpa

@given(st.data())
def test_it_knows_what_was_deleted(euicc_factory, data):
    ipa = ToyIpa(euicc_factory(profiles=2, enabled=0))
    view = CardView(iccids=tuple(ipa.profiles))
    for request in data.draw(st.lists(requests(view, (rsp.DeleteProfileRequest,)))):
        ipa.execute(request)
    assert ipa.profiles == ipa.read_profiles()
"""

# Machines that run tests are busy with other things, too.
CONFTEST = """
from hypothesis import settings

settings.register_profile("busy", deadline=None)
settings.load_profile("busy")
"""

# What a first day's IPA gets wrong: the text that is right, and the wrong one.
BUGS = {
    "the result of EnableProfile is ignored": ("if result.enable_result == 0:", "if True:"),
    "the result of DeleteProfile is ignored": ("if result.delete_result == 0:", "if True:"),
}
WRONG_NOTIFICATION = ("if each.iccid == iccid:", "if True:")


class Outside:
    """A virtual environment with the wheel in it, and a project that is tested with it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._python = directory / "venv" / "bin" / "python"
        self._project = directory / "project"
        self._project.mkdir()
        (self._project / "conftest.py").write_text(CONFTEST)
        venv.create(directory / "venv", symlinks=True)
        self._pip("--python", str(self._python), "install", "--no-deps", "--no-index", str(self._wheel()))
        # What the wheel depends on is on this machine already; the path leads to those packages, not to us.
        (site,) = (directory / "venv" / "lib").glob("python*/site-packages")
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def test(
        self, tests: str, *options: str, bug: tuple[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs pytest in the project, its IPA with this bug."""
        right, wrong = bug or ("", "")
        assert right in IPA
        (self._project / "toy_ipa.py").write_text(IPA.replace(right, wrong))
        (self._project / "test_toy_ipa.py").write_text(tests)
        return self.python("-m", "pytest", "-p", "no:cacheprovider", *options)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the Python of the project, in it."""
        plain = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))
        }
        return subprocess.run(
            [str(self._python), *arguments],
            cwd=self._project,
            env=plain,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def _wheel(self) -> Path:
        """The wheel, made from a copy: what other builds have left beside the sources stays out of it."""
        copy = self._directory / "source"
        copy.mkdir()
        for name in SOURCES:
            _copy(ROOT / name, copy / name)
        self._pip("wheel", "--no-deps", *_builder(), "--wheel-dir", str(self._directory), str(copy))
        (wheel,) = self._directory.glob("euicc-*.whl")
        return wheel

    def _pip(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "pip", *arguments],
            cwd=self._directory,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _builder() -> tuple[str, ...]:
    """Without a network where the setuptools at hand can make wheels by themselves."""
    at_hand = tuple(map(int, version("setuptools").split(".")[:2]))
    return ("--no-build-isolation",) if at_hand >= (70, 1) else ()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)
