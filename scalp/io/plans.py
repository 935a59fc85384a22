"""`plan.json`: a plan as data, versioned, read back exactly. The design it plans lies beside it (`designs`)."""

import os
from pathlib import Path

from scalp.domain.plan import Plan
from scalp.io.documents import DocumentKind, read_document, write_document

PLAN_NAME = "plan.json"
KIND = DocumentKind(
    file_name=PLAN_NAME,
    schema="smp-plan",
    version=1,
    called="the plan",
    remedy="Give the plan.json of a folder that smp plan wrote; or plan anew.",
    notice="A plan to talk over with a practitioner, no promise and not medical advice.",
)


def write_plan(plan: Plan, folder: str | os.PathLike[str]) -> Path:
    """Write `plan.json` into a folder, for its owner only, and return its place."""
    return write_document(plan, folder, KIND)


def read_plan(path: str | os.PathLike[str]) -> Plan:
    """Return the plan in a `plan.json`, or in a folder that holds one, exactly as it was written.

    Raises `Unreadable` for versions this program does not know and `BadTable` for everything else.
    """
    return read_document(Plan, path, KIND)
