"""Find how the camera of a film moved, in a process of its own: frames lie in a folder, a line of JSON goes out for each step.

Run as a script by `scalp.io.motion`, never imported. The solver is a large library in C++ that takes its time and may crash;
here it can be stopped, and takes only this process with it. Knows nothing of the engine.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pycolmap

NEAR_STEPS = (1, 2, 3, 4, 6, 9)
"""How many frames apart neighbours are matched."""
FAR_FRAMES_COUNT, FAR_MATCHES_COUNT, FAR_PER_FRAME_COUNT = 12, 22, 3
"""From how far apart frames are asked whether they see the same again, by how many matches of small features, how often a frame."""
SMALL_PX = 640


def say(stage: str, fraction: float) -> None:
    """Report a step."""
    os.write(1, json.dumps({"stage": stage, "fraction": round(fraction, 3)}).encode() + b"\n")


def far_pairs(frames: list[Path]) -> list[tuple[int, int]]:
    """Return pairs of frames far apart in time that see the same place again, by small binary features."""
    finder, matcher = cv2.ORB_create(600), cv2.BFMatcher(cv2.NORM_HAMMING)
    words = []
    for frame in frames:
        grey = cv2.imread(str(frame), cv2.IMREAD_GRAYSCALE)
        zoom = SMALL_PX / max(grey.shape)
        words.append(finder.detectAndCompute(cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), None)[1])
    found: list[tuple[int, int, int]] = []
    for first in range(len(frames)):
        for second in range(first + FAR_FRAMES_COUNT, len(frames)):
            if words[first] is None or words[second] is None or min(len(words[first]), len(words[second])) < FAR_MATCHES_COUNT:
                continue
            pairs = matcher.knnMatch(words[first], words[second], k=2)
            good = sum(len(pair) == 2 and pair[0].distance < 0.75 * pair[1].distance for pair in pairs)
            if good >= FAR_MATCHES_COUNT:
                found.append((good, first, second))
    kept, times = [], np.zeros(len(frames), int)
    for _, first, second in sorted(found, reverse=True):
        if max(times[first], times[second]) < FAR_PER_FRAME_COUNT:
            kept.append((first, second))
            times[[first, second]] += 1
    return kept


def match(folder: Path, frames: list[Path], asked: dict[str, Any]) -> None:
    """Find features in every frame and match those of frames that may see the same."""
    database, pictures = folder / "features.db", folder / "frames"
    names = [frame.name for frame in frames]
    lens = pycolmap.ImageReaderOptions()
    lens.camera_model = "SIMPLE_RADIAL"
    lens.camera_params = ",".join(str(number) for number in asked["lens"])
    wanted = pycolmap.FeatureExtractionOptions()
    wanted.use_gpu = False
    wanted.sift.max_num_features = asked["features_count"]
    step = max(1, len(names) // 10)
    for start in range(0, len(names), step):
        lens.existing_camera_id = 1 if start else -1
        pycolmap.extract_features(
            database, pictures, names[start : start + step], pycolmap.CameraMode.SINGLE, lens, wanted, pycolmap.Device.cpu
        )
        say("features", (start + step) / len(names))
    pairs = {(i, i + gap) for i in range(len(frames)) for gap in NEAR_STEPS if i + gap < len(frames)}
    pairs |= set(far_pairs(frames))
    ordered = sorted(pairs)
    matching, pairing = pycolmap.FeatureMatchingOptions(), pycolmap.ImportedPairingOptions()
    matching.use_gpu = False
    verifying = pycolmap.TwoViewGeometryOptions()
    verifying.ransac.random_seed = asked["seed"]
    step = max(1, len(ordered) // 10)
    for start in range(0, len(ordered), step):
        listed = folder / "pairs.txt"
        listed.write_text("\n".join(f"{names[i]} {names[j]}" for i, j in ordered[start : start + step]), encoding="ascii")
        pairing.match_list_path = listed
        pycolmap.match_image_pairs(database, matching, pairing, verifying, pycolmap.Device.cpu)
        say("matches", (start + step) / len(ordered))


def solve(folder: Path, seed: int, frames_count: int) -> Any:  # noqa: ANN401 - the library's own type
    """Return the largest solution, or None."""
    wanted = pycolmap.IncrementalPipelineOptions()
    wanted.random_seed = wanted.mapper.random_seed = wanted.triangulation.random_seed = seed
    wanted.multiple_models, wanted.extract_colors, wanted.min_model_size = False, False, 3
    wanted.mapper.init_min_tri_angle = 8.0
    place = folder / f"solution-{seed}"
    place.mkdir()
    placed = [2]

    def heard() -> None:
        placed[0] += 1
        say("cameras", min(placed[0] / frames_count, 1.0))

    found = pycolmap.incremental_mapping(folder / "features.db", folder / "frames", place, wanted, next_image_callback=heard)
    return max(found.values(), key=lambda one: one.num_reg_images(), default=None)


def keep(solution: Any, place: Path) -> None:  # noqa: ANN401 - the library's own type
    """Write what a parent needs of a solution."""
    images = sorted((image for image in solution.images.values() if image.has_pose), key=lambda image: image.name)
    points = list(solution.points3D.values())
    focal_px, _, _, bend = next(iter(solution.cameras.values())).params
    np.savez(
        place,
        photo_index=np.array([int(Path(image.name).stem) for image in images], np.int32),
        pose=np.array([image.cam_from_world().matrix() for image in images]).reshape(-1, 3, 4),
        points=np.array([point.xyz for point in points]).reshape(-1, 3),
        length=np.array([point.track.length() for point in points]),
        error=np.array([point.error for point in points]),
        lens=np.array([focal_px, bend]),
    )


def main() -> None:
    """Solve the frames in the folder of the first argument, as the JSON on stdin asks, until two solutions place nearly all."""
    folder, asked = Path(sys.argv[1]), json.load(sys.stdin)
    pycolmap.logging.minloglevel = 3
    pycolmap.set_random_seed(asked["seed"])
    frames = sorted((folder / "frames").iterdir())
    match(folder, frames, asked)
    whole = 0
    for number in range(asked["most_solutions"]):
        solution = solve(folder, asked["seed"] + number, len(frames))
        if solution is not None:
            keep(solution, folder / f"solution-{number}.npz")
            whole += solution.num_reg_images() >= asked["whole_fraction"] * len(frames)
        if whole == 2:
            break


if __name__ == "__main__":
    main()
