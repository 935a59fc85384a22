"""Views no photo shows: where a camera is put to a head, and impressions put into a scene of it, by the functions of photos.

Who lights and shades the scene is another room's business; turning round is `turntables`', distance of seeing `seeing`'s.
"""

import dataclasses
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scalp.base import BadInput, Doubt, Float32Array, FloatArray, Value, value
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.look import Moment
from scalp.domain.photo import Encoding, Photo
from scalp.domain.scene import Scene
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.geometry.meshes import vertex_areas_mm2, vertex_normals
from scalp.rendering.looks import LookMaker

POSES_DEGREES: dict[str, tuple[float, float]] = {
    "front": (0.0, 6.0),
    "left": (90.0, 4.0),
    "right": (-90.0, 4.0),
    "back": (180.0, 8.0),
    "top": (0.0, 78.0),
    "quarter-left": (40.0, 10.0),
    "quarter-right": (-40.0, 10.0),
    "crown": (180.0, 48.0),
    "hairline": (0.0, 32.0),
}
"""Azimuth towards the client's left and elevation of the camera of each pose that has a name, degrees."""
MIDDLE_AHEAD_MM = 9.0
"""How far before the tragi the middle of a head lies, nose included."""
HIGHEST_DEGREES, LOWEST_DEGREES = 88.0, -20.0
LAMP_STEP_DEGREES = 30.0
FACING_COSINE, LEAST_UNSEEN_FRACTION = 0.2, 0.02
"""Skin seen flatter than this tells a photo nothing; less of a view than this is not worth a word."""
BODY_DOUBT = Doubt(
    kind="unseen",
    where="face, ears, neck and stubble of a view",
    size="a neutral man's, not the client's",
    advice="Judge the scalp only: its shape, the hairline, the marks and their tone.",
)
PAPER_RGB_LINEAR, PAPER_LEVELS = (0.6, 0.45, 0.3), 65_536
"""The even skin a field is read off, in linear light of 16 bits; what makes skin 1.6 times as bright would be clipped."""
EDGES_PX = 64


@value
class Stand(Value):
    """Where one stands to look at a head, and how large the picture is."""

    azimuth_degrees: float = 0.0
    """From straight ahead towards the client's left; 180 is behind."""
    elevation_degrees: float = 6.0
    """Above the horizon, -20 to 88."""
    width_px: int = 1060
    height_px: int = 1414
    distance_mm: float = 950.0
    """From the lens to the middle of the skull; nearer widens the forehead, as with a phone held too close."""
    frame_width_mm: float = 256.0
    """What the picture's width spans at that distance."""
    aim_mm: tuple[float, float, float] | None = None
    """The place of the head in the middle of the picture; None for the whole head."""
    label: str = "this view"
    """What a person calls it."""

    def check(self) -> None:
        """Refuse places nobody looks from."""
        if not (np.isfinite(self.azimuth_degrees) and LOWEST_DEGREES <= self.elevation_degrees <= HIGHEST_DEGREES):
            asked, allowed = f"{self.azimuth_degrees:g} and {self.elevation_degrees:g} degrees", "any azimuth, elevation -20 to 88 degrees"
            raise BadInput("pose", asked, allowed, "Stand elsewhere; from above use elevation 78.")
        if not 96 <= self.width_px <= 6000 or not 96 <= self.height_px <= 8000:
            raise BadInput("view size", f"{self.width_px} x {self.height_px} px", "96 to 6000 x 8000 px", "Choose another size.")
        if not 350.0 <= self.distance_mm <= 5000.0 or not 20.0 <= self.frame_width_mm <= 1000.0:
            raise BadInput("view", f"{self.distance_mm:g} mm", "350 to 5000 mm away, 20 to 1000 mm wide", "Stand elsewhere.")

    @property
    def towards(self) -> FloatArray:
        """Return the unit direction from the head to the camera, (3,)."""
        azimuth, elevation = np.radians([self.azimuth_degrees, self.elevation_degrees])
        return np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])


def hang_from(stand: Stand, first: Stand | None = None) -> tuple[float, float, float]:
    """Return the direction lamps are hung for: that of the first stand where they stay, else of this one in steps of 30 degrees."""
    if first is not None:
        azimuth = np.radians(first.azimuth_degrees)
    else:
        azimuth = np.radians(LAMP_STEP_DEGREES * round(stand.azimuth_degrees / LAMP_STEP_DEGREES) % 360.0)
    return float(np.sin(azimuth)), 0.0, float(np.cos(azimuth))


def stand_camera(head: Head, stand: Stand) -> Camera:
    """Return the camera of a stand, exact, looking at the middle of the head with +Y up in the picture.

    From above the skull itself is the middle; at eye height the middle lies a little lower, so that the neck is in.
    """
    towards = stand.towards
    target_mm = _middle(head, stand) if stand.aim_mm is None else np.array(stand.aim_mm)
    forward = -towards
    right = np.cross(forward, np.array([0.0, 1.0, 0.0]))
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward])
    pose[:3, 3] = -pose[:3, :3] @ (target_mm + stand.distance_mm * towards)
    return Camera(
        focal_px=stand.distance_mm / stand.frame_width_mm * stand.width_px,
        centre_px=(stand.width_px / 2, stand.height_px / 2),
        width_px=stand.width_px,
        height_px=stand.height_px,
        camera_from_head=pose,
    )


