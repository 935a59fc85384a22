"""Heads, cameras, photos and treatments whose truth is known exactly, for everybody's tests.

What is here is written out in closed form and leans on no verb of the engine that a test might be testing, except the
rasteriser that draws the photo. Real heads and real photos are the tests' own business.
"""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from scalp.base import FloatArray
from scalp.domain.camera import Camera
from scalp.domain.design import ZONE_NAMES, Design, Hairline, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Plan, PriceSpan, Session, Span
from scalp.domain.skin import Skin
from scalp.geometry.meshes import face_areas_mm2, icosphere, vertex_areas_mm2, vertex_normals
from scalp.geometry.raster import rasterise

CENTRE_MM = np.array([0.0, 48.0, 7.0])
"""Middle of the cranium above and before the tragi, on the mean head of ICT-FaceKit brought to ANSUR's size."""
FRONTAL_FROM_Z_MM, SIDES_BELOW_Y_MM, UPPER_FROM_Y_MM = 70.0, 100.0, 60.0
"""Where the plain design of `make_design` changes zone, and what counts as the upper half for its hairline."""
VIEWS: dict[str, tuple[float, float]] = {
    "front": (0.0, 0.0),
    "quarter": (38.0, 0.0),
    "left": (90.0, 0.0),
    "right": (-90.0, 0.0),
    "back": (180.0, 0.0),
    "top": (0.0, 85.0),
    "front_top": (0.0, 38.0),
}
"""Azimuth towards the client's left and elevation of the camera, degrees."""


def cranium_axes(length_mm: float = 199.5, breadth_mm: float = 154.3, height_mm: float = 131.1, pitch_rad: float = 0.24) -> FloatArray:
    """Return the 3 x 3 matrix from the unit sphere to the cranium: an ellipsoid pitched brow down, crown back.

    Its largest extents along x, y and z are exactly breadth, twice (height above the tragi - centre) and length.
    """
    up_mm, ahead_mm = height_mm - CENTRE_MM[1], length_mm / 2
    difference = (ahead_mm**2 - up_mm**2) / np.cos(2 * pitch_rad)
    long_mm, short_mm = np.sqrt((up_mm**2 + ahead_mm**2 + difference) / 2), np.sqrt((up_mm**2 + ahead_mm**2 - difference) / 2)
    sine, cosine = np.sin(pitch_rad), np.cos(pitch_rad)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
    return np.asarray(turn @ np.diag([breadth_mm / 2, short_mm, long_mm]))


def make_head(
    *,
    length_mm: float = 199.5,
    breadth_mm: float = 154.3,
    height_mm: float = 131.1,
    pitch_rad: float = 0.24,
    subdivisions_count: int = 6,
    camera: Camera | None = None,
    photo: Photo | None = None,
) -> Head:
    """Return a bald ellipsoidal head of the mean male ANSUR II size, all landmarks exactly on its surface.

    `height_mm` is tragion to vertex. No ears, no nose; below the tragi it closes like an egg.
    """
    axes = cranium_axes(length_mm, breadth_mm, height_mm, pitch_rad)
    sphere = icosphere(subdivisions_count)
    surface = Mesh(vertices_mm=sphere.vertices_mm @ axes.T + CENTRE_MM, faces=sphere.faces)
    landmarks = {
        "glabella": on_surface(axes, (0.0, 0.0, 1.0), x_mm=0.0, y_mm=38.0),
        "sellion": on_surface(axes, (0.0, 0.0, 1.0), x_mm=0.0, y_mm=23.0),
        "left_outer_canthus": on_surface(axes, (0.0, 0.0, 1.0), x_mm=45.0, y_mm=20.0),
        "right_outer_canthus": on_surface(axes, (0.0, 0.0, 1.0), x_mm=-45.0, y_mm=20.0),
        "left_tragion": on_surface(axes, (1.0, 0.0, 0.0), y_mm=0.0, z_mm=0.0),
        "right_tragion": on_surface(axes, (-1.0, 0.0, 0.0), y_mm=0.0, z_mm=0.0),
        "vertex": CENTRE_MM + axes @ axes[1] / np.linalg.norm(axes[1]),
        "inion": on_surface(axes, (0.0, 0.0, -1.0), x_mm=0.0, y_mm=6.0),
    }
    return Head(
        surface=surface,
        landmarks_mm=np.array([landmarks[name] for name in LANDMARK_NAMES]),
        cameras=(camera,) if camera else (),
        photo_digests=((photo.digest if photo else "0" * 32),) if camera else (),
        scale_sd_fraction=0.0,
        surface_sd_mm=np.zeros(len(surface.vertices_mm)),
    )


