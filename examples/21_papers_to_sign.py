"""Print a plan: what the client reads and signs, what the practitioner works from; and show the pages side by side.

python examples/21_papers_to_sign.py [FOLDER]
"""

import io
import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import Head
from scalp.domain.papers import PaperPeople
from scalp.domain.stored import StoredHead
from scalp.io.aftercare import read_aftercare
from scalp.io.paper_words import Words
from scalp.io.papers import show_client, show_practitioner, write_papers
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment
from scalp.planning.quotes import quote_plan
from scalp.treatment.papers import gather_papers

DAY = date(2027, 2, 1)


def main(folder=Path("out/examples")):
    """Write client.pdf, practitioner.pdf and papers-to-sign.png."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = make_analytic_head(view=DemoView(width_px=120, height_px=160))
    exact = {"scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(shown.surface.vertices_mm)), "cameras": (), "photo_digests": ()}
    head = Head(surface=shown.surface, landmarks_mm=shown.landmarks_mm, **exact)
    design = propose_design(head, Wishes(norwood="5", age_years=41, note="Soft at the temples, please."))
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list())
    papers = gather_papers(
        StoredHead(head=head),
        design,
        plan,
        day=DAY,
        people=PaperPeople(clinic="Example Clinic", practitioner="Ada Example"),
        quote=quote_plan(plan, design, read_price_list(), day=DAY),
        aftercare=read_aftercare(),
    )
    print(*write_papers(papers, folder), sep="\n")
    pages = [show_client(papers, Words("en")), show_practitioner(papers, Words("de"))]
    shown = [Image.open(io.BytesIO(page)).convert("RGB") for paper in pages for page in (*paper[:2], *paper[-1:])]
    sheet = Image.new("RGB", (3 * shown[0].width + 40, 2 * shown[0].height + 30), (120, 126, 130))
    for number, page in enumerate(shown):
        sheet.paste(page, (10 + (number % 3) * (page.width + 10), 10 + (number // 3) * (page.height + 10)))
    sheet.save(folder / "papers-to-sign.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
