# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints in a thread of this process, one batch at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tile_upscale_gpu.job_context import Result, Stopped
from tile_upscale_gpu.job_runner import JobRunner
from tile_upscale_gpu.job_table import Job
from tile_upscale_gpu.settings import Settings

if TYPE_CHECKING:
    from tile_upscale_gpu.painter import Painter


class ThreadJobContext:
    """Passes results from the painting thread to the event loop. `add` waits for the loop, so results can't pile up."""

    def __init__(self, runner: JobRunner, job: Job, loop: asyncio.AbstractEventLoop) -> None:
        self.runner = runner
        self.job = job
        self.loop = loop

    def is_stopped(self) -> bool:
        return self.job.has_ended

    def add(self, result: Result) -> None:
        asyncio.run_coroutine_threadsafe(self.runner.add(self.job, result), self.loop).result()


class LocalPaint:
    """A JobRunner's `paint` that uses one thread of this process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.painter: Painter | None = None
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="painter")
        self.turn = asyncio.Lock()

    async def load(self, name: str = "") -> "Painter":
        return await asyncio.get_running_loop().run_in_executor(self.thread, self._load, name)

    def _load(self, name: str) -> "Painter":
        # Here, because torch and diffusers take seconds to import, and the event loop answers meanwhile.
        from tile_upscale_gpu.painter import Painter

        self.painter = self.painter or Painter(self.settings)
        self.painter.load(name)
        return self.painter

    async def __call__(self, runner: JobRunner, job: Job) -> None:
        async with self.turn:
            if job.submission is None:
                raise Stopped
            request = job.submission.request
            await runner.start(job, "starting")
            painter = await self.load(request.model_config_.base_model or "")
            await runner.start(job, "running")
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self.thread, painter.paint, request, ThreadJobContext(runner, job, loop))
