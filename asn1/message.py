"""What every generated message can do."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar, dataclass_transform

from asn1.codec import codec_of
from asn1.elements import Codec

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Message:
    """A SEQUENCE: immutable, its components are attributes, an absent OPTIONAL one is None, a DEFAULT is filled in.

    `encoded` holds the bytes a decoded message came as, with tag and length, and is empty in one made here;
    `extensions` the TLVs in it that the schema does not know. Signatures are made and verified over `encoded`: a
    decoded message is never encoded anew. (Messages of the profile package are: nothing inside it is signed, and they
    hold no bytes.) Messages are equal when their components and extensions are.
    """

    TAG: ClassVar[int] = 0
    encoded: bytes = b""
    extensions: tuple[bytes, ...] = ()

    def __init__(self, **fields: Any) -> None:
        required, optional = _components(type(self))
        for name in required:
            if fields.get(name) is None:
                raise TypeError(f"{type(self).__qualname__}: {name} is missing")
        values = self.__dict__
        for name, value in fields.items():
            if name not in required and name not in optional:
                raise TypeError(f"{type(self).__qualname__} has no {name}")
            if value is not None:
                values[name] = value

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The message that `data` consists of. Asn1Error for anything else, bytes behind the message included."""
        return _codec(cls).decode(data)  # type: ignore[no-any-return]

    def encode(self) -> bytes:
        """DER with the type's own tag; of a decoded message the very bytes it came as, under that tag."""
        return _codec(type(self)).write(self)

    def sealed(self) -> Self:
        """The same message with its bytes made once and for all, as if received: what is signed is what is sent."""
        same = object.__new__(type(self))
        same.__dict__.update(self.__dict__, encoded=self.encode())
        return same

    def replace(self, **fields: Any) -> Self:
        """The same message with other components, to be encoded anew; None takes an OPTIONAL one away."""
        kept = {name: value for name, value in self.__dict__.items() if name not in ("encoded", "extensions")}
        changed = type(self)(**{**kept, **fields})
        if self.extensions:
            changed.__dict__["extensions"] = self.extensions
        return changed

    def _values(self) -> tuple[Any, ...]:
        required, optional = _components(type(self))
        return *(getattr(self, name) for name in (*required, *optional)), self.extensions

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, Message)
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        required, optional = _components(type(self))
        shown = ((name, getattr(self, name)) for name in (*required, *optional))
        return f"{type(self).__qualname__}({', '.join(f'{n}={v!r}' for n, v in shown if v is not None)})"

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__qualname__} is immutable: use replace()")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__qualname__} is immutable: use replace()")


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Choice(Message):
    """A CHOICE: every alternative is an attribute, and exactly one of them is not None.

    `chosen` is the attribute of that one.
    """

    chosen: ClassVar[str]  # of each instance; no component, so not for the constructor

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        given = list(self.__dict__)
        if len(given) != 1:
            raise TypeError(f"{type(self).__qualname__} takes exactly one alternative, not {given}")
        self.__dict__["chosen"] = given[0]

    @property
    def value(self) -> Any:
        """The value of the chosen alternative."""
        values = self.__dict__
        return values[values["chosen"]]

    def replace(self, **fields: Any) -> Self:
        """The other choice."""
        return type(self)(**fields)


class Type(Generic[T]):
    """A named type that is not a message: `decode` gives a plain Python value and `encode` takes one."""

    __slots__ = ("_module", "_name")

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def decode(self, data: bytes) -> T:
        """The value of the one TLV that `data` consists of; Asn1Error."""
        return codec_of(self._module, self._name).decode(data)  # type: ignore[no-any-return]

    def encode(self, value: T) -> bytes:
        """The DER of the value; Asn1Error when it does not fit the type."""
        return codec_of(self._module, self._name).write(value)

    def __repr__(self) -> str:
        return f"<{self._module}.{self._name}>"


_codecs: dict[type[Message], Codec] = {}
_component_names: dict[type[Message], tuple[tuple[str, ...], tuple[str, ...]]] = {}


def _codec(cls: type[Message]) -> Codec:
    found = _codecs.get(cls)
    if found is None:
        found = _codecs[cls] = codec_of(cls.__module__, cls.__qualname__)
    return found


def _components(cls: type[Message]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The mandatory and the other components of a message, as its class annotates them."""
    found = _component_names.get(cls)
    if found is None:
        names, defaults = cls.__annotations__, cls.__dict__
        found = tuple(n for n in names if n not in defaults), tuple(n for n in names if n in defaults)
        _component_names[cls] = found
    return found
