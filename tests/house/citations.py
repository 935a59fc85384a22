"""Guards of sources: every [Key] cited is in docs/references.bib, and every entry there is cited and complete."""

import re
from pathlib import Path

from tests.house.tree import texts

BIBLIOGRAPHY = Path("docs/references.bib")
CITING_SUFFIXES = {".py", ".md", ".csv", ".toml"}
_KEY = r"[A-Z][A-Za-z]*(?:-?[A-Z][A-Za-z]*)*\d{4,5}[a-z]?"
_CITATION = re.compile(rf"\[({_KEY}(?:\s*[,;]\s*{_KEY})*)\](?!\()")
_ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)
NEEDED_FIELDS = ("title", "year")
AUTHOR_FIELDS = ("author", "organization", "institution", "editor")


def cited_keys(root: Path) -> dict[str, str]:
    """Return every key cited in code, tables or pages, with one place that cites it."""
    places: dict[str, str] = {}
    for path, text in texts(root):
        if path.suffix not in CITING_SUFFIXES or path.parts[:2] == ("tests", "house"):
            continue
        for found in _CITATION.finditer(text):
            place = f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
            places |= {key: place for key in re.split(r"\s*[,;]\s*", found[1]) if key not in places}
    return places


def entries(root: Path) -> dict[str, str]:
    """Return the bibliography: the body of each entry by its key."""
    text = (root / BIBLIOGRAPHY).read_text(encoding="utf-8") if (root / BIBLIOGRAPHY).exists() else ""
    return {key: body for _, key, body in _ENTRY.findall(text)}


def unknown_citations(root: Path) -> list[str]:
    """Find keys that are cited and not in the bibliography."""
    known = entries(root)
    return [f"{place}: [{key}] is not in {BIBLIOGRAPHY}" for key, place in cited_keys(root).items() if key not in known]


def uncited_entries(root: Path) -> list[str]:
    """Find entries of the bibliography that nothing cites."""
    cited = cited_keys(root)
    return [f"{BIBLIOGRAPHY}: {key} is cited nowhere" for key in entries(root) if key not in cited]


def malformed_entries(root: Path) -> list[str]:
    """Find entries without a title, a year or an author, keys that are none, entries given twice or unreadable."""
    text = (root / BIBLIOGRAPHY).read_text(encoding="utf-8") if (root / BIBLIOGRAPHY).exists() else ""
    complaints = []
    keys = [key for _, key, _ in _ENTRY.findall(text)]
    if text.count("\n@") + text.startswith("@") != len(keys):
        complaints.append(f"{BIBLIOGRAPHY}: {text.count(chr(10) + '@') + text.startswith('@')} entries begin, {len(keys)} can be read")
    complaints += [f"{BIBLIOGRAPHY}: {key} stands twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    for key, body in entries(root).items():
        fields = {name.lower() for name in re.findall(r"^\s*(\w+)\s*=", body, re.MULTILINE)}
        missing = [name for name in NEEDED_FIELDS if name not in fields]
        if not fields & set(AUTHOR_FIELDS):
            missing.append("author")
        if not re.fullmatch(_KEY, key):
            missing.append("a key of the form Name2020")
        if missing:
            complaints.append(f"{BIBLIOGRAPHY}: {key} lacks {', '.join(missing)}")
    return complaints
