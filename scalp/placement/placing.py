"""From a plan to impressions: where each deposit lies, in which session, how wide, how deep and how dark.

The even field comes from `fields`, its natural irregularity from `irregularity`; this module turns a plan into counts and
densities, refuses what does not fit, and fills the columns.
"""

import numpy as np

from scalp.base import BadInput, BadMesh, FloatArray, NotPossible, Value, WrongParent, as_seed, value
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.plan import Plan
from scalp.geometry.meshes import vertex_areas_mm2
from scalp.placement.fields import Effort, Field, spread_field
from scalp.placement.irregularity import scatter_points, vary
from scalp.placement.keeping import kept_by_design
from scalp.placement.rooms import Room, open_margin_mm
from scalp.placement.surfaces import Ground, land, pick, prepare_ground, scatter
from scalp.placement.units import add_units, units_for
from scalp.placement.uses import Uses, uses_at

NATURAL_REGULARITY_FRACTION = 0.5
CAREFUL = Effort(
    candidates_per_point=4, whole_iterations_count=10, exchange_sweeps_count=4, joint_iterations_count=24, sessions_weight=0.55
)
FAST = Effort(candidates_per_point=2, whole_iterations_count=6, exchange_sweeps_count=0, joint_iterations_count=0, sessions_weight=0.4)
_PACKING_FRACTION = 0.55
"""Least distance of an even field in units of the densest packing's, which every session's total reaches."""
_HEX_MM_AT_1_PER_CM2 = 10.746
_TOLERATED_FRACTION = 1.05
"""The densest spot may exceed the limit this much, since counts are whole and keep-away points crowd the rest."""
_TRIAL_COUNT = 20_000
_LEAST_OPEN_FRACTION = 0.15
_MOST_TURNED_FRACTION = 0.02
LARGEST_DISTANCE_MM = 20.0
FARTHEST_OFF_MM = 5.0
FARTHEST_MM = 1e7
"""No place of a head is farther from its origin: beyond it, squares of lengths lose the millimetre."""


