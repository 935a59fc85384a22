"""Each guard bites: a tree that keeps the rules, one violation planted in it, and the complaint that names it."""

import codecs
import subprocess

import pytest

from tests.house import GUARDS, citations, claims, contents, pages, sizes, units, words
from tests.house.tree import plant

PROJECT = '[build-system]\nrequires = ["hatchling>=1"]\n[project]\ndependencies = ["numpy>=2"]\n'
CONVENTIONS = "## Units are in the names\n| `_mm` | length |\n## Words without a unit\n| `g` | anisotropy |\n"
LONG_BODY = "    total = 0\n" * 61
KERNEL = "@njit(cache=True)\ndef _splat(grid):\n    # Rows\n" + "    total = 0\n" * 70 + "    # Columns\n    return grid\n"
BAG = "from scalp.base import value\n@value\nclass Bag:\n    width_mm: float\n"
DEEP = "def find(a):\n    for b in a:\n        for c in b:\n            if c:\n                while c:\n                    pass\n"
DEEPER = "def find(a):\n" + "".join("    " * depth + "for b in a:\n" for depth in range(1, 7)) + "    " * 7 + "pass\n"


@pytest.fixture
def tree(tmp_path):
    """Return a small tree that keeps every rule."""
    plant(tmp_path, "pyproject.toml", PROJECT)
    plant(tmp_path, "Makefile", "test:\n\ttrue\n")
    plant(tmp_path, "scalp/base.py", '"""Bases [Kept2020]."""\n\n\ndef find(width_mm: float) -> float:\n    return width_mm\n')
    plant(tmp_path, "scalp/domain/bag.py", BAG)
    plant(tmp_path, "smp/main.py", '@app.command("look")\ndef look(style: str) -> None:\n    pass\n')
    plant(tmp_path, "docs/conventions.md", CONVENTIONS)
    plant(tmp_path, "docs/glossary.md", "**Bag** What holds things.\n")
    plant(tmp_path, "docs/dependencies.md", "| `numpy` | arrays |\n| `hatchling` | wheels |\n## Fetched at set-up\n| `models` | |\n")
    plant(tmp_path, "docs/references.bib", "@article{Kept2020,\n  author = {A},\n  title = {B},\n  year = {2020},\n}\n")
    plant(tmp_path, "README.md", "`smp look --style soft`, `make test`, `scalp/base.py`, `scalp.base.find`, [glossary](docs/glossary.md)\n")
    return tmp_path


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_a_tree_that_keeps_the_rules_passes(tree, guard):
    assert guard(tree) == []


def turned(word):
    """Turn a word that must not stand in this file by thirteen letters."""
    return codecs.decode(word, "rot13")


