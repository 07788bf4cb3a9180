# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets threads use the GPU one at a time, in the order in which they asked for it."""

import contextlib
import threading
from collections.abc import Iterator


class Turns:
    def __init__(self) -> None:
        self.line: list[object] = []
        self.changed = threading.Condition()

    def ask(self) -> object:
        """Returns a ticket. Its holder must call leave() in the end."""
        ticket = object()
        with self.changed:
            self.line.append(ticket)
        return ticket

    def leave(self, ticket: object) -> None:
        """May be called several times."""
        with self.changed:
            if ticket in self.line:
                self.line.remove(ticket)
            self.changed.notify_all()

    @contextlib.contextmanager
    def take(self, ticket: object) -> Iterator[None]:
        with self.changed:
            self.changed.wait_for(lambda: self.line[0] is ticket)
        try:
            yield
        finally:
            self.leave(ticket)
