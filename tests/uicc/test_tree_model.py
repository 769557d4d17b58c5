"""Files that come and go against a model in Python, with resets and lost power in between."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from apdu import Command, instruction, status, tlv
from euicc import PowerLoss
from euicc.runtime import keys
from euicc.uicc.applet import COMMANDS
from euicc.uicc.filesystem import Ef
from tests.uicc.administered import Device
from tests.uicc.handmade import USIM_AID, Channel

EF_FIDS = ("6FA0", "6FA1", "6F07", "4F01")
DF_FIDS = ("5FA0", "5FC0")
PARENTS = ("", "5FA0", "5FC0", "5FA05FC0")
INSTALLED = 9 + 20
"""Bytes in EF_IMSI and in the file of DF.5GS, the only ones of the package that change here."""
sizes = st.integers(1, 6)
parents = st.sampled_from(PARENTS)
Files = dict[str, bytes | None]
"""Path below the USIM in hexadecimal -> content, None for a DF."""


def file_template(fid: str, size: int) -> str:
    body = bytes.fromhex(f"82024121 8302{fid} 8A0105 8B036F0601 8002{size:04X} 8800")
    return tlv.encode(0x62, body).hex()


def directory_template(fid: str) -> str:
    return tlv.encode(0x62, bytes.fromhex(f"82027821 8302{fid} 8A0105 8B036F0601 C606900100830101")).hex()


def resize_template(fid: str, size: int) -> str:
    return tlv.encode(0x62, bytes.fromhex(f"8302{fid} 8002{size:04X}")).hex()


def command(header: str, data: str) -> str:
    return f"{header}{len(data) // 2:02X}{data}"


class Tree(RuleBasedStateMachine):
    """The USIM of the administered profile: what the card says after every step is what the model says."""

    @initialize()
    def start(self) -> None:
        """A card, and what of it can change."""
        self.device = Device()
        self.card = self.device.usim()
        self.files: Files = {
            "6F07": bytes.fromhex("080910101032540636"),
            "5FC0": None,
            "5FC04F01": b"\x05" * 20,
        }

    def enter(self, parent: str) -> bool:
        """Go to a directory; whether it is there."""
        path = "7FFF" + parent
        there = self.card(command("00A4080C", path)) == "9000"
        assert there is (not parent or self.files.get(parent, b"") is None)
        return there

    def run(self, sent: str, after: Files) -> None:
        """Send a command that leads to these files when it succeeds; with the power lost, to these or the old."""
        try:
            answer = self.card(sent)
        except PowerLoss:
            self.card = self.device.usim(built_anew=False)
            if self.shown(after):
                self.files = after
            return
        self.device.nvm.lose_power_at = None
        assert answer == "9000"
        self.files = after

    @rule(parent=parents, fid=st.sampled_from(EF_FIDS), size=sizes)
    def create_ef(self, parent: str, fid: str, size: int) -> None:
        """CREATE FILE of an EF."""
        sent = command("00E00000", file_template(fid, size))
        if not self.enter(parent):
            return
        if parent + fid in self.files:
            assert self.card(sent) == "6A89"
        else:
            self.run(sent, {**self.files, parent + fid: b"\xff" * size})

    @rule(parent=parents, fid=st.sampled_from(DF_FIDS))
    def create_df(self, parent: str, fid: str) -> None:
        """CREATE FILE of a DF."""
        sent = command("00E00000", directory_template(fid))
        if not self.enter(parent):
            return
        if parent + fid in self.files or fid in (parent[-4:], parent[-8:-4]):
            assert self.card(sent) == "6A89"
        else:
            self.run(sent, {**self.files, parent + fid: None})

    @rule(parent=parents, fid=st.sampled_from(EF_FIDS + DF_FIDS))
    def delete(self, parent: str, fid: str) -> None:
        """DELETE FILE of an EF, or of a DF with all that is in it."""
        path = parent + fid
        sent = command("00E40800", "7FFF" + path)
        if path not in self.files:
            assert self.card(sent) == "6A82"
        else:
            self.run(
                sent, {each: content for each, content in self.files.items() if not each.startswith(path)}
            )

    @rule(parent=parents, fid=st.sampled_from(EF_FIDS), data=st.binary(min_size=1, max_size=3))
    def update(self, parent: str, fid: str, data: bytes) -> None:
        """UPDATE BINARY from the first byte on."""
        content = self.files.get(parent + fid)
        if content is None or not self.enter(parent):
            return
        assert self.card(command("00A4000C", fid)) == "9000"
        sent = command("00D60000", data.hex())
        if len(data) > len(content):
            assert self.card(sent) == "6700"
        else:
            self.run(sent, {**self.files, parent + fid: data + content[len(data) :]})

    @rule(parent=parents, fid=st.sampled_from(EF_FIDS), size=sizes)
    def resize(self, parent: str, fid: str, size: int) -> None:
        """RESIZE FILE."""
        content = self.files.get(parent + fid)
        if content is None or not self.enter(parent):
            return
        resized = content[:size].ljust(size, b"\xff")
        self.run(command("80D40000", resize_template(fid, size)), {**self.files, parent + fid: resized})

    @rule()
    def reset(self) -> None:
        """The tree is built from the package again."""
        self.card = self.device.usim()

    @precondition(lambda self: self.device.nvm.lose_power_at is None)
    @rule(point=st.integers(1, 12))
    def power_will_go(self, point: int) -> None:
        """At some point of what comes."""
        self.device.nvm.lose_power_at = point

    def shown(self, files: Files) -> bool:
        """Whether the card shows these files and no others."""
        usim = self.card.applet.running.profile.filesystem.adfs[USIM_AID]
        for path in {parent + fid for parent in PARENTS for fid in EF_FIDS + DF_FIDS}:
            answer = self.card(command("00A4080C", "7FFF" + path))
            if (answer == "9000") is not (path in files):
                return False
            content = files.get(path)
            if content is not None and self.card("00B0000000") != content.hex().upper() + "9000":
                return False
        return usim.parent is not None

    @invariant()
    def the_card_agrees(self) -> None:
        """After every step."""
        if hasattr(self, "device"):
            assert self.shown(self.files)

    def teardown(self) -> None:
        """A last reset, and what the files take from the memory is what was created, resized and deleted."""
        if not hasattr(self, "device"):
            return
        self.card = self.device.usim()
        assert self.shown(self.files)
        uicc = self.card.applet.running
        contents = sum(len(content) for content in self.files.values() if content is not None)
        created = uicc.memory.names(keys.FILE_CREATED)
        templates = sum(len(uicc.memory.get(keys.FILE_CREATED, name) or b"") for name in created)
        assert uicc.free_memory() == self.device.config.nvm_size - (contents - INSTALLED) - templates


TestTree = Tree.TestCase
TestTree.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)

templates = st.one_of(
    st.builds(file_template, st.sampled_from(EF_FIDS), sizes),
    st.builds(directory_template, st.sampled_from(DF_FIDS)),
    st.builds(resize_template, st.sampled_from(EF_FIDS), sizes),
).map(bytes.fromhex)
names = st.sampled_from(("3F00", "7FFF", "7F10", "2FE2", *EF_FIDS, *DF_FIDS)).map(bytes.fromhex)
TERMINATION = frozenset((instruction.TERMINATE_CARD_USAGE, instruction.TERMINATE_DF))
commands = st.builds(
    Command,
    st.sampled_from((0x00, 0x80)),
    st.sampled_from(sorted(COMMANDS.keys() - TERMINATION)),
    st.sampled_from((0, 0, 0, 1, 4, 8, 9, 0x80, 0x87)) | st.integers(0, 255),
    st.sampled_from((0, 0, 0, 2, 3, 4, 0x40, 0x80)) | st.integers(0, 255),
    st.one_of(templates, names, st.binary(max_size=6), st.lists(names, max_size=3).map(b"".join)),
    st.none() | st.integers(1, 256),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(commands, max_size=15))
def test_any_commands_of_who_may_do_anything(sequence: list[Command]) -> None:
    device = Device()
    card = device.usim()
    for each in sequence:
        sw = int(card.send(each)[-4:], 16)
        assert (
            sw in (status.SUCCESS, status.INCREASE_MAXIMUM_REACHED)
            or 0x6200 <= sw <= 0x6EFF
            or sw >> 8 == 0x98
        )
    again = device.boot()
    assert paths(again) == paths(card)
    assert again("00A4000C023F00") == "9000"


def paths(card: Channel) -> list[tuple[str, int, bytes]]:
    """Every file with its life cycle and, of an EF, its content."""
    uicc = card.applet.running
    return sorted(
        (file.path.hex(), uicc.lcsi(file), uicc.content(file) if isinstance(file, Ef) else b"")
        for file in uicc.profile.filesystem.files()
    )
