# SPDX-License-Identifier: GPL-3.0-or-later
"""What connects the one who paints a batch with the one who keeps its results, wherever the two run."""

import json
from dataclasses import dataclass
from typing import Any, Protocol


class Stopped(Exception):
    """Nobody wants the rest of the batch any more."""


class GpuLost(Exception):
    """The GPU answers no more in this process.

    Where there are others, this one ends and its batch goes to one of them; alive it would fail batches faster than others paint them.
    """


class Watch(Protocol):
    """Called from the thread that paints."""

    def is_stopped(self) -> bool:
        """Whether to stop: cancelled, abandoned, or too late. Asked between steps."""

    def add(self, result: "Result") -> None:
        """Takes a finished tile."""


@dataclass(frozen=True)
class Result:
    """A finished tile, already in the form in which it is sent: megabytes are encoded once, by the one who paints."""

    tile_id: str
    json: bytes

    @classmethod
    def make(cls, tile_id: str, **members: Any) -> "Result":
        return cls(tile_id, json.dumps({"id": tile_id, **members}).encode())

    @classmethod
    def failed(cls, tile_id: str, seed: int, error: str) -> "Result":
        return cls.make(tile_id, success=False, seed=seed, error=error)
