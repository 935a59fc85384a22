"""Heads, designs and plans on which placement's promises are checked, and what is counted there."""

from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.domain.design import Design, Hairline, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.plan import Plan
from scalp.geometry.meshes import face_areas_mm2, icosphere
from scalp.placement import PlacementSettings, place_impressions
from tests.makers import make_design, make_head, make_plan

SHARES = (0.3, 0.4, 0.3)
EVEN = PlacementSettings(regularity_fraction=1.0)
PARTS_COUNT = 4


def ball(radius_mm: float, subdivisions_count: int = 4) -> Head:
    """A head that is a sphere."""
    sphere = icosphere(subdivisions_count)
    return head_of(Mesh(vertices_mm=sphere.vertices_mm * radius_mm, faces=sphere.faces))


def head_of(mesh: Mesh) -> Head:
    """A head that is this surface and nothing else."""
    nothing = np.zeros((len(LANDMARK_NAMES), 3))
    spread = np.zeros(len(mesh.vertices_mm))
    return Head(surface=mesh, landmarks_mm=nothing, cameras=(), photo_digests=(), scale_sd_fraction=0.0, surface_sd_mm=spread)


def design_of(head: Head, density_per_cm2: FloatArray) -> Design:
    """A design with this density and no other care."""
    return Design(
        head_digest=head.digest,
        wishes=Wishes(),
        hairline=Hairline(style="natural", points_mm=np.zeros((2, 3)), height_mm=65.0),
        density_per_cm2=density_per_cm2,
        zone_index=np.zeros(len(density_per_cm2), np.uint8),
        area_cm2=100.0,
    )


def even_design(head: Head, density_per_cm2: float = 100.0) -> Design:
    """A design that wants the same everywhere."""
    return design_of(head, np.full(len(head.surface.vertices_mm), density_per_cm2))


def plan_of(design: Design, count: int) -> Plan:
    """A plan of three sessions and this many impressions."""
    return make_plan(design, impressions_count=count, shares=SHARES)


def count_meant(head: Head, design: Design) -> int:
    """How many impressions a design means."""
    areas_cm2 = face_areas_mm2(head.surface) / 100
    return round(float((areas_cm2 * design.density_per_cm2[head.surface.faces].mean(1)).sum()))


@cache
def treated(regularity_fraction: float | None = None, seed: int = 1) -> tuple[Head, Design, Plan, Impressions]:
    """A whole treatment on the analytic head, about 28,000 impressions."""
    head = make_head(subdivisions_count=5)
    design = make_design(head)
    plan = plan_of(design, count_meant(head, design))
    chosen = PlacementSettings() if regularity_fraction is None else PlacementSettings(regularity_fraction=regularity_fraction)
    return head, design, plan, place_impressions(plan, design, head, seed=seed, settings=chosen)


def places(head: Head, impressions: Impressions) -> FloatArray:
    """Where they lie."""
    return impressions.points_mm(head.surface.vertices_mm, head.surface.faces)


def density_at(head: Head, design: Design, impressions: Impressions) -> FloatArray:
    """The density that is asked for where each lies, per cm2."""
    return np.asarray((impressions.barycentric * design.density_per_cm2[head.surface.faces[impressions.face_index]]).sum(1))


def at_full_density(head: Head, design: Design, impressions: Impressions) -> np.ndarray:
    """Which lie where the density is at its peak."""
    return np.asarray(density_at(head, design, impressions) > 0.98 * design.density_per_cm2.max())


def regularity(points_mm: FloatArray, judged: np.ndarray, density_per_mm2: FloatArray) -> tuple[float, float]:
    """Clark-Evans R and CV of the distance to the nearest, of the judged points. [ClarkEvans1954]"""
    nearest_mm = cKDTree(points_mm).query(points_mm[judged], 2)[0][:, 1]
    return float((2 * nearest_mm * np.sqrt(density_per_mm2[judged])).mean()), float(nearest_mm.std() / nearest_mm.mean())


def meant_pieces(head: Head, design: Design) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The design in 16 equal pieces of each face: places (P, 3) mm, density per cm2 (P,), impressions each means (P,)."""
    i, j = np.divmod(np.arange(PARTS_COUNT**2), PARTS_COUNT)
    upward = i + j < PARTS_COUNT
    first = np.where(upward, i + 1 / 3, PARTS_COUNT - 1 - i + 2 / 3) / PARTS_COUNT
    second = np.where(upward, j + 1 / 3, PARTS_COUNT - 1 - j + 2 / 3) / PARTS_COUNT
    weights = np.column_stack([first, second, 1 - first - second])
    held = design.density_per_cm2[head.surface.faces].max(1) > 0
    faces = head.surface.faces[held]
    points_mm = np.einsum("bk,fkd->fbd", weights, head.surface.vertices_mm[faces]).reshape(-1, 3)
    density_per_cm2 = (design.density_per_cm2[faces] @ weights.T).reshape(-1)
    areas_cm2 = np.repeat(face_areas_mm2(head.surface)[held] / 100 / PARTS_COUNT**2, PARTS_COUNT**2)
    return points_mm, density_per_cm2, density_per_cm2 * areas_cm2
