"""A transfer sheet: the treated scalp laid flat in patches at 1:1, what is printed on each, and how they go together.

Space `chart`: mm on the paper seen as the skin is seen from outside, x to the right and y up, the middle of a patch at 0. How
a head is cut and laid flat is `scalp.geometry`'s, what is drawn on it `scalp.rendering`'s, files are `scalp.io`'s.
"""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, BoolArray, ByteArray, Doubt, Float32Array, FloatArray, IntArray, Value, value

PaperName = Literal["a4", "letter"]
PAPER_NAMES: tuple[PaperName, ...] = get_args(PaperName)
PAPER_MM: dict[str, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
LineKind = Literal["hairline", "cut", "seam", "zone", "grid", "midline", "keep away"]
LINE_KINDS: tuple[LineKind, ...] = get_args(LineKind)
MarkKind = Literal["landmark", "seam", "edge"]


@value
class TransferLine(Value):
    """One line on a patch: what it is and its points (N, 2) in the chart, mm."""

    kind: LineKind
    points_mm: FloatArray

    def check(self) -> None:
        """Refuse lines that are none."""
        if self.kind not in LINE_KINDS:
            raise BadInput("line", self.kind, ", ".join(LINE_KINDS), "Choose one of these.")
        if self.points_mm.ndim != 2 or self.points_mm.shape[1] != 2 or not np.isfinite(self.points_mm).all():
            raise BadInput("line points_mm", self.points_mm.shape, "finite (N, 2)", "Draw it again.")


@value
class RegistrationMark(Value):
    """A cross by which a patch is laid: the same label stands on every patch that shares the place.

    It lies on the head at `face_index` and `barycentric` (3,), on the paper at `chart_mm` (2,). `what` says in words what is
    there: 'vertex', 'middle of the hairline', 'seam of 1 and 2', 'edge of 1'.
    """

    label: str
    kind: MarkKind
    what: str
    face_index: int
    barycentric: FloatArray
    chart_mm: FloatArray


@value
class TransferPatch(Value):
    """One patch: the head's faces and corners in it, where they lie on the paper, and what is printed on it.

    `faces` (F, 3) count into `vertex_index` (V,) and `chart_mm` (V, 2); `face_index` (F,) are the head's. `error_fraction`
    (F,) is the worst change of length in any direction. Columns of the impressions it carries, (N,): `impression_index` into
    all of them, `marks_mm` (N, 2) and `mark_diameter_mm`. `ahead_weights` (2,) points to the front of the head on the paper.
    """

    number: int
    name: str
    face_index: IntArray
    vertex_index: IntArray
    faces: IntArray
    chart_mm: FloatArray
    error_fraction: FloatArray
    lines: tuple[TransferLine, ...]
    registration: tuple[RegistrationMark, ...]
    impression_index: IntArray
    marks_mm: FloatArray
    mark_diameter_mm: Float32Array
    ahead_weights: FloatArray

    def check(self) -> None:
        """Refuse columns that do not fit together."""
        if len(self.faces) != len(self.face_index) or len(self.error_fraction) != len(self.faces):
            raise BadInput("faces of a patch", len(self.faces), "as many as errors and faces of the head", "Lay it flat again.")
        if self.chart_mm.shape != (len(self.vertex_index), 2) or not np.isfinite(self.chart_mm).all():
            raise BadInput("chart_mm", self.chart_mm.shape, "a finite x and y for each corner", "Lay it flat again.")
        if not len(self.impression_index) == len(self.marks_mm) == len(self.mark_diameter_mm):
            raise BadInput("marks_mm", len(self.marks_mm), "one for each impression of the patch", "Carry them over again.")

    @property
    def worst_fraction(self) -> float:
        """Return the largest change of length on the patch."""
        return float(self.error_fraction.max())

    @property
    def mean_fraction(self) -> float:
        """Return the mean over its area of the worst change of length of each face."""
        corners = self.chart_mm[self.faces]
        along, aside = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        return float(np.average(self.error_fraction, weights=np.abs(along[:, 0] * aside[:, 1] - along[:, 1] * aside[:, 0])))

    def laid(self, face_index: IntArray, barycentric: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Return where places of the head, (N,) and (N, 3), lie on the paper, (N, 2), and which of them this patch has."""
        order = np.argsort(self.face_index)
        at = np.clip(np.searchsorted(self.face_index[order], face_index), 0, len(order) - 1)
        local = order[at]
        there = np.asarray(self.face_index[local] == face_index)
        return np.asarray(np.einsum("nk,nkd->nd", barycentric, self.chart_mm[self.faces[local]])), there


@value
class TransferSheet(Value):
    """All patches of one design on one kind of paper. `assembly_srgb_u8` (rows, cols, 3) shows where each patch goes.

    `tape` are distances that place the first marks on bare skin, in words: 'A: 66 mm over the skin above the glabella'.
    """

    head_digest: str
    design_digest: str
    paper: PaperName
    patches: tuple[TransferPatch, ...]
    assembly_srgb_u8: ByteArray
    tape: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse papers nobody prints on."""
        if self.paper not in PAPER_NAMES:
            raise BadInput("paper", self.paper, ", ".join(PAPER_NAMES), "Choose one of these.")

    @property
    def worst_fraction(self) -> float:
        """Return the largest change of length on any patch."""
        return max(patch.worst_fraction for patch in self.patches)

    @property
    def impressions_count(self) -> int:
        """Count the impressions that are printed."""
        return sum(len(patch.marks_mm) for patch in self.patches)
