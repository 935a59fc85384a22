"""Every guard on our own tree. What each refuses is planted and caught in `test_planted_violations.py`."""

import pytest

from tests.house import GUARDS
from tests.house.tree import ROOT, modules, pages_seen


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_our_tree_keeps_the_rule_of(guard):
    complaints = guard(ROOT)
    assert not complaints, "\n" + "\n".join(complaints)


def test_the_guards_look_at_a_tree_and_not_at_nothing():
    assert sum(1 for _ in modules(ROOT, ("scalp",))) > 30
    assert pages_seen(ROOT) > 5
