"""What lies in the folders of `smp design` and `smp plan`, opened together: the design, its plan, and the head they were made on."""

from collections.abc import Callable
from pathlib import Path

from scalp.base import BadInput, Progress, Value, WrongParent, value
from scalp.domain.design import Design
from scalp.domain.plan import Plan
from scalp.domain.stored import StoredHead
from scalp.io.designs import head_place_of, read_design
from scalp.io.heads import HEAD_NAME, read_head
from scalp.io.ordinary import resolved
from scalp.io.plans import read_plan
from scalp.treatment.courses import Course
from scalp.treatment.planning import course_of
from smp.orders import Order, follow_plan


@value
class Case(Value):
    """A plan, its design, and the head where it was asked for."""

    plan: Plan
    design: Design
    stored: StoredHead | None = None

    @property
    def head(self) -> StoredHead:
        """Return the head of a case that was opened with it."""
        if self.stored is None:
            raise BadInput("head", "missing", "the head.json of this plan", "Give it with --head.")
        return self.stored


def read_case(folder: Path, *, head: Path | None = None, needs_head: bool = True) -> Case:
    """Return the plan of a folder with its design; and its head, from `head` or from where it lay when it was designed."""
    folder = _folder(folder, "plan.json")
    plan, design = read_plan(folder), read_design(folder)
    if plan.design_digest != design.digest:
        raise WrongParent("plan.json", "the plan of another design", "the plan of the design beside it", "Plan again: smp plan DESIGN.")
    return Case(plan=plan, design=design, stored=read_head_of(design, folder, head) if needs_head or head is not None else None)


def read_design_case(folder: Path, *, head: Path | None = None) -> tuple[Design, StoredHead]:
    """Return the design of a folder with its head."""
    folder = _folder(folder, "design.json")
    design = read_design(folder)
    return design, read_head_of(design, folder, head)


def read_head_of(design: Design, folder: Path, head: Path | None) -> StoredHead:
    """Return the head a design was drawn on; refuse another, and tell how to name it where it is not found."""
    place = head or head_place_of(folder)
    if place is None or (head is None and not place.exists()):
        raise BadInput("head", "not where it lay when it was designed", "the head.json of smp head", "Give it with --head HEAD.")
    stored = read_head(place)
    if stored.head.digest != design.head_digest:
        raise WrongParent("head", "not the one this was designed on", "the head this was designed on", "Give that head, or design anew.")
    return stored


def follow_folder(order: Order, plan: Path | None, head: Path | None, idle: dict[str, object]) -> tuple[Order, Path | None]:
    """Return the order to show the plan of a folder and where its head lies; both as they came where no plan is named."""
    if plan is None:
        return order, head
    case = read_case(plan, head=head)
    return follow_plan(order, case.design, case.plan, idle), head or head_place_of(_folder(plan, "plan.json"))


def course_of_plan(order: Order, plan: Path, head: Path | None, idle: dict[str, object]) -> Callable[[Progress], Course]:
    """Return what places the impressions of a plan's folder on its head, given only a progress; nothing is read later than now."""
    case = read_case(plan, head=head)
    followed = follow_plan(order, case.design, case.plan, idle)

    def place(progress: Progress) -> Course:
        progress("placing impressions", 0.0)
        return course_of(case.head, case.design, case.plan, followed.fading)

    return place


def place_from(folder: Path, head: Path) -> str:
    """Return the way from a folder to be written to the file of a head, as the hint that a design keeps."""
    place = resolved(head)
    place = place / HEAD_NAME if place.is_dir() else place
    try:
        return Path(_relative(place, resolved(folder))).as_posix()
    except ValueError:
        return place.as_posix()


def _relative(place: Path, start: Path) -> str:
    from os.path import relpath

    return relpath(place, start)


def _folder(path: Path, name: str) -> Path:
    """Return the folder of a path that is one, or the file of that name in one."""
    if path.is_dir():
        return path
    if path.name == name and path.exists():
        return path.parent
    raise BadInput(
        path.name[:80] or "the folder",
        "not there" if not path.exists() else "no folder",
        f"a folder with {name}",
        "Give the folder smp wrote.",
    )