def known_by(head: Head, photo: Photo) -> Head:
    """Return the head as one that was made from a photo: its first camera is the photo's."""
    return dataclasses.replace(head, cameras=head.cameras[:1], photo_digests=(photo.digest,))


def on_surface(
    axes: FloatArray, ahead: tuple[float, float, float], *, x_mm: float = 0.0, y_mm: float = 0.0, z_mm: float = 0.0
) -> FloatArray:
    """Return where the line from a point along `ahead` leaves the cranium, (3,) mm; the point must lie within its shadow."""
    across = 1.0 - np.abs(ahead)
    start = np.linalg.solve(axes, (np.array([x_mm, y_mm, z_mm]) - CENTRE_MM) * across)
    step = np.linalg.solve(axes, np.array(ahead))
    a, b, c = step @ step, 2 * start @ step, start @ start - 1
    travelled_mm = (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)
    return np.asarray(axes @ (start + travelled_mm * step) + CENTRE_MM)


def make_camera(
    view: str = "front", *, distance_mm: float = 1200.0, focal_px: float = 1800.0, width_px: int = 480, height_px: int = 480
) -> Camera:
    """Return a camera that looks at the middle of the cranium from one of `VIEWS`, the head upright in the picture."""
    azimuth_rad, elevation_rad = np.radians(VIEWS[view])
    towards = np.array([np.sin(azimuth_rad) * np.cos(elevation_rad), np.sin(elevation_rad), np.cos(azimuth_rad) * np.cos(elevation_rad)])
    forward = -towards
    right = np.array([np.cos(azimuth_rad), 0.0, -np.sin(azimuth_rad)])
    down = np.cross(forward, right)
    camera_from_head = np.eye(4)
    camera_from_head[:3, :3] = np.array([right, down, forward])
    camera_from_head[:3, 3] = -camera_from_head[:3, :3] @ (CENTRE_MM + distance_mm * towards)
    return Camera(
        focal_px=focal_px,
        centre_px=(width_px / 2, height_px / 2),
        width_px=width_px,
        height_px=height_px,
        camera_from_head=camera_from_head,
    )


def make_photo(
    head: Head | None = None, camera: Camera | None = None, *, rgb_linear: tuple[float, float, float] = (0.50, 0.31, 0.22)
) -> Photo:
    """Return a photo of a matt head of one even colour before a grey wall, lit from above the camera; sRGB, 8 bit."""
    head, camera = head or make_head(subdivisions_count=5), camera or make_camera()
    seen = rasterise(camera, head.surface)
    on_head = seen.face_index >= 0
    normals = vertex_normals(head.surface)[head.surface.faces[seen.face_index[on_head]]]
    normals = np.einsum("nk,nkd->nd", seen.barycentric[on_head], normals)
    light = camera.eye_mm - CENTRE_MM + np.array([150.0, 500.0, 0.0])
    cosine = np.clip(normals @ light / np.linalg.norm(light) / np.linalg.norm(normals, axis=1), 0.0, 1.0)
    picture = np.full((camera.height_px, camera.width_px, 3), 0.35)
    picture[on_head] = (0.25 + 0.75 * cosine[:, None]) * np.array(rgb_linear)
    encoding = srgb_encoding()
    stored = np.interp(picture, encoding.decode[:, 0], np.arange(256.0))
    return Photo(pixels=(stored + 0.5).astype(np.uint8), encoding=encoding, focal_px=camera.focal_px)


def make_skin(*, melanin_fraction: float = 0.03, blood_fraction: float = 0.02) -> Skin:
    """Return light skin, about Fitzpatrick type II."""
    return Skin(melanin_fraction=melanin_fraction, blood_fraction=blood_fraction)


