"""What the sheet and the turntable of a head show, and its numbers in words. Drawing is `scalp.rendering`'s."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import ByteArray, Progress
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.stored import HeadMeasures, HeadPart, StoredHead
from scalp.domain.texture import Texture
from scalp.io.films import write_film
from scalp.io.pictures import write_picture
from scalp.rendering.busts import draw_bust, dress_bust
from scalp.rendering.overlays import cut_head, draw_grid, draw_key, mark_findings, survey_ground, tint_doubt
from scalp.rendering.sheets import Block, Tile, compose_sheet
from scalp.rendering.turntables import sheet_turntable, walk_round
from scalp.rendering.views import POSES_DEGREES, Stand, stand_camera
from scalp.treatment.heads import HeadStudy

SHEET_NAME, TURNTABLE_NAME, STRIP_NAME = "head-sheet.png", "turntable.webp", "turntable.png"
TILE_PX, MOST_ACROSS = 900, 5
FRAMES_COUNT, FRAME_SECONDS = 24, 0.14
FRAME_PX, FRAME_MM, FRAME_DEGREES = (360, 480), 262.0, 8.0
SIDE_PX = (600, 800)
SIDES = ("front", "left", "right", "back", "top")
PART_WORDS = {"hairline": "Hairline", "crown": "Crown", "sides": "Sides", "back": "Back"}


def write_pictures(study: HeadStudy, stored: StoredHead, folder: Path, progress: Progress) -> list[str]:
    """Write the sheet, the turntable and its strip into a folder; without a texture none of them shows a photo."""
    progress("drawing the sheet", 0.0)
    bust, stands = dress_bust(study.head, study.texture), walk_round(_frame(study.head, FRAME_PX), FRAMES_COUNT)
    with ThreadPoolExecutor(2) as crew:
        try:
            sheet = crew.submit(lambda: _write(_sheet(study, stored), folder / SHEET_NAME))
            coming = [crew.submit(draw_bust, bust, stand_camera(study.head, stand)) for stand in stands]
            frames = []
            for number, frame in enumerate(coming):
                progress("going round the head", 0.2 + 0.6 * number / FRAMES_COUNT)
                frames.append(frame.result())
            words = _turntable_words(stored, textured=study.texture is not None)
            strip = crew.submit(lambda: _write(sheet_turntable(frames, "Once round the head", words), folder / STRIP_NAME))
            write_film(frames, FRAME_SECONDS, folder / TURNTABLE_NAME)
            for written in (sheet, strip):
                written.result()
        finally:
            crew.shutdown(wait=True, cancel_futures=True)
    return [SHEET_NAME, TURNTABLE_NAME, STRIP_NAME]


def _sheet(study: HeadStudy, stored: StoredHead) -> ByteArray:
    """Return the sheet: the photos with their grid, the same with their doubt, and the words."""
    head, ground = study.head, survey_ground(study.head)
    shown = study.sightings[:MOST_ACROSS] if study.texture is not None else ()
    grids, doubts = [], []
    for number, sighting in enumerate(shown, start=1):
        cutting = cut_head(sighting.photo, head, TILE_PX)
        label = f"Photo {number}" if len(shown) > 1 else "The photo"
        grids.append(
            Tile(srgb_u8=mark_findings(draw_grid(cutting, ground), cutting, head, sighting.outline), label=f"{label}: lines every 10 mm")
        )
        doubts.append(Tile(srgb_u8=draw_key(tint_doubt(cutting, head)), label=f"{label}: how sure the surface is"))
    if not shown:
        grids = [] if study.texture is None else _views(head, SIDES, study.texture)
        doubts = _views(head, SIDES)
    if len(shown) == 1:
        grids, doubts = [*grids, *doubts, *_views(head, ("left", "back"))], []
    subtitle = f"From {', '.join(stored.sources)}. Lengths to +-{100 * head.scale_sd_fraction:.1f} % (one standard deviation)"
    return compose_sheet("The head in millimetres", subtitle, (tuple(grids), tuple(doubts)), _blocks(stored, shown=bool(shown)))


def _frame(head: Head, size_px: tuple[int, int]) -> Stand:
    """Return where to stand before a head so that all of it is in the picture, from any side."""
    middle = (head.surface.vertices_mm.min(axis=0) + head.surface.vertices_mm.max(axis=0)) / 2
    aim_mm = (float(middle[0]), float(middle[1]), float(middle[2]))
    width_px, height_px = size_px
    return Stand(width_px=width_px, height_px=height_px, frame_width_mm=FRAME_MM, elevation_degrees=FRAME_DEGREES, aim_mm=aim_mm)


def _views(head: Head, sides: tuple[str, ...], texture: Texture | None = None) -> list[Tile]:
    """Return a head from several sides, in its own colours or in those of its doubt."""
    bust, tiles = dress_bust(head, texture), []
    for side in sides:
        azimuth, elevation = POSES_DEGREES[side]
        stand = dataclasses.replace(_frame(head, SIDE_PX), azimuth_degrees=azimuth, elevation_degrees=elevation)
        drawn = draw_bust(bust, stand_camera(head, stand))
        tiles.append(
            Tile(srgb_u8=draw_key(drawn) if texture is None else drawn, label=side.capitalize() + (": how sure" if texture is None else ""))
        )
    return tiles


def _blocks(stored: StoredHead, *, shown: bool) -> tuple[Block, ...]:
    """Return the words of the sheet; `shown` tells that it shows photos."""
    measures = () if stored.measures is None else tuple(f"{name}: {mm:.0f} mm" for name, mm in measures_in_words(stored.measures))
    parts = tuple(part_words(part) for part in stored.parts)
    of_photos = (
        "Lines lie 10 mm apart over the skin, every fifth is heavy: from the glabella along the middle, and down each parting.",
        (
            "Yellow: the outline found in the photo. Blue: the edge of the fitted scalp; where it leaves the head, a point is wrong. "
            "Rings: landmarks, hollow where hidden."
        ),
        "Ears and neck are not modelled: photos show them, the turntable does not.",
    )
    of_colours = ("Colours: one standard deviation of the surface along its normal.",)
    reading = of_photos if shown else of_colours
    doubts = tuple(doubt.sentence() for doubt in stored.head.doubts)
    return (
        Block(heading="As a tape reads it", lines=measures),
        Block(heading="How sure each part is", lines=parts),
        Block(heading="How to read this", lines=reading),
        Block(heading="What is not certain", lines=doubts, wide=True),
    )


def measures_in_words(measures: HeadMeasures) -> tuple[tuple[str, float], ...]:
    """Return what was measured by its name for people."""
    return (
        ("Circumference above the brows", measures.circumference_mm),
        ("Length", measures.length_mm),
        ("Breadth", measures.breadth_mm),
        ("Glabella to inion over the top", measures.over_crown_mm),
    )


def part_words(part: HeadPart) -> str:
    """Say in a line how sure a part is."""
    seen = "seen" if part.seen_fraction > 0.95 else "in no photo" if part.seen_fraction < 0.01 else f"{part.seen_fraction:.0%} seen"
    return f"{PART_WORDS.get(part.name, part.name)}: +-{part.sd_mm:.1f} mm, density +-{100 * part.density_sd_fraction:.0f} %, {seen}"


def _turntable_words(stored: StoredHead, *, textured: bool) -> str:
    """Say what a turntable shows."""
    if not textured:
        return "How sure the surface is: dark blue is sure, yellow is not. No photo is shown."
    if not stored.head.cameras:
        return "In the scan's own colours."
    unseen = [PART_WORDS.get(part.name, part.name).lower() for part in stored.parts if part.seen_fraction < 0.5]
    return (
        f"A guess in plain skin tone, as no photo shows it: {', '.join(unseen)}." if unseen else "All parts of the scalp were photographed."
    )


def numbers_of(stored: StoredHead) -> dict[str, Any]:
    """Return every number of a head that a program asks for; the surface is in the files."""
    head = stored.head
    return {
        "head_digest": head.digest,
        "sources": list(stored.sources),
        "scale_sd_fraction": head.scale_sd_fraction,
        "measures": None if stored.measures is None else {name: round(mm, 2) for name, mm in dataclasses.asdict(stored.measures).items()},
        "parts": [dataclasses.asdict(part) for part in stored.parts],
        "landmarks_mm": {name: np.round(place, 3).tolist() for name, place in zip(LANDMARK_NAMES, head.landmarks_mm, strict=True)},
        "cameras": [
            {
                "photo_number": number,
                "photo_digest": digest,
                "focal_px": camera.focal_px,
                "width_px": camera.width_px,
                "height_px": camera.height_px,
                "eye_mm": np.round(camera.eye_mm, 2).tolist(),
            }
            for number, (digest, camera) in enumerate(zip(head.photo_digests, head.cameras, strict=True), start=1)
        ],
        "doubts": [{"kind": d.kind, "where": d.where, "size": d.size, "advice": d.advice} for d in head.doubts],
    }


def report_head(stored: StoredHead, files: list[str], out: Path) -> str:
    """Return the few lines that sum up a run."""
    measured = [f"{name} {mm:.0f} mm" for name, mm in measures_in_words(stored.measures)] if stored.measures else []
    lines = [f"From {', '.join(stored.sources)}, lengths to +-{100 * stored.head.scale_sd_fraction:.1f} %.", "; ".join(measured) + "."]
    lines += [f"  {part_words(part)}" for part in stored.parts]
    lines += ["Not certain:"] + [f"  - {doubt.sentence()}" for doubt in stored.head.doubts]
    lines.append(
        f"{', '.join(files)} are in {out}, for you alone to read: they hold the shape of a face. Delete the folder to delete them."
    )
    return "\n".join(lines)


def _write(srgb_u8: ByteArray, path: Path) -> None:
    write_picture(Photo(pixels=np.asarray(srgb_u8), encoding=srgb_encoding()), path)
