"""Measure propose_design: processor time on heads of several sizes, first and again, plain, with a moved anchor and a drawn line.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.designing [--repeat 5] [--json out.json]

Heads are ellipsoids of the mean man. "first" surveys the head too; "again" is what each change of a wish costs while one head
is designed. The least processor time of the repeats is told: it does not depend on who else uses the machine.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scalp.designing import propose_design
from scalp.designing.anatomy import survey
from scalp.designing.lines import draw_line
from scalp.domain.design import AnchorMove, HairlineEdit, Wishes
from scalp.domain.head import Head
from tests.makers import make_head

SUBDIVISIONS_COUNTS = (5, 6, 7)


def least_s(work: Callable[[], object], repeats_count: int) -> float:
    """Return the least processor time of several runs, s."""
    taken = []
    for _ in range(repeats_count):
        start_s = time.process_time()
        work()
        taken.append(time.process_time() - start_s)
    return round(min(taken), 4)


def first(head: Head) -> None:
    """Propose on a head nobody has surveyed."""
    survey.cache_clear()
    propose_design(head, Wishes(norwood="6"))


def told(head: Head, repeats_count: int) -> dict:
    """Return one head's times as a record."""
    wishes = Wishes(norwood="6")
    moved = HairlineEdit(head_digest=head.digest, moves=(AnchorMove(anchor="left_frontotemporal", up_mm=8.0),))
    drawn = HairlineEdit(head_digest=head.digest, drawn_mm=propose_design(head, Wishes(style="rounded")).hairline.points_mm[::3])
    return {
        "vertices_count": len(head.surface.vertices_mm),
        "first_s": least_s(lambda: first(head), repeats_count),
        "again_s": least_s(lambda: propose_design(head, wishes), repeats_count),
        "moved_s": least_s(lambda: propose_design(head, wishes, edit=moved), repeats_count),
        "drawn_s": least_s(lambda: propose_design(head, wishes, edit=drawn), repeats_count),
        "line_alone_s": least_s(lambda: draw_line(survey(head), wishes), repeats_count),
        "moved_line_alone_s": least_s(lambda: draw_line(survey(head), wishes, moved), repeats_count),
    }


def main() -> None:
    """Print the times, and write them where that is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    records = [told(make_head(subdivisions_count=count), asked.repeat) for count in SUBDIVISIONS_COUNTS]
    for record in records:
        times = "  ".join(f"{name.removesuffix('_s')} {taken:.3f}" for name, taken in record.items() if name.endswith("_s"))
        sys.stdout.write(f"{record['vertices_count']:,} vertices, processor s: {times}\n")
    if asked.json:
        asked.json.write_text(json.dumps(records, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