def make_design(head: Head, *, peak_density_per_cm2: float = 130.0) -> Design:
    """Return a plain design in closed form: everything 85 mm above the tragi and behind z = 85 mm, rising over 15 mm."""
    x_mm, y_mm, z_mm = head.surface.vertices_mm.T
    rise_fraction = np.clip((y_mm - 85.0) / 15.0, 0.0, 1.0) * np.clip((85.0 - z_mm) / 15.0, 0.0, 1.0)
    density_per_cm2 = peak_density_per_cm2 * rise_fraction
    zone_index = np.full(len(x_mm), ZONE_NAMES.index("mid-scalp"), np.uint8)
    zone_index[z_mm > FRONTAL_FROM_Z_MM] = ZONE_NAMES.index("frontal edge")
    zone_index[y_mm < SIDES_BELOW_Y_MM] = ZONE_NAMES.index("side blend")
    zone_index[density_per_cm2 <= 0.0] = ZONE_NAMES.index("outside")
    area_mm2 = vertex_areas_mm2(head.surface)[density_per_cm2 >= 0.1 * peak_density_per_cm2].sum()
    return Design(
        head_digest=head.digest,
        wishes=Wishes(peak_density_per_cm2=peak_density_per_cm2),
        hairline=Hairline(style="natural", points_mm=_cut_at_z(head.surface, 77.5), height_mm=66.0),
        density_per_cm2=density_per_cm2,
        zone_index=zone_index,
        area_cm2=float(area_mm2 / 100.0),
    )


def _cut_at_z(surface: Mesh, z_mm: float) -> FloatArray:
    """Return where the edges of the upper half of a surface cross the plane of one z, from right to left, (N, 3) mm."""
    ends_mm = surface.vertices_mm[surface.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)]
    crossing = (ends_mm[:, 0, 2] < z_mm) & (ends_mm[:, 1, 2] >= z_mm) & (ends_mm[:, 0, 1] > UPPER_FROM_Y_MM)
    first, second = ends_mm[crossing, 0], ends_mm[crossing, 1]
    fraction = (z_mm - first[:, 2:]) / (second[:, 2:] - first[:, 2:])
    points_mm = first + fraction * (second - first)
    return np.asarray(points_mm[np.argsort(points_mm[:, 0])])


def make_plan(
    design: Design,
    *,
    impressions_count: int = 3000,
    shares: tuple[float, ...] = (0.3, 0.4, 0.3),
    start: date = date(2026, 3, 2),
    gap_days: int = 12,
) -> Plan:
    """Return sessions of the given shares of a few thousand impressions, twelve days apart, at a flat price."""
    counts = np.diff(np.round(np.cumsum([0.0, *shares]) * impressions_count)).astype(int)
    sessions = tuple(
        Session(
            number=number,
            day=start + timedelta(days=gap_days * (number - 1)),
            share_fraction=share,
            impressions_count=int(count),
            hours=Span(low=1.0, expected=1.5, high=2.0),
            price=PriceSpan(low=Decimal(400), high=Decimal(600), currency="USD"),
        )
        for number, (share, count) in enumerate(zip(shares, counts, strict=True), start=1)
    )
    return Plan(design_digest=design.digest, head_digest=design.head_digest, sessions=sessions, pigment=Pigment(), needle=Needle())


def make_impressions(head: Head, design: Design, plan: Plan, *, seed: int = 1) -> Impressions:
    """Return impressions strewn independently at the density of the design, the sessions in turn; no spacing is kept."""
    chance = np.random.default_rng(seed)
    faces = head.surface.faces
    weight = face_areas_mm2(head.surface) * design.density_per_cm2[faces].mean(1)
    count = plan.impressions_count
    first, second = np.sqrt(chance.random(count)), chance.random(count)
    needle = plan.needle
    return Impressions(
        head_digest=head.digest,
        plan_digest=plan.digest,
        face_index=chance.choice(len(faces), count, p=weight / weight.sum()).astype(np.int32),
        barycentric=np.column_stack([1 - first, first * (1 - second), first * second]),
        deposit_diameter_mm=_filled(count, needle.deposit_diameter_mm),
        top_depth_mm=_filled(count, needle.top_depth_mm),
        bottom_depth_mm=_filled(count, needle.bottom_depth_mm),
        concentration_mg_per_ml=_filled(count, plan.pigment.deposit_mg_per_ml),
        session_number=np.repeat(
            [session.number for session in plan.sessions], [session.impressions_count for session in plan.sessions]
        ).astype(np.uint8),
        redness_fraction=np.zeros(count, np.float32),
    )


def _filled(count: int, content: float) -> np.ndarray:
    """Return one value for each impression."""
    return np.full(count, content, np.float32)
