"""Why an operation of the device did not succeed. Each class is one kind of reason; its text is one line."""

from __future__ import annotations


class IpaError(Exception):
    """The operation did not succeed, for a reason that the user can be told in one line."""


# -- the card ---------------------------------------------------------------------------------------------------------


class EuiccRefused(IpaError):
    """An ES10 function answered with a result code other than ok; `meaning` is the code's name in words."""

    def __init__(self, function: str, code: int, meaning: str) -> None:
        super().__init__(f"the eUICC refuses {function}: {meaning} ({code})")
        self.function = function
        self.code = code
        self.meaning = meaning


class CommandRefused(IpaError):
    """An ES10 command ended with a status word other than 9000 and 91xx."""

    def __init__(self, function: str, sw: int, description: str) -> None:
        super().__init__(f"the eUICC refuses the command of {function}: {description}")
        self.function = function
        self.sw = sw


class RequestInvalid(IpaError):
    """What a function was called with does not fit its request: a nickname too long, a certificate that is none."""

    def __init__(self, function: str, detail: str) -> None:
        super().__init__(f"{function} cannot be called with this: {detail}")
        self.function = function


class EuiccAnswerInvalid(IpaError):
    """What the card answered is not the response of the function that was called."""

    def __init__(self, function: str, detail: str) -> None:
        super().__init__(f"the eUICC's answer to {function} cannot be read: {detail}")
        self.function = function


class InstallationFailed(IpaError):
    """ProfileInstallationResult with an error, SGP.22 2.5.6; `result` is the result as the card signed it."""

    def __init__(self, command: int, command_name: str, reason: int, meaning: str, result: bytes) -> None:
        super().__init__(f"the eUICC did not install the profile: {meaning} ({reason}) in {command_name}")
        self.command = command
        self.reason = reason
        self.meaning = meaning
        self.result = result


class NotAnEuicc(IpaError):
    """The card has no ISD-R."""

    def __init__(self, description: str) -> None:
        super().__init__(f"the card is not an eUICC: selecting the ISD-R gives {description}")


class TransportFailed(IpaError):
    """There is no card at hand, or none of this name."""


class NoApplication(IpaError):
    """The card has no USIM: no profile is enabled, or none is on it."""

    def __init__(self, description: str) -> None:
        super().__init__(f"the card has no USIM, is a profile enabled? Selecting it gives {description}")


class FileUnknown(IpaError):
    """The card has no file of this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the card has no {path}")


class PinRefused(IpaError):
    """The card did not do what was asked with a PIN; `tries_left` where it tells."""

    def __init__(self, name: str, detail: str, tries_left: int | None = None) -> None:
        super().__init__(f"the card refuses {name}: {detail}")
        self.tries_left = tries_left


class AuthenticationRefused(IpaError):
    """The card did not run AUTHENTICATE to an answer for the network."""

    def __init__(self, sw: int, detail: str) -> None:
        super().__init__(f"the card refuses to authenticate: {detail}")
        self.sw = sw


# -- the server -------------------------------------------------------------------------------------------------------


class ServerRefused(IpaError):
    """A server answered that it did not execute the function, SGP.22 5.2.6: subject and reason code, its message."""

    def __init__(self, function: str, subject: str, reason: str, message: str) -> None:
        super().__init__(f"the server refuses {function}: {message or 'no message'} ({subject}/{reason})")
        self.function = function
        self.subject = subject
        self.reason = reason
        self.message = message


class ServerUnreachable(IpaError):
    """No answer came from the server: it is not there, or the connection broke."""

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(f"the server {address} cannot be reached: {detail}")
        self.address = address


class TlsUntrusted(IpaError):
    """The server's TLS certificate does not chain to a trusted CI, or is not for this host."""

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(f"the server {address} is not trusted: {detail}")
        self.address = address


class NoTrustedIssuer(IpaError):
    """No CI certificate is known that a server's TLS certificate could be verified with."""


class ServerAnswerInvalid(IpaError):
    """What the server answered is not a response of the function that was called."""

    def __init__(self, function: str, detail: str) -> None:
        super().__init__(f"the server's answer to {function} cannot be used: {detail}")
        self.function = function


class EimRefused(IpaError):
    """An eIM answered a function of ESipa with an error code; `meaning` is the code's name in words."""

    def __init__(self, function: str, code: int, meaning: str) -> None:
        super().__init__(f"the eIM refuses {function}: {meaning} ({code})")
        self.function = function
        self.code = code
        self.meaning = meaning


class EimUnknown(IpaError):
    """The card is not associated with an eIM of this name, or with none that can be reached over HTTPS."""


class StateUnreadable(IpaError):
    """The file in which the device keeps what it must not forget holds something else."""


class ServerMismatch(IpaError):
    """The server that answers is not the one that was asked for."""


# -- the download -----------------------------------------------------------------------------------------------------


class InvalidActivationCode(IpaError):
    """The activation code does not follow SGP.22 4.1."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"not an activation code: {detail}")


class NoDefaultAddress(IpaError):
    """A download from the default SM-DP+ was asked for, and the card has no such address."""

    def __init__(self) -> None:
        super().__init__("the eUICC has no default SM-DP+ address")


class NoEvent(IpaError):
    """The SM-DS knows of no profile for this card."""


class TriggerInvalid(IpaError):
    """The eIM's download trigger does not say where the profile comes from, or not so that this IPA can do it."""


class UserRefused(IpaError):
    """The user did not agree: said no, postponed it, or did not answer. `reason` is a CancelSessionReason."""

    def __init__(self, reason: int, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class RulesRefused(IpaError):
    """The profile wants Profile Policy Rules that the card's Rules Authorisation Table does not grant it."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"the profile's policy rules are not allowed: {detail}")


class MetadataMismatch(IpaError):
    """The bound profile package holds other metadata than the user agreed to."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the profile package is not the announced one: {field} differs")
        self.field = field


class LoadingRefused(IpaError):
    """The card refused a piece of the bound profile package with a status word and gave no result."""

    def __init__(self, sw: int, description: str) -> None:
        super().__init__(f"the eUICC breaks off the installation: {description}")
        self.sw = sw


# -- the user's input -------------------------------------------------------------------------------------------------


class InvalidIccid(IpaError):
    """Not an ICCID: 18 to 20 digits."""

    def __init__(self, text: str) -> None:
        super().__init__(f"not an ICCID of 18 to 20 digits: {text}")


class InvalidPin(IpaError):
    """Not a PIN; the text does not show what it was."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"not a PIN: {detail}")
