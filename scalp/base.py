"""Value types, errors, doubts and progress: what every other room of the engine stands on.

Nothing here knows about heads or skin. A noun anywhere in the engine is a class under `@value`: frozen, keyword-only,
owner of read-only arrays, compared and hashed by its digest.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, dataclass_transform

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
Float32Array: TypeAlias = npt.NDArray[np.float32]
IntArray: TypeAlias = npt.NDArray[np.int32]
ByteArray: TypeAlias = npt.NDArray[np.uint8]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

Noun = TypeVar("Noun")


LONGEST_SAID = 200
"""A message repeats no more characters of what was given."""


class ScalpError(Exception):
    """Everything the engine refuses, in one tree:

    ```
    ScalpError
    |- BadInput        a value that is not allowed: field, value, allowed, remedy
    |  |- BadPhoto
    |  |- BadMesh
    |  |- BadTable
    |  `- WrongParent  two nouns that do not belong together
    |- NotPossible     a wish that cannot be met: asked, reachable, remedy
    `- Unreadable      a file of a kind or version this program does not know
    ```
    """


class BadInput(ScalpError):  # noqa: N818 - the house's word, read as a sentence
    """A value that is not allowed. Facts are attributes; the message says all four."""

    def __init__(self, field: str, value: object, allowed: str, remedy: str) -> None:
        self.field, self.value, self.allowed, self.remedy = field, value, allowed, remedy
        said = str(value) if str(value).strip() else "empty"
        said = said if len(said) <= LONGEST_SAID else f"{said[:LONGEST_SAID]}..."
        super().__init__(f"{field} is {said}; allowed: {allowed}. {remedy}")


class BadPhoto(BadInput):
    """A picture file that cannot be used as a photo of a head."""


class BadMesh(BadInput):
    """A surface that cannot carry impressions."""


class BadTable(BadInput):
    """A table of data that is damaged or not the expected one."""


class WrongParent(BadInput):
    """Two nouns that do not belong together, such as a design and another head."""


class NotPossible(ScalpError):  # noqa: N818 - the house's word
    """A wish that cannot be met, with what can be."""

    def __init__(self, asked: str, reachable: str, remedy: str) -> None:
        self.asked, self.reachable, self.remedy = asked, reachable, remedy
        super().__init__(f"{asked} is not possible; reachable: {reachable}. {remedy}")


class Unreadable(ScalpError):  # noqa: N818 - the house's word
    """A file of a kind or version this program does not read."""

    def __init__(self, kind: str, version: str, remedy: str) -> None:
        self.kind, self.version, self.remedy = kind, version, remedy
        super().__init__(f"Cannot read {kind} of version {version}. {remedy}")


def as_numbers(field: str, given: npt.ArrayLike) -> FloatArray:
    """Return what is given as an array of numbers; refuse words and ragged rows.

    >>> as_numbers("depth", [1, 2]).tolist()
    [1.0, 2.0]
    """
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(
            field, f"a {type(given).__name__} that is no array of numbers", "numbers, in rows of one length", "Correct it."
        ) from None


def as_seed(seed: int) -> int:
    """Return a seed of chance; refuse what is no whole number from 0 up."""
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise BadInput("seed", seed, "a whole number, 0 or more", "Any such number will do.")
    return int(seed)


def _own(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a read-only array nobody else can write to; one that is already so is not copied again."""
    if not array.flags.writeable and array.base is None and array.flags.c_contiguous:
        return array
    owned = np.array(array, order="C", copy=True)
    owned.setflags(write=False)
    return owned


def _feed(digest: hashlib.blake2b, content: Any) -> None:
    """Add one field to a digest, with its kind, so that no two different contents give the same bytes."""
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, np.ndarray):
        digest.update(f"array {content.dtype.str} {content.shape}".encode())
        digest.update(np.ascontiguousarray(content).view(np.uint8).reshape(-1).data)
    elif hasattr(content, "digest"):
        digest.update(f"noun {content.digest}".encode())
    elif isinstance(content, tuple):
        digest.update(f"tuple {len(content)}".encode())
        for item in content:
            _feed(digest, item)
    elif content is None or isinstance(content, (bool, int, float, str, bytes, Decimal, date, datetime, time, Enum)):
        digest.update(f"{type(content).__name__} {content!r}".encode())
    else:
        raise TypeError(f"a value cannot hold a {type(content).__name__}: use arrays, tuples, nouns or plain values")


def _digest(noun: Any) -> str:
    """Name a noun by its content: 32 hexadecimal digits, the same on every machine."""
    known: str | None = noun.__dict__.get("_digest")
    if known is None:
        digest = hashlib.blake2b(digest_size=16)
        digest.update(type(noun).__qualname__.encode())
        for field in dataclasses.fields(noun):
            digest.update(field.name.encode())
            _feed(digest, getattr(noun, field.name))
        known = digest.hexdigest()
        object.__setattr__(noun, "_digest", known)
    return known


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def value(cls: type[Noun]) -> type[Noun]:
    """Make a class a noun: frozen, keyword-only, owner of read-only arrays, equal and hashed by digest.

    A method `check(self)` of the class runs once, after construction, and raises `BadInput` for what is not allowed;
    verbs then trust the noun.

    >>> @value
    ... class Ring:
    ...     radius_mm: float
    >>> Ring(radius_mm=2.0) == Ring(radius_mm=2.0)
    True
    """

    def __post_init__(self: Any) -> None:
        for field in dataclasses.fields(self):
            content = getattr(self, field.name)
            if isinstance(content, np.ndarray):
                object.__setattr__(self, field.name, _own(content))
        check: Callable[[], None] | None = getattr(self, "check", None)
        if check is not None:
            check()

    def __eq__(self: Any, other: object) -> bool:
        return isinstance(other, type(self)) and bool(self.digest == _digest(other))

    def __hash__(self: Any) -> int:
        return hash(self.digest)

    cls.__post_init__ = __post_init__  # type: ignore[attr-defined]
    cls.__eq__ = __eq__  # type: ignore[method-assign, assignment]
    cls.__hash__ = __hash__  # type: ignore[method-assign, assignment]
    cls.digest = property(_digest)  # type: ignore[attr-defined]
    return dataclasses.dataclass(frozen=True, kw_only=True, eq=False)(cls)


class Value:
    """What type checkers know of every noun; `@value` gives the working `digest`."""

    @property
    def digest(self) -> str:
        """Name this noun by its content."""
        return _digest(self)


DoubtKind = Literal["scale", "pose", "focal", "unseen", "outline", "skin", "hair", "light", "sharpness", "ageing", "design", "person"]


@value
class Doubt(Value):
    """One thing a result is not sure of, in words a client understands, with its size."""

    kind: DoubtKind
    where: str
    """The part it touches: 'whole head', 'crown', 'colour of the healed field'."""
    size: str
    """How large it is, with its unit: '+-4 %', 'about 6 mm'."""
    advice: str
    """What the person can do about it, one sentence."""

    def sentence(self) -> str:
        """Say the doubt in one line of plain words."""
        return f"{self.where}: {self.size}. {self.advice}"


class Progress(Protocol):
    """Called as work goes on; raise from it to stop the work."""

    def __call__(self, stage: str, fraction: float) -> None:
        """Hear that `stage` (a few words) is done to `fraction` 0..1."""


def no_progress(stage: str, fraction: float) -> None:
    """Hear nothing: the default of every verb that reports progress."""