VIOLATIONS = [
    (sizes.long_files, "scalp/long.py", "number = 1\n" * 401, "401 lines"),
    (sizes.long_files, "examples/01_long.py", "number = 1\n" * 61, "at most 60"),
    (sizes.long_functions, "scalp/long.py", "def find():\n" + LONG_BODY, "find has 62 lines"),
    (sizes.long_functions, "scalp/long.py", "@njit\ndef _kernel():\n" + LONG_BODY, "at most 60"),
    (sizes.long_functions, "scalp/long.py", KERNEL + "    total = 0\n" * 30, "_splat has 104 lines, at most 100"),
    (sizes.too_few_short_functions, "scalp/long.py", "def find():\n" + "    total = 0\n" * 26, "90 % are wanted"),
    (sizes.many_parameters, "scalp/wide.py", "def find(a, b, c, *, d, e, f: int): ...\n", "takes 6 parameters"),
    (sizes.deep_nesting, "scalp/deep.py", DEEP, "nests 4 deep"),
    (sizes.deep_nesting, "scalp/deep.py", "@njit\n" + DEEPER, "nests 6 deep"),
    (units.unitless_numbers, "scalp/domain/hat.py", "@value\nclass Hat:\n    width: float\n", "width: float says no unit"),
    (units.unitless_numbers, "scalp/domain/hat.py", "@value\nclass Hat:\n    rim: FloatArray | None\n", "rim"),
    (units.unitless_numbers, "scalp/hats.py", "def find(self, *, height: float | None = None): ...\n", "height"),
    (words.refused_names, "scalp/hats.py", "def get_hat(): ...\n", "get_hat"),
    (words.refused_names, "scalp/hats.py", "def _do_find(): ...\n", "_do_find"),
    (words.refused_names, "scalp/hats.py", "class MicrodotField: ...\n", "MicrodotField"),
    (words.refused_names, "scalp/hats.py", "def find(patient_age_years): ...\n", "patient_age_years"),
    (words.refused_names, "scalp/hats.py", "data = 1\n", "'data'"),
    (words.refused_names, "scalp/skin/utils.py", "number = 1\n", "utils.py"),
    (words.refused_names, "scalp/helpers/skin.py", "number = 1\n", "skin.py"),
    (words.banned_words, "docs/story.md", f"Written with {turned('Pynhqr')}.\n", turned("Pynhqr")),
    (words.banned_words, "docs/story.md", f"An {turned('NV')} did it.\n", turned("NV")),
    (words.banned_words, "docs/story.md", f"a large {turned('ynathntr zbqry')}\n", turned("ynathntr zbqry")),
    (words.banned_words, "scalp/hats.py", f"# {turned('GBQB')}: later\n", turned("GBQB")),
    (words.machine_paths, "scalp/hats.py", f"folder = '/{turned('jbex')}/main'\n", "a path of one machine"),
    (words.machine_paths, "docs/set-up.md", f"cd /{turned('ebbg')}\n", "a path of one machine"),
    (words.machine_paths, "docs/set-up.md", f"from https://{turned('clcv.bet')}/simple\n", turned("clcv.bet")),
    (words.hidden_chance, "scalp/hats.py", "import numpy as np\nx = np.random.rand(3)\n", "np.random.rand"),
    (words.hidden_chance, "tests/test_hats.py", "x = np.random.default_rng()\n", "without a seed"),
    (words.hidden_chance, "scalp/hats.py", "import random\n", "imports random"),
    (words.hidden_chance, "scalp/hats.py", "today = date.today()\n", "hidden clock"),
    (words.hidden_doors, "scalp/skin/hats.py", "folder = os.environ['HATS']\n", "os.environ belongs into scalp/io"),
    (words.hidden_doors, "scalp/demo/hats.py", "Path('hat').write_text('felt')\n", "write_text"),
    (words.hidden_doors, "scalp/demo/hats.py", "subprocess.run(['hat'])\n", "subprocess.run"),
    (words.noisy_engine, "scalp/hats.py", "print('hat')\n", "print"),
    (words.noisy_engine, "scalp/hats.py", "warnings.warn('hat')\n", "warnings.warn"),
    (words.unreasoned_exceptions, "scalp/hats.py", "number = 1  # noqa\n", "without its code"),
    (words.unreasoned_exceptions, "scalp/hats.py", "number = 1  # noqa: E741\n", "and reason"),
    (citations.unknown_citations, "scalp/hats.py", '"""Hats [Worn1999]."""\n', "[Worn1999] is not in"),
    (citations.unknown_citations, "docs/hats.md", "as told [Kept2020; Worn1999]\n", "[Worn1999] is not in"),
    (
        citations.uncited_entries,
        "docs/references.bib",
        "@book{Worn1999,\n  author = {A},\n  title = {B},\n  year = {1999},\n}\n",
        "cited nowhere",
    ),
    (citations.malformed_entries, "docs/references.bib", "@book{Kept2020,\n  author = {A},\n  year = {1999},\n}\n", "lacks title"),
    (
        citations.malformed_entries,
        "docs/references.bib",
        "@book{worn,\n  author = {A},\n  title = {B},\n  year = {1999},\n}\n",
        "a key of the form",
    ),
    (citations.malformed_entries, "docs/references.bib", "@book{Kept2020, title = {A}}\n", "1 entries begin, 0 can be read"),
    (pages.missing_paths, "docs/hats.md", "see `scalp/hats.py`\n", "scalp/hats.py does not exist"),
    (pages.missing_paths, "docs/hats.md", "see [hats](hats/all.md#top)\n", "hats/all.md does not exist"),
    (pages.missing_names, "docs/hats.md", "call `scalp.base.lose(hat)`\n", "scalp.base.lose does not exist"),
    (pages.missing_names, "docs/hats.md", "read `scalp.domain.bag.Bag.height_mm`\n", "Bag.height_mm does not exist"),
    (pages.missing_commands, "docs/hats.md", "run `smp wear`\n", "`smp wear` does not exist"),
    (pages.missing_commands, "docs/hats.md", "```\nsmp look --brim wide\n```\n", "--brim"),
    (pages.missing_commands, "docs/hats.md", "run `make hats`\n", "`make hats` does not exist"),
    (pages.unexplained_nouns, "scalp/domain/hat.py", "@value\nclass Hat:\n    width_mm: float\n", "Hat is not in"),
    (pages.unexplained_nouns, "docs/glossary.md", "**Bag** One.\n**Bag** Two.\n", "Bag stands twice"),
    (pages.undocumented_dependencies, "pyproject.toml", PROJECT.replace('"numpy>=2"', '"numpy>=2", "hats[wool]~=3"'), "hats has no line"),
    (pages.undocumented_dependencies, "pyproject.toml", PROJECT.replace('"numpy>=2"', ""), "numpy is no dependency"),
    (claims.vague_claims, "tests/test_hats.py", "def test_hat():\n    assert hat\n", "is no claim"),
    (claims.toothless_tests, "tests/test_hats.py", "def test_a_hat_has_a_brim():\n    Hat()\n", "cannot fail"),
    (claims.toothless_tests, "tests/test_hats.py", "def test_a_hat_has_a_brim():\n    assert True\n", "cannot fail"),
    (claims.stand_ins, "tests/test_hats.py", "from unittest.mock import Mock\n", "a stand-in"),
    (claims.stand_ins, "tests/test_hats.py", "from unittest import mock\n", "a stand-in"),
    (claims.stand_ins, "tests/test_hats.py", "begun = time.perf_counter()\n", "a test of time"),
    (contents.foreign_files, "scalp/hat.obj", "v 0 0 0\n", "does not belong"),
    (contents.foreign_files, "scalp/hat.png", "picture", "does not belong"),
    (contents.foreign_files, "docs/hat.heic", "a picture", "does not belong"),
    (contents.foreign_files, "tests/hat.heic", "a picture" * 2000, "does not belong"),
    (contents.foreign_files, "scalp/tables/hat.npz", "numbers from nowhere", "does not belong"),
    (contents.foreign_files, "scalp/hat.csv", "a\0b", "a binary file"),
    (contents.large_files, "scalp/tables/hats.csv", "1\n" * 150_001, "300002 bytes"),
    (contents.others_work, "scalp/hats.py", "# Copyright (c) 1999 A Hatter\n", "claims somebody's rights"),
]


