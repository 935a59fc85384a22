"""The own hair around a treatment, asked for on the command line."""

import json

import cv2
import numpy as np
import pytest

from scalp.base import BadInput
from smp.orders import read_hair_wish


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--stubble-days", -1), ("stubble days", "0 to 60 days")),
        (("--stubble-days", 90), ("stubble days", "use a photo of the real hair")),
        (("--grey", 40), ("grey", "--stubble-days")),
        (("--later-norwood", "6"), ("later-norwood", "--stubble-days")),
        (("--stubble-days", 1, "--grey", 140), ("grey", "0 to 100 percent")),
        (("--stubble-days", 1, "--later-norwood", "9"), ("later-norwood", "1, 2, 3, 3a, 3v, 4, 4a, 5, 5a, 6, 7")),
    ],
    ids=lambda value: str(value[0]),
)
def test_hair_that_cannot_be_shown_is_refused_before_any_work(options, words, smp, sitter, tmp_path):
    result = smp("look", sitter / "head.png", "--out", tmp_path / "out", *options)
    told = result.output + (result.stderr or "")
    assert result.exit_code == 2, told
    assert all(word in told for word in words), told
    assert not (tmp_path / "out").exists()


def test_nothing_is_shown_unless_asked_for_and_a_shaved_preview_leaves_the_days_open():
    assert read_hair_wish(None, None, (None, None), shaved=False) is None
    assert read_hair_wish(None, None, (None, None), shaved=True).stubble_days is None
    assert read_hair_wish(3.0, 0.25, (None, "6"), shaved=False).grey_fraction == 0.25
    with pytest.raises(BadInput):
        read_hair_wish(float("nan"), None, (None, None), shaved=False)


@pytest.mark.slow
def test_stubble_darkens_the_sides_and_is_told_as_a_number(smp, sitter, tmp_path):
    means = []
    for days in (0, 7):
        out = tmp_path / str(days)
        options = (
            "--stubble-days",
            days,
            "--density",
            20,
            "--points",
            sitter / "points.json",
            "--format",
            "png",
            "--film",
            "none",
            "--json",
        )
        result = smp("look", sitter / "head.png", "--out", out, *options)
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)["courses"]["natural"]["mismatch"]
        assert told["stubble_days"] == days
        healed = cv2.imread(str(out / "healed.png")).astype(float)
        means.append((told["top_minus_sides_lightness"]["healed"], healed.mean()))
    assert means[1][0] > means[0][0] + 5.0
    assert means[1][1] < means[0][1] - 0.05
    assert np.isfinite(means).all()
