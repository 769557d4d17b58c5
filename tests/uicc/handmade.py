"""A small profile made by hand, with one file of every kind, and a channel on it that answers data + status word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from apdu import Command, StatusError
from euicc.config import Config
from euicc.env import Env
from euicc.runtime.nvm import Nvm
from euicc.runtime.proactive import Proactive
from euicc.uicc.applet import FileSelection, UiccApplet
from euicc.uicc.filesystem import MF_FID, Body, Df, Ef, FileKind, FileSystem
from euicc.uicc.profile_data import Pin, PinContext, UiccProfile
from euicc.uicc.uicc import Uicc

USIM_AID = bytes.fromhex("A0000000871002FF49FF0589")
ISIM_AID = bytes.fromhex("A0000000871004FF49FF0589")

READ_PIN1 = bytes.fromhex("800101A406830101950108")
READ_PIN2 = bytes.fromhex("800101A406830181950108")
READ_ALWAYS = bytes.fromhex("8001019000")
READ_ADM1 = bytes.fromhex("80015BA40683010A950108")
ARR_RECORDS = (READ_ALWAYS, READ_PIN1, READ_ADM1, READ_PIN2)
ALWAYS, PIN1, ADM1, PIN2 = (bytes([record]) for record in (1, 2, 3, 4))
MF_ARR = bytes.fromhex("2F06")
DF_ARR = bytes.fromhex("6F06")

CONTENT = bytes(range(256)) * 2
IMSI = bytes.fromhex("080910101032540636")


def arr(fid: int) -> Ef:
    body = Body(b"".join(record.ljust(16, b"\xff") for record in ARR_RECORDS), 16)
    return Ef(fid, FileKind.LINEAR_FIXED, body, sfi=6, security=fid.to_bytes(2, "big") + ALWAYS)


def records(count: int, length: int) -> Body:
    return Body(b"".join(bytes([number]) * length for number in range(1, count + 1)), length)


def telecom() -> Df:
    df = Df(0x7F10, FileKind.DF, pin_keys=b"\x01\x0a", security=DF_ARR + ADM1)
    df.add(arr(0x6F06))
    df.add(Ef(0x6F3C, FileKind.LINEAR_FIXED, records(3, 4), security=DF_ARR + PIN1))
    phonebook = Df(0x5F3A, FileKind.DF, pin_keys=b"\x01", security=DF_ARR + ADM1)
    phonebook.add(Ef(0x4F22, FileKind.TRANSPARENT, Body(bytes(4)), security=DF_ARR + PIN1))
    df.add(phonebook)
    return df


def usim() -> Df:
    adf = Df(0x7FD0, FileKind.ADF, aid=USIM_AID, pin_keys=b"\x01\x81\x0a", security=MF_ARR + ADM1)
    adf.add(arr(0x6F06))
    adf.add(Ef(0x6F07, FileKind.TRANSPARENT, Body(IMSI), sfi=7, security=DF_ARR + PIN1))
    adf.add(Ef(0x6F08, FileKind.TRANSPARENT, Body(bytes(33)), sfi=8, security=DF_ARR + ADM1, special=0x80))
    adf.add(Ef(0x6F3B, FileKind.LINEAR_FIXED, records(3, 4), security=DF_ARR + PIN1))
    adf.add(Ef(0x6F80, FileKind.CYCLIC, records(3, 5), sfi=0x14, security=DF_ARR + PIN1))
    adf.add(
        Ef(0x6FC4, FileKind.TRANSPARENT, Body(lambda: CONTENT, size=len(CONTENT)), security=DF_ARR + ALWAYS)
    )
    adf.add(Ef(0x6F37, FileKind.TRANSPARENT, Body(b"\x01"), security=DF_ARR + PIN2))
    adf.add(
        Ef(0x6FF8, FileKind.BER_TLV, Body(b""), security=DF_ARR + ALWAYS, reserved_size=64, maximum_size=128)
    )
    adf.add(Ef(0x6F45, FileKind.TRANSPARENT, Body(b"\x02"), sfi=0x11, security=DF_ARR + ALWAYS, lcsi=4))
    usable = Ef(0x6F46, FileKind.TRANSPARENT, Body(b"\x03"), security=DF_ARR + ALWAYS, lcsi=4, special=0x40)
    adf.add(usable)
    adf.add(Ef(0x6F47, FileKind.TRANSPARENT, Body(b"\x04"), security=DF_ARR + b"\x09"))
    fivegs = Df(0x5FC0, FileKind.DF, pin_keys=b"\x01", security=DF_ARR + ADM1)
    fivegs.add(Ef(0x4F01, FileKind.TRANSPARENT, Body(b"\x05" * 20), sfi=1, security=DF_ARR + PIN1))
    adf.add(fivegs)
    return adf


def isim() -> Df:
    adf = Df(0x7FB0, FileKind.ADF, aid=ISIM_AID, pin_keys=b"\x01\x81", security=MF_ARR + ADM1)
    adf.add(arr(0x6F06))
    return adf


def profile(pin1: int = 0x06, pin2: int = 0x03) -> UiccProfile:
    """PIN attributes: 06 disabled, 07 or 03 enabled."""
    mf = Df(MF_FID, FileKind.MF, pin_keys=b"\x01\x81\x0a", security=MF_ARR + ADM1)
    mf.add(arr(0x2F06))
    iccid = Body(bytes.fromhex("98001032547698103214"))
    mf.add(Ef(0x2FE2, FileKind.TRANSPARENT, iccid, sfi=2, security=MF_ARR + ALWAYS))
    mf.add(telecom())
    filesystem = FileSystem(mf)
    filesystem.add_adf(usim())
    filesystem.add_adf(isim())
    globals_ = {1: Pin(1, b"0000" + b"\xff" * 4, attributes=pin1), 10: Pin(10, b"5" * 8, attributes=3)}
    locals_ = {0x81: Pin(0x81, b"9999" + b"\xff" * 4, attributes=pin2)}
    pins = {b"": PinContext(b"", globals_), b"\x7f\xd0": PinContext(b"\x7f\xd0", locals_)}
    return UiccProfile(filesystem, pins=pins)


class Channel:
    """One logical channel: hexadecimal command in, hexadecimal data and status word out."""

    def __init__(self, applet: UiccApplet, selection: FileSelection | None = None) -> None:
        self.applet = applet
        self.selection = selection or applet.implicit(0, None)

    def __call__(self, command: str) -> str:
        return self.send(Command.parse(bytes.fromhex(command)))

    def send(self, command: Command) -> str:
        """The same for a command in fields."""
        try:
            if command.ins == 0xA4 and command.p1 == 0x04:
                self.selection, data = self.applet.select(command.data, command, 0)
            else:
                data = self.selection.process(command)
        except StatusError as error:
            return f"{error.data.hex()}{error.sw:04x}".upper()
        return f"{data.hex()}9000".upper()

    def usim(self) -> Channel:
        """The channel with the USIM active."""
        assert self("00A4040C0C" + USIM_AID.hex()) == "9000"
        return self


@dataclass
class Chip:
    """What a profile runs on, without a card around it."""

    nvm: Nvm = field(default_factory=Nvm)
    env: Env = field(default_factory=lambda: Env(1))
    config: Config = field(default_factory=Config)
    proactive: Proactive = field(default_factory=Proactive)


def running(of: UiccProfile) -> Uicc:
    return Uicc(of, Chip())


def applet(enabled: Callable[[], UiccProfile | None]) -> UiccApplet:
    return UiccApplet(enabled, Chip())


def channel(of: UiccProfile | None = None) -> Channel:
    served = of or profile()
    return Channel(applet(lambda: served))
