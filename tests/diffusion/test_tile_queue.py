# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers share the tiles of all batches: no tile is painted twice or lost, whatever happens to workers and batches."""

import asyncio
import json
import random
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from polling import LIMIT_S
from tile_upscale_gpu.job_context import GpuLost, JobContext, Result, Stopped
from tile_upscale_gpu.jobs import CANCELLED, Capacity, Question
from tile_upscale_gpu.local_paint import LocalPaint
from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.request import Submission, parse
from tile_upscale_gpu.settings import Settings
from tile_upscale_gpu.tile_queue import TRIES, Group, TileQueue
from wire_client import make_request

SETTINGS = Settings.model_validate({"models": {"a": {}}, "controlnets": {"tile": {}}, "unet_batch": 4, "max_jobs": 40})


def make_submission(tiles: int, sizes: tuple[int, ...] = (64,)) -> Submission:
    request = make_request(1)
    groups = [make_request(-(-tiles // len(sizes)), size=size)["tiles"] for size in sizes]
    request["tiles"] = [{**tile, "id": str(number)} for number, tile in enumerate([tile for group in groups for tile in group][:tiles])]
    return parse(json.dumps(request).encode(), None, SETTINGS)


def run(test: Callable[[TileQueue], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT_S):
            await test(TileQueue(SETTINGS))

    asyncio.run(main())


async def submit(queue: TileQueue, tiles: int, **how: Any) -> str:
    submission = make_submission(tiles, **how)
    await queue.runner.submit(submission)
    await asyncio.sleep(0)
    return submission.batch_id


async def paint(queue: TileQueue, group: Group, n: int = 1 << 30) -> None:
    for tile in group.request.tiles[:n]:
        await queue.add(group.group_id, Result.failed(tile.id, 0, "no matter"))


async def read(queue: TileQueue, batch_id: str, until_end: bool = False) -> tuple[str, list[str]]:
    answer = await queue.runner.answer(batch_id, Question(until_end=until_end))
    assert answer
    return answer.status, [json.loads(result)["id"] for result in answer.results]


def list_ids(group: Group | None) -> list[str]:
    return [tile.id for tile in group.request.tiles] if group else []


def test_worker_goes_on_with_its_batch_then_begins_one_then_helps() -> None:
    async def test(queue: TileQueue) -> None:
        first, second, third = [await submit(queue, n) for n in (9, 8, 4)]
        taken = [queue.take(worker, f"{worker}-{number}") for number in range(3) for worker in "ab"]
        assert [group and group.request.batch_id for group in taken] == [first, second, first, second, first, third]
        assert [list_ids(group) for group in taken[::2]] == [list("0123"), list("4567"), ["8"]]
        assert queue.take("a", "more") is None and queue.n_waiting == 0

    run(test)


def test_idle_worker_helps_with_the_last_batch() -> None:
    async def test(queue: TileQueue) -> None:
        batch_id = await submit(queue, 9)
        groups = [await queue.wait_and_take(worker) for worker in "abc"]
        for group in reversed(groups):
            await queue.begin(group.group_id)
            await paint(queue, group)
            await queue.end(group.group_id)
        assert await read(queue, batch_id, until_end=True) == ("completed", ["8", *"4567", *"0123"])

    run(test)


def test_idle_worker_comes_before_one_that_has_a_group() -> None:
    """Each has two places, as a GPU with a group that is decoded before its turn."""

    async def test(queue: TileQueue) -> None:
        waiting = [(worker, asyncio.ensure_future(queue.wait_and_take(worker))) for worker in "abc" for _ in range(2)]
        await asyncio.sleep(0)
        for n, expected in ((12, "abc"), (4, "aabc")):
            batch_id = await submit(queue, n)
            await asyncio.sleep(0)
            group = next(taking.result() for _, taking in waiting if taking.done())
            await queue.begin(group.group_id)
            await read(queue, batch_id)
            assert "".join(sorted(worker for worker, taking in waiting if taking.done())) == expected
        for _, taking in waiting:
            taking.cancel()

    run(test)


def test_loss_counts_only_without_progress_and_not_for_stopped_workers() -> None:
    async def test(queue: TileQueue) -> None:
        batch_id = await submit(queue, 8)
        for number in range(3 * TRIES):
            group = queue.take("a", str(number))
            assert group and list_ids(group)[0] == ("0" if number < 2 * TRIES else "1"), "tiles keep their order"
            await queue.begin(group.group_id)
            if number == 2 * TRIES - 1:
                await paint(queue, group, 1)
            await queue.end(group.group_id, is_excused=number < TRIES + 1)
            expected = "failed" if number == 3 * TRIES - 1 else "starting"
            await asyncio.sleep(0)
            assert (await read(queue, batch_id))[0] == expected, number

    run(test)


def test_late_worker_adds_nothing_to_a_batch_that_was_given_to_another() -> None:
    async def test(queue: TileQueue) -> None:
        batch_id = await submit(queue, 2)
        late = await queue.wait_and_take("a")
        await queue.end(late.group_id)
        assert queue.is_stopped(late.group_id)
        group = await queue.wait_and_take("b")
        await paint(queue, late)
        assert (await read(queue, batch_id))[1] == []
        await paint(queue, group)
        await queue.end(group.group_id)
        assert await read(queue, batch_id, until_end=True) == ("completed", ["0", "1"])

    run(test)


def test_worker_of_a_cancelled_batch_is_stopped() -> None:
    async def test(queue: TileQueue) -> None:
        batch_id = await submit(queue, 2)
        group = await queue.wait_and_take("a")
        assert not queue.is_stopped(group.group_id)
        await queue.runner.cancel(batch_id, CANCELLED)
        assert queue.is_stopped(group.group_id)

    run(test)


@pytest.mark.parametrize("seed", range(20))
def test_every_tile_is_painted_once_whatever_happens(seed: int) -> None:
    """Batches of all sizes come and some go; workers are lost with some tiles done, but never often enough to end a batch."""
    dice = random.Random(seed)
    painted: Counter[tuple[str, str]] = Counter()

    async def work(queue: TileQueue, worker: str) -> None:
        while True:
            group = await queue.wait_and_take(worker)
            await queue.begin(group.group_id)
            is_lost = dice.random() < 0.2
            for tile in group.request.tiles[: dice.randint(0, 3) if is_lost else None]:
                await asyncio.sleep(0)
                if queue.is_stopped(group.group_id):
                    break
                painted[group.request.batch_id, tile.id] += 1
                await queue.add(group.group_id, Result.failed(tile.id, 0, "no matter"))
            await queue.end(group.group_id, is_excused=is_lost)

    async def test(queue: TileQueue) -> None:
        workers = [asyncio.ensure_future(work(queue, str(number))) for number in range(dice.randint(1, 4))]
        sizes = {await submit(queue, n, sizes=(64, 72)): n for n in [dice.randint(1, 20) for _ in range(8)]}
        cancelled = {batch_id for batch_id in sizes if dice.random() < 0.2}
        for batch_id in cancelled:
            await queue.runner.cancel(batch_id, CANCELLED)
        for batch_id, n in sizes.items():
            status, ids = await read(queue, batch_id, until_end=True)
            if batch_id not in cancelled:
                assert (status, sorted(ids, key=int)) == ("completed", [str(number) for number in range(n)])
        assert set(painted.values()) <= {1}
        assert not queue.batches or all(batch.is_over for batch in queue.batches)
        for worker in workers:
            worker.cancel()

    run(test)


class FakePainter:
    """Paints when all of its siblings have tiles too."""

    def __init__(self, ready: threading.Barrier, failure: Exception | None = None) -> None:
        self.ready = ready
        self.failure = failure

    def load(self, _name: str = "") -> None:
        pass

    def paint(self, request: Request, context: JobContext) -> None:
        context.begin()
        self.ready.wait(LIMIT_S)
        if self.failure:
            raise self.failure
        if context.is_stopped():
            raise Stopped
        for tile in request.tiles:
            context.add(Result.failed(tile.id, 0, "no matter"))


def run_local(monkeypatch: pytest.MonkeyPatch, painters: list[Any], test: Callable[[LocalPaint], Awaitable[None]]) -> None:
    monkeypatch.setattr("tile_upscale_gpu.local_paint.find_devices", lambda _name: list(range(len(painters))))
    monkeypatch.setattr("tile_upscale_gpu.local_paint.make_painter", lambda _settings, device: painters[device])

    async def main() -> None:
        async with asyncio.timeout(LIMIT_S):
            paint = LocalPaint(SETTINGS)
            await paint.load()
            await test(paint)

    asyncio.run(main())


def test_gpus_of_one_machine_share_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The barrier opens when both paint at once."""
    barrier = threading.Barrier(2)

    async def test(paint: LocalPaint) -> None:
        assert paint.capacity == Capacity(2, 2)
        working = asyncio.ensure_future(paint.work_forever())
        batch_id = await submit(paint.queue, 16)
        status, ids = await read(paint.queue, batch_id, until_end=True)
        assert status == "completed" and len(ids) == 16
        working.cancel()

    run_local(monkeypatch, [FakePainter(barrier), FakePainter(barrier)], test)


def test_lost_gpu_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(paint: LocalPaint) -> None:
        batch_id = await submit(paint.queue, 1)
        with pytest.raises(GpuLost):
            await paint.work_forever()
        assert (await read(paint.queue, batch_id, until_end=True))[0] == "failed"

    ready = threading.Barrier(1)
    run_local(monkeypatch, [FakePainter(ready, GpuLost("made to fail"))], test)
