"""Claims about designs on a real, scanned head (not shipped; skipped where `../shared` is missing)."""

from pathlib import Path

import numpy as np
import pytest

from scalp.designing import propose_design
from scalp.domain.design import HAIRLINE_STYLES, HairlineStyle, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh

SCAN = Path(__file__).parents[3] / "shared/data/heads/lee-perry-smith/LeePerrySmith.obj"
MM_PER_UNIT = 48.0
ORIGIN_MM = np.array([-4.27, 65.81, 16.89])
"""Between the tragi; landmarks were marked by eye in the scan's own photos and lifted on to it."""
LANDMARKS_MM = {
    "glabella": (3.8, 40.0, 89.0),
    "sellion": (5.1, 25.2, 84.1),
    "left_outer_canthus": (43.0, 13.4, 64.1),
    "right_outer_canthus": (-43.0, 13.2, 68.2),
    "left_tragion": (70.7, 0.0, 0.0),
    "right_tragion": (-70.7, 0.0, 0.0),
    "vertex": (0.0, 125.1, -20.1),
    "inion": (-0.4, 5.0, -107.9),
}


@pytest.fixture(scope="module")
def scanned_head() -> Head:
    """Read the scan, shoulders and all."""
    if not SCAN.exists():
        pytest.skip("the scan lies in ../shared/data, which is not here")
    rows = [line.split() for line in SCAN.read_text().splitlines() if line[:2] in ("v ", "f ")]
    vertices_mm = np.array([row[1:4] for row in rows if row[0] == "v"], float) * MM_PER_UNIT - ORIGIN_MM
    corners = [[int(corner.split("/")[0]) - 1 for corner in row[1:]] for row in rows if row[0] == "f"]
    faces = [(face[0], face[k], face[k + 1]) for face in corners for k in range(1, len(face) - 1)]
    return Head(
        surface=Mesh(vertices_mm=vertices_mm, faces=np.array(faces, np.int32)),
        landmarks_mm=np.array([LANDMARKS_MM[name] for name in LANDMARK_NAMES]),
        cameras=(),
        photo_digests=(),
        scale_sd_fraction=0.04,
        surface_sd_mm=np.zeros(len(vertices_mm)),
    )


@pytest.mark.parametrize("style", HAIRLINE_STYLES)
def test_a_scan_with_ears_face_and_shoulders_is_treated_on_the_scalp_alone(scanned_head: Head, style: HairlineStyle) -> None:
    design = propose_design(scanned_head, Wishes(style=style))
    touched = scanned_head.surface.vertices_mm[design.density_per_cm2 > 0]
    assert touched[:, 1].min() > 25.0
    assert touched[touched[:, 2] > 40.0][:, 1].min() > 35.0
    assert 220.0 < design.area_cm2 < 345.0
    points_mm = design.hairline.points_mm
    assert abs(points_mm[0, 1] - points_mm[-1, 1]) < 12.0
    assert np.abs(np.diff(points_mm[:, 1])).max() < 6.0
