"""A photo of the head of closed formulas with its points, so that the whole course runs without any model."""

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from scalp.base import NotPossible
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.io.assets import models_folder
from scalp.io.pictures import write_picture
from smp.main import application

NAMED = (
    "glabella",
    "sellion",
    "nose_tip",
    "left_outer_canthus",
    "right_outer_canthus",
    "left_tragion",
    "right_tragion",
    "vertex",
    "menton",
)


@pytest.fixture(scope="session")
def sitter(tmp_path_factory):
    """Return a folder with `head.png` and `points.json`."""
    folder = tmp_path_factory.mktemp("sitter")
    person = make_analytic_head(view=DemoView(width_px=540, height_px=720))
    write_picture(person.photo, folder / "head.png")
    where = dict(zip(person.marked_points.names, person.marked_points.points_px.tolist(), strict=True))
    (folder / "points.json").write_text(json.dumps({"points": {name: where[name] for name in NAMED if name in where}}))
    return folder


@pytest.fixture
def plain_photo(tmp_path):
    """Return a picture of nobody in a folder of its own."""
    place = tmp_path / "me.png"
    Image.new("RGB", (240, 320), (120, 100, 90)).save(place)
    return place


@pytest.fixture
def face_models():
    """Skip plainly where the face models have not been fetched."""
    try:
        return models_folder()
    except NotPossible:
        pytest.skip("the face models are not here: smp assets --fetch")


@pytest.fixture
def smp(monkeypatch):
    """Return a function that runs the command as a person would and gives its exit code and words."""
    monkeypatch.setenv("COLUMNS", "400")

    def run(*words):
        return CliRunner().invoke(application, [str(word) for word in words], catch_exceptions=True)

    return run