@pytest.mark.parametrize(("guard", "path", "text", "complaint"), VIOLATIONS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_planted_violation_is_caught(tree, guard, path, text, complaint):
    plant(tree, path, text)
    found = guard(tree)
    assert any(complaint in line for line in found), found


def test_every_guard_is_seen_to_bite():
    assert {guard for guard, *_ in VIOLATIONS} == set(GUARDS)


ALLOWED = [
    (sizes.long_functions, "scalp/kernels.py", KERNEL),
    (sizes.long_functions, "scalp/told.py", 'def find():\n    """Find it.\n' + "\n    more\n" * 60 + '    """\n    return 1\n'),
    (sizes.many_parameters, "scalp/bags.py", "def find(a, b, c, d, e, bag: 'Bag', other: Bag | None): ...\n"),
    (sizes.deep_nesting, "scalp/kernels.py", "@njit\n" + DEEP),
    (sizes.deep_nesting, "scalp/doors.py", DEEP.replace("while c:", "with c:")),
    (sizes.deep_nesting, "scalp/chains.py", "if a:\n    pass\n" + "elif a:\n    pass\n" * 5),
    (words.banned_words, "scalp/hats.py", "# the aim: to detain and maintain; to-do lists are legal\n"),
    (words.machine_paths, "docs/hats.md", "../shared/data, out/demo, and/or, docs/home/page, https://example.org/home/\n"),
    (words.hidden_doors, "scalp/io/hats.py", "Path('hat').write_text('felt')\n"),
    (words.hidden_chance, "scalp/hats.py", "import numpy as np\nx = np.random.default_rng(7).random(3)\n"),
    (claims.toothless_tests, "tests/test_hats.py", "def fits(): assert hat\ndef test_a_hat_fits_the_head():\n    fits()\n"),
    (claims.toothless_tests, "tests/test_hats.py", "def test_no_hat_is_refused_here():\n    with pytest.raises(BadHat):\n        Hat()\n"),
    (citations.unknown_citations, "docs/hats.md", "an index a[i2020], a name [ABC] and a link [Worn1999](glossary.md)\n"),
    (pages.missing_names, "docs/hats.md", "`scalp.domain`, `scalp.domain.bag.Bag.width_mm`\n"),
]


@pytest.mark.parametrize(("guard", "path", "text"), ALLOWED, ids=lambda part: getattr(part, "__name__", ""))
def test_what_only_looks_like_a_violation_is_let_through(tree, guard, path, text):
    plant(tree, path, text)
    assert guard(tree) == []


def test_the_guards_read_what_a_commit_would_hold_and_nothing_else(tree):
    plant(tree, "out/demo/session.py", "data = 1\n")
    plant(tree, "scalp/__pycache__/thing.py", "data = 1\n")
    assert words.refused_names(tree) == []
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    plant(tree, ".gitignore", "scratch/\n")
    plant(tree, "scalp/scratch/thing.py", "data = 1\n")
    assert not any("scratch" in line for line in words.refused_names(tree))
    plant(tree, "scalp/thing.py", "data = 1\n")
    assert any("scalp/thing.py:1" in line for line in words.refused_names(tree))
