"""Parts of a scan as a file holds them, joined to one surface with one picture. Runs in the child that reads scans.

Here: the limits of a scan, the part as every reader gives it, and the sheet on which several pictures are laid. Not here:
the kinds of files.
"""

import io
import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from scalp.base import BadMesh, ByteArray, Float32Array, FloatArray, IntArray

IndexArray: TypeAlias = npt.NDArray[np.signedinteger[Any]]

MOST_TRIANGLES = 3_000_000
MOST_PIXELS = 70_000_000
LARGEST_SIDE_PX = 8192
"""The sheet with all pictures is made smaller until it fits."""
PLAIN_PX = 4
"""Side of the picture that stands for one plain colour."""
MOST_PICTURES_COUNT = 64

# Pictures are measured here before they are unpacked; readers that open them on the way must not skip the large ones.
Image.MAX_IMAGE_PIXELS = None


class Part(NamedTuple):
    """One piece of a scan: places (V, 3), faces (F, 3), and either a picture with uv (V or 3F, 2; v from below) or colours (V, 3).

    `corners` (F, 3) say which row of uv each corner of a face takes; None where it is that of its vertex.
    """

    places: FloatArray
    faces: IndexArray
    uv: FloatArray | None = None
    corners: IndexArray | None = None
    picture: ByteArray | None = None
    colours: ByteArray | None = None


class Joined(NamedTuple):
    """All parts of a scan as one surface."""

    places: FloatArray
    faces: IntArray
    uv: Float32Array | None
    picture: ByteArray | None
    colours: ByteArray | None


def demand_few_triangles(count: int, of_what: str = "triangles") -> None:
    """Refuse a scan that would take too much memory, before it is read."""
    if count > MOST_TRIANGLES:
        remedy = "Export it with fewer; one million shows every detail of a scalp."
        raise BadMesh("scan", f"{count / 1e6:.1f} million {of_what}", f"at most {MOST_TRIANGLES // 1_000_000} million {of_what}", remedy)


def open_picture(content: bytes) -> ByteArray:
    """Return the pixels of a picture (rows, cols, 3); one with too many is refused before it is unpacked."""
    try:
        opened = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "TIFF", "BMP", "TGA"))
    except (OSError, ValueError, SyntaxError) as fault:
        remedy = "Export the scan again, its texture as PNG or JPEG."
        raise BadMesh("texture", "no readable picture", "PNG, JPEG, WebP, TIFF, BMP or TGA", remedy) from fault
    return unpack_picture(opened)


