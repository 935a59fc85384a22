"""The four small networks of MediaPipe, run by OpenCV: what goes in, what comes out, and the check that all of it does.

Here: loading the files of a folder once per process, and one forward pass with named outputs. Not here: where the
files come from (`scalp.io`), which part of a photo is shown to a network (`crops`), and what the numbers mean
(`anchors`, `faces`, `person`).
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from scalp.base import BadInput, Float32Array, Unreadable, Value, value

NetworkName = Literal["face_detection_short_range", "face_landmark", "iris_landmark", "selfie_segmentation"]


@value
class NetworkKind(Value):
    """What one network takes and gives: a square of `side_px`, light scaled to `lowest_fraction`..1, and outputs by size."""

    side_px: int
    lowest_fraction: float
    output_names: tuple[str, ...]
    output_sizes: tuple[int, ...]
    """How many numbers each output has; all differ, so that a size tells which output it is."""


NETWORKS: dict[NetworkName, NetworkKind] = {
    "face_detection_short_range": NetworkKind(
        side_px=128, lowest_fraction=-1.0, output_names=("scores", "boxes"), output_sizes=(896, 896 * 16)
    ),
    "face_landmark": NetworkKind(side_px=192, lowest_fraction=0.0, output_names=("flag", "points"), output_sizes=(1, 468 * 3)),
    "iris_landmark": NetworkKind(side_px=64, lowest_fraction=0.0, output_names=("eye", "iris"), output_sizes=(71 * 3, 5 * 3)),
    "selfie_segmentation": NetworkKind(side_px=256, lowest_fraction=0.0, output_names=("person",), output_sizes=(256 * 256,)),
}
"""The networks of the short-range face, iris and selfie solutions. [Bazarevsky2019] [Kartynnik2019] [Ablavatski2020]"""


class Network:
    """One network ready to run, in several threads at once: each call borrows a copy, since copies keep their input between calls."""

    def __init__(self, path: Path, name: NetworkName) -> None:
        """Load the file at `path` and see that one pass gives every output in full."""
        self.kind = NETWORKS[name]
        if not path.is_file():
            raise BadInput(
                "models", f"without {path.name}", "a folder with the four network files", "Run `smp assets`, or name points by hand."
            )
        try:
            self._path, self._idle = path, [_load(path)]
        except cv2.error as error:
            raise Unreadable(path.name, "a damaged or unknown version", "Run `smp assets` to fetch it again.") from error
        side = self.kind.side_px
        self.run(np.zeros((side, side, 3), np.uint8))

    def run(self, srgb_u8: np.ndarray) -> Mapping[str, Float32Array]:
        """Return every output, flat float32, for one square picture (side, side, 3) in RGB order."""
        kind = self.kind
        scaled = srgb_u8.astype(np.float32) * np.float32((1.0 - kind.lowest_fraction) / 255.0) + np.float32(kind.lowest_fraction)
        net = self._borrowed()
        net.setInput(np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]))
        outputs = [np.array(output, np.float32).ravel() for output in net.forward(net.getUnconnectedOutLayersNames())]
        self._idle.append(net)
        by_size = {output.size: output for output in outputs}
        if sorted(by_size) != sorted(kind.output_sizes):
            raise Unreadable("a network file", f"with outputs of {sorted(by_size)} numbers", "Use OpenCV 4.11 and `smp assets`.")
        return {name: by_size[size] for name, size in zip(kind.output_names, kind.output_sizes, strict=True)}

    def _borrowed(self) -> "cv2.dnn.Net":
        """Return a copy that no other thread uses: an idle one, or one more."""
        try:
            return self._idle.pop()
        except IndexError:
            return _load(self._path)


def _load(path: Path) -> "cv2.dnn.Net":
    """Read a TFLite file with OpenCV's classic engine; the new one of OpenCV 5 silently drops outputs."""
    classic = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    return cv2.dnn.readNetFromTFLite(str(path)) if classic is None else cv2.dnn.readNetFromTFLite(str(path), classic)


@lru_cache(maxsize=16)
def load_network(models: Path, name: NetworkName) -> Network:
    """Return a network of the folder `models`, loaded once per process and folder."""
    return Network(models / f"{name}.tflite", name)
