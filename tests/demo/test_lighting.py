"""Light on a ball in the open, where it is known in closed form, and its spreading in skin."""

import numpy as np

from scalp.demo.lighting import CEILING_LIGHT, FLOOR_LIGHT, PROFILE_SHARES, Lights, bake, diffuse
from scalp.demo.rays import plant_tree
from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere, vertex_areas_mm2

WAYS = np.array([[0.0, 0.6, 0.8], [-1.0, 0.0, 0.0]])
LIGHTS = Lights(WAYS, np.array([0.02, 0.3]), np.ones((2, 3)), np.full(3, 0.4))


def _ball(radius_mm: float = 80.0) -> tuple[Mesh, np.ndarray]:
    ball = icosphere(4)
    return Mesh(vertices_mm=ball.vertices_mm * radius_mm, faces=ball.faces), ball.vertices_mm


def test_a_small_light_gives_its_cosine_and_no_shadow_on_a_ball() -> None:
    mesh, normals = _ball()
    baked = bake(plant_tree(mesh), mesh.vertices_mm, normals, LIGHTS, seed=1)
    cosine = normals @ WAYS[0]
    # Where the ball only just faces the light its own flat triangles may shade it.
    facing = cosine > 0.12
    np.testing.assert_allclose(baked.lit[facing, 0], cosine[facing], atol=0.002)
    assert (baked.lit[cosine < -0.05, 0] == 0).all()


def test_the_room_on_a_ball_is_the_cosine_weighted_sky() -> None:
    """The mean height of cosine-weighted directions about n is 2/3 n_y, so that the room is linear in n_y."""
    mesh, normals = _ball()
    baked = bake(plant_tree(mesh), mesh.vertices_mm, normals, LIGHTS, seed=1)
    expected = FLOOR_LIGHT + (CEILING_LIGHT - FLOOR_LIGHT) * (0.5 + normals[:, 1] / 3.0)
    assert np.abs(baked.room - expected).mean() < 0.03
    assert baked.hidden.mean() < 0.05


def test_a_roof_hides_the_room_and_the_light_above() -> None:
    roof = Mesh(
        vertices_mm=np.array([[-900.0, 90, -900], [900, 90, -900], [900, 90, 900], [-900, 90, 900]]),
        faces=np.array([[0, 1, 2], [0, 2, 3]], np.int32),
    )
    above = Lights(np.array([[0.0, 1.0, 0.0]]), np.array([0.1]), np.ones((1, 3)), np.ones(3))
    baked = bake(plant_tree(roof), np.array([[0.0, 80.0, 0.0], [0.0, 100.0, 0.0]]), np.array([[0.0, 1.0, 0.0]] * 2), above, seed=1)
    np.testing.assert_allclose(baked.free[:, 0], [0.0, 1.0])
    assert baked.hidden[0] > 0.9
    assert baked.hidden[1] == 0.0


def test_spreading_keeps_even_light_even_and_all_light() -> None:
    mesh, normals = _ball(30.0)
    everywhere = np.arange(len(normals), dtype=np.int32)
    np.testing.assert_allclose(diffuse(mesh, np.ones((len(normals), 3), np.float32), everywhere), 1.0, atol=1e-3)
    light = np.clip(normals @ WAYS[0], 0, None)[:, None].repeat(3, axis=1).astype(np.float32)
    spread = diffuse(mesh, light, everywhere)
    areas = vertex_areas_mm2(mesh)
    np.testing.assert_allclose(areas @ spread, areas @ light, rtol=2e-3)


def test_red_goes_farther_into_the_shadow_than_blue() -> None:
    mesh, normals = _ball(30.0)
    light = (normals[:, :1] > 0).repeat(3, axis=1).astype(np.float32)
    spread = diffuse(mesh, light, np.arange(len(normals), dtype=np.int32))
    shadow = (normals[:, 0] < 0) & (normals[:, 0] > -0.1)
    red, green, blue = spread[shadow].mean(axis=0)
    assert red > 1.5 * green > 1.5 * blue
    assert np.array(PROFILE_SHARES).sum(axis=1).max() <= 1.0