@value
class PlacementSettings(Value):
    """How impressions are laid out within the plan's counts and the design's density."""

    regularity_fraction: float = NATURAL_REGULARITY_FRACTION
    """1 as even as can be, 0 nearly chance. The default measures as real follicles and real work do. (A, light-and-dots 1.5)"""
    pairs_fraction: float = 0.0
    """Part of the impressions that stand in pairs; with triples 0.1 to 0.2 is natural. (C-D, smp 2.2)"""
    triples_fraction: float = 0.0
    """Part of the impressions that stand in threes. Units of three hairs are about a quarter of those of two. (A, light-and-dots 1.5)"""
    pair_distance_mm: float = 0.42
    """Between an impression and its partner, or each of its two partners, on average."""
    apart_mm: float = 0.25
    """No two impressions are closer. Follicular units at 72 per cm2 keep 0.3 mm, a quarter of their spacing. (A, light-and-dots 1.5)"""
    keep_away_distance_mm: float = 0.35
    """No impression is closer to a point that is to be kept free."""
    largest_density_per_cm2: float = 200.0
    """What practice does not exceed. (D, smp 1.4)"""
    depth_cv_fraction: float = 0.08
    """Variation of depth between impressions. (E)"""
    concentration_cv_fraction: float = 0.12
    """Variation of the pigment held. (E)"""
    fast: bool = False
    """A preview in a third of the time: all sessions together as even, earlier ones only as even as elimination makes them."""

    def check(self) -> None:
        """Refuse fractions that are not and distances that merge."""
        for name in ("regularity_fraction", "pairs_fraction", "triples_fraction"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise BadInput(name, getattr(self, name), "0 to 1", "0.5, 0.12 and 0.05 are natural.")
        if self.pairs_fraction + self.triples_fraction > 1.0:
            raise BadInput("pairs and triples", self.pairs_fraction + self.triples_fraction, "at most 1 in all", "0.2 in all is natural.")
        if not 0.0 <= self.apart_mm <= self.pair_distance_mm <= 2.0 or not 0.0 <= self.keep_away_distance_mm <= LARGEST_DISTANCE_MM:
            raise BadInput(
                "distance", f"{self.apart_mm} / {self.pair_distance_mm} mm", "0 to 2 mm, pairs not closer than apart_mm", "Correct it."
            )
        if self.pair_distance_mm == 0.0 and self.pairs_fraction + self.triples_fraction > 0.0:
            raise BadInput("pair_distance_mm", 0.0, "above 0 where there are pairs or triples", "0.42 is natural.")
        if not 0.0 <= self.depth_cv_fraction <= 0.5 or not 0.0 <= self.concentration_cv_fraction <= 0.5:
            raise BadInput("variation", f"{self.depth_cv_fraction} / {self.concentration_cv_fraction}", "0 to 0.5", "Correct it.")
        if not 1.0 <= self.largest_density_per_cm2 <= 400.0:
            raise BadInput("largest density", self.largest_density_per_cm2, "1 to 400 per cm2", "200 is the cap of practice.")


def place_impressions(
    plan: Plan,
    design: Design,
    head: Head,
    *,
    seed: int,
    keep_away_mm: FloatArray | None = None,
    keep_away_distance_mm: FloatArray | None = None,
    earlier_mm: FloatArray | None = None,
    settings: PlacementSettings | None = None,
) -> Impressions:
    """Place every impression of a plan on the head: exact counts, the design's density, every session evenly spread.

    Points are spread by weighted elimination and Gaussian relaxation over nested sets, then scattered along the surface
    until they are as regular as follicles and no more. `keep_away_mm` (M, 3) are points of the head frame to keep free, such
    as follicles and moles, each with its own `keep_away_distance_mm` (M,) or all with that of the settings; the rest of the
    skin takes up what would have lain there. Places of `Design.keep_away` are kept free too, with the clearance of the
    settings; the design holds no impressions for them. `earlier_mm` (E, 3) are impressions that already lie on this head, before a
    touch-up: new ones fill in between them, so that all together have the design's density and are even. Columns are those
    of settled deposits: what healing does to them is not here. [Yuksel2015] [Ahmed2022]
    """
    settings = settings or PlacementSettings()
    _check_parents(plan, design, head)
    _check_surface(head, design)
    room = _make_room(design, head, settings, (keep_away_mm, keep_away_distance_mm, earlier_mm))
    rng = np.random.default_rng(as_seed(seed))
    counts = tuple(session.impressions_count for session in plan.sessions)
    ground = _ground_for(design, head, sum(counts), room, settings)
    units = units_for(counts, settings.pairs_fraction, settings.triples_fraction, settings.pair_distance_mm)
    alone = tuple((np.array(counts) - units.partners).tolist())
    field = spread_field(ground, alone, room, FAST if settings.fast else CAREFUL, rng)
    if settings.regularity_fraction < 1.0:
        in_units = settings.pairs_fraction + settings.triples_fraction
        field = field._replace(spots=scatter_points(ground, field.spots, settings.regularity_fraction, in_units, room, rng))
    if units.partners.any():
        field = add_units(ground, field, units, room, rng)
    return _fill_columns(plan, uses_at(plan, design, head, field), field, settings, rng)


def _check_parents(plan: Plan, design: Design, head: Head) -> None:
    """Refuse nouns that do not belong together."""
    if design.head_digest != head.digest or plan.head_digest != head.digest:
        raise WrongParent("head", "not the one that was designed on", "the head of this plan and design", "Use the same head throughout.")
    if plan.design_digest != design.digest:
        raise WrongParent("plan", "made for another design", "a plan of this design", "Plan the treatment again.")
    if design.density_per_cm2.shape != (len(head.surface.vertices_mm),):
        allowed = f"({len(head.surface.vertices_mm)},), one for each vertex of the head"
        raise WrongParent("density_per_cm2", design.density_per_cm2.shape, allowed, "Draw the design on this head.")


def _make_room(design: Design, head: Head, settings: PlacementSettings, standing: tuple[FloatArray | None, ...]) -> Room:
    """Return what stands already, checked: points to keep free, their distances, earlier impressions."""
    keep_away_mm, earlier_mm = _checked_points("keep_away_mm", standing[0]), _checked_points("earlier_mm", standing[2])
    distance_mm = np.full(len(keep_away_mm), settings.keep_away_distance_mm) if standing[1] is None else _numbers(standing[1])
    if distance_mm.shape != (len(keep_away_mm),) or not ((distance_mm >= 0.0) & (distance_mm <= LARGEST_DISTANCE_MM)).all():
        allowed = f"({len(keep_away_mm)},) values of 0 to {LARGEST_DISTANCE_MM:g} mm"
        raise BadInput("keep_away_distance_mm", distance_mm.shape, allowed, "Give one for each point that is kept free.")
    own_mm, own_distance_mm = kept_by_design(design, head, settings.keep_away_distance_mm, LARGEST_DISTANCE_MM)
    keep_away_mm, distance_mm = np.vstack([keep_away_mm, own_mm]), np.concatenate([distance_mm, own_distance_mm])
    if not len(earlier_mm):
        return Room(apart_mm=settings.apart_mm, keep_away_mm=keep_away_mm, keep_away_distance_mm=distance_mm)
    landed, off_mm = land(head.surface, earlier_mm)
    if off_mm.max() > FARTHEST_OFF_MM:
        allowed = f"within {FARTHEST_OFF_MM:g} mm of the surface of this head"
        raise BadInput("earlier_mm", f"up to {off_mm.max():.0f} mm off", allowed, "Bring the earlier impressions onto this head first.")
    within = np.flatnonzero((design.density_per_cm2[head.surface.faces[landed.face_index]] > 0.0).any(axis=1))
    return Room(settings.apart_mm, keep_away_mm, distance_mm, pick(landed, within), earlier_mm)


def _checked_points(name: str, points_mm: FloatArray | None) -> FloatArray:
    """Return points as (M, 3) floats."""
    points = np.empty((0, 3)) if points_mm is None else _numbers(points_mm)
    if points.ndim != 2 or points.shape[1] != 3 or not (np.abs(points) <= FARTHEST_MM).all():
        raise BadInput(name, points.shape, f"finite (M, 3) in mm, within {FARTHEST_MM:g} mm", "Give one row of x, y, z for each point.")
    return points


def _numbers(given: FloatArray) -> FloatArray:
    """Return an array of floats; of one NaN where what is given is no array of numbers, which the checks then refuse."""
    try:
        return np.ascontiguousarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        return np.array([np.nan])


def _check_surface(head: Head, design: Design) -> None:
    """Refuse a treated surface whose faces are turned both ways or lie twice: inside and outside cannot be told apart."""
    if not len(head.surface.faces):
        raise BadMesh("treated surface", "without faces", "triangles", "Triangulate it first.")
    farthest_mm = float(np.abs(head.surface.vertices_mm).max())
    if farthest_mm > FARTHEST_MM:
        raise BadMesh("treated surface", f"up to {farthest_mm:.3g} mm away", f"within {FARTHEST_MM:g} mm", "Give its vertices in mm.")
    faces = head.surface.faces[(design.density_per_cm2[head.surface.faces] > 0.0).any(axis=1)].astype(np.int64)
    edges = (faces * (len(head.surface.vertices_mm) + 1) + np.roll(faces, -1, axis=1)).reshape(-1)
    twice_fraction = (len(edges) - len(np.unique(edges))) / max(len(edges), 1)
    if twice_fraction > _MOST_TURNED_FRACTION:
        said = f"turned both ways or double at {100 * twice_fraction:.0f} % of their edges"
        raise BadMesh(
            "treated surface", said, f"at most {100 * _MOST_TURNED_FRACTION:.0f} %", "Turn all faces outward and drop doubled ones."
        )


def _ground_for(design: Design, head: Head, count: int, room: Room, settings: PlacementSettings) -> Ground:
    """Return the surface with the density that gives `count` impressions beside what stands, or say what would fit."""
    areas_mm2 = vertex_areas_mm2(head.surface)
    wanted = float(areas_mm2 @ design.density_per_cm2) / 100.0
    if wanted <= 0.0:
        raise NotPossible(f"{count} impressions on an empty design", "none", "Draw an area to treat.")
    if count <= 0:
        raise NotPossible("a plan without impressions", "1 or more", "Plan the treatment again.")
    earlier_count = len(room.earlier.face_index)
    ground = prepare_ground(head.surface, design.density_per_cm2 * ((count + earlier_count) / wanted))
    open_fraction = _open_fraction(ground, room)
    if open_fraction < _LEAST_OPEN_FRACTION:
        asked = f"{count} impressions where what is kept free leaves {100 * open_fraction:.0f} % of the area"
        raise NotPossible(asked, f"{100 * _LEAST_OPEN_FRACTION:.0f} % or more", "Keep away from fewer points, or less far from each.")
    peak_per_cm2 = 100.0 * float(ground.wanted_per_mm2.max()) / open_fraction
    packed_per_cm2 = (_PACKING_FRACTION * _HEX_MM_AT_1_PER_CM2 / max(settings.apart_mm, 1e-6)) ** 2
    limit_per_cm2 = min(settings.largest_density_per_cm2, packed_per_cm2)
    if peak_per_cm2 > _TOLERATED_FRACTION * limit_per_cm2:
        reachable = max(0, int((count + earlier_count) * limit_per_cm2 / peak_per_cm2) - earlier_count)
        beside = f" beside {earlier_count} earlier ones" if earlier_count else ""
        asked = f"{count} impressions{beside}, up to {peak_per_cm2:.0f} per cm2,"
        raise NotPossible(asked, f"{reachable} impressions, up to {limit_per_cm2:.0f} per cm2", "Lower the density or enlarge the area.")
    return ground._replace(wanted_per_mm2=ground.wanted_per_mm2 / open_fraction, filled_per_mm2=ground.filled_per_mm2 / open_fraction)


def _open_fraction(ground: Ground, room: Room) -> float:
    """Return the part of the wanted field that is not kept free, by a fixed trial."""
    if not len(room.keep_away_mm):
        return 1.0
    return float((open_margin_mm(ground, scatter(ground, _TRIAL_COUNT, np.random.default_rng(0)), room) >= 0.0).mean())


def _fill_columns(plan: Plan, uses: Uses, field: Field, settings: PlacementSettings, rng: np.random.Generator) -> Impressions:
    """Return the impressions of a field: log-normal widths, and depths and shades that vary a little, about what is used there."""
    count = len(field.session_number)
    depth = vary(count, 1.0, settings.depth_cv_fraction, rng)
    return Impressions(
        head_digest=plan.head_digest,
        plan_digest=plan.digest,
        face_index=field.spots.face_index,
        barycentric=field.spots.barycentric,
        deposit_diameter_mm=vary(count, uses.diameter_mm, uses.diameter_cv_fraction, rng),
        top_depth_mm=(uses.top_depth_mm * depth).astype(np.float32),
        bottom_depth_mm=(uses.bottom_depth_mm * depth).astype(np.float32),
        concentration_mg_per_ml=vary(count, uses.concentration_mg_per_ml, settings.concentration_cv_fraction, rng),
        session_number=field.session_number.astype(np.uint8),
        redness_fraction=np.zeros(count, np.float32),
    )
