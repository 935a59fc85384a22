"""How every test runs: laws are searched from a fixed start and never judged by the clock."""

from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
