"""The whole course: a photo goes in, looks come out. The only place where the stages meet.

Each step is one verb of one room; results are passed on here and nowhere else. Files, words and pictures for people
are the business of `scalp.io` and of whoever calls this.
"""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from scalp.ageing.forecasts import doubts_of_years
from scalp.ageing.hair import grey_later, grow, lose, turn_grey
from scalp.ageing.healing import heal, healing_of
from scalp.ageing.merging import densest_spots, doubts_of_merging, judge_merging
from scalp.ageing.roots import sow_hairs
from scalp.ageing.years import age
from scalp.base import Doubt, FloatArray, NotPossible, Progress, Value, no_progress, value
from scalp.capture.checks import check_photo
from scalp.capture.covering import doubt_burnt, doubt_hair, is_long, judge_cover
from scalp.capture.faces import find_faces
from scalp.capture.heads import reconstruct_head
from scalp.capture.outline import trace_outline
from scalp.capture.person import segment_person
from scalp.capture.regions import read_regions
from scalp.capture.scale import ScaleWish
from scalp.demo.exposure import expose
from scalp.demo.lamps import choose_rig
from scalp.demo.sitters import light_sitter, portray, seat_likeness
from scalp.designing.fringe import native_cover
from scalp.designing.proposal import propose_design
from scalp.domain.design import Design, Wishes
from scalp.domain.fading import Band, Fading
from scalp.domain.hair import Hairs, NativeHair, Stubble
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Plan
from scalp.domain.price import PriceList
from scalp.domain.scene import View
from scalp.domain.sighting import FaceSighting, Finding, MarkedPoints, Regions
from scalp.domain.skin import Skin
from scalp.geometry.meshes import face_areas_mm2
from scalp.placement.placing import place_impressions
from scalp.planning.plans import PlanSettings, plan_treatment
from scalp.rendering.hairs import hairs_in_sight, render_with_hairs
from scalp.rendering.looks import LookMaker
from scalp.rendering.shaving import SHAVED_DOUBT, SHORT_DOUBT, hair_on_vertices, read_melanin, shave
from scalp.rendering.views import Stand, doubt_view, hang_from, render_scene, stand_camera
from scalp.skin.matching import match_pigment
from scalp.skin.stubble import Mismatch, field_light, mismatch
from scalp.skin.tone import fit_skin, reflectance

MARKS_PX_PER_MM = 4.0
"""Below it a mark of 0.3 mm is not much more than a pixel."""
HEALED_DAYS = 42.0
"""Six weeks after the last session: the reference of healing. (C, smp 1.8)"""
NO_FACE_REMEDY = (
    "Turn the face to the camera; or, for the side, the back and the top, name 5 or more points with --points points.json "
    "(glabella, nose_tip, tragi, ear tops, vertex, inion: those in sight)."
)
LONG_YEARS = (5.0, 10.0)
CLOSED_HAIR = 127
"""Share of hair in a pixel, of 255, from which there is something to shave."""
TEMPORARY_MONTHS = (6, 12, 18)
DENSE_FRACTION = 0.8
"""Part of the peak density from which a place stands for the treated top."""
UNDER_HAIR_FRACTION = 0.5
"""Part of the impressions of a bare scalp that are left out in dense hair: 30 to 80 per cm2 are placed there. (D, smp 1.4)"""


@value
class Sitting(Value):
    """One photo and all that was seen in it. `unshaved` is the photo as it came where `photo` is a shaved preview of it.

    `stubble` is the client's own hair to be shown, cut short, around the treatment; None where the photo shows it itself.
    """

    photo: Photo
    head: Head
    regions: Regions
    skin: Skin
    unshaved: Photo | None = None
    stubble: Stubble | None = None


@value
class Course(Value):
    """One treatment of one head, from the design to every impression on the day it is placed."""

    head: Head
    skin: Skin
    design: Design
    plan: Plan
    placed: Impressions
    fading: Fading
    seed: int


