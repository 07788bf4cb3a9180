# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints in this process: each GPU is a worker, which takes groups of tiles from the queue, also before it has painted the last one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from tile_upscale_gpu.job_context import GpuLost, Result, Stopped
from tile_upscale_gpu.jobs import Capacity
from tile_upscale_gpu.settings import Settings
from tile_upscale_gpu.tile_queue import Group, TileQueue

if TYPE_CHECKING:
    from tile_upscale_gpu.painter import Painter

T = TypeVar("T")
N_IN_HAND = 2


class ThreadJobContext:
    """Passes results from the painting thread to the event loop. `add` waits for the loop, so results can't pile up."""

    def __init__(self, queue: TileQueue, group_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self.queue = queue
        self.group_id = group_id
        self.loop = loop

    def begin(self) -> None:
        asyncio.run_coroutine_threadsafe(self.queue.begin(self.group_id), self.loop).result()

    def is_stopped(self) -> bool:
        return self.queue.is_stopped(self.group_id)

    def add(self, result: Result) -> None:
        asyncio.run_coroutine_threadsafe(self.queue.add(self.group_id, result), self.loop).result()


class Worker:
    """A painter with a thread for each group in hand: while one is at the GPU, the other is decoded or encoded."""

    def __init__(self, number: int) -> None:
        self.name = f"worker-{number}"
        self.thread = ThreadPoolExecutor(N_IN_HAND, thread_name_prefix=self.name)
        self.painter: Painter | None = None

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, function, *arguments)

    def load(self, settings: Settings, device: Any) -> None:
        self.painter = make_painter(settings, device)
        self.painter.load()


def find_devices(name: str) -> list[Any]:
    # Here, because torch and diffusers take seconds to import, and the event loop answers meanwhile.
    from tile_upscale_gpu.device import choose_devices

    return list(choose_devices(name))


def make_painter(settings: Settings, device: Any) -> "Painter":
    from tile_upscale_gpu.painter import Painter

    return Painter(settings, device)


class LocalPaint:
    """A TileQueue with a worker for each GPU."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.queue = TileQueue(settings)
        self.workers = [Worker(0)]

    @property
    def capacity(self) -> Capacity:
        """One batch at work and one queued for each GPU."""
        return Capacity(len(self.workers), len(self.workers))

    @property
    def painters(self) -> list["Painter"]:
        return [worker.painter for worker in self.workers if worker.painter]

    async def load(self) -> None:
        """Loads the default model on every GPU."""
        devices = await self.workers[0].run(find_devices, self.settings.device)
        self.workers += [Worker(number) for number in range(1, len(devices))]
        self.queue.runner.table.n_advertised = self.capacity.n_batches
        loading = [worker.run(worker.load, self.settings, device) for worker, device in zip(self.workers, devices, strict=True)]
        await asyncio.gather(*loading)

    async def work_forever(self) -> None:
        """Raises GpuLost when this process must end."""
        await asyncio.gather(*(self._work(worker) for worker in self.workers for _ in range(N_IN_HAND)))

    async def _work(self, worker: Worker) -> None:
        while True:
            group = await self.queue.wait_and_take(worker.name)
            try:
                await self._paint(worker, group)
            except Stopped:
                await self.queue.end(group.group_id)
            except Exception as error:
                await self.queue.end(group.group_id, error)
                if isinstance(error, GpuLost):
                    raise
            else:
                await self.queue.end(group.group_id)

    async def _paint(self, worker: Worker, group: Group) -> None:
        assert worker.painter
        context = ThreadJobContext(self.queue, group.group_id, asyncio.get_running_loop())
        await worker.run(worker.painter.paint, group.request, context)
