"""Typesetting with typst: our templates, the words and pictures of one paper, and nothing else within its reach.

Text of people is handed over as JSON and set as text, never read as markup. The same words and pictures give the same bytes.
"""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import typst

from scalp.base import BadInput

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: tagged, with a title, a language and a text for every picture."""
UNSHOWN = "\N{WHITE VERTICAL RECTANGLE}"
"""Stands for signs that the typefaces do not have."""
_LONGEST_WORD = 24
_DIGEST = re.compile(r"[0-9a-f]{32}(\.\w+)?")
"""A noun's name, and the picture file named after it."""
_SAFE_BELOW = 0x180
"""Latin letters up to here are in every typeface used."""
_TEMPLATES = ("common.typ", "client.typ", "practitioner.typ")
_FAMILIES = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")
_MISSING = re.compile(r"the text `(\".*?\")` could not be displayed", re.DOTALL)
_LINES = {"\r\n": "\n", "\r": "\n", "\N{LINE SEPARATOR}": "\n", "\N{PARAGRAPH SEPARATOR}": "\n"}
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}"


def typeset(template: str, told: Mapping[str, Any], pictures: Mapping[str, bytes], *, day: date) -> bytes:
    """Return the PDF of one template filled with `told` (plain values) and `pictures` by file name, stamped with `day`.

    The typesetter sees a folder of its own that holds the templates and these pictures, and only the typefaces inside it.
    Raises `BadInput` where it does not accept what it is given.
    """
    made = datetime(day.year, day.month, day.day, tzinfo=UTC)
    with _laid_out(told, pictures) as root, _refusals():
        return typst.compile(
            str(root / template),
            root=str(root),
            format="pdf",
            ignore_system_fonts=True,
            package_path=str(root),
            package_cache_path=str(root),
            pdf_standards=[STANDARD],
            timestamp=made,
        )


def preview(template: str, told: Mapping[str, Any], pictures: Mapping[str, bytes], *, px_per_mm: float = 3.8) -> list[bytes]:
    """Return each page of a paper as a PNG, for a screen; otherwise as `typeset`."""
    with _laid_out(told, pictures) as root, _refusals():
        made: Any = typst.compile(
            str(root / template),
            root=str(root),
            format="png",
            ppi=25.4 * px_per_mm,
            ignore_system_fonts=True,
            package_path=str(root),
            package_cache_path=str(root),
        )
        return made if isinstance(made, list) else [made]


@contextmanager
def _laid_out(told: Mapping[str, Any], pictures: Mapping[str, bytes]) -> Iterator[Path]:
    """Yield a folder with our templates, what they are to say, and the pictures; it is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="smp-paper-") as made:
        root = Path(made)
        for name in _TEMPLATES:
            (root / name).write_bytes((files("scalp") / "papers" / name).read_bytes())
        for name, content in pictures.items():
            (root / name).write_bytes(content)
        (root / "paper.json").write_text(json.dumps(showable(told), ensure_ascii=True, allow_nan=False), "utf-8")
        yield root


@contextmanager
def _refusals() -> Iterator[None]:
    """Say what the typesetter refuses as one of ours."""
    try:
        yield
    except typst.TypstError as fault:
        raise BadInput(
            "the paper", "refused by the typesetter", "texts and pictures it can set", f"It says: {fault.message[:120]}."
        ) from None


def showable(told: Any) -> Any:  # noqa: ANN401 - any plain value that JSON knows
    """Return plain values with every text free of signs that command or cannot be shown, and of words too long to break."""
    texts = sorted({sign for text in _texts(told) for sign in _plain(text) if ord(sign) >= _SAFE_BELOW})
    return _mapped(told, _missing_signs("".join(texts)))


def has_unshown(told: Any) -> bool:  # noqa: ANN401 - any plain value that JSON knows
    """Tell whether a text holds the mark for signs that cannot be shown."""
    return any(UNSHOWN in text for text in _texts(showable(told)))


def _texts(told: Any) -> Iterator[str]:  # noqa: ANN401 - any plain value that JSON knows
    """Yield every text in plain values."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        for each in told.values():
            yield from _texts(each)
    elif isinstance(told, list | tuple):
        for each in told:
            yield from _texts(each)


def _mapped(told: Any, missing: frozenset[str]) -> Any:  # noqa: ANN401 - any plain value that JSON knows
    """Return plain values with every text made showable."""
    if isinstance(told, str):
        shown = "".join(UNSHOWN if sign in missing else sign for sign in _plain(told))
        return _breakable(shown)
    if isinstance(told, Mapping):
        return {key: _mapped(each, missing) for key, each in told.items()}
    if isinstance(told, list | tuple):
        return [_mapped(each, missing) for each in told]
    return told


def _plain(text: str) -> str:
    """Return a text without signs that command, turn the order of letters or are nobody's; its lines stay."""
    for found, line in _LINES.items():
        text = text.replace(found, line)
    text = unicodedata.normalize("NFC", text.replace("\t", " "))
    return "".join(sign for sign in text if sign in "\n" + _JOINERS or unicodedata.category(sign)[0] != "C")


def _breakable(text: str) -> str:
    """Return a text whose long words may be broken: the line must end somewhere on the page. Digests stay whole."""
    return re.sub(rf"[^\s\u200b]{{{_LONGEST_WORD + 1},}}", lambda found: found[0] if _DIGEST.fullmatch(found[0]) else _cut(found[0]), text)


def _cut(word: str) -> str:
    """Return a word with a place to break after every few letters."""
    return "\N{ZERO WIDTH SPACE}".join(word[start : start + _LONGEST_WORD] for start in range(0, len(word), _LONGEST_WORD))


def _missing_signs(signs: str) -> frozenset[str]:
    """Return those signs that none of the typefaces has, as the typesetter itself tells under its strict standard."""
    missing: set[str] = set()
    while True:
        asked = [sign for sign in signs if sign not in missing]
        if not asked:
            return frozenset(missing)
        told = _complaint(asked)
        found = {sign for quoted in _MISSING.findall(told) for sign in _unquoted(quoted) if sign in asked}
        if not found:
            return frozenset(missing) if not told else frozenset(signs)
        missing |= found


def _complaint(signs: list[str]) -> str:
    """Return what the typesetter says against signs, each set on its own line; empty where it says nothing."""
    families = ", ".join(f'"{family}"' for family in _FAMILIES)
    lines = " #linebreak() ".join(f'#"\\u{{{ord(sign):x}}}"' for sign in signs)
    source = f'#set document(title: "signs")\n#set text(font: ({families}))\n{lines}\n'
    try:
        typst.compile(source.encode(), format="pdf", ignore_system_fonts=True, pdf_standards=[STANDARD], timestamp=0)
    except typst.TypstError as fault:
        return fault.diagnostic
    return ""


def _unquoted(quoted: str) -> str:
    """Return the text that the typesetter quotes, its escapes read."""
    inner = quoted[1:-1]
    return re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda found: chr(int(found[1], 16)), inner)
