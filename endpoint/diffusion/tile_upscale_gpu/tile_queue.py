# SPDX-License-Identifier: GPL-3.0-or-later
"""The tiles of all open batches. Workers take groups of them, so that none is idle while another one has many tiles before it."""

import logging
import uuid
from collections import Counter
from dataclasses import dataclass, field

from tile_upscale_gpu.job_context import Result, Stopped
from tile_upscale_gpu.job_runner import JobRunner
from tile_upscale_gpu.job_table import Job
from tile_upscale_gpu.messages import Request, Tile
from tile_upscale_gpu.request import choose_group
from tile_upscale_gpu.settings import Settings

log = logging.getLogger(__name__)

TRIES = 4


@dataclass(frozen=True)
class Group:
    """Tiles of one batch and one size, as a request of their own."""

    group_id: str
    request: Request


@dataclass(eq=False)
class Batch:
    """A job with the tiles that no worker has taken. `working` has the ids of the tiles of each group in work."""

    job: Job
    request: Request
    waiting: list[Tile]
    working: dict[str, set[str]] = field(default_factory=dict)
    failure: Exception | None = None
    n_lost: int = 0
    n_done_before: int = 0

    @property
    def is_over(self) -> bool:
        return self.job.has_ended or self.failure is not None or len(self.job.done) >= len(self.request.tiles)

    def take(self, group_id: str, size: int) -> Group:
        tiles = choose_group(self.waiting, size)
        self.working[group_id] = {tile.id for tile in tiles}
        self.waiting = [tile for tile in self.waiting if tile.id not in self.working[group_id]]
        return Group(group_id, self.request.model_copy(update={"tiles": tiles}))

    def give_back(self, group_id: str) -> bool:
        """Lets the tiles without a result wait again, in their order. Returns False if there are none."""
        missing = self.working.pop(group_id) - self.job.done
        waiting = missing | {tile.id for tile in self.waiting}
        self.waiting = [tile for tile in self.request.tiles if tile.id in waiting]
        return bool(missing)

    def count_loss(self) -> None:
        """A worker that painted some tiles was taken away from the batch; only one that painted none may have failed on it."""
        n_done = len(self.job.done)
        self.n_lost = 0 if n_done > self.n_done_before else self.n_lost + 1
        self.n_done_before = n_done
        if self.n_lost >= TRIES:
            self.failure = RuntimeError(f"the batch lost its GPU worker {TRIES} times in a row without a new tile")


class TileQueue:
    """Has a JobRunner, whose batches are painted by workers in this process or elsewhere. Lives on the JobRunner's event loop."""

    def __init__(self, settings: Settings) -> None:
        self.group_size = settings.unet_batch
        self.runner = JobRunner(settings, self._paint)
        self.batches: list[Batch] = []
        self.groups: dict[str, Batch] = {}
        # Workers by the groups that they have, and those that wait for one.
        self.holders: dict[str, str] = {}
        self.takers: list[str] = []
        # Id of the batch of each worker's last group.
        self.last: dict[str, str] = {}

    async def _paint(self, runner: JobRunner, job: Job) -> None:
        if job.submission is None:
            raise Stopped
        request = job.submission.request
        batch = Batch(job, request, list(request.tiles))
        self.batches.append(batch)
        try:
            async with runner.news:
                runner.news.notify_all()
                await runner.news.wait_for(lambda: batch.is_over)
        finally:
            self.batches.remove(batch)
        if batch.failure:
            raise batch.failure
        if job.has_ended:
            raise Stopped

    @property
    def waiting_batches(self) -> list[Batch]:
        return [batch for batch in self.batches if batch.waiting and not batch.is_over]

    @property
    def n_waiting(self) -> int:
        """Number of groups that wait for a worker."""
        return sum(-(-len(batch.waiting) // self.group_size) for batch in self.waiting_batches)

    def take(self, worker: str, group_id: str) -> Group | None:
        """Goes on with the worker's batch, then begins one that nobody paints, then helps where the fewest do."""
        last = self.last.get(worker)
        batch = min(self.waiting_batches, key=lambda batch: (batch.job.batch_id != last, len(batch.working)), default=None)
        if batch is None:
            return None
        if batch.job.status == "queued":
            batch.job.start("starting", self.runner.clock())
        self.last[worker] = batch.job.batch_id
        self.groups[group_id] = batch
        self.holders[group_id] = worker
        return batch.take(group_id, self.group_size)

    async def wait_and_take(self, worker: str) -> Group:
        """A worker may have two groups in hand, but takes none before its idle siblings."""
        group_id = uuid.uuid4().hex
        self.takers.append(worker)
        try:
            async with self.runner.news:
                group: Group = await self.runner.news.wait_for(lambda: self._is_next(worker) and self.take(worker, group_id))
        finally:
            self.takers.remove(worker)
        return group

    def _is_next(self, worker: str) -> bool:
        held = Counter(self.holders.values())
        return all(held[worker] <= held[other] for other in self.takers)

    async def begin(self, group_id: str) -> None:
        """The worker is ready to paint the group: its weights are loaded."""
        if batch := self.groups.get(group_id):
            await self.runner.start(batch.job, "running")

    def is_stopped(self, group_id: str) -> bool:
        batch = self.groups.get(group_id)
        return batch is None or batch.is_over

    async def add(self, group_id: str, result: Result) -> None:
        if batch := self.groups.get(group_id):
            await self.runner.add(batch.job, result)

    async def end(self, group_id: str, failure: Exception | None = None, is_excused: bool = False) -> None:
        """`failure` ends the batch. Without one, missing tiles are painted again; `is_excused` where the worker was stopped on purpose."""
        batch = self.groups.pop(group_id, None)
        if batch is None:
            return
        del self.holders[group_id]
        batch.failure = batch.failure or failure
        if batch.give_back(group_id) and not batch.is_over:
            log.warning("batch %r lost its worker with %d tiles done", batch.job.batch_id, len(batch.job.done))
            if not is_excused:
                batch.count_loss()
            if not batch.working:
                batch.job.start("starting", self.runner.clock())
        await self.notify()

    async def refuse(self) -> None:
        """No worker can be called now: counts against the batch that waits the longest."""
        for batch in self.waiting_batches[:1]:
            batch.count_loss()
        await self.notify()

    async def notify(self) -> None:
        async with self.runner.news:
            self.runner.news.notify_all()
