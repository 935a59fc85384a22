"""The `smp` command: one file a subcommand, thin over the engine."""

import os
import sys

from smp.stopping import stop_early

# The fit solves many tiny systems: threads of the linear algebra only get into each other's way (0.3 s against 3 s and more).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if os.path.basename(sys.argv[0]) in {"smp", "smp.exe"}:  # noqa: PTH119 - pathlib takes longer to load than all of this
    stop_early()
