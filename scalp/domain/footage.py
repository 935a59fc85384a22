"""A film of a still head, as the frames chosen from it; and how the camera moved, in a frame of its own without millimetres.

Reading a film and finding its motion are `scalp.io`'s, since both need another process; a head is made of them by `scalp.capture`.
"""

import numpy as np

from scalp.base import BadInput, FloatArray, IntArray, Value, value
from scalp.domain.photo import Photo

FEWEST_FRAMES = 8


@value
class Footage(Value):
    """Frames chosen from a film, in their order: sharp ones, some degrees apart.

    `frame_index` (N,) says which of the film's frames each is, `at_seconds` (N,) when it was taken.
    """

    photos: tuple[Photo, ...]
    frame_index: IntArray
    at_seconds: FloatArray

    def check(self) -> None:
        """Refuse frames of different sizes, and too few of them."""
        sizes = {photo.pixels.shape for photo in self.photos}
        if len(self.photos) < FEWEST_FRAMES or len(sizes) != 1:
            allowed = f"{FEWEST_FRAMES} or more frames of one size"
            raise BadInput("footage", f"{len(self.photos)} frames of {len(sizes)} sizes", allowed, "Choose more frames of one film.")
        if not (self.frame_index.shape == self.at_seconds.shape == (len(self.photos),)):
            raise BadInput("frame_index", self.frame_index.shape, "one for each frame", "Number every frame.")


@value
class Motion(Value):
    """Where the camera of a film stood, for the frames in which that was found.

    `photo_index` (M,) are places in the footage's `photos`. `camera_from_scene` (M, 4, 4) are rigid, in the arbitrary unit
    of the film's own scene; `points_scene` (P, 3) are places seen in several frames. One lens for all: `focal_px`, and
    `bend_ratio` by which a place at a tangent of 1 from the axis appears farther out (negative: nearer).
    `error_px` is the root mean square of how far the points are seen from where they should be, `seen_count` the mean
    number of frames that see one; `strays_fraction` is by how much of the path's size a second solution differs.
    """

    footage_digest: str
    photo_index: IntArray
    focal_px: float
    bend_ratio: float
    camera_from_scene: FloatArray
    points_scene: FloatArray
    error_px: float
    seen_count: float
    strays_fraction: float

    def check(self) -> None:
        """Refuse cameras that are not one for each frame found."""
        if self.camera_from_scene.shape != (len(self.photo_index), 4, 4) or not np.isfinite(self.camera_from_scene).all():
            raise BadInput("camera_from_scene", self.camera_from_scene.shape, "finite (M, 4, 4)", "Find the motion again.")
        if not 0 < self.focal_px < np.inf:
            raise BadInput("focal_px", self.focal_px, "above 0", "Find the motion again.")

    @property
    def eyes_scene(self) -> FloatArray:
        """Return where the camera stood in each frame, (M, 3)."""
        turns, shifts = self.camera_from_scene[:, :3, :3], self.camera_from_scene[:, :3, 3]
        return np.asarray(-np.einsum("mji,mj->mi", turns, shifts))
