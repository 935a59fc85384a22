"""What whole courses cost by stage of loss on heads of several sizes, beside what the market shows: the table of docs/science/price.md.

python benchmarks/courses_priced.py
"""

import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.money import span_in_words
from scalp.io.exports import write_exports
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment
from scalp.planning.quotes import quote_plan
from tests.makers import make_design, make_head, make_impressions, make_plan

START, DAY = date(2027, 3, 1), date(2027, 2, 1)
HEADS = {
    "mean man": {"length_mm": 199.5, "breadth_mm": 154.3, "height_mm": 131.1},
    "small woman": {"length_mm": 178.0, "breadth_mm": 140.0, "height_mm": 116.0},
    "large man": {"length_mm": 211.0, "breadth_mm": 163.0, "height_mm": 141.0},
}
"""ANSUR II: the mean of men, the 5th percentile of women, the 95th of men. (A, smp 2.4)"""
EXPORTED_COUNT = 30_000


def main() -> None:
    """Print the table of prices, then what exports cost."""
    prices = read_price_list()
    print("| Head | Norwood | Area | Impressions | Hours | A session | Whole treatment | Market |")
    print("|---|---|---|---|---|---|---|---|")
    for name, sizes in HEADS.items():
        head = make_head(subdivisions_count=5, **sizes)
        for stage in ("2", "3", "4", "5", "6", "7"):
            design = propose_design(head, Wishes(norwood=stage))
            plan = plan_treatment(design, head, start=START, prices=prices)
            quote = quote_plan(plan, design, prices, day=DAY)
            hours = [sum(getattr(session.hours, end) for session in plan.sessions) for end in ("low", "high")]
            ends = [session.price for session in plan.sessions]
            session = f"${min(end.low for end in ends):,} to ${max(end.high for end in ends):,}"
            cells = (name, stage, f"{design.area_cm2:.0f} cm2", f"{plan.impressions_count:,}", f"{hours[0]:.1f} to {hours[1]:.1f} h")
            market = span_in_words(quote.cross_check) if quote.cross_check else "not published"
            print("| " + " | ".join((*cells, session, span_in_words(quote.total), market)) + " |")
    time_exports()


def time_exports() -> None:
    """Print the processor time and the size of every export of 30,000 impressions."""
    head = make_head()
    design = make_design(head)
    impressions = make_impressions(head, design, make_plan(design, impressions_count=EXPORTED_COUNT))
    with TemporaryDirectory() as folder:
        write_exports(impressions.where(impressions.session_number == 1), head, design, folder)
        started = time.process_time()
        names = write_exports(impressions, head, design, folder)
        spent = time.process_time() - started
        sizes = ", ".join(f"{name} {(Path(folder) / name).stat().st_size / 1e6:.1f} MB" for name in names)
    print(f"\n{EXPORTED_COUNT:,} impressions on {len(head.surface.vertices_mm):,} vertices: {spent:.2f} s of the processor; {sizes}")


if __name__ == "__main__":
    main()
