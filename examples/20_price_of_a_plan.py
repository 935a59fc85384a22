"""Quote a plan on a generated head and draw it: what each session costs and why, the range, the market beside it.

python examples/20_price_of_a_plan.py [FOLDER]
"""

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.domain.money import span_in_words
from scalp.domain.rates import Difficulty
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment
from scalp.planning.quotes import quote_plan


def generated_head() -> Head:
    """A head of closed formulas, its size known exactly."""
    shown = make_analytic_head(view=DemoView(width_px=120, height_px=160))
    landmarks_mm = shown.points_mm[[shown.point_names.index(name) for name in LANDMARK_NAMES]]
    exact = np.zeros(len(shown.surface.vertices_mm))
    return Head(surface=shown.surface, landmarks_mm=landmarks_mm, cameras=(), photo_digests=(), scale_sd_fraction=0.0, surface_sd_mm=exact)


def main(folder=Path("out/examples")):
    """Write price.png."""
    folder.mkdir(parents=True, exist_ok=True)
    head, prices = generated_head(), read_price_list()
    design = propose_design(head, Wishes(norwood="5"))
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=prices)
    scar = (Difficulty(name="scar", part=Decimal("0.15")),)
    quote = quote_plan(plan, design, prices, day=date(2027, 2, 1), travel_km=Decimal(45), difficulties=scar)
    rows = [(item.what, item.why, item.amount, False) for item in quote.items if item.session_number is None]
    for session in reversed(plan.sessions):
        here = [(f"   {item.what}", item.why, item.amount, False) for item in quote.items if item.session_number == session.number]
        rows = [(f"Session {session.number}, {session.day:%d %B %Y}", "", quote.session_total(session.number), True), *here, *rows]
    rows += [("Total", "", quote.total, True), *((item.what, item.why, item.amount, False) for item in quote.options)]
    rows += [("The market for this stage", "A check beside the price, never a price.", quote.cross_check, False)]
    picture = Image.new("RGB", (1440, 34 * len(rows) + 40), "white")
    drawing, font = ImageDraw.Draw(picture), ImageFont.load_default(17)
    for place, (what, why, amount, strong) in enumerate(rows):
        top = 20 + 34 * place
        drawing.rectangle((20, top - 4, 1420, top + 26), fill=(226, 231, 238) if strong else "white")
        drawing.text((30, top), what, fill="black", font=font)
        drawing.text((520, top), span_in_words(amount), fill="black", font=font, anchor="ra")
        drawing.text((550, top), why, fill=(90, 90, 90), font=font)
    picture.save(folder / "price.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
