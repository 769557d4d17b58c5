"""What the command lines have in common: an error is one line that says what is wrong and what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from ipa.console import printable

# Typer exports the class of a wrong value; its base is every wrong use of a command.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]

# What helps against an error of the operating system; the first that fits.
ADVICE: dict[type[OSError], str] = {
    FileNotFoundError: "check the path",
    FileExistsError: "name another path, or remove what is there",
    PermissionError: "give this user access to it, or run as a user who has it",
    IsADirectoryError: "name a file, not a directory",
    NotADirectoryError: "check the path",
}


class CommandLine(TyperGroup):
    """The commands of a program; `documented` errors are one line and exit code 1, wrong use is one and exit code 2.

    Any other exception is a bug and shows itself.
    """

    def documented(self) -> tuple[type[Exception], ...]:
        """The errors that the user can be told in one line."""
        return (OSError,)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Reads the options of the program itself."""
        with self._one_line():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Reads the options of the command, and runs it."""
        with self._one_line():
            return super().invoke(ctx)

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise  # who reads our output has read enough: no error
        except UsageError as error:
            if "\n" in str(error):
                raise  # not an error but the help, for a program without a command
            fail(misused(error))
            raise typer.Exit(2) from error
        except Exception as error:
            if not isinstance(error, self.documented()):
                raise
            fail(told(error))
            raise typer.Exit(1) from error


def fail(reason: str) -> None:
    """The line."""
    print("error:", printable(" ".join(reason.split())), file=sys.stderr)


def told(error: Exception) -> str:
    """An error in words, with what helps."""
    words = _of_the_system(error) if isinstance(error, OSError) else str(error)
    return "; ".join((words, *getattr(error, "__notes__", ())))


def misused(error: Any) -> str:
    """A wrong use of a command in words, and where the right one is described."""
    message = error.format_message().rstrip(".")
    return f"{message}; see {error.ctx.command_path} --help" if error.ctx else message


def _of_the_system(error: OSError) -> str:
    if error.filename is None or error.strerror is None:
        return str(error)
    help_against = next((words for kind, words in ADVICE.items() if isinstance(error, kind)), "")
    return f"{error.filename}: {error.strerror}{help_against and ': ' + help_against}"