def choose_face(faces: tuple[FaceSighting, ...], number: int | None) -> FaceSighting | None:
    """Return the face that is meant: the only one, or the one of that number counted from 1 on the left; None where there is none."""
    if number is None and len(faces) > 1:
        listed = ", ".join(f"{place} at x = {face.box_px[0]:.0f}-{face.box_px[2]:.0f} px" for place, face in enumerate(faces, 1))
        raise NotPossible("one look of a photo with several faces", f"face {listed}", "Choose with --face N.")
    if number is not None and not 1 <= number <= len(faces):
        raise NotPossible(f"face {number}", f"{len(faces)} faces, counted from 1 on the left", "Choose one of these with --face N.")
    return faces[(number or 1) - 1] if faces else None


def see_head(
    photo: Photo,
    models: Path | None,
    *,
    points: MarkedPoints | None,
    face_number: int | None,
    scale: ScaleWish,
    progress: Progress = no_progress,
) -> Sitting:
    """Return the head in a photo with its surface in mm, what each pixel shows, and the skin."""
    progress("finding the face", 0.0)
    faces = find_faces(photo, models) if models else ()
    face = choose_face(faces, face_number)
    if face is None and points is None:
        raise NotPossible("a look of a photo in which no face is seen", "a photo that shows the face, or named points", NO_FACE_REMEDY)
    person = segment_person(photo, face, models, others=faces) if models else None
    outline = trace_outline(photo, person, face) if person is not None else None
    progress("fitting the head", 0.3)
    head = reconstruct_head(photo, face=face, points=points, outline=outline, scale=scale)
    progress("reading skin and hair", 0.7)
    regions = read_regions(photo, head, face=face, person=person)
    return Sitting(photo=photo, head=head, regions=regions, skin=fit_skin(skin_colour(photo, regions)))


def judge_photo(photo: Photo, models: Path | None, *, points: MarkedPoints | None, face_number: int | None) -> tuple[Finding, ...]:
    """Return what is good and bad about a photo, as far as it can be seen without refusing it."""
    faces = find_faces(photo, models) if models else ()
    if (face_number is None and len(faces) > 1) or (not faces and points is None):
        return check_photo(photo, faces, None)
    sitting = see_head(photo, models, points=points, face_number=face_number, scale=ScaleWish())
    findings = check_photo(photo, faces, sitting.regions, sitting.head, chosen=choose_face(faces, face_number))
    cover = judge_cover(sitting.regions, sitting.head, propose_design(sitting.head, Wishes()))
    return (*(finding for finding in findings if finding.kind != "hair"), cover)


def shave_sitting(sitting: Sitting) -> Sitting:
    """Return the sitting with long hair shaved off in a preview: another photo of the same head, under a doubt.

    Hair that is cut short stays as it is, and a doubt says so.
    """
    if sitting.unshaved is not None or not (sitting.regions.hair > CLOSED_HAIR).any():
        return sitting
    if not is_long(sitting.regions, sitting.head):
        return dataclasses.replace(sitting, head=dataclasses.replace(sitting.head, doubts=(*sitting.head.doubts, SHORT_DOUBT)))
    photo, regions = shave(sitting.photo, sitting.head, sitting.regions)
    digests = tuple(photo.digest if known == sitting.photo.digest else known for known in sitting.head.photo_digests)
    head = dataclasses.replace(sitting.head, photo_digests=digests, doubts=(*sitting.head.doubts, SHAVED_DOUBT))
    hair = NativeHair(melanin_fraction=read_melanin(sitting.photo, sitting.regions, reflectance(sitting.skin)))
    return Sitting(photo=photo, head=head, regions=regions, skin=sitting.skin, unshaved=sitting.photo, stubble=Stubble(hair=hair))


def doubts_of(sitting: Sitting, course: Course) -> tuple[Doubt, ...]:
    """Return every doubt of the chain once, in the order of the stages."""
    hair = doubt_hair(sitting.regions, sitting.head, course.design)
    burnt = doubt_burnt(sitting.photo, sitting.regions, sitting.head, course.design)
    seen = doubts_of_photo(sitting) + sitting.head.doubts + hair + burnt + sitting.skin.doubts
    chain = seen + course.design.doubts + course.plan.doubts + doubts_of_stubble(sitting, course) + doubts_of_ageing(course)
    return tuple({(doubt.kind, doubt.where): doubt for doubt in chain}.values())


