# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs batches from one process: long-polls for results and has each batch painted, here or elsewhere."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine

from tile_upscale_gpu.job_context import Result, Stopped
from tile_upscale_gpu.job_table import Job, JobTable
from tile_upscale_gpu.jobs import SHUTTING_DOWN, Answer, Question, Status
from tile_upscale_gpu.logs import current_batch
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.request import Submission
from tile_upscale_gpu.settings import Settings

log = logging.getLogger(__name__)

SWEEP_S = 0.5


class JobRunner:
    """Implements Jobs on one event loop. `paint` returns when all tiles are done and raises when the batch can't go on."""

    def __init__(
        self, settings: Settings, paint: Callable[["JobRunner", Job], Awaitable[None]], clock: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        self.table = JobTable(settings)
        self.paint = paint
        self.clock = clock
        self.news = asyncio.Condition()
        self.tasks: set[asyncio.Task[None]] = set()
        self.is_draining = False

    async def submit(self, submission: Submission) -> None:
        if self.is_draining:
            raise Problem(503, SHUTTING_DOWN)
        job = self.table.submit(submission, self.clock())
        if job:
            self._spawn(self._drive(job))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _drive(self, job: Job) -> None:
        current_batch.set(job.batch_id)
        try:
            await self.paint(self, job)
        except Stopped:
            pass
        except Exception as error:
            log.exception("batch %r failed", job.batch_id)
            job.end("failed", f"the service failed on this batch: {error}", self.clock())
        else:
            job.end("completed", None, self.clock())
        await self._notify()

    async def _notify(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def start(self, job: Job, status: Status) -> None:
        job.start(status, self.clock())
        await self._notify()

    async def add(self, job: Job, result: Result) -> None:
        job.add(result)
        await self._notify()

    async def answer(self, batch_id: str, question: Question) -> Answer | None:
        job = self.table.jobs.get(batch_id)
        if not job:
            return None
        # A client that is waiting for an answer keeps its lease.
        job.n_holders += 1
        try:
            await self._wait(job, question)
        finally:
            job.n_holders -= 1
            job.asked_at = max(job.asked_at, self.clock())
        answer = job.answer(question)
        if self.is_draining:
            await self._notify()
        return answer

    async def _wait(self, job: Job, question: Question) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if question.until_end else question.wait_s), self.news:
                await self.news.wait_for(lambda: job.has_news(question))

    async def cancel(self, batch_id: str, reason: str) -> bool:
        job = self.table.jobs.get(batch_id)
        if not job:
            return False
        job.end("cancelled", reason, self.clock())
        await self._notify()
        return True

    async def sweep(self) -> None:
        for job in self.table.sweep(self.clock()):
            log.info("batch %r: %s", job.batch_id, job.error)
        await self._notify()

    async def sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            await self.sweep()

    async def drain(self, limit_s: float) -> None:
        """Ends all batches, which also answers requests that wait, and lets clients collect the results so far."""
        self.is_draining = True
        jobs = self.table.jobs.values()
        for job in jobs:
            job.end("cancelled", SHUTTING_DOWN, self.clock())
        await self._notify()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s), self.news:
                await self.news.wait_for(lambda: all(job.is_collected for job in jobs))
