"""Ctrl-C while the program is still loading: one sentence and exit code 130, as later; nothing has been begun by then.

Once a command is at work, `smp.terminal` has the word.
"""

import json
import os
import signal
import sys
from typing import NoReturn

STOPPED, INTERRUPTED = "Stopped. Nothing was written.", 130


def stop_early() -> None:
    """Let Ctrl-C end the program at once, in a sentence; where it is ignored, as in the background, it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def stop_by_exception() -> None:
    """Let Ctrl-C be an exception again, so that what is half-done is taken back."""
    if signal.getsignal(signal.SIGINT) is _stop:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(*_: object) -> NoReturn:
    """End at once: a library that is half loaded may take an exception for something else."""
    as_json = "--json" in sys.argv
    told = json.dumps({"error": {"kind": "Interrupted", "message": STOPPED}}, indent=2) if as_json else f"smp: {STOPPED}"
    try:
        os.write(1 if as_json else 2, f"{told}\n".encode())
    finally:
        os._exit(INTERRUPTED)
