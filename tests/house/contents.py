"""Guards of what may lie in the tree: kinds and sizes of files, and nobody else's work."""

import re
from pathlib import Path

from tests.house.tree import files, texts

TEXT_SUFFIXES = {".py", ".md", ".toml", ".txt", ".typ", ".bib", ".csv", ".json", ".cfg", ".yml", ".html", ".css", ".js", ".svg"}
TEXT_NAMES = {"Makefile", "LICENSE", "NOTICE", ".gitignore", ".gitattributes", "run", "py.typed"}
PICTURE_SUFFIXES = {".png"}
LARGEST_BYTES = 300_000
LARGEST_SAMPLE_BYTES = 10_000
_CLAIM = re.compile(r"copyright\s*(?:\(c\)|©|\d{4})|all rights reserved|SPDX-FileCopyrightText", re.IGNORECASE)


def foreign_files(root: Path) -> list[str]:
    """Find kinds of files that do not belong in the tree: anything but text, pictures under docs, and tables we build ourselves."""
    complaints = []
    for path in files(root):
        short = path.relative_to(root)
        binary = _is_welcome_binary(root, short)
        if not (binary or path.suffix in TEXT_SUFFIXES or path.name in TEXT_NAMES):
            complaints.append(f"{short}: this kind of file does not belong here")
        elif not binary and b"\0" in path.read_bytes():
            complaints.append(f"{short}: a binary file under a name for text")
    return complaints


def _is_welcome_binary(root: Path, path: Path) -> bool:
    """Tell whether this is a picture of the pages, a table of numbers that a script of ours builds, or a HEIC made for a test.

    Nothing the project installs can write HEIC, so the few small ones its reader is tested on are kept.
    """
    if path.suffix == ".heic":
        return path.parts[0] == "tests" and (root / path).stat().st_size < LARGEST_SAMPLE_BYTES
    if path.suffix in PICTURE_SUFFIXES:
        return path.parts[0] == "docs"
    builders = (root / "scripts").glob("build_*.py")
    return (
        path.suffix == ".npz"
        and path.parts[:2] == ("scalp", "tables")
        and any(path.stem in script.read_text("utf-8") for script in builders)
    )


def large_files(root: Path) -> list[str]:
    """Find files above 300 kB."""
    sized = [(path.relative_to(root), path.stat().st_size) for path in files(root)]
    return [f"{path}: {size} bytes, at most {LARGEST_BYTES}" for path, size in sized if size > LARGEST_BYTES]


def others_work(root: Path) -> list[str]:
    """Find claims of somebody else's rights: code of others is depended on, never copied in."""
    return [
        f"{path}: claims somebody's rights ({found[0]})"
        for path, text in texts(root)
        if path.name not in ("LICENSE", "NOTICE") and path.parts[:2] != ("tests", "house") and (found := _CLAIM.search(text))
    ]
