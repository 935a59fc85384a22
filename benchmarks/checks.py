"""How often each fault of a photo is caught, and how often clean photos are blamed; how well cards and coins tell the size.

Run: python -m benchmarks.checks [photos|cards] [every]. With `every` 2, every second photo is taken. Photos are looked at with a
longer side of 900 px at most. Faults are made by `tests.faults` from clean photos: generated heads of several
tones and, where ../shared/data is there, the scan's photos and real people's. Needs the face models and the demo's assets.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from scalp.capture.checking.checks import check_photo
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.person import segment_person
from scalp.capture.size.cards import find_card
from scalp.capture.size.coins import coin_mm, find_coin
from scalp.capture.size.objects import card_place, read_coin
from scalp.capture.survey.regions import read_regions
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoHead, DemoView
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import FaceSighting, Finding
from scalp.domain.skin import Skin
from scalp.io.assets import makehuman_folder, models_folder
from tests import faults
from tests.props import hold_card, hold_coin

SHARED = Path(__file__).parents[2] / "shared" / "data"
TONES = ((0.008, 2, 700.0), (0.024, 1, 950.0), (0.06, 4, 600.0), (0.16, 3, 950.0))
LONGEST_PX = 900
COINS = ("eur-1", "usd-0.25", "eur-2", "gbp-0.02")


def sitters(width_px: int = 900) -> list[DemoHead]:
    """Make demo heads of several tones, from several distances."""
    views = [DemoView(width_px=width_px, height_px=width_px * 4 // 3, distance_mm=away) for _, _, away in TONES]
    return [
        make_demo_head(makehuman_folder(fetch=True), skin=Skin(melanin_fraction=melanin, blood_fraction=0.014), seed=seed, view=view)
        for (melanin, seed, _), view in zip(TONES, views, strict=True)
    ]


def clean_photos() -> dict[str, np.ndarray]:
    """Return clean photos by name."""
    photos = {f"demo {number}": head.photo.srgb_u8 for number, head in enumerate(sitters())}
    files = [*sorted((SHARED / "photos").glob("*.jp*g")), *sorted((SHARED / "heads").glob("*/*front*.jpg"))]
    files += [*sorted((SHARED / "heads").glob("*/*q*l*.jpg"))]
    photos |= {file.stem: np.ascontiguousarray(cv2.imread(str(file))[..., ::-1]) for file in files}
    return {name: _at_most(pixels, LONGEST_PX) for name, pixels in photos.items()}


def _at_most(pixels: np.ndarray, longest_px: int) -> np.ndarray:
    """Return a picture made smaller where it is longer than that."""
    factor = min(1.0, longest_px / max(pixels.shape[:2]))
    return pixels if factor == 1.0 else cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def made_faults(face: FaceSighting) -> dict[str, tuple[tuple[str, ...], Callable[[np.ndarray, int], np.ndarray]]]:
    """Return each fault: the kinds of finding that tell it, and how it is made from pixels and a seed."""
    size = face.box_px[3] - face.box_px[1]
    return {
        "photo of a screen": (("screen",), faults.of_screen),
        "screenshot": (("screen",), lambda pixels, _: faults.as_screenshot(pixels)),
        "cut off at the top": (("framing", "face"), lambda pixels, _: faults.cut_off(pixels, face, "top")),
        "cut off at a side": (("framing", "face"), lambda pixels, seed: faults.cut_off(pixels, face, ("left", "right")[seed % 2])),
        "cap of a colour": (("cover",), lambda pixels, seed: faults.with_cap(pixels, face, (0, 2, 3, 4)[seed % 4])),
        "black cap": (("cover", "hair"), lambda pixels, _: faults.with_cap(pixels, face, 1)),
        "shaken": (("sharpness", "face"), lambda pixels, seed: faults.shaken(pixels, max(7, int(0.04 * size)), 0.7 * seed)),
        "out of focus": (("sharpness", "face"), lambda pixels, _: faults.out_of_focus(pixels, max(3.5, 0.012 * size))),
        "too dark": (("light", "face"), lambda pixels, _: faults.exposed(pixels, 0.04)),
        "burnt out": (("light", "face"), lambda pixels, _: faults.exposed(pixels, 6.0)),
        "black and white": (("light",), lambda pixels, _: faults.black_and_white(pixels)),
        "stretched by a third": (("proportions", "face"), lambda pixels, _: cv2.resize(pixels, None, fx=1.0, fy=1.33)),
        "too far away": (("resolution", "face"), lambda pixels, _: faults.far_away(pixels, 0.2)),
    }


def judged(pixels: np.ndarray, models: Path) -> tuple[tuple[Finding, ...], FaceSighting | None]:
    """Return the findings of a picture, and its largest face."""
    photo = Photo(pixels=np.ascontiguousarray(pixels), encoding=srgb_encoding())
    faces = find_faces(photo, models)
    face = max(faces, key=lambda one: one.box_px[3] - one.box_px[1], default=None)
    regions = None if face is None else read_regions(photo, face=face, person=segment_person(photo, face, models, others=faces))
    return check_photo(photo, faces, regions, chosen=face), face


def catch_faults(models: Path, every: int) -> None:
    """Print the share of each fault that is caught, and what clean photos are blamed for."""
    caught: dict[str, list[bool]] = {}
    blamed: dict[str, list[str]] = {}
    photos = dict(list(clean_photos().items())[::every])
    for number, (name, pixels) in enumerate(photos.items()):
        findings, face = judged(pixels, models)
        for finding in findings:
            if finding.verdict != "good":
                blamed.setdefault(finding.kind, []).append(f"{name} ({finding.verdict}: {finding.size})")
        if face is None:
            continue
        own = {finding.kind for finding in findings if finding.verdict != "good"}
        for fault, (kinds, make) in made_faults(face).items():
            if own & set(kinds):
                continue
            told = {one.kind for one in judged(make(pixels, number), models)[0] if one.verdict != "good"}
            caught.setdefault(fault, []).append(bool(told & set(kinds)))
        print(f"{name}: {'; '.join(f'{fault} {sum(hits)}/{len(hits)}' for fault, hits in caught.items())}", flush=True)
    print(f"{len(photos)} clean photos")
    for fault, hits in caught.items():
        print(f"  {fault:22s} caught in {sum(hits)} of {len(hits)}")
    for kind in ("screen", "cover", "proportions", "framing", "sharpness", "light", "resolution"):
        print(f"  clean and told of {kind}: {len(blamed.get(kind, []))}: {'; '.join(blamed.get(kind, []))}")


def measure_objects(models: Path) -> None:
    """Print how many cards and coins are found, how far their corners and the depth they give are off."""
    off_px, depth, coin_depth, missed, alone, seconds = [], [], [], [], 0, 0.0
    for number, head in enumerate(sitters()):
        forehead = head.points_mm[head.point_names.index("glabella")] + np.array([0.0, 32.0, -6.0])
        lens = (head.camera.focal_px, head.camera.centre_px)
        for seed in range(6):
            tilt, fingers, shine = (0.0, 0.3, 0.6, 0.87, 0.2, 0.45)[seed], (0, 2, 0, 1, 1, 0)[seed], seed in (1, 2, 4)
            held = hold_card(
                head.photo.srgb_u8, head.camera, forehead, seed=seed + 10 * number, tilt_rad=tilt, fingers=fingers, shine=shine
            )
            photo = Photo(pixels=held.pixels, encoding=srgb_encoding(), focal_px=head.camera.focal_px)
            face = find_faces(photo, models)[0]
            start = time.process_time()
            found = find_card(photo, face)
            seconds += time.process_time() - start
            if found is None:
                missed.append(f"tilt {np.degrees(tilt):.0f}, {fingers} fingers")
                continue
            off_px.extend(np.linalg.norm(found[:, None] - held.outline_px[None], axis=2).min(1))
            depth.append(card_place(found, lens, corner_sd_px=0.6)[0][2] / held.depth_mm - 1)
        for seed, name in enumerate(COINS):
            held = hold_coin(
                head.photo.srgb_u8, head.camera, forehead, coin_mm(name), seed=seed + 10 * number, tilt_rad=(0.0, 0.3, 0.6, 0.8)[seed]
            )
            photo = Photo(pixels=held.pixels, encoding=srgb_encoding(), focal_px=head.camera.focal_px)
            rim = find_coin(photo, find_faces(photo, models)[0], name)
            if rim is not None:
                coin_depth.append(read_coin(rim, coin_mm(name), head.camera)[0][2] / held.depth_mm - 1)
    print(f"cards: {len(depth)} of {len(depth) + len(missed)} found ({'; '.join(missed)} missed), {seconds / 24:.2f} s each")
    print(f"  corners median {np.median(off_px):.2f} px, p95 {np.percentile(off_px, 95):.2f}; depth RMS {100 * np.std(depth):.2f} %")
    print(
        f"coins: {len(coin_depth)} of 16 found; depth mean {100 * np.mean(coin_depth):+.2f} %, SD {100 * np.std(coin_depth):.2f} %",
        flush=True,
    )
    for pixels in clean_photos().values():
        photo = Photo(pixels=pixels, encoding=srgb_encoding())
        for face in find_faces(photo, models):
            alone += find_card(photo, face) is not None
            alone += sum(find_coin(photo, face, name) is not None for name in COINS)
    print(f"cards and coins seen where there are none: {alone}")


if __name__ == "__main__":
    folder = models_folder(fetch=True)
    asked = [word for word in sys.argv[1:] if not word.isdigit()] or ["cards", "photos"]
    step = next((int(word) for word in sys.argv[1:] if word.isdigit()), 1)
    if "cards" in asked:
        measure_objects(folder)
    if "photos" in asked:
        catch_faults(folder, step)