def doubts_of_ageing(course: Course) -> tuple[Doubt, ...]:
    """Return how wide the band of the last year shown is and why, when to renew, and whether marks will have merged by then."""
    last = moments_of(course.plan)[-1]
    points_mm = course.placed.points_mm(course.head.surface.vertices_mm, course.head.surface.faces)
    dense = densest_spots(points_mm)
    merged: tuple[Doubt, ...] = ()
    for where, years in (("healed marks", 0.0), (f"marks after {last.years:g} years", last.years)):
        lying = age(course.placed.where(dense), years=years, fading=course.fading, skin=course.skin)
        merged = merged or doubts_of_merging(judge_merging(lying, points_mm[dense], course.skin), where)
    return doubts_of_years(last.years, course.fading) + merged


def doubts_of_photo(sitting: Sitting) -> tuple[Doubt, ...]:
    """Return what a photo is too coarse to show."""
    camera = sitting.head.cameras[0]
    px_per_mm = camera.focal_px / float(camera.in_camera(sitting.head.landmark("vertex")[None])[0, 2])
    if px_per_mm >= MARKS_PX_PER_MM:
        return ()
    advice = "They cannot be judged in this photo, only tone and edge: use the original file or come closer."
    return (Doubt(kind="sharpness", where="single marks", size=f"{px_per_mm:.1f} px per mm on the scalp", advice=advice),)


