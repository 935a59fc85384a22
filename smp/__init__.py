"""The `smp` command: one file a subcommand, thin over the engine."""

import os

# The fit solves many tiny systems: threads of the linear algebra only get into each other's way (0.3 s against 3 s and more).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
