"""A program under test: `ipa` with one of its duties left out. toy.py DUTY ARGUMENTS OF IPA...

Run by path, as somebody else's program is.
"""

from __future__ import annotations

import hmac
import ssl
import sys
from collections.abc import Callable, Iterator
from typing import Any

import ipa.ipad
from apdu import Command, Response, TlvError, store_data, tlv
from ipa import es10, settings, terminal
from ipa.__main__ import main
from ipa.procedures import (
    authentication,
    delivery,
    download,
    euicc_data,
    install,
    notifications,
    package,
    polling,
)
from ipa.servers import esipa_https, http
from ipa.steps import Procedure
from ipa.toolkit import refresh


def patch(owner: Any, name: str, value: Any) -> None:
    """Puts something else in the place of a function, a method or a constant."""
    setattr(owner, name, value)


def nothing(*arguments: Any, **options: Any) -> None:
    """Does nothing."""


def no_steps(*arguments: Any) -> Procedure[None]:
    """A procedure that does nothing."""
    yield from ()


def remove_before_delivery() -> None:
    deliver = notifications.hand_over

    def hand_over(metadata: Any, notification: bytes) -> Procedure[str]:
        remove, notifications.remove = notifications.remove, no_steps  # type: ignore[assignment]
        yield from remove(metadata.seq_number)
        return (yield from deliver(metadata, notification))

    patch(notifications, "hand_over", hand_over)


def renumber() -> None:
    blocks = store_data.blocks

    def from_one(data: bytes, *options: Any) -> list[Command]:
        found = blocks(data, *options)
        for block in found:
            block.p2 += 1
        return found

    patch(store_data, "blocks", from_one)


def forget_fields() -> None:
    """A result is decoded by an older module, which knows no eimTransactionId, and encoded again."""
    provide = delivery.provide

    def provided(link: Any, result: bytes, *options: Any) -> Procedure[Any]:
        return (yield from provide(link, _without(result, 0x82), *options))

    patch(delivery, "provide", provided)


def _without(encoded: bytes, tag: int) -> bytes:
    try:
        outer = tlv.parse(encoded)
        inner = outer.children() if tlv.is_constructed(outer.tag) else ()
    except TlvError:
        return encoded
    return (
        tlv.encode(outer.tag, *(_without(each.encoded, tag) for each in inner if each.tag != tag))
        if inner
        else encoded
    )


def trust_everybody() -> None:
    def context(certificates: Any) -> ssl.SSLContext:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        return trusting

    patch(http, "tls_context", context)
    patch(esipa_https.HttpsEims, "_context", lambda self, eim: (context(()), eim.address.partition(":")[0]))


def poll_once() -> None:
    patch(settings.Settings, "packages_max", 1)
    patch(
        settings.Settings.__init__,
        "__defaults__",
        tuple(_once(settings.Settings.__init__.__defaults__ or ())),
    )


def _once(defaults: tuple[Any, ...]) -> Iterator[Any]:
    return (1 if each == 256 else each for each in defaults)


def forget_without_acknowledgement() -> None:
    provide = delivery.provide

    def provided(link: Any, result: bytes, own: int | None = None, *options: Any) -> Procedure[Any]:
        undelivered = yield from provide(link, result, own, *options)
        yield from delivery.forget(() if own is None else (own,))
        return undelivered

    patch(delivery, "provide", provided)


def load_whole_sequences() -> None:
    patch(es10, "_cut", lambda part: [part.encoded])


def tell_everything() -> None:
    collect = euicc_data.collect

    def collected(link: Any, request: Any) -> Procedure[Any]:
        return (yield from collect(link, request.replace(tag_list=request.tag_list + b"\xbf\x22")))

    patch(euicc_data, "collect", collected)


def take_91xx_for_an_error() -> None:
    patch(Response, "successful", property(lambda self: self.sw == 0x9000))
    patch(Response, "checked", lambda self: self.data if self.sw == 0x9000 else _refused(self.sw))


def _refused(sw: int) -> bytes:
    from apdu import StatusError

    raise StatusError(sw)


def blame_the_package() -> None:
    patch(polling, "package_error", lambda code, *rest: package.package_error(127, *rest))


def announce_an_lpa() -> None:
    patch(ipa.ipad, "IPA_IN_DEVICE", terminal.LPA_IN_DEVICE)


def stay_without_reset() -> None:
    patch(terminal.Terminal, "refresh", nothing)
    patch(refresh, "resets", lambda command: False)


def select_on_the_basic_channel() -> None:
    start = terminal.Terminal.__init__

    def on_basic(self: Any, *arguments: Any, **options: Any) -> None:
        start(self, *arguments, **{**options, "channel_number": 0})

    patch(terminal.Terminal, "__init__", on_basic)


DUTIES: dict[str, Callable[[], None]] = {
    "keep notifications until they are acknowledged": remove_before_delivery,
    "compare metadata": lambda: patch(install, "check_metadata", nothing),
    "look at policy rules": lambda: patch(download, "agree", no_steps),
    "reset after a switch": stay_without_reset,
    "answer REFRESH": lambda: patch(terminal.Terminal, "_serve", lambda self, pending: False),
    "number blocks from 0": renumber,
    "leave results as they are": forget_fields,
    "verify TLS": trust_everybody,
    "compare the eIM's key": lambda: patch(hmac, "compare_digest", lambda shown, pinned: True),
    "poll until there is nothing": poll_once,
    "send TERMINAL CAPABILITY": lambda: patch(terminal.Terminal, "_declare", nothing),
    "declare the IPA": announce_an_lpa,
    "keep results until they are acknowledged": forget_without_acknowledgement,
    "cut packages": load_whole_sequences,
    "tell what was asked for": tell_everything,
    "take 91xx for success": take_91xx_for_an_error,
    "check the server's address": lambda: patch(authentication, "_check_server", nothing),
    "answer unknown packages": blame_the_package,
    "open a channel": select_on_the_basic_channel,
}
"""What is left out, by its name."""

if __name__ == "__main__":
    DUTIES[sys.argv[1]]()
    del sys.argv[1]
    main()