def skin_colour(photo: Photo, regions: Regions) -> FloatArray:
    """Return the median linear colour of bare, unshiny skin, (3,)."""
    rows, cols = np.nonzero(regions.skin > 200)
    if len(rows) == 0:
        return np.array([0.45, 0.27, 0.19])
    step = max(1, len(rows) // 200_000)
    pixels = photo.pixels[rows[::step], cols[::step]]
    light = np.stack([photo.encoding.decode[pixels[:, band], band] for band in range(3)], axis=-1) @ photo.encoding.srgb_from_native.T
    matte = light[light[:, 1] <= np.quantile(light[:, 1], 0.8)]
    return np.asarray(np.median(matte, axis=0))


def plan_course(
    head: Head,
    skin: Skin,
    wishes: Wishes,
    *,
    start: date,
    prices: PriceList,
    pigment: Pigment,
    needle: Needle,
    fading: Fading,
    settings: PlanSettings,
    progress: Progress = no_progress,
) -> Course:
    """Return the course for a head: design, plan and every impression."""
    progress("drawing the hairline", 0.0)
    design = propose_design(head, wishes)
    progress("planning the sessions", 0.3)
    pigment = match_pigment(skin, pigment, needle, wishes.peak_density_per_cm2)
    plan = plan_treatment(design, head, start=start, prices=prices, pigment=pigment, needle=needle, settings=settings)
    progress("placing impressions", 0.4)
    placed = place_impressions(plan, design, head, seed=wishes.seed)
    fading = fading.thinned(pigment.dilution_ratio)
    return Course(head=head, skin=skin, design=design, plan=plan, placed=placed, fading=fading, seed=wishes.seed)


def moments_of(plan: Plan) -> tuple[Moment, ...]:
    """Return the moments a client wants to see: each session's evening, healed, and the years after (months if temporary)."""
    last = len(plan.sessions)
    sessions = tuple(Moment(name=f"session-{n}", label=f"After session {n}", session_number=n, days=0.0) for n in range(1, last + 1))
    healed = Moment(name="healed", label="Healed, 6 weeks later", session_number=last, days=HEALED_DAYS)
    if plan.pigment.temporary:
        later = tuple(_later(f"month-{months}", f"After {months} months", months / 12, last) for months in TEMPORARY_MONTHS)
    else:
        later = tuple(_later(f"year-{years:g}", f"After {years:g} years", years, last) for years in LONG_YEARS)
    return (*sessions, healed, *later)


def banded(moment: Moment) -> tuple[Moment, ...]:
    """Return a late moment as low, expected and high: how much pigment may remain."""
    words: dict[Band, str] = {"low": "fades fast", "expected": "expected", "high": "fades slowly"}
    return tuple(
        moment
        if band == "expected"
        else _later(f"{moment.name}-{band}", f"{moment.label}, {word}", moment.years, moment.session_number, band=band)
        for band, word in words.items()
    )


def _later(name: str, label: str, years: float, session_number: int, *, band: Band = "expected") -> Moment:
    return Moment(name=name, label=label, session_number=session_number, days=HEALED_DAYS, years=years, band=band)


def impressions_at(course: Course, moment: Moment) -> Impressions:
    """Return the impressions as they lie in the skin at a moment: each session healed for its own days, then aged."""
    placed = course.placed.through_session(moment.session_number)
    days = [session.day for session in course.plan.sessions[: moment.session_number]]
    elapsed_days = tuple(moment.days + (days[-1] - day).days for day in days)
    points_mm = placed.points_mm(course.head.surface.vertices_mm, course.head.surface.faces)
    healing = healing_of(course.fading.factors)
    healed = heal(placed, days_by_session=elapsed_days, seed=course.seed, skin=course.skin, points_mm=points_mm, healing=healing)
    return age(healed, years=moment.years, fading=course.fading, band=moment.band, skin=course.skin) if moment.years else healed


@lru_cache(maxsize=2)
def native_density(sitting: Sitting, course: Course) -> FloatArray:
    """Return how densely the hair grows that is to be shown, (V,) against full density: what was shaved off, or the fringe.

    None is added where the photo shows hair of its own.
    """
    shown = hair_on_vertices(sitting.head, sitting.photo, sitting.regions)
    return (
        shown
        if sitting.unshaved is not None
        else native_cover(course.head, course.design.wishes, course.design.wishes.norwood) * (1.0 - shown)
    )


@lru_cache(maxsize=2)
def native_hairs(sitting: Sitting, course: Course) -> Hairs | None:
    """Return the native hairs in sight that are to be shown, cut flush; None where the photo shows the hair itself."""
    if sitting.stubble is None:
        return None
    sown = sow_hairs(course.head, sitting.stubble.hair, native_density(sitting, course), seed=course.seed)
    camera = course.head.cameras[course.head.photo_digests.index(sitting.photo.digest)]
    return hairs_in_sight(sown, course.head, sitting.regions, camera)


def hairs_at(native: Hairs | None, sitting: Sitting, course: Course, moment: Moment) -> Hairs | None:
    """Return the native hairs at a moment: as long since the shave at all of them, greyer and fewer in later years."""
    stubble, wishes, years = sitting.stubble, course.design.wishes, moment.years
    if native is None or stubble is None:
        return None
    if years and stubble.later_norwood is not None:
        native = lose(native, course.head, native_cover(course.head, wishes, stubble.later_norwood))
    return turn_grey(grow(native, stubble.hair, stubble.days), grey_later(stubble.hair.grey_fraction, wishes.age_years, years))


def between_hairs(course: Course, density_fraction: FloatArray) -> Impressions:
    """Return the impressions that are placed where hair grows so densely: half as many in dense hair, between its follicles. (D, smp 1.4)"""
    placed = course.placed
    here = density_fraction[course.head.surface.faces[placed.face_index]].mean(axis=1)
    return placed.where(np.random.default_rng([course.seed, 41]).random(len(placed)) >= UNDER_HAIR_FRACTION * here)


def show_before(sitting: Sitting, course: Course) -> Photo:
    """Return the photo without any treatment, with the native hair that is to be shown."""
    native = native_hairs(sitting, course)
    moment = Moment(name="before", label="Before", session_number=0, days=0.0)
    maker = LookMaker(sitting.photo, sitting.head, sitting.regions, course.skin)
    return render_with_hairs(maker, course.placed.where(np.arange(0)), hairs_at(native, sitting, course, moment), moment).photo


def mismatch_at(sitting: Sitting, course: Course, moment: Moment) -> Mismatch | None:
    """Return how far the tone of the treated mid-scalp differs from that of the native sides at a moment; None without stubble."""
    if sitting.stubble is None:
        return None
    hair, dense = sitting.stubble.hair, course.design.density_per_cm2 >= DENSE_FRACTION * course.design.density_per_cm2.max()
    within = dense[course.head.surface.faces].all(axis=1)
    lying = impressions_at(course, moment)
    treated = field_light(
        course.skin, lying.where(within[lying.face_index]), float(face_areas_mm2(course.head.surface)[within].sum() / 100.0)
    )
    grey = grey_later(hair.grey_fraction, course.design.wishes.age_years, moment.years)
    return mismatch(course.skin, dataclasses.replace(hair, grey_fraction=grey), sitting.stubble.days, treated)


def doubts_of_stubble(sitting: Sitting, course: Course) -> tuple[Doubt, ...]:
    """Return the doubt that a noticed mismatch of healed work with the native sides makes."""
    healed = next(moment for moment in moments_of(course.plan) if moment.name == "healed")
    found = mismatch_at(sitting, course, healed)
    return found.doubts if found else ()


def render_course(sitting: Sitting, course: Course, moments: tuple[Moment, ...], progress: Progress = no_progress) -> Iterator[Look]:
    """Yield the look of each moment, in order."""
    maker = LookMaker(sitting.photo, sitting.head, sitting.regions, course.skin)
    doubts, native = doubts_of(sitting, course), native_hairs(sitting, course)
    if native is not None:
        course = dataclasses.replace(course, placed=between_hairs(course, native_density(sitting, course)))

    def render(moment: Moment) -> Look:
        hairs = hairs_at(native, sitting, course, moment)
        return dataclasses.replace(render_with_hairs(maker, impressions_at(course, moment), hairs, moment), doubts=doubts)

    # The first look prepares what all share; the others are made two at a time.
    with ThreadPoolExecutor(2) as beside:
        try:
            coming: list[Future[Look]] = []
            for number, moment in enumerate(moments):
                progress(f"rendering: {moment.label.lower()}", number / len(moments))
                if number == 0:
                    yield render(moment)
                    coming = [beside.submit(render, later) for later in moments[1:]]
                else:
                    yield coming[number - 1].result()
        finally:
            beside.shutdown(wait=False, cancel_futures=True)


def render_views(
    course: Course,
    moment: Moment,
    stands: tuple[Stand, ...],
    *,
    light: str,
    makehuman: Path,
    lamps_stay: bool = False,
    progress: Progress = no_progress,
) -> Iterator[View]:
    """Yield what is seen of a head from each stand at one moment, also from where no photo was taken.

    The head's own surface and skin in the body of a neutral man (`makehuman`), in the light of that name; the impressions by
    the same functions as in a photo. Lamps turn with whoever looks, in steps of 30 degrees, unless they stay where the first
    stand has them, as for a turntable; a flash goes along always.
    """
    rig, seed = choose_rig(light), course.seed
    progress("seating the likeness", 0.0)
    cover = native_cover(course.head, course.design.wishes, course.design.wishes.norwood)
    sitter = seat_likeness(makehuman, course.head, course.skin, hair_fraction=cover, film_fraction=rig.film_fraction)
    impressions = impressions_at(course, moment) if moment.session_number else course.placed.where(np.arange(0))
    doubts, lit, hung = course.head.doubts + course.skin.doubts, None, None
    for number, stand in enumerate(stands):
        progress("lighting the head" if lit is None else "looking from all sides", 0.1 + 0.9 * number / len(stands))
        towards = hang_from(stand, stands[0] if lamps_stay else None)
        if lit is None or rig.follows_camera or towards != hung:
            lit, hung = light_sitter(sitter, rig, stand.towards if rig.follows_camera else np.array(towards)), towards
        scene = portray(lit, stand_camera(course.head, stand))
        rgb_linear = render_scene(scene, course.head, impressions, course.skin, moment)
        photo = expose(rgb_linear, scene.camera, scene.skin_level, seed)
        told = doubt_view(course.head, scene.camera, stand.label)
        yield View(photo=photo, camera=scene.camera, light=light, moment=moment, doubts=(*told, *doubts))
