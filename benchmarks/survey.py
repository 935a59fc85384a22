"""What the survey of a scalp reads, against what is known: scalp masks, tones, white, shine, moles, stubble; and a sheet of every photo.

Run: python -m benchmarks.survey [folder for the sheets]. Needs ../shared/data, the face models and MakeHuman's mesh.
Skips nothing: about six minutes on two quiet cores. Processor time is of `survey_scalp` alone.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from scalp.capture.survey.blemishes import BlemishSettings, find_blemishes, searched_area
from scalp.capture.survey.growth import mark_stubble, read_growth
from scalp.capture.survey.shine import part_shine
from scalp.capture.survey.surveying import survey_scalp
from scalp.capture.survey.white import balance_white, balanced
from scalp.capture.survey.zones import lay_ground
from scalp.colour.srgb import difference, lab_from_linear
from scalp.demo.complexion import darkness_fraction, mix_complexion
from scalp.demo.exposure import expose
from scalp.demo.lamps import LIGHT_NAMES, choose_rig
from scalp.demo.person import shape_person
from scalp.demo.portrait import TARGET_MM, make_demo_head
from scalp.demo.sitters import light_sitter, portray, seat_likeness
from scalp.demo.truth import DemoView, stand_camera
from scalp.demo.zones import FRINGE_PER_CM2, mark_zones
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.skin import Skin
from scalp.domain.survey import SCALP_REGIONS, Survey
from scalp.io.assets import makehuman_folder, models_folder
from scalp.io.photos import read_photo
from scalp.io.pictures import write_picture
from scalp.rendering.surveys import survey_sheet
from scalp.skin.tone import fit_skin
from tests.known_heads import HEADS
from tests.painted import paint_moles, room_for
from tests.scanned_scalp import VIEWS, Seen, overlap, see, see_scan

TONES = {"I": 0.012, "II": 0.02, "III": 0.035, "IV": 0.07, "V": 0.15, "VI": 0.30}
BLOOD_FRACTION = 0.012
VIEW = DemoView(name="front", width_px=1134, height_px=1512)


def survey(seen: Seen) -> tuple[Survey, float]:
    """Return the survey of what was seen, and its processor seconds."""
    start = time.process_time()
    found = survey_scalp(seen.photo, seen.head, seen.regions, face=seen.face, person=seen.person)
    return found, time.process_time() - start


def masks(models: Path, out: Path) -> None:
    """Print the overlap of the scalp mask with the scan's, and draw a sheet of each photo."""
    for view in VIEWS:
        seen = see_scan(view, models)
        clear, whole = overlap(seen.regions, view)
        found, seconds = survey(seen)
        _draw(seen.photo, found, out / f"scan-{view}.png")
        print(
            f"scan {view:10s} IoU {clear:.3f} clear of the line by 5 mm, {whole:.3f} of everything; {len(found.avoid)} places, {seconds:.1f} s"
        )
    for path in sorted((HEADS.parent / "photos").glob("*.jp*g")):
        seen = see(read_photo(path), models)
        found, seconds = survey(seen)
        _draw(seen.photo, found, out / f"{path.stem}.png")
        things = ", ".join(f"{thing.kind} {thing.confidence_fraction:.2f}" for thing in found.occluders)
        print(
            f"photo {path.stem:14s} {len(found.avoid)} places, {found.balance.source}, {things or 'nothing in the way'}, {seconds:.1f} s",
            flush=True,
        )


