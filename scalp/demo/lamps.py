"""The lights a head is looked at in: daylight through windows, a warm ceiling, the sun, a flash on the camera, skin under water.

Where lamps hang and what colour they have; what of them reaches skin is `lighting`'s.
"""

from typing import Literal, NamedTuple, get_args

import numpy as np

from scalp.base import BadInput, FloatArray
from scalp.demo.lighting import Lights

LightName = Literal["daylight", "indoor", "sun", "flash", "wet"]
LIGHT_NAMES: tuple[LightName, ...] = get_args(LightName)


class Lamp(NamedTuple):
    """One round far light: where it stands (x to the right of who looks, y up, z towards them), its angular radius, its light."""

    way: tuple[float, float, float]
    radius_rad: float
    rgb_linear: tuple[float, float, float]


class Rig(NamedTuple):
    """A room or a sky: its lamps, at least two and at most four, and the light from everywhere else."""

    lamps: tuple[Lamp, ...]
    room_rgb_linear: tuple[float, float, float]
    follows_camera: bool = False
    """The lamp hangs on the camera."""
    film_fraction: float = 0.0
    """How much of the skin lies under a film of water."""
    exposure_factor: float = 1.0
    """How much brighter than usual skin comes out in this light. (E)"""
    wall_rgb_linear: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """The light on the wall behind, against that of the demo's studio."""


_WINDOWS = (
    Lamp((-0.62, 0.62, 0.62), 0.34, (1.45, 1.42, 1.37)),
    Lamp((0.80, 0.45, -0.55), 0.36, (0.95, 0.97, 1.00)),
    Lamp((0.85, 0.14, 0.55), 0.50, (0.26, 0.265, 0.28)),
    Lamp((-0.85, 0.30, -0.60), 0.45, (0.30, 0.31, 0.33)),
)
RIGS: dict[LightName, Rig] = {
    "daylight": Rig(_WINDOWS, (0.40, 0.41, 0.43)),
    # Lamps of 2856 K as a phone shows them: most of the yellow is balanced away, a third of it stays. (E)
    "indoor": Rig(
        (
            Lamp((-0.30, 1.0, 0.35), 0.50, (1.00, 0.91, 0.75)),
            Lamp((0.40, 1.0, -0.20), 0.50, (0.80, 0.73, 0.60)),
            Lamp((0.10, 0.35, 1.0), 0.60, (0.27, 0.245, 0.20)),
        ),
        (0.58, 0.53, 0.45),
        wall_rgb_linear=(1.25, 1.05, 0.80),
    ),
    # The sun is half a degree wide; its light is a fifth redder and the sky's a quarter bluer than daylight together. (E)
    "sun": Rig(
        (Lamp((-0.50, 0.85, 0.66), 0.006, (3.20, 3.02, 2.66)), Lamp((0.2, 1.0, 0.1), 0.80, (0.30, 0.36, 0.44))),
        (0.30, 0.32, 0.35),
        exposure_factor=1.35,
        wall_rgb_linear=(2.3, 2.6, 3.1),
    ),
    "flash": Rig(
        (Lamp((0.0, 0.06, 1.0), 0.03, (2.30, 2.30, 2.34)), Lamp((0.2, 1.0, 0.1), 0.60, (0.10, 0.09, 0.07))),
        (0.12, 0.11, 0.10),
        follows_camera=True,
        exposure_factor=1.1,
        wall_rgb_linear=(0.8, 0.8, 0.8),
    ),
    "wet": Rig(_WINDOWS, (0.40, 0.41, 0.43), film_fraction=1.0),
}


def choose_rig(light: str) -> Rig:
    """Return the lamps of a light by its name."""
    for name in LIGHT_NAMES:
        if name == light:
            return RIGS[name]
    raise BadInput("light", light, ", ".join(LIGHT_NAMES), "Choose one of these.")


def hang_lamps(rig: Rig, towards: FloatArray) -> Lights:
    """Return the lamps of a rig in the head frame for someone who looks from the direction `towards` (3,).

    Only the azimuth of the looker turns the rig: up stays up. A flash hangs on the camera itself.
    """
    up = np.array([0.0, 1.0, 0.0])
    flat = towards - up * (towards @ up)
    ahead = towards / np.linalg.norm(towards) if rig.follows_camera else flat / np.linalg.norm(flat)
    right = np.cross(up, ahead)
    right /= np.linalg.norm(right)
    ways = np.array([lamp.way for lamp in rig.lamps]) @ np.stack([right, np.cross(ahead, right), ahead])
    return Lights(
        ways=ways / np.linalg.norm(ways, axis=1, keepdims=True),
        radius_rad=np.array([lamp.radius_rad for lamp in rig.lamps]),
        rgb_linear=np.array([lamp.rgb_linear for lamp in rig.lamps]),
        room_rgb_linear=np.array(rig.room_rgb_linear),
    )
