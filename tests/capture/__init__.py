"""Tests of capture: from photos to a head."""
