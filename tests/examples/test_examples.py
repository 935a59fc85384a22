"""Every example runs as it stands and ends in a picture that shows something."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scalp.base import NotPossible
from scalp.io.assets import makehuman_folder, models_folder

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("[0-9]*.py"))
SMALLEST_SIDE_PX, SMALLEST_SPREAD_LEVELS, FEWEST_SHADES = 300, 8.0, 100


def _module_of(path):
    spec = importlib.util.spec_from_file_location("example_" + path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _luminance(path):
    return np.asarray(Image.open(path).convert("L"), float)


@pytest.fixture(scope="module")
def fetched():
    """Skip where the models or the demo mesh have not been fetched; `make test` fetches them."""
    for folder in (models_folder, makehuman_folder):
        try:
            folder()
        except NotPossible as missing:
            pytest.skip(str(missing))


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_ends_in_a_picture_that_shows_something(example, tmp_path, request):
    if "makehuman_folder" in example.read_text(encoding="utf-8"):
        request.getfixturevalue("fetched")
    _module_of(example).main(tmp_path)
    drawn = sorted(tmp_path.glob("*.png"))
    assert drawn
    for path in drawn:
        grey = _luminance(path)
        assert min(grey.shape) >= SMALLEST_SIDE_PX
        assert grey.std() > SMALLEST_SPREAD_LEVELS
        assert len(np.unique(grey)) >= FEWEST_SHADES


def test_each_example_has_a_number_of_its_own():
    numbers = [path.name[:2] for path in EXAMPLES]
    assert len(set(numbers)) == len(numbers) >= 8


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_says_how_it_is_run(example):
    assert f"python examples/{example.name} [FOLDER]" in example.read_text(encoding="utf-8")
