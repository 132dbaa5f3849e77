"""Every error a user can cause, and nothing else: bugs show a traceback.

AuditorError
├── InputError         the text or file cannot be audited
├── ModelError         a model is missing, corrupt or cannot do what was asked
├── SettingsError      an option or a configuration file makes no sense
└── UnknownNameError   a name that is in no table

A message says what happened, where, and what to do, in one sentence a newsroom understands.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AuditorError(Exception):
    """Base of all errors that are the user's to mend."""


class InputError(AuditorError):
    """The text or file cannot be audited."""


class ModelError(AuditorError):
    """A model is missing, corrupt, or cannot do what was asked."""


class SettingsError(AuditorError):
    """An option or a configuration file makes no sense."""


class UnknownNameError(AuditorError):
    """A name that is in no table; the message offers the nearest one."""

    def __init__(self, noun: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        super().__init__(f"unknown {noun} '{name}'.{hint} Choose from: {', '.join(names)}.")
