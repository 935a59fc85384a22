"""The demo head painted for films: colours and light at every vertex, so that a frame takes a moment and not seconds.

No shine, no hair but a shade of it, no shadow; pictures as a camera would take them are `portrait`'s.
"""

from pathlib import Path

import numpy as np

from scalp.base import Float32Array, FloatArray
from scalp.demo.busts import CLOTH, assemble, palette_of
from scalp.demo.complexion import darkness_fraction, mix_complexion
from scalp.demo.eyes import IRIS_MM, Gaze
from scalp.demo.noise import rough
from scalp.demo.person import Person, shape_person
from scalp.demo.surroundings import Painted, light_of_room
from scalp.demo.zones import mark_zones
from scalp.domain.camera import Camera
from scalp.domain.skin import Skin

AHEAD = (0.0, -0.03, 1.0)
_BROW_SHADE, _FRINGE_SHADE, _BEARD_SHADE = 0.75, 0.30, 0.22
"""How much darker skin is under the densest brow, shaven fringe and shaven beard. (E)"""


def paint_person(makehuman: Path, *, skin: Skin, seed: int = 1) -> tuple[Painted, Person]:
    """Return the bust of a man who does not exist, painted and lit by the lamps of the room, and the man himself."""
    complexion = mix_complexion(skin)
    person = shape_person(makehuman, darkness_fraction=darkness_fraction(skin), seed=seed)
    ways = np.repeat(np.array([AHEAD]) / np.linalg.norm(AHEAD), 2, axis=0)
    gaze = Gaze(person.eyes_mm, ways, person.eye_radius_mm, complexion.iris, complexion.iris_rim, complexion.eye_white)
    bust, zones = assemble(person, gaze), mark_zones(person)
    places = person.vertices_mm
    tone = np.repeat(complexion.skin[None], len(places), axis=0)
    mottle = np.array([rough(x / 9.0, y / 9.0, z / 9.0, 71) + 0.7 * rough(x / 2.2, y / 2.2, z / 2.2, 72) for x, y, z in places])
    tone += np.clip(0.6 * zones.red + 0.25 * mottle, -0.3, 1.0)[:, None] * (complexion.red - complexion.skin)
    tone += np.clip(0.5 * zones.dark + 0.2 * mottle, -0.3, 1.0)[:, None] * (complexion.brown - complexion.skin)
    tone += zones.lips[:, None] * (complexion.lips - tone)
    for density, shade in ((zones.brow_per_cm2, _BROW_SHADE), (zones.fringe_per_cm2, _FRINGE_SHADE), (zones.beard_per_cm2, _BEARD_SHADE)):
        share = shade * density / max(float(density.max()), 1e-9) * (1.0 + 0.25 * mottle)
        tone += np.clip(share, 0.0, 0.9)[:, None] * (complexion.hair - tone)
    neckline = palette_of(complexion, person, _before(person), seed).neckline
    below_mm = np.minimum(
        neckline[2] + neckline[1] * places[:, 0] ** 2 - neckline[0] * places[:, 2] + 20.0 - places[:, 1],
        person.point("menton")[1] - 40.0 - places[:, 1],
    )
    tone += np.clip(0.5 + below_mm / 8.0, 0.0, 1.0)[:, None] * (np.array(CLOTH) - tone)
    colours = np.vstack([tone, _eye_colours(bust.mesh.vertices_mm[bust.body_count :], gaze)])
    light = light_of_room(bust.mesh) * colours.astype(np.float32)
    white = np.full((2, 2, 3), 255, np.uint8)
    uv = np.full((len(bust.mesh.faces), 3, 2), 0.5, np.float32)
    return Painted(mesh=bust.mesh, rgb_linear=light, uv_fraction=uv, srgb_u8=white), person


def _before(person: Person) -> Camera:
    """Return a camera in front of a person."""
    pose = np.diag([1.0, -1.0, -1.0, 1.0])
    pose[:3, 3] = [0.0, 0.0, 600.0 + float(person.vertices_mm[:, 2].max())]
    return Camera(focal_px=1000.0, centre_px=(500.0, 500.0), width_px=1000, height_px=1000, camera_from_head=pose)


def _eye_colours(vertices_mm: FloatArray, gaze: Gaze) -> Float32Array:
    """Return the albedo of the vertices of both eyes: white, iris, pupil."""
    out = np.repeat(gaze.white[None], len(vertices_mm), axis=0)
    for middle, way in zip(gaze.middles_mm, gaze.ways, strict=True):
        arm = vertices_mm - middle
        aside = np.linalg.norm(arm - (arm @ way)[:, None] * way, axis=1)
        own = (np.linalg.norm(arm, axis=1) < 1.5 * gaze.radius_mm) & (arm @ way > 0)
        out[own & (aside < IRIS_MM)] = gaze.iris
        out[own & (aside < 0.4 * IRIS_MM)] = 0.004
    return out.astype(np.float32)
