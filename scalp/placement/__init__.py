"""Plan to impressions: thousands of points on the head, evenly spread in every session, as irregular as nature."""

from scalp.placement.placing import NATURAL_REGULARITY_FRACTION, PlacementSettings, place_impressions

__all__ = ["NATURAL_REGULARITY_FRACTION", "PlacementSettings", "place_impressions"]
