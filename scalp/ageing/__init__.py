"""Healing in days and fading in years: impressions in, impressions out."""
