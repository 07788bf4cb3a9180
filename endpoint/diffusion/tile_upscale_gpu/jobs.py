# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface between the web layer and the code that runs batches, in this process or elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tile_upscale_gpu.request import Submission

Status = Literal["queued", "starting", "running", "completed", "failed", "cancelled"]
FINAL: frozenset[Status] = frozenset({"completed", "failed", "cancelled"})

KEPT_S = 3600
CANCELLED = "the client cancelled the batch"
ABANDONED = "nobody has asked about the batch for the length of its lease"
WENT_AWAY = "the client went away"
SHUTTING_DOWN = "the service is shutting down: send the batch again"
OTHER_BODY = "the batch id was used for another request: choose a new one"


def too_late(limit_s: float) -> str:
    return f"the batch took longer than {limit_s:.0f} s: send fewer tiles at once"


def no_room(n: int) -> str:
    return f"{n} batches are waiting already: send this one later"


@dataclass(frozen=True)
class Question:
    """Range of results to return, and how long to wait for new ones. With `until_end`, wait for the end of the batch."""

    results_from: int = 0
    max_results: int = 1 << 31
    wait_s: float = 0.0
    until_end: bool = False


@dataclass(frozen=True)
class Answer:
    batch_id: str
    status: Status
    error: str | None
    tiles_processed: int
    results: Sequence[bytes]

    @property
    def has_ended(self) -> bool:
        return self.status in FINAL

    def to_json(self) -> bytes:
        """Joins the results without parsing them: each is JSON of several megabytes."""
        head = {
            "batch_id": self.batch_id, "status": self.status, "success": self.status == "completed",
            "error": self.error, "tiles_processed": self.tiles_processed,
        }  # fmt: skip
        return json.dumps(head)[:-1].encode() + b', "results": [' + b",".join(self.results) + b"]}"


@dataclass(frozen=True)
class Capacity:
    """Number of batches that a client may send at once."""

    concurrency: int = 1
    queue: int = 1
    autoscales: bool = False

    @property
    def n_batches(self) -> int:
        return self.concurrency + self.queue


class Jobs(Protocol):
    async def submit(self, submission: Submission) -> None:
        """Adds a batch unless it is known. Raises Problem 422 (same id, other body) or 429 (queue full)."""

    async def answer(self, batch_id: str, question: Question) -> Answer | None:
        """Renews the batch's lease. Returns None if the batch is unknown."""

    async def cancel(self, batch_id: str, reason: str) -> bool:
        """Returns False if the batch is unknown."""
