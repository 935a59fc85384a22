"""Whether a photo is good enough for a look that can be believed, and what to do better.

Each finding is measured on the photo with what `faces`, `regions` and `heads` found in it; nothing is corrected here.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, Value, value
from scalp.capture.checking.flaws import find_flaws
from scalp.capture.seeing.person import head_square
from scalp.capture.seeing.stance import Stance, find_stance
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import FaceSighting, Finding, Regions, Verdict

_FEWEST_EDGES = 20
"""Strong edges of one direction without which nothing is said of it."""


@value
class CheckLimits(Value):
    """What is good and what is still usable; each pair is (good to, usable to). (D)"""

    yaw_deg: tuple[float, float] = (25.0, 45.0)
    up_deg: tuple[float, float] = (15.0, 25.0)
    """Head tilted back: the scalp turns away."""
    down_deg: tuple[float, float] = (35.0, 55.0)
    """Head bent down: more scalp, less face."""
    blur_px: tuple[float, float] = (1.6, 3.0)
    """Blur of the sharpest edges, one standard deviation."""
    clipped_fraction: tuple[float, float] = (0.02, 0.10)
    dark_fraction: tuple[float, float] = (0.05, 0.02)
    """Median linear light of the skin, from which on it is (good, usable)."""
    side_ratio: tuple[float, float] = (2.2, 4.5)
    """Light of the brighter half of the face over that of the darker."""
    px_per_mm: tuple[float, float] = (9.0, 1.0)
    marks_px_per_mm: float = 4.0
    """Below it marks of 0.3 mm cannot be judged, only tone and edge."""
    hair_fraction: tuple[float, float] = (0.15, 0.5)


def check_photo(
    photo: Photo,
    faces: Sequence[FaceSighting],
    regions: Regions | None,
    head: Head | None = None,
    *,
    chosen: FaceSighting | None = None,
    limits: CheckLimits | None = None,
) -> tuple[Finding, ...]:
    """Return what is good and bad about a photo of a head, the face first; without a face only that and what can be measured.

    Sharpness is the width of the sharpest edges within the head, light is measured on bare skin, pixels per mm at the
    scalp with the fitted head where there is one, else with an average adult's (SD 4 %).
    """
    limits = limits or CheckLimits()
    face = chosen or (max(faces, key=lambda one: one.box_px[3] - one.box_px[1]) if faces else None)
    findings = [_faces_finding(faces, chosen, fitted=head is not None)]
    stance = find_stance(photo, face) if face is not None else None
    if stance is not None:
        findings.append(_pose_finding(stance, limits))
    if face is not None:
        findings.append(_framing_finding(photo, face, regions))
    px_per_mm = _scalp_px_per_mm(photo, head, stance)
    if px_per_mm is not None:
        findings.append(_resolution_finding(px_per_mm, limits))
    findings.append(_sharpness_finding(photo, face, regions, limits))
    if regions is not None:
        findings.extend(_light_findings(photo, face, regions, limits))
        findings.append(_hair_finding(regions, limits))
    findings.extend(find_flaws(photo, face, regions, head, stance))
    return tuple(findings)


def _grade(amount: float, good_usable: tuple[float, float]) -> Verdict:
    """Return the verdict for an amount that should be small, or large where the pair falls."""
    good, usable = good_usable
    sign = 1.0 if usable >= good else -1.0
    if sign * amount <= sign * good:
        return "good"
    return "usable" if sign * amount <= sign * usable else "bad"


def _faces_finding(faces: Sequence[FaceSighting], chosen: FaceSighting | None, *, fitted: bool) -> Finding:
    """Say how many faces there are; a head fitted to named points does without one."""
    if not faces and fitted:
        return Finding(kind="face", verdict="usable", size="no face is seen; the head rests on the named points", advice="")
    if not faces:
        return Finding(
            kind="face",
            verdict="bad",
            size="no face is seen",
            advice="Turn the face towards the camera, or name points by hand with --points (views from the side, behind or above need them).",
        )
    if len(faces) > 1 and chosen is None:
        return Finding(
            kind="face", verdict="usable", size=f"{len(faces)} faces are seen", advice="Choose one with --face N, counted from the left."
        )
    return Finding(
        kind="face", verdict="good", size="one face is seen" if len(faces) == 1 else f"one of {len(faces)} faces is chosen", advice=""
    )


def _pose_finding(stance: Stance, limits: CheckLimits) -> Finding:
    """Say how the head is turned."""
    yaw, pitch = np.degrees(stance.yaw_rad), np.degrees(stance.pitch_rad)
    yaw_verdict = _grade(abs(yaw), limits.yaw_deg)
    pitch_verdict = _grade(pitch, limits.down_deg) if pitch > 0 else _grade(-pitch, limits.up_deg)
    worst = max(yaw_verdict, pitch_verdict, key=("good", "usable", "bad").index)
    side, tilt = ("left" if yaw > 0 else "right"), ("down" if pitch > 0 else "back")
    advice = {
        yaw_verdict: f"Turn the head {abs(yaw):.0f} degrees to the {'right' if yaw > 0 else 'left'}, towards the camera.",
        pitch_verdict
        if pitch_verdict != yaw_verdict
        else "": f"Tilt the head {'up' if pitch > 0 else 'down'} a little, or lift the camera.",
    }
    size = f"turned {abs(yaw):.0f} degrees to the {side}, tilted {abs(pitch):.0f} degrees {tilt}"
    return Finding(kind="pose", verdict=worst, size=size, advice="" if worst == "good" else advice[worst])


def _framing_finding(photo: Photo, face: FaceSighting, regions: Regions | None) -> Finding:
    """Say whether the whole head is in the picture."""
    square = head_square(face, 1.0)
    room = (
        square.centre_px[1] - 0.58 * square.side_px,
        face.box_px[0] - 0.08 * square.side_px,
        photo.width_px - face.box_px[2] - 0.08 * square.side_px,
    )
    cut_px = {"top": 0, "left": 0, "right": 0}
    if regions is not None:
        rim = regions.head > 127
        ear = int(np.clip(square.centre_px[1] + 0.2 * square.side_px, 1, photo.height_px))
        cut_px = {"top": int(rim[0].sum()), "left": int(rim[:ear, 0].sum()), "right": int(rim[:ear, -1].sum())}
    share = max(cut_px.values()) / square.side_px
    if share > 0.05:
        verdict: Verdict = "bad" if share > 0.35 else "usable"
        where = " and ".join(side for side, count in cut_px.items() if count > 0.05 * square.side_px)
        return Finding(
            kind="framing",
            verdict=verdict,
            size=f"the picture cuts off part of the head, at the {where}",
            advice="Step back so that the whole head, with some wall round it, is seen.",
        )
    if min(room) < 0:
        return Finding(
            kind="framing",
            verdict="usable",
            size="the head nearly touches the border of the picture",
            advice="Leave a hand's breadth of space round the head.",
        )
    return Finding(kind="framing", verdict="good", size="the whole head is in the picture", advice="")


def _scalp_px_per_mm(photo: Photo, head: Head | None, stance: Stance | None) -> float | None:
    """Return the pixels per mm of the scalp that faces the camera."""
    if head is not None:
        camera = head.camera_of(photo.digest)
        depth_mm = camera.in_camera(head.surface.vertices_mm)[:, 2]
        return float(camera.focal_px / np.percentile(depth_mm, 20))
    return None if stance is None else stance.px_per_mm


def _resolution_finding(px_per_mm: float, limits: CheckLimits) -> Finding:
    """Say whether single marks can be judged."""
    verdict = _grade(px_per_mm, limits.px_per_mm)
    if verdict == "good":
        advice = ""
    elif px_per_mm >= limits.marks_px_per_mm:
        advice = "Marks are only a few pixels wide: come closer or use the main camera to judge them."
    else:
        advice = "Single marks cannot be judged in this photo, only tone and edge: come closer, or send the original file."
    return Finding(kind="resolution", verdict=verdict, size=f"{px_per_mm:.1f} px per mm on the scalp", advice=advice)


def _head_part(photo: Photo, face: FaceSighting | None, regions: Regions | None) -> tuple[slice, slice]:
    """Return the rows and columns of the photo round the head."""
    if face is not None:
        square = head_square(face, 1.6)
        low = np.maximum(np.array(square.centre_px) - square.side_px / 2.0, 0.0).astype(int)
        high = np.minimum(np.array(square.centre_px) + square.side_px / 2.0, [photo.width_px, photo.height_px]).astype(int)
    elif regions is not None and (regions.head > 127).any():
        rows, columns = (np.flatnonzero((regions.head > 127).any(axis=axis)) for axis in (1, 0))
        low, high = np.array([columns[0], rows[0]]), np.array([columns[-1] + 1, rows[-1] + 1])
    else:
        low, high = np.zeros(2, int), np.array([photo.width_px, photo.height_px])
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def blur_px(grey: Float32Array) -> float:
    """Return the blur of the sharpest edges of a picture in its most blurred direction, one standard deviation in px.

    A step blurred by a Gaussian has slope over height 1/(sigma sqrt(2 pi)); blurring once more by a known amount makes
    the ratio of slopes sqrt(1 + known^2 / sigma^2), whatever the height. A high quantile over the strongest edges of the
    ratio gives sigma; between 0.4 and 8 px within a tenth for clean edges. [Zhuo2011] Edges are looked at by their
    direction in four parts: a shaken camera leaves those along its way sharp. A head has edges in all directions.
    """
    known = 1.5
    sharper, softer = (cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (0.7, float(np.hypot(0.7, known))))
    slope, softened = _slope(sharper), _slope(softer)
    across, down = (cv2.Sobel(sharper, cv2.CV_32F, dx, dy, ksize=3) for dx, dy in ((1, 0), (0, 1)))
    sector = np.round(np.arctan2(down, across) / (np.pi / 4)).astype(int) % 4
    least = max(2.0, 0.08 * float(np.percentile(slope, 99.5)))
    found = []
    for own in (sector == number for number in range(4)):
        strong = own & (slope >= max(float(np.percentile(slope[own], 99.3)) if own.any() else 0.0, least))
        if strong.sum() >= _FEWEST_EDGES:
            ratio = float(np.percentile(slope[strong] / np.maximum(softened[strong], 1e-3), 70))
            total = known / np.sqrt(max(ratio * ratio - 1.0, 1e-3))
            found.append(float(np.sqrt(max(total * total - 0.7**2, 0.0))))
    return max(found, default=float("inf"))


def _slope(picture: Float32Array) -> Float32Array:
    """Return the length of the gradient per px."""
    across, down = (cv2.Sobel(picture, cv2.CV_32F, dx, dy, ksize=3, scale=0.125) for dx, dy in ((1, 0), (0, 1)))
    return np.asarray(np.hypot(across, down), np.float32)


def _sharpness_finding(photo: Photo, face: FaceSighting | None, regions: Regions | None, limits: CheckLimits) -> Finding:
    """Say how sharp the head is."""
    part = photo.srgb_u8[_head_part(photo, face, regions)]
    width = blur_px(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY).astype(np.float32))
    verdict = _grade(width, limits.blur_px)
    size = f"edges are blurred by {width:.1f} px" if np.isfinite(width) else "no edge is found"
    return Finding(
        kind="sharpness",
        verdict=verdict,
        size=size,
        advice="" if verdict == "good" else "Hold the camera still, in good light, and tap on the head to focus.",
    )


def _light_findings(photo: Photo, face: FaceSighting | None, regions: Regions, limits: CheckLimits) -> list[Finding]:
    """Say whether skin is burnt out, too dark, or lit from one side."""
    part = _head_part(photo, face, regions)
    skin = regions.skin[part] > 178
    if skin.sum() < 50:
        return []
    stored = photo.srgb_u8[part]
    burnt = float((stored[skin].max(axis=-1) >= 254).mean())
    light = srgb_encoding().decode[:, 0][stored[..., 1]]
    middle, ratio = float(np.median(light[skin])), _side_ratio(light, skin)
    graded = (
        (
            _grade(burnt, limits.clipped_fraction),
            f"{burnt:.0%} of the skin is burnt out",
            "Use softer light, no flash, and expose for the head.",
        ),
        (_grade(middle, limits.dark_fraction), f"skin has {middle:.0%} of full light", "Use more light: by a window, facing it."),
        (
            _grade(ratio, limits.side_ratio),
            f"one side is {ratio:.1f} times as bright as the other",
            "Face the light: a window in front, none at the side.",
        ),
    )
    poor = [Finding(kind="light", verdict=verdict, size=size, advice=advice) for verdict, size, advice in graded if verdict != "good"]
    return poor or [Finding(kind="light", verdict="good", size=f"skin has {middle:.0%} of full light, {burnt:.0%} is burnt out", advice="")]


def _side_ratio(light: np.ndarray, skin: BoolArray) -> float:
    """Return the light of the brighter side of the skin over that of the darker."""
    columns = np.flatnonzero(skin.any(axis=0))
    third = max(1, len(columns) // 3)
    left, right = (skin & np.isin(np.arange(skin.shape[1]), side)[None] for side in (columns[:third], columns[-third:]))
    sides = [float(np.median(light[side])) for side in (left, right) if side.any()]
    return max(sides) / max(min(sides), 1e-4)


def _hair_finding(regions: Regions, limits: CheckLimits) -> Finding:
    """Say how much of the scalp hair covers."""
    hair, skin = float(regions.hair.sum(dtype=np.float64)), float(regions.skin.sum(dtype=np.float64))
    share = hair / max(hair + skin, 1.0)
    verdict = _grade(share, limits.hair_fraction)
    advice = {
        "good": "",
        "usable": "Hair covers part of the scalp: what is under it cannot be seen; shave for the exact look.",
        "bad": "This head has much hair: only work between the hairs can be shown; a photo after shaving shows the full look.",
    }
    return Finding(kind="hair", verdict=verdict, size=f"hair covers {share:.0%} of scalp and forehead", advice=advice[verdict])
