"""What a person or a program sees of a command: progress, results as text or JSON, refusals as one clear sentence.

Exit codes: 0 done, 2 refused with a reason, 130 stopped by Ctrl-C. Client data is never printed.
"""

import errno
import json
import os
import signal
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from scalp.base import BadInput, NotPossible, ScalpError, Unreadable
from smp.stopping import INTERRUPTED, STOPPED, stop_by_exception

REFUSED = 2
OUT_OF_MEMORY = (
    "There is not enough memory for this. Close other programs and try again; of a large photo save a smaller copy: "
    "12 megapixels are plenty."
)
_COMMANDING = {"Cc", "Cf", "Cs"}
"""Kinds of signs: controls such as Escape, those that turn the order of letters, halves of signs."""


class Terminal:
    """One command's side of the conversation."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        """Remember how the person wants to be spoken to."""
        self.as_json, self.quiet = as_json, quiet
        self._words = Console(stderr=True, highlight=False)
        self._answers = Console(highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """Say something a person reads and a program does not need."""
        if not self.quiet and not self.as_json:
            self._words.print(text, markup=True)

    def answer(self, result: dict[str, Any], text: object) -> None:
        """Give the result: JSON on standard output with --json, else text."""
        try:
            if self.as_json:
                sys.stdout.write(json.dumps(result, indent=2, default=str) + "\n")
            elif not self.quiet:
                self._answers.print(plain(text) if isinstance(text, str) else text, markup=not isinstance(text, str))
            sys.stdout.flush()
        except (OSError, ValueError, AttributeError):
            # The work is done and written; only the place the answer goes to is closed or full.
            self._words.print("[bold red]smp:[/] The result is there, but standard output takes no more.")
            raise typer.Exit(REFUSED) from None

    @contextmanager
    def working(self) -> Iterator["Stages"]:
        """Show the stage at work and how far it is, until the work ends."""
        columns = (SpinnerColumn(), TextColumn("{task.description:<38}"), BarColumn(bar_width=28), TimeElapsedColumn())
        with Progress(*columns, console=self._words, transient=True, disable=self.quiet or self.as_json) as bar:
            yield Stages(bar)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn every refusal into a sentence and an exit code; anything half-done has been taken back by then."""
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.default_int_handler)
        stop_by_exception()
        try:
            yield
        except KeyboardInterrupt:
            self.refuse({"kind": "Interrupted"}, STOPPED)
            raise typer.Exit(INTERRUPTED) from None
        except ScalpError as error:
            self.refuse(_facts(error), str(error))
            raise typer.Exit(REFUSED) from None
        except MemoryError:
            self.refuse({"kind": "OutOfMemory"}, OUT_OF_MEMORY)
            raise typer.Exit(REFUSED) from None
        except OSError as error:
            self.refuse({"kind": "System", "errno": error.errno}, _system_sentence(error))
            raise typer.Exit(REFUSED) from None

    def refuse(self, facts: dict[str, Any], sentence: str) -> None:
        """Say a refusal: on standard error, or as JSON on standard output."""
        if self.as_json:
            with suppress(OSError, ValueError, AttributeError):
                sys.stdout.write(json.dumps({"error": {**facts, "message": sentence}}, indent=2) + "\n")
                sys.stdout.flush()
        else:
            self._words.print(f"[bold red]smp:[/] {escape(plain(sentence))}", markup=True, soft_wrap=True)


class Stages:
    """Progress of several stages in a row, each a part of one bar."""

    def __init__(self, bar: Progress) -> None:
        """Start an empty bar."""
        self._bar = bar
        self._task: TaskID = bar.add_task("starting", total=1.0)
        self._low, self._high = 0.0, 1.0

    def part(self, low_fraction: float, high_fraction: float) -> "Stages":
        """Let what follows fill this part of the bar."""
        self._low, self._high = low_fraction, high_fraction
        return self

    def __call__(self, stage: str, fraction: float) -> None:
        """Show a stage and how far it is."""
        self._bar.update(self._task, description=escape(plain(stage)), completed=self._low + (self._high - self._low) * fraction)


def plain(text: str) -> str:
    """Return a text without what would command the screen or hide: names of files are others' words."""
    return "".join(
        sign if sign in "\n\t" or unicodedata.category(sign) not in _COMMANDING else "\N{REPLACEMENT CHARACTER}" for sign in text
    )


def _facts(error: ScalpError) -> dict[str, Any]:
    """Return an error's facts as plain values."""
    facts: dict[str, Any] = {"kind": type(error).__name__}
    if isinstance(error, BadInput):
        facts |= {"field": error.field, "value": str(error.value), "allowed": error.allowed, "remedy": error.remedy}
    elif isinstance(error, NotPossible):
        facts |= {"asked": error.asked, "reachable": error.reachable, "remedy": error.remedy}
    elif isinstance(error, Unreadable):
        facts |= {"file": error.kind, "version": error.version}
    return facts


def _system_sentence(error: OSError) -> str:
    """Say what the operating system refused, without the person's paths."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Nothing was written; free some space or choose another --out folder."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "The system does not allow reading or writing there. Choose a file you may read and an --out folder you may write to."
    return f"The system refused: {os.strerror(error.errno or 0)}. Check the file and the --out folder."
