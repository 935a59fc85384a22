"""From a `Head` and wishes to a `Design`: hairline, zones, density."""

from scalp.designing.proposal import propose_design

__all__ = ["propose_design"]
