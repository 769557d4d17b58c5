"""SELECT in the model of a UICC, and which EF another command means."""

from __future__ import annotations

from euicc.testing.machines.uicc.profile import APPLICATIONS, DIRECTORIES
from euicc.testing.machines.uicc.state import EFS, Apdu, Channel, Refused, State, tlv


def current(channel: Channel) -> str:
    """Path of the current EF."""
    if channel.ef is None:
        raise Refused(0x6986)
    return channel.ef


def target(channel: Channel, sfi: int | None) -> str:
    """Path of the EF of a short identifier, or of the current one."""
    if sfi is None:
        return current(channel)
    for path, ef in EFS.items():
        if path[:-4] == channel.df and ef.sfi == sfi:
            return path
    raise Refused(0x6A82)


def use(channel: Channel, path: str) -> None:
    """An EF that was found by its short identifier becomes current."""
    if channel.ef != path:
        channel.ef, channel.record = path, None


# -- SELECT ---------------------------------------------------------------------------------------------------------


def select(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """SELECT, TS 102 221 11.1.1."""
    if apdu.p1 == 0x04:
        return _select_application(model, channel, apdu)
    if apdu.p1 not in (0x00, 0x01, 0x03, 0x08, 0x09) or apdu.p2 not in (0x00, 0x04, 0x0C):
        raise Refused(0x6A86)
    path = named(channel, apdu.p1, apdu.data)
    if path in EFS:
        channel.df, channel.ef, channel.record = path[:-4], path, None
    else:
        channel.df, channel.ef, channel.record = path, None, None
    fcp = b"" if apdu.p2 == 0x0C else model.fcp(path)
    if path in model.lasting.deactivated:
        raise Refused(0x6283, fcp)
    return fcp


def status(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """STATUS, 11.1.2."""
    if apdu.p1 > 2 or apdu.p2 not in (0x00, 0x01, 0x0C):
        raise Refused(0x6A86)
    if apdu.p2 == 0x0C:
        return b""
    if apdu.p2 == 0x00:
        return model.fcp(channel.df)
    if channel.adf is None:
        raise Refused(0x6985)
    return tlv(0x84, APPLICATIONS[channel.adf])


def _select_application(model: State, channel: Channel, apdu: Apdu) -> bytes:
    for adf, aid in APPLICATIONS.items():
        if apdu.data and aid.startswith(apdu.data):
            channel.df, channel.adf, channel.ef, channel.record = adf, adf, None, None
            return b"" if apdu.p2 == 0x0C else model.fcp(adf)
    raise Refused(0x6A82 if apdu.data else 0x6A87)


def named(channel: Channel, p1: int, data: bytes) -> str:
    """Path of the file that SELECT means."""
    name = data.hex().upper()
    if p1 in (0x08, 0x09) and (not data or len(data) % 2):
        raise Refused(0x6700)
    if (p1 == 0x03 and data) or (p1 == 0x01 and len(data) != 2) or (p1 == 0x00 and len(data) not in (0, 2)):
        raise Refused(0x6700)
    if p1 == 0x00:
        found = _by_fid(channel, name)
    elif p1 == 0x01:
        found = (
            channel.df + name if channel.df + name in DIRECTORIES and _is_child(channel.df, name) else None
        )
    elif p1 == 0x03:
        found = channel.df[:-4] if channel.df else None
    elif p1 == 0x08 and name.startswith("7FFF"):
        found = None if channel.adf is None else _exists(channel.adf + name[4:])
    elif p1 == 0x08:
        found = _from_mf(name.removeprefix("3F00"))
    else:
        found = _from_mf(name) if not channel.df else _exists(channel.df + name)
    if found is None:
        raise Refused(0x6A82)
    return found


def _by_fid(channel: Channel, name: str) -> str | None:
    if name in ("", "3F00"):
        return ""
    if name == "7FFF":
        return channel.adf
    if _is_child(channel.df, name):
        return channel.df + name
    directories = (channel.df, channel.df[:-4], channel.df[:-4] + name)
    for directory in directories:
        if (
            directory in DIRECTORIES
            and directory not in APPLICATIONS
            and directory
            and directory[-4:] == name
        ):
            return directory
    return None


def _is_child(df: str, name: str) -> bool:
    """Whether a file lies in a directory; applications lie in none."""
    return df + name not in APPLICATIONS and _exists(df + name) is not None


def _exists(path: str) -> str | None:
    return path if path in EFS or path in DIRECTORIES else None


def _from_mf(path: str) -> str | None:
    return None if path[:4] in APPLICATIONS else _exists(path)
