"""The mean of a drawn field is the mean that the point-spread says, to 1 %: nothing is lost between table and pixels."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from scipy.spatial import cKDTree

from scalp.demo.patches import make_patch
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.look import Moment
from scalp.domain.photo import Encoding, Photo
from scalp.domain.skin import Skin
from scalp.geometry.raster import rasterise
from scalp.io.tables import read_price_list
from scalp.placement import place_impressions
from scalp.planning import plan_treatment
from scalp.rendering.looks import render_look
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.spread import inner_fraction, point_spread

SKIN = Skin(melanin_fraction=0.03, blood_fraction=0.014)
SIDE_PX, RIM_PX, REACH_MM = 400, 30, 7.0
PLACED = Moment(name="placed", label="Placed", session_number=3, days=42.0)


def even_photo() -> Photo:
    """Even light in 16 bits, linear, so that no change is lost by rounding."""
    levels = np.linspace(0.0, 1.0, 65536)
    encoding = Encoding(decode=np.repeat(levels[:, None], 3, axis=1), srgb_from_native=np.eye(3))
    return Photo(pixels=np.full((SIDE_PX, SIDE_PX, 3), 32768, np.uint16), encoding=encoding)


def summed_exactly(head, impressions, skin) -> np.ndarray:
    """The mean of what passes, over every third pixel, each impression summed by its distance on the surface."""
    camera, surface = head.cameras[0], head.surface
    seen = rasterise(camera, surface, 1.0)
    inside = slice(RIM_PX, SIDE_PX - RIM_PX, 3)
    corners = surface.vertices_mm[surface.faces[seen.face_index[inside, inside]]]
    places = np.einsum("rckd,rck->rcd", corners, seen.barycentric[inside, inside]).reshape(-1, 3)
    lying = impressions.points_mm(surface.vertices_mm, surface.faces)
    weights = point_spread(
        skin,
        impressions.deposit_diameter_mm,
        impressions.top_depth_mm,
        impressions.bottom_depth_mm,
        impressions.concentration_mg_per_ml,
    ).astype(float)
    tree, density = cKDTree(lying), np.zeros((len(places), 3))
    for row, near in enumerate(tree.query_ball_point(places, REACH_MM)):
        away_mm2 = ((lying[near] - places[row]) ** 2).sum(axis=1)
        density[row] = np.einsum("nbk,nk->b", weights[near], np.exp(-away_mm2[:, None] / (2 * np.array(SIGMAS_MM) ** 2)))
    return np.asarray(1.0 - inner_fraction(skin) * (1.0 - np.exp(-density).mean(axis=0)))


@pytest.mark.parametrize("px_per_mm", [8.5, 20.0])
def test_the_mean_of_a_drawn_field_is_that_of_the_table(px_per_mm) -> None:
    patch, photo = make_patch(SKIN, px_per_mm=px_per_mm, side_px=SIDE_PX), even_photo()
    head = dataclasses.replace(patch.head, photo_digests=(photo.digest,))
    design = propose_design(head, Wishes())
    placed = place_impressions(plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list()), design, head, seed=1)
    look = render_look(photo, head, placed, patch.regions, SKIN, PLACED)
    inside = slice(RIM_PX, SIDE_PX - RIM_PX)
    drawn = (look.photo.pixels[inside, inside] / photo.pixels[inside, inside].astype(float)).mean(axis=(0, 1))
    np.testing.assert_allclose(drawn, summed_exactly(head, placed, SKIN), rtol=0.01)
