# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface between the painter of a batch and the store of its results, which may run on different machines."""

import json
from dataclasses import dataclass
from typing import Any, Protocol


class Stopped(Exception):
    """The rest of the batch is not wanted: it was cancelled, abandoned, or took too long."""


class CannotLoad(Exception):
    """The machine or the settings lack something that the painter needs; the message is a sentence with the remedy."""


class GpuLost(Exception):
    """The GPU no longer answers in this process.

    A worker with siblings ends, and its batch goes to one of them: alive it would fail batches faster than the others paint them.
    """


class JobContext(Protocol):
    """The painter's view of its job. All methods are called from the threads of the painter."""

    def begin(self) -> None:
        """The weights are loaded, and painting begins."""

    def is_stopped(self) -> bool:
        """True if the batch was cancelled, abandoned or is late. The painter calls this between steps."""

    def add(self, result: "Result") -> None:
        """Stores a finished tile."""


@dataclass(frozen=True)
class Result:
    """A finished tile, already serialized: the painter encodes its megabytes once, and no server parses them again."""

    tile_id: str
    json: bytes

    @classmethod
    def make(cls, tile_id: str, **members: Any) -> "Result":
        return cls(tile_id, json.dumps({"id": tile_id, **members}).encode())

    @classmethod
    def failed(cls, tile_id: str, seed: int, error: str) -> "Result":
        return cls.make(tile_id, success=False, seed=seed, error=error)