def unpack_picture(opened: Image.Image) -> ByteArray:
    """Return the pixels of an opened picture, (rows, cols, 3)."""
    pixels = opened.width * opened.height
    if pixels > MOST_PIXELS:
        allowed = f"at most {MOST_PIXELS // 1_000_000} megapixels"
        raise BadMesh("texture", f"{pixels / 1e6:.0f} megapixels", allowed, "Export the scan with a smaller texture.")
    try:
        return np.asarray(opened.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as fault:
        raise BadMesh("texture", "a damaged picture", "a whole one", "Export the scan again.") from fault


def plain_picture(srgb_u8: tuple[int, ...]) -> ByteArray:
    """Return a small picture of one colour."""
    return np.full((PLAIN_PX, PLAIN_PX, 3), srgb_u8[:3], np.uint8)


def join(parts: list[Part]) -> Joined:
    """Return all parts as one surface; pictures are laid side by side on one sheet, plain parts beside them are grey."""
    parts = [part for part in parts if len(part.faces)]
    if not parts:
        remedy = "Export the scan as a mesh with triangles; a cloud of points or splats has to be meshed first."
        raise BadMesh("scan", "without any triangle", "a surface of triangles", remedy)
    demand_few_triangles(sum(len(part.faces) for part in parts))
    places = np.vstack([np.asarray(part.places, float) for part in parts])
    starts = np.cumsum([0, *(len(part.places) for part in parts[:-1])])
    faces = np.vstack([np.asarray(part.faces, np.int64) + start for part, start in zip(parts, starts, strict=True)])
    _demand_whole(places, faces)
    uv, picture = _sheet(parts) if any(part.picture is not None for part in parts) else (None, None)
    colours = None
    if picture is None and any(part.colours is not None for part in parts):
        colours = np.vstack([np.full(part.places.shape, 160, np.uint8) if part.colours is None else part.colours for part in parts])
    return Joined(places, faces.astype(np.int32), uv, picture, colours)


def _demand_whole(places: FloatArray, faces: IndexArray) -> None:
    """Refuse corners that are no numbers and triangles of corners that are not there."""
    used = places[np.unique(np.clip(faces, 0, len(places) - 1))]
    bad = int((~np.isfinite(used)).any(1).sum())
    if bad:
        remedy = "Open the scan in a mesh editor, remove those corners, and export it again."
        raise BadMesh("scan", f"with {bad} corners whose coordinates are no numbers (NaN or infinite)", "finite coordinates", remedy)
    places[~np.isfinite(places)] = 0.0
    if faces.min() < 0 or faces.max() >= len(places):
        raise BadMesh("scan", "with triangles of corners it does not have", "a whole file", "Export the scan again.")


def _sheet(parts: list[Part]) -> tuple[Float32Array, ByteArray]:
    """Return where each corner lies on one sheet of all pictures, from its left and top, and the sheet."""
    pictures: list[ByteArray] = []
    places: list[int] = []
    for part in parts:
        picture = plain_picture((160, 160, 160)) if part.picture is None else part.picture
        known = [index for index, other in enumerate(pictures) if other is picture]
        places.append(known[0] if known else len(pictures))
        if not known:
            pictures.append(picture)
    if len(pictures) > MOST_PICTURES_COUNT:
        remedy = "Export the scan with one texture."
        raise BadMesh("scan", f"with {len(pictures)} pictures", f"at most {MOST_PICTURES_COUNT}", remedy)
    if len(pictures) == 1 and max(pictures[0].shape[:2]) <= LARGEST_SIDE_PX:
        return np.vstack([_corners_uv(part) for part in parts]).astype(np.float32), pictures[0]
    sheet, boxes = _laid(pictures)
    uv = []
    for part, index in zip(parts, places, strict=True):
        left, top, width, height = boxes[index]
        inset = np.clip(_corners_uv(part) * [width, height], 0.5, [width - 0.5, height - 0.5])
        uv.append((inset + np.array([left, top])) / np.array([sheet.shape[1], sheet.shape[0]]))
    return np.vstack(uv).astype(np.float32), sheet


def _corners_uv(part: Part) -> FloatArray:
    """Return where each corner of each face lies in its picture, (F, 3, 2), from the left and the top, repeats taken out."""
    if part.uv is None or not len(part.uv):
        return np.full((len(part.faces), 3, 2), 0.5)
    index = part.faces if part.corners is None else part.corners
    if index.min() < 0 or index.max() >= len(part.uv):
        raise BadMesh("texture", "without a place for every corner", "one for each", "Export the scan again.")
    uv = np.nan_to_num(np.asarray(part.uv, float)[index], nan=0.5, posinf=0.5, neginf=0.5)
    outside = (uv.min(1) < 0.0) | (uv.max(1) > 1.0)
    uv = np.where(outside[:, None], uv - np.floor(uv.mean(1, keepdims=True)), uv)
    return np.asarray(np.clip(np.stack([uv[..., 0], 1.0 - uv[..., 1]], -1), 0.0, 1.0))


def _laid(pictures: list[ByteArray]) -> tuple[ByteArray, list[tuple[int, int, int, int]]]:
    """Return a sheet with pictures in rows of shelves, and the box (left, top, width, height) of each."""
    sizes = np.array([picture.shape[1::-1] for picture in pictures], float)
    shrink = 1.0
    while True:
        wide = np.maximum(np.round(sizes * shrink), 1).astype(int)
        boxes, extent = _shelves(wide)
        if max(extent) <= LARGEST_SIDE_PX:
            break
        shrink *= 0.9
    sheet = np.zeros((extent[1], extent[0], 3), np.uint8)
    for picture, (left, top, width, height) in zip(pictures, boxes, strict=True):
        fitted = Image.fromarray(picture).resize((width, height), Image.Resampling.BOX)
        sheet[top : top + height, left : left + width] = np.asarray(fitted)
    return sheet, boxes


def _shelves(sizes: IndexArray) -> tuple[list[tuple[int, int, int, int]], tuple[int, int]]:
    """Return boxes (left, top, width, height) in shelves about as wide as high, and the extent of all."""
    width = max(int(sizes[:, 0].max()), math.isqrt(int(sizes.prod(1).sum())))
    boxes = [(0, 0, 0, 0)] * len(sizes)
    left = top = high = 0
    for index in np.argsort(-sizes[:, 1], kind="stable"):
        across, down = (int(number) for number in sizes[index])
        if left + across > width:
            left, top, high = 0, top + high, 0
        boxes[index] = (left, top, across, down)
        left, high = left + across, max(high, down)
    return boxes, (max(box[0] + box[2] for box in boxes), top + high)
