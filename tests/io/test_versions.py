"""Versions of files: what is known is read, what is newer and what is none is refused in its own sentence."""

from pathlib import Path

import pytest

from scalp.base import Unreadable
from scalp.io.versions import demand_version

ROOM = Path(__file__).parents[2] / "scalp" / "io"


@pytest.mark.parametrize("told", [1, "1", 2, "2"])
def test_a_known_version_is_returned(told: object) -> None:
    assert demand_version("the quote", told, 2, oldest=1) == int(str(told))


@pytest.mark.parametrize("told", [3, "3", 10**30, "9" * 500])
def test_a_newer_version_asks_for_an_update(told: object) -> None:
    with pytest.raises(Unreadable, match="Update smp to read it"):
        demand_version("the quote", told, 2, oldest=1)


@pytest.mark.parametrize("told", [0, -1, True, None, "", "01", "1.0", 1.5, "\N{ARABIC-INDIC DIGIT ONE}", [1]])
def test_what_is_no_version_hears_which_are_read(told: object) -> None:
    with pytest.raises(Unreadable, match="This program reads versions 1 to 2"):
        demand_version("the quote", told, 2, oldest=1)


def test_every_reader_of_a_versioned_file_asks_at_one_door() -> None:
    texts = {path.name: path.read_text("utf-8") for path in ROOM.glob("*.py")}
    telling = [name for name, text in texts.items() if "This program reads" in text or "Update smp to read" in text]
    assert telling == ["versions.py"]
