"""How a design stands once native hair has gone on receding: what is newly bare beside it, and what of it then stands alone."""

import numpy as np

from scalp.base import BadInput, Doubt, FloatArray, Value, value


@value
class FutureLoss(Value):
    """One design at a later stage of loss, nothing treated again.

    `native_now_fraction` and `native_later_fraction` (V,) are how densely native hair grows at each vertex of the head,
    against full density; the later one is never larger.
    """

    head_digest: str
    design_digest: str
    norwood: str
    """The stage that the loss has reached."""
    native_now_fraction: FloatArray
    native_later_fraction: FloatArray
    newly_bare_cm2: float
    """Skin that has lost more than half of full density and had that much before."""
    uncovered_cm2: float
    """What of it the design does not treat."""
    treated_cm2: float
    standing_alone_cm2: float
    """What of the treated part lies in islands that border bare skin along most of their rim."""
    islands_count: int
    exposed_fraction: float
    """Part of the treated rim, the hairline left out, that borders bare skin."""
    gap_mm: float
    """How far the native fringe has drawn back from the exposed rim, at the widest twentieth; 0 where none is exposed."""
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse hair that grows back."""
        if self.native_later_fraction.shape != self.native_now_fraction.shape or np.any(
            self.native_later_fraction > self.native_now_fraction + 1e-9
        ):
            raise BadInput("native_later_fraction", "more hair than now", "as much or less", "Choose a later stage.")
