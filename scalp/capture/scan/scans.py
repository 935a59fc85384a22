"""From a 3-D scan to a head in millimetres: face, place and size, surface, landmarks, colours, in this order.

Each step lives in a file of its own (`scan_faces`, `scan_fit`, `scan_sizing`, `scan_surface`, `scan_texture`).
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from scalp.base import Doubt, FloatArray, NotPossible, Progress, Value, no_progress, value
from scalp.capture.scan.scan_faces import FaceInSpace, find_face
from scalp.capture.scan.scan_fit import ScanFit, fit_scan, gather_points
from scalp.capture.scan.scan_places import demand_sound, name_places
from scalp.capture.scan.scan_sizing import Size, size_scan
from scalp.capture.scan.scan_surface import Guide, SurfaceSettings, Whole, make_whole
from scalp.capture.scan.scan_texture import Palette, carry_colours, scan_photos, stand_round
from scalp.capture.scan.scan_views import Painted, paint
from scalp.capture.shape.prior import HeadPrior, read_head_prior
from scalp.capture.size.scale import ScaleWish
from scalp.domain.client import Client
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.photo import Photo
from scalp.domain.scan import NamedPlaces, Scan
from scalp.domain.texture import Texture
from scalp.geometry.cleaning import clean
from scalp.geometry.filling import Shape
from scalp.geometry.meshes import icosphere
from scalp.geometry.nearest import NearestFinder

EXTENT_MM = 600.0
"""Until its size is known a scan is looked at as if its box had this diagonal."""
MOST_POINTS_MISS_MM, MOST_CRANIUM_MISS_MM = 11.0, 5.0
"""A face, or a cranium, that lies further from that of any head is none. (D)"""
FIVE_STANDS = ("front", "left", "right", "back", "top")
LIGHT_DOUBT = Doubt(
    kind="light",
    where="colour of the skin",
    size="the scanner's light is unknown",
    advice="The scan's colours hold the light it was taken in; a photo in daylight tells the skin better.",
)
NO_FACE_REMEDY = (
    "Give four or more named points of the scan in its own coordinates, such as glabella, left_tragion, right_tragion and "
    "vertex; or scan again with the face in view."
)


@value
class ScannedHead(Value):
    """A head made from a scan, its colours where the scan has any, and how far the surface was moved.

    `head_from_scan` is the 4 x 4 matrix from the scan's own units and axes to head space.
    """

    head: Head
    texture: Texture | None
    head_from_scan: FloatArray
    change_mm: float
    """The largest distance that leaving out triangles moved the surface, measured both ways."""


@value
class ScanWish(Value):
    """How a scan becomes a head."""

    surface: SurfaceSettings = SurfaceSettings()
    """How it is cleaned and thinned."""
    palette: Palette = Palette()
    """How its colours are laid out."""


def reconstruct_from_scan(
    scan: Scan,
    models: Path | None,
    *,
    points: NamedPlaces | None = None,
    scale: ScaleWish | None = None,
    client: Client | None = None,
    wish: ScanWish | None = None,
    progress: Progress = no_progress,
) -> ScannedHead:
    """Reconstruct the head of one adult from a 3-D scan: its own surface in head space and mm, landmarks, texture, doubts.

    The face is found on renders from all sides (`models` are the networks), or four or more `points` are given; the model of
    adults' heads is fitted to face and cranium and says where tragi, vertex and inion are and what to lay into holes. Unit and
    axes come from the file, from the person, or from what a head measures. A mirrored scan cannot be told from a mirrored head.
    """
    wish, prior = wish or ScanWish(), read_head_prior()
    cleaned = clean(scan.places, scan.faces)
    middle = (cleaned.surface.vertices_mm.min(0) + cleaned.surface.vertices_mm.max(0)) / 2
    zoom = EXTENT_MM / float(np.linalg.norm(np.ptp(cleaned.surface.vertices_mm, axis=0)))
    shown = Mesh(vertices_mm=zoom * (cleaned.surface.vertices_mm - middle), faces=cleaned.surface.faces)
    painted = paint(scan, cleaned, shown)
    face, painted = _face_of(painted, models, prior, points, progress)
    progress("fitting the head", 0.4)
    named = {} if points is None else dict(zip(points.names, zoom * (points.places - middle), strict=True))
    fit = fit_scan(prior, shown, NearestFinder(shown), gather_points(prior, face, named))
    _demand_head(fit)
    size = size_scan(scan, shown, fit, prior, zoom, scale or ScaleWish(), client)
    matrix = _head_from_shown(prior, fit, size, shown)
    progress("cleaning the surface", 0.5)
    head_mesh = Mesh(vertices_mm=shown.vertices_mm @ matrix[:3, :3].T + matrix[:3, 3], faces=shown.faces)
    guide = _guide(prior, fit, size, matrix)
    whole = make_whole(head_mesh, guide, wish.surface)
    head = _head(whole, guide, size, _in_head(face, matrix), {name: _moved(place, matrix) for name, place in named.items()})
    head = replace(head, doubts=(*scan.doubts, *_of_picture(scan, painted), *head.doubts))
    texture = None
    if painted.coloured:
        progress("laying on the colours", 0.8)
        texture = carry_colours(head, paint(painted.scan, cleaned, head_mesh), whole.filled, wish.palette)
    from_scan = matrix @ np.block([[zoom * np.eye(3), -zoom * middle[:, None]], [np.zeros((1, 3)), np.ones((1, 1))]])
    return ScannedHead(head=head, texture=texture, head_from_scan=from_scan, change_mm=whole.change_mm)


def photographed(scanned: ScannedHead, names: tuple[str, ...] = FIVE_STANDS) -> tuple[ScannedHead, tuple[Photo, ...]]:
    """Return a scanned head with cameras round it, and what each sees: exact photos of the scan, for looks on its own skin.

    The names are those of `STANDS_RAD`. The cameras become the head's, so that its name by content changes, the texture's with it.
    """
    if scanned.texture is None:
        asked, reachable = "photos of a scan without colours", "a scan with a texture or colours of its corners"
        raise NotPossible(asked, reachable, "Export the scan with its texture, or use the views, which need none.")
    cameras = stand_round(scanned.head, names)
    photos = scan_photos(scanned.head, scanned.texture, cameras)
    head = replace(scanned.head, cameras=cameras, photo_digests=tuple(photo.digest for photo in photos))
    return replace(scanned, head=head, texture=replace(scanned.texture, head_digest=head.digest)), photos


def _face_of(
    painted: Painted, models: Path | None, prior: HeadPrior, points: NamedPlaces | None, progress: Progress
) -> tuple[FaceInSpace | None, Painted]:
    """Return the face, where one is seen or where points take its place, and the scan with its picture the right way up."""
    if points is not None:
        demand_sound(prior, points)
    found = None if models is None else find_face(painted, models, prior, up=painted.scan.up, progress=progress)
    if found is None and models is not None and painted.scan.up is not None and points is None:
        # What a file says of its axes is often wrong.
        found = find_face(painted, models, prior, up=None, progress=progress)
    if found is None and points is None:
        raise NotPossible("a head from a scan on which no face is seen from any side", "a scan of a head, or named points", NO_FACE_REMEDY)
    return (None, painted) if found is None else found


def _demand_head(fit: ScanFit) -> None:
    """Refuse what fits no head."""
    miss_mm = float(np.median(np.abs(fit.cranium_miss_mm))) if len(fit.cranium_miss_mm) else np.inf
    if fit.points_miss_mm > MOST_POINTS_MISS_MM or miss_mm > MOST_CRANIUM_MISS_MM:
        what = "its face lies" if fit.points_miss_mm > MOST_POINTS_MISS_MM else "its cranium lies"
        raise NotPossible(f"a head from this scan: {what} far from that of any adult", "a scan of one person's head", NO_FACE_REMEDY)


def _head_from_shown(prior: HeadPrior, fit: ScanFit, size: Size, shown: Mesh) -> FloatArray:
    """Return the matrix from the surface as it is shown to head space: origin between the tragi, on the skin where it is near."""
    tragi = np.array([fit.places[prior.index(f"{side}_tragion")] for side in ("left", "right")])
    near = NearestFinder(shown).find(fit.placed.apply(tragi))
    on_skin = fit.placed.undo(np.einsum("nk,nkd->nd", near.barycentric, shown.vertices_mm[shown.faces[near.face_index]]))
    close = np.linalg.norm(on_skin - tragi, axis=1) < SNAP_MM
    origin = np.where(close[:, None], on_skin, tragi).mean(0)
    ratio = size.factor / fit.placed.factor
    matrix = np.eye(4)
    matrix[:3, :3] = ratio * fit.placed.rotation.T
    matrix[:3, 3] = -matrix[:3, :3] @ fit.placed.shift - size.factor * origin
    return matrix


SNAP_MM = 12.0
"""A landmark lies on the skin where the skin is no farther from where the model has it. (D)"""


def _moved(place: FloatArray, matrix: FloatArray) -> FloatArray:
    return np.asarray(place @ matrix[:3, :3].T + matrix[:3, 3])


def _in_head(face: FaceInSpace | None, matrix: FloatArray) -> FaceInSpace | None:
    """Return the face in head space."""
    if face is None:
        return None
    zoom = float(np.linalg.norm(matrix[0, :3]))
    return FaceInSpace(_moved(face.points, matrix), zoom * face.spread, face.views_count)


def _guide(prior: HeadPrior, fit: ScanFit, size: Size, matrix: FloatArray) -> Guide:
    """Return what the fit knows, in head space."""
    names = (*LANDMARK_NAMES, "menton", "left_ear_top", "right_ear_top")
    places = _moved(fit.placed.apply(np.array([fit.places[prior.index(name)] for name in names])), matrix)
    directions = icosphere(5).vertices_mm
    centre = _moved(fit.placed.apply(prior.base.centre_mm[None])[0], matrix)
    shape = Shape(centre, directions, size.factor * fit.cranium.radii_mm(directions))
    modes = np.hstack([prior.harmonics_modes_mm, np.diag(prior.harmonics_rest_mm)])
    sd_mm = float(np.sqrt(np.trace(modes @ fit.covariance @ modes.T) / (4 * np.pi)))
    return Guide(dict(zip(names, places, strict=True)), shape, sd_mm, fit.covered_fraction)


def _head(whole: Whole, guide: Guide, size: Size, face: FaceInSpace | None, named: dict[str, FloatArray]) -> Head:
    """Return the head with its landmarks on the surface."""
    places = name_places(whole.surface, guide, face, named)
    return Head(
        surface=whole.surface,
        landmarks_mm=np.array([places[name] for name in LANDMARK_NAMES]),
        cameras=(),
        photo_digests=(),
        scale_sd_fraction=size.sd_fraction,
        surface_sd_mm=whole.sd_mm,
        doubts=(*size.doubts, *whole.doubts),
    )


def _of_picture(scan: Scan, painted: Painted) -> tuple[Doubt, ...]:
    """Tell what is doubtful about the colours."""
    turned = painted.scan.doubts[len(scan.doubts) :]
    return (*turned, LIGHT_DOUBT) if painted.coloured else ()
