"""From a `Plan` to `Impressions`: tens of thousands of points on the scalp, every session evenly spread."""