def _middle(head: Head, stand: Stand) -> FloatArray:
    """Return the place of a head that a picture of all of it is centred on, (3,) mm."""
    share = float(np.clip(stand.elevation_degrees / 60.0, 0.0, 1.0))
    tragia = (head.landmark("left_tragion") + head.landmark("right_tragion")) / 2
    rise_mm = float((head.landmark("vertex") - tragia)[1])
    return np.asarray(tragia + np.array([0.0, (0.12 + 0.28 * share) * rise_mm, MIDDLE_AHEAD_MM]))


def render_scene(scene: Scene, head: Head, impressions: Impressions, skin: Skin, moment: Moment) -> Float32Array:
    """Return the light of a scene with impressions in its skin, (rows, cols, 3) linear sRGB.

    What impressions take away comes from the very functions that change a photo: exact perspective, sums of densities, the
    exponential before the pixel. It acts on the matte layer alone; shine, hairs and background come on top afterwards, so
    that what lies above the pigment is known and not guessed.
    """
    if len(impressions) == 0:
        return compose_scene(scene)
    return compose_scene(scene, scene.matte_rgb_linear * field_passes(scene, head, impressions, skin, moment))


def compose_scene(scene: Scene, matte_rgb_linear: Float32Array | None = None) -> Float32Array:
    """Return the light of a scene, (rows, cols, 3), with another matte layer where one is given."""
    matte = scene.matte_rgb_linear if matte_rgb_linear is None else matte_rgb_linear
    return np.asarray(matte * scene.clear_fraction[..., None] + scene.above_rgb_linear, np.float32)


def field_passes(scene: Scene, head: Head, impressions: Impressions, skin: Skin, moment: Moment) -> Float32Array:
    """Return what a field of impressions leaves of the matte light of a scene, (rows, cols, 3), 1 where none reaches.

    Read off a photo of even matte skin in the place of the scene's: its look over itself. Even skin has no glint that could
    be guessed wrongly.
    """
    camera = dataclasses.replace(scene.camera, height_px=scene.camera.height_px + EDGES_PX)
    photo, regions = _paper(scene)
    seen = dataclasses.replace(head, cameras=(camera,), photo_digests=(photo.digest,))
    own = dataclasses.replace(impressions, head_digest=seen.digest)
    look = LookMaker(photo, seen, regions, skin).render(own, moment)
    inside = slice(0, scene.camera.height_px)
    pixels, changed = look.photo.pixels[inside], look.touched[inside] > 0
    passed = np.ones(pixels.shape, np.float32)
    passed[changed] = pixels[changed] / _paper_stored().astype(np.float32)
    return passed


def _paper_stored() -> npt.NDArray[np.uint16]:
    """Return the stored numbers of the even skin, (3,)."""
    return (np.array(PAPER_RGB_LINEAR) * (PAPER_LEVELS - 1)).astype(np.uint16)


def _paper(scene: Scene) -> tuple[Photo, Regions]:
    """Return the even skin as a photo, with a strip of sharp edges below it, and its regions.

    A photo's own blur is looked for where `head` is: of the strip it is found to be none.
    """
    levels = np.linspace(0.0, 1.0, PAPER_LEVELS)
    encoding = Encoding(decode=np.repeat(levels[:, None], 3, axis=1), srgb_from_native=np.eye(3))
    shape = (scene.camera.height_px + EDGES_PX, scene.camera.width_px)
    strip = np.zeros(shape, np.uint8)
    strip[scene.camera.height_px :] = 255
    edges = (np.arange(shape[1]) // (EDGES_PX // 4)) % 2 == 0
    pixels = np.broadcast_to(_paper_stored(), (*shape, 3)).copy()
    pixels[scene.camera.height_px :, edges] = 0
    skin = np.zeros(shape, np.uint8)
    skin[: scene.camera.height_px] = scene.regions.skin
    return Photo(pixels=pixels, encoding=encoding), Regions(head=strip, skin=skin, hair=np.zeros_like(strip))


def doubt_view(head: Head, camera: Camera, where: str = "this view") -> tuple[Doubt, ...]:
    """Return what a view is not sure of: the part of its scalp that no photo saw, with the doubt of its shape, and the body."""
    surface = head.surface
    normals, areas_mm2 = _shape(surface)
    scalp = surface.vertices_mm[:, 1] > max(head.landmark("glabella")[1], 0.0)
    facing = _facing(surface.vertices_mm, normals, camera)
    here = np.where(facing > FACING_COSINE, facing, 0.0) * areas_mm2 * scalp
    known = np.zeros(len(areas_mm2), bool)
    for photographed in head.cameras:
        known |= _facing(surface.vertices_mm, normals, photographed) > FACING_COSINE
    unseen = here * ~known
    share = float(unseen.sum() / max(here.sum(), 1e-9))
    if share < LEAST_UNSEEN_FRACTION:
        return (BODY_DOUBT,)
    sd_mm = float(np.average(head.surface_sd_mm, weights=unseen))
    size = f"{share:.0%} of the scalp in sight was in no photo, its shape known to about {sd_mm:.1f} mm"
    return (
        Doubt(kind="unseen", where=where, size=size, advice="A photo from this side would show the skin and hair there."),
        BODY_DOUBT,
    )


@lru_cache(maxsize=2)
def _shape(surface: Mesh) -> tuple[FloatArray, FloatArray]:
    """Return normals and areas of a surface's vertices, the same for all its views."""
    return vertex_normals(surface), vertex_areas_mm2(surface)


def _facing(places_mm: FloatArray, normals: FloatArray, camera: Camera) -> FloatArray:
    """Return the cosine between normals and the ways to a camera, (V,)."""
    ways = camera.eye_mm - places_mm
    return np.asarray(np.einsum("vd,vd->v", normals, ways) / np.linalg.norm(ways, axis=1))