def _draw(photo: Photo, found: Survey, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_picture(Photo(pixels=survey_sheet(photo, found), encoding=srgb_encoding()), path)


def tones(models: Path, makehuman: Path) -> None:
    """Print melanin and Lab read in the demo's studio, against the truth and against the plain fit of before."""
    for name, melanin in TONES.items():
        skin = Skin(melanin_fraction=melanin, blood_fraction=BLOOD_FRACTION)
        seen = see(make_demo_head(makehuman, skin=skin, view=VIEW).photo, models)
        _print_tone(f"studio {name}", seen, skin)


def _print_tone(label: str, seen: Seen, skin: Skin) -> None:
    found, _ = survey(seen)
    true_lab, tone = lab_from_linear(mix_complexion(skin).skin), found.tone_of("front")
    light = seen.photo.rgb_linear()[seen.regions.skin > 200]
    before = fit_skin(np.median(light[light[:, 1] <= np.quantile(light[:, 1], 0.8)], axis=0)).melanin_fraction
    if tone is not None:
        span = f"{tone.melanin_low_fraction:.3f} to {tone.melanin_high_fraction:.3f}"
        off = f"Lab {np.round(tone.lab)} true {np.round(true_lab)} dE {float(difference(tone.lab, true_lab)):.0f}"
        print(
            f"{label:18s} {found.balance.source}: melanin {tone.melanin_fraction:.3f} ({span}) true {skin.melanin_fraction:.3f}, before {before:.3f}; {off}",
            flush=True,
        )


def lights(models: Path, makehuman: Path, head: Head) -> None:
    """Print the same of one client in five lights, one of them with wet skin."""
    for melanin in (TONES["III"], TONES["VI"]):
        skin = Skin(melanin_fraction=melanin, blood_fraction=BLOOD_FRACTION)
        for light in LIGHT_NAMES:
            rig, camera = choose_rig(light), stand_camera(VIEW, TARGET_MM)
            lit = light_sitter(seat_likeness(makehuman, head, skin, film_fraction=rig.film_fraction), rig, camera.eye_mm)
            scene = portray(lit, camera)
            rgb = scene.matte_rgb_linear * scene.clear_fraction[..., None] + scene.above_rgb_linear
            _print_tone(f"{light} {melanin:.3f}", see(expose(rgb, camera, scene.skin_level, 1), models), skin)


def moles(models: Path) -> None:
    """Print how many painted moles are found and how many places are proposed that are none."""
    rows, false, cm2 = [], 0, 0.0
    for number, view in enumerate(VIEWS):
        seen = see_scan(view, models)
        ground = lay_ground(seen.photo, seen.head, seen.regions)
        matte = part_shine(
            balanced(ground.rgb_linear, balance_white(seen.photo, seen.face)), ground.skin_fraction, px_per_mm=ground.px_per_mm
        )
        area = searched_area(ground, matte, BlemishSettings())
        false += len(find_blemishes(ground, matte))
        cm2 += float((1.0 / ground.cosine[area]).sum()) / ground.px_per_mm**2 / 100.0
        random = np.random.default_rng(number)
        places = room_for(ground, cv2.erode(area.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0, 8, 14.0, number)
        radius_mm, dark = random.uniform(0.9, 3.2, len(places)), random.uniform(0.25, 0.9, len(places))
        photo = paint_moles(seen.photo, ground, places, radius_mm, dark)
        head = replace(seen.head, cameras=(seen.head.camera_of(seen.photo.digest),), photo_digests=(photo.digest,))
        found = survey_scalp(photo, head, seen.regions, face=seen.face).avoid
        away = np.linalg.norm(found.at_px[:, None] - places[None], axis=2) / ground.px_per_mm * ground.scale
        rows += [(radius, darker, hit) for radius, darker, hit in zip(radius_mm, dark, away.min(axis=0, initial=99.0) < 2.5, strict=True)]
    table = np.array(rows, float)
    for low, high in ((0.25, 0.4), (0.4, 0.6), (0.6, 0.9)):
        own = (table[:, 1] >= low) & (table[:, 1] < high)
        print(f"moles {low:.2f} to {high:.2f} darker (log): {table[own, 2].sum():.0f} of {own.sum()} found")
    print(f"false alarms on the unpainted photos: {false} in {cm2:.0f} cm2")


def stubble(makehuman: Path) -> None:
    """Print where stubble is seen on demo heads from the side and behind, and how densely it grows, against the truth."""
    for name in ("I", "III", "VI"):
        skin = Skin(melanin_fraction=TONES[name], blood_fraction=BLOOD_FRACTION)
        zones = mark_zones(shape_person(makehuman, darkness_fraction=darkness_fraction(skin), seed=1))
        for view in ("profile", "back"):
            made = make_demo_head(makehuman, skin=skin, view=DemoView(name=view, width_px=1512, height_px=2016))
            head = Head(
                surface=made.surface,
                landmarks_mm=made.landmarks_mm,
                cameras=(made.camera,),
                photo_digests=(made.photo.digest,),
                scale_sd_fraction=0.01,
                surface_sd_mm=np.full(len(made.surface.vertices_mm), 0.5),
            )
            ground = lay_ground(made.photo, head, made.regions)
            grown = np.zeros(len(made.surface.vertices_mm))
            grown[: len(zones.fringe_per_cm2)] = zones.fringe_per_cm2
            per_cm2 = (grown[made.surface.faces[np.maximum(ground.face_index, 0)]] * ground.barycentric).sum(axis=-1)
            counted = ground.on_head & (ground.cosine > 0.5) & (ground.skin_fraction > 0.6) & (ground.region > 0)
            seen, true = (mark_stubble(ground) > 0.5) & counted, (per_cm2 > 0.3 * FRINGE_PER_CM2) & counted
            print(f"stubble {name} {view}: IoU {(seen & true).sum() / (seen | true).sum():.2f}")
            for growth in read_growth(ground, balance_white(made.photo)):
                own = counted & (ground.region == SCALP_REGIONS.index(growth.region))
                print(
                    f"   {growth.region:12s} {growth.kind:8s} {growth.density_per_cm2:5.0f} hairs/cm2, true {per_cm2[own].mean():5.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    networks, mesh = models_folder(fetch=True), makehuman_folder(fetch=True)
    masks(networks, Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/survey"))
    moles(networks)
    stubble(mesh)
    tones(networks, mesh)
    lights(networks, mesh, see(see_scan("front", networks).photo, networks).head)
