"""The words a person reads at the end of a run."""

from pathlib import Path
from typing import Any


def report_text(result: dict[str, Any], out: Path) -> str:
    """Return the few lines that sum up a run."""
    lines = []
    for name, course in result["courses"].items():
        price = course["price"]
        lines.append(
            f"{name}: {course['area_cm2']:.0f} cm2, hairline {course['hairline_height_mm']:.0f} mm, "
            f"{course['impressions_count']:,} impressions in {len(course['sessions'])} sessions, "
            f"{price['low']} to {price['high']} {price['currency']}"
        )
    first = next(iter(result["courses"].values()))
    lines += ["Not certain:"] + [f"  - {doubt['where']}: {doubt['size']}. {doubt['advice']}" for doubt in first["doubts"]]
    lines.append(f"Pictures, sheet.png and the plan are in {out}. A simulation, not a promise.")
    return "\n".join(lines)
