"""A scene: a head in some light as a camera sees it, taken apart so that pigment can be put below the skin's surface.

Who lights and shades it and who puts impressions into it are verbs of other rooms.
"""

from scalp.base import BadInput, Doubt, Float32Array, Value, value
from scalp.domain.camera import Camera
from scalp.domain.look import Moment
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions


@value
class Scene(Value):
    """What reaches a camera: `matte_rgb_linear * clear_fraction + above_rgb_linear`, (rows, cols, 3) linear sRGB.

    `matte_rgb_linear` is the light that comes out of skin (and cloth and eyes), `clear_fraction` (rows, cols) the share of it
    that no hair and no edge hides, `above_rgb_linear` all that lies on top: shine, hairs, background. White is 1; shine may be above.
    """

    camera: Camera
    matte_rgb_linear: Float32Array
    clear_fraction: Float32Array
    above_rgb_linear: Float32Array
    regions: Regions
    skin_level: float
    """Light of well lit bare skin (green): what a camera is exposed for."""

    def check(self) -> None:
        """Refuse layers that are not of the camera's size."""
        shape = (self.camera.height_px, self.camera.width_px)
        for name in ("matte_rgb_linear", "clear_fraction", "above_rgb_linear"):
            if getattr(self, name).shape[:2] != shape:
                raise BadInput(name, getattr(self, name).shape, f"{shape} as its camera", "Make every layer for this camera.")


@value
class View(Value):
    """A picture of a head from where no photo was taken: `photo` as a camera would take it, in a light, at a moment."""

    photo: Photo
    camera: Camera
    light: str
    moment: Moment
    doubts: tuple[Doubt, ...] = ()
