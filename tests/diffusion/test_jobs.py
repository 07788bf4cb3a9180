# SPDX-License-Identifier: GPL-3.0-or-later
"""JobRunner (in one process) and StoreJobs (over a shared store) behave alike as implementations of Jobs."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from dict_store import DictStore
from polling import wait_until
from tile_upscale_gpu.job_context import GpuLost, JobContext, Result, Stopped
from tile_upscale_gpu.job_runner import JobRunner
from tile_upscale_gpu.job_table import Job
from tile_upscale_gpu.jobs import ABANDONED, CANCELLED, KEPT_S, Question
from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.request import Submission, parse
from tile_upscale_gpu.settings import Settings
from tile_upscale_gpu.store_jobs import Run, StoreJobs, paint_run, purge_ended
from wire_client import check, make_request

SETTINGS = Settings.model_validate(
    {"models": {"a": {}}, "controlnets": {"tile": {}}, "max_jobs": 3, "batch_timeout_s": 100, "max_kept_mib": 1}
)
LONG_S = 30


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakePainter:
    """Adds a result for each tile; the fields set how a batch ends."""

    n_results: int = 1 << 30  # number of tiles after which painting hangs
    failure: Exception | None = None
    result_bytes: int = 10
    begun: list[str] = field(default_factory=list)

    def paint(self, request: Request, context: JobContext, done: tuple[str, ...] = ()) -> None:
        self.begun.append(request.batch_id)
        for tile in request.tiles[: self.n_results]:
            if tile.id in done:
                continue
            if context.is_stopped():
                raise Stopped
            context.add(Result.make(tile.id, success=False, error="x" * self.result_bytes))
        if self.failure:
            raise self.failure


@dataclass
class Harness:
    """One of the two implementations with its environment. `work` runs the painter until it ends or hangs."""

    jobs: Any
    painter: FakePainter
    clock: Clock
    work: Callable[[], Awaitable[None]]
    sweep: Callable[[], Awaitable[None]]


def make_process_harness(painter: FakePainter, clock: Clock) -> Harness:
    go = asyncio.Event()

    class SyncJobContext:
        def __init__(self, job: Job) -> None:
            self.job = job

        def is_stopped(self) -> bool:
            return self.job.has_ended

        def add(self, result: Result) -> None:
            self.job.add(result)

    async def paint(runner: JobRunner, job: Job) -> None:
        await go.wait()
        if job.submission is None:
            raise Stopped
        request = job.submission.request
        await runner.start(job, "running")
        painter.paint(request, SyncJobContext(job))
        if len(job.done) < len(request.tiles):
            await asyncio.Event().wait()

    runner = JobRunner(SETTINGS, paint, clock)

    async def work() -> None:
        go.set()
        await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)

    return Harness(runner, painter, clock, work, runner.sweep)


class FakeCalls:
    """A cloud's queue. `work` of the harness runs the waiting calls."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, Run, Request]] = []
        self.failures: dict[str, str] = {}
        self.n = 0

    def spawn(self, run: Run, request: Request) -> str:
        self.n += 1
        self.waiting.append((f"call-{self.n}", run, request))
        return f"call-{self.n}"

    def cancel(self, call_id: str) -> None:
        self.waiting = [call for call in self.waiting if call[0] != call_id]

    def find_failure(self, call_id: str) -> str | None:
        return self.failures.get(call_id)


def make_store_harness(painter: FakePainter, clock: Clock) -> Harness:
    store, calls = DictStore(), FakeCalls()

    async def work() -> None:
        waiting, calls.waiting = calls.waiting, []
        for _, run, request in waiting:
            paint_with_clock(painter, store, run, request, clock)

    async def sweep() -> None:
        purge_ended(store, SETTINGS.batch_timeout_s, clock.now)

    harness = Harness(StoreJobs(store, calls, clock), painter, clock, work, sweep)
    harness.store, harness.calls = store, calls  # type: ignore[attr-defined]
    return harness


def paint_with_clock(painter: FakePainter, store: DictStore, run: Run, request: Request, clock: Clock) -> None:
    paint_run(painter, SETTINGS, store, run, request, clock)


MAKERS = {"process": make_process_harness, "store": make_store_harness}


def make_submission(tiles: int = 3, **changes: Any) -> Submission:
    return parse(json.dumps(make_request(tiles, size=8, **changes)).encode(), None, SETTINGS)


def run_test(kind: str, test: Callable[[Harness], Awaitable[None]], **painter: Any) -> None:
    async def main() -> None:
        await test(MAKERS[kind](FakePainter(**painter), Clock()))

    asyncio.run(main())


both = pytest.mark.parametrize("kind", MAKERS)


@both
def test_batch_is_queued_then_painted(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission()
        await harness.jobs.submit(submission)
        answer = await harness.jobs.answer(submission.batch_id, Question())
        assert answer.status in ("queued", "starting") and answer.tiles_processed == 0
        await harness.work()
        answer = await harness.jobs.answer(submission.batch_id, Question())
        assert (answer.status, answer.tiles_processed, answer.error) == ("completed", 3, None)
        message = json.loads(answer.to_json())
        check(message, "answer")
        assert [result["id"] for result in message["results"]] == ["0", "1", "2"]
        part = await harness.jobs.answer(submission.batch_id, Question(results_from=1, max_results=1))
        assert [json.loads(result)["id"] for result in part.results] == ["1"] and part.tiles_processed == 3

    run_test(kind, test)


@both
def test_same_id_and_body_is_painted_once(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission()
        for _ in range(3):
            await harness.jobs.submit(submission)
        await harness.work()
        await harness.jobs.submit(submission)
        await harness.work()
        assert harness.painter.begun == [submission.batch_id]

    run_test(kind, test)


@both
def test_same_id_and_other_body_is_422(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission()
        await harness.jobs.submit(submission)
        other = Submission(submission.request, "another checksum")
        with pytest.raises(Problem) as caught:
            await harness.jobs.submit(other)
        assert caught.value.status == 422

    run_test(kind, test)


@both
def test_cancelled_batch_keeps_its_results_and_begins_anew(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission()
        await harness.jobs.submit(submission)
        assert await harness.jobs.cancel(submission.batch_id, CANCELLED)
        await harness.work()
        answer = await harness.jobs.answer(submission.batch_id, Question())
        assert (answer.status, answer.error) == ("cancelled", CANCELLED)
        assert harness.painter.begun == [], "what was cancelled before its turn is not begun"
        assert await harness.jobs.cancel(submission.batch_id, "again")
        await harness.jobs.submit(submission)
        await harness.work()
        assert (await harness.jobs.answer(submission.batch_id, Question())).status == "completed"

    run_test(kind, test)


@both
def test_unknown_batches(kind: str) -> None:
    async def test(harness: Harness) -> None:
        assert await harness.jobs.answer("never-heard-of", Question()) is None
        assert not await harness.jobs.cancel("never-heard-of", CANCELLED)

    run_test(kind, test)


@both
def test_lease_that_runs_out_cancels(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission(lease_s=LONG_S)
        await harness.jobs.submit(submission)
        harness.clock.now += LONG_S - 1
        await harness.sweep()
        assert (await harness.jobs.answer(submission.batch_id, Question())).status != "cancelled"
        harness.clock.now += LONG_S + 1
        await harness.sweep()
        await harness.work()
        answer = await harness.jobs.answer(submission.batch_id, Question())
        assert (answer.status, answer.error) == ("cancelled", ABANDONED)

    run_test(kind, test)


@both
def test_failure_is_reported_and_the_batch_may_begin_anew(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission, other = make_submission(), make_submission()
        await harness.jobs.submit(submission)
        await harness.work()
        answer = await harness.jobs.answer(submission.batch_id, Question())
        assert answer.status == "failed" and "made to fail" in answer.error and answer.tiles_processed == 3
        harness.painter.failure = None
        for batch in (other, submission):
            await harness.jobs.submit(batch)
            await harness.work()
            assert (await harness.jobs.answer(batch.batch_id, Question())).status == "completed"

    run_test(kind, test, failure=RuntimeError("made to fail"))


@both
def test_results_are_forgotten_after_an_hour(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission()
        await harness.jobs.submit(submission)
        await harness.work()
        harness.clock.now += KEPT_S
        await harness.sweep()
        assert await harness.jobs.answer(submission.batch_id, Question())
        harness.clock.now += 1
        await harness.sweep()
        assert await harness.jobs.answer(submission.batch_id, Question()) is None

    run_test(kind, test)


@both
def test_wait_ends_with_news(kind: str) -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission()
        await harness.jobs.submit(submission)
        waiting = asyncio.ensure_future(harness.jobs.answer(submission.batch_id, Question(wait_s=1e6)))
        await harness.work()
        answer = await asyncio.wait_for(waiting, 30)
        assert answer.tiles_processed > 0

    run_test(kind, test)


def test_batch_that_takes_too_long_fails_and_others_go_on() -> None:
    async def test(harness: Harness) -> None:
        slow = make_submission()
        await harness.jobs.submit(slow)
        await harness.work()
        harness.painter.n_results = 1 << 30
        harness.clock.now += SETTINGS.batch_timeout_s + 1
        await harness.jobs.answer(slow.batch_id, Question())
        await harness.sweep()
        answer = await harness.jobs.answer(slow.batch_id, Question())
        assert answer.status == "failed" and "100 s" in answer.error
        assert answer.tiles_processed == 2, "what was painted in time is kept"
        other = make_submission()
        await harness.jobs.submit(other)
        await harness.work()
        assert (await harness.jobs.answer(other.batch_id, Question())).status == "completed"

    run_test("process", test, n_results=2)


def test_painter_over_a_store_stops_when_it_takes_too_long() -> None:
    clock = Clock()
    store, submission = DictStore(), make_submission()

    class Slow(FakePainter):
        def paint(self, request: Request, context: JobContext, done: tuple[str, ...] = ()) -> None:
            for tile in request.tiles:
                if context.is_stopped():
                    raise Stopped
                context.add(Result.failed(tile.id, 0, "no matter"))
                store["run:asked"] = clock.now = clock.now + 60
                context.synchronize()

    run = Run("run", submission.checksum, LONG_S, clock.now, "call")
    store["batch:" + submission.batch_id] = run
    paint_run(Slow(), SETTINGS, store, run, submission.request, clock)
    answer = asyncio.run(StoreJobs(store, FakeCalls(), clock).answer(submission.batch_id, Question()))
    assert answer and answer.status == "failed" and answer.tiles_processed == 2


def start_run(store: DictStore, submission: Submission, clock: Clock) -> Run:
    run = Run("run", submission.checksum, LONG_S, clock.now, "call")
    store["batch:" + submission.batch_id] = run
    return run


def test_painting_thread_makes_no_call_to_the_store() -> None:
    """Each takes tens of milliseconds in a cloud. `called` grows by the name of the thread."""
    called: list[str] = []

    class RecordingStore(DictStore):
        def get(self, key: str, default: Any = None) -> Any:
            called.append(threading.current_thread().name)
            return super().get(key, default)

        def put(self, key: str, value: Any) -> None:
            called.append(threading.current_thread().name)
            super().put(key, value)

    class Painter(FakePainter):
        def paint(self, request: Request, context: JobContext, done: tuple[str, ...] = ()) -> None:
            called.clear()
            super().paint(request, context, done)
            assert threading.current_thread().name not in called

    clock, submission, store = Clock(), make_submission(tiles=9), RecordingStore()
    paint_run(Painter(), SETTINGS, store, start_run(store, submission, clock), submission.request, clock)
    answer = asyncio.run(StoreJobs(store, FakeCalls(), clock).answer(submission.batch_id, Question()))
    assert answer and answer.status == "completed" and len(answer.results) == 9


def test_results_and_a_stop_pass_while_painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the store can't be reached for a while."""
    monkeypatch.setattr("tile_upscale_gpu.store_jobs.SYNC_S", 0.01)
    failures = iter([ConnectionError("made to fail")] * 3)

    class FlakyStore(DictStore):
        def put(self, key: str, value: Any) -> None:
            if "result" in key and (failure := next(failures, None)):
                raise failure
            super().put(key, value)

    clock, submission, store = Clock(), make_submission(), FlakyStore()
    jobs = StoreJobs(store, FakeCalls(), clock)

    class Painter(FakePainter):
        def paint(self, request: Request, context: JobContext, done: tuple[str, ...] = ()) -> None:
            context.add(Result.failed("0", 0, "painted"))
            wait_until(lambda: jobs._read_state(run).done == ("0",), "the first result is stored")
            jobs._cancel(request.batch_id, CANCELLED)
            wait_until(context.is_stopped, "the painter hears of the stop")
            context.add(Result.failed("1", 0, "painted meanwhile"))
            raise Stopped

    run = start_run(store, submission, clock)
    paint_run(Painter(), SETTINGS, store, run, submission.request, clock)
    answer = asyncio.run(jobs.answer(submission.batch_id, Question()))
    assert answer and answer.status == "cancelled"
    assert [json.loads(result)["id"] for result in answer.results] == ["0", "1"]


def test_no_room_for_more_batches() -> None:
    async def test(harness: Harness) -> None:
        batches = [make_submission() for _ in range(SETTINGS.max_jobs)]
        for batch in batches:
            await harness.jobs.submit(batch)
        with pytest.raises(Problem) as caught:
            await harness.jobs.submit(make_submission())
        assert caught.value.status == 429 and caught.value.headers["Retry-After"]
        await harness.jobs.cancel(batches[0].batch_id, CANCELLED)
        await harness.jobs.submit(make_submission())

    run_test("process", test)


def test_ended_batches_take_no_more_than_their_room() -> None:
    async def test(harness: Harness) -> None:
        batches = [make_submission(tiles=1) for _ in range(3)]
        for batch in batches:
            await harness.jobs.submit(batch)
            await harness.work()
            harness.clock.now += 1
        await harness.sweep()
        answers = [await harness.jobs.answer(batch.batch_id, Question()) for batch in batches]
        assert [answer is not None for answer in answers] == [False, False, True], "the oldest go first"

    run_test("process", test, result_bytes=600 << 10)


@pytest.mark.parametrize("loss", [GpuLost("its GPU is lost"), KeyboardInterrupt("the container is gone")])
def test_container_that_takes_over_goes_on_where_the_lost_one_was(loss: BaseException) -> None:
    store, submission, clock = DictStore(), make_submission(tiles=4), Clock()
    run = Run("run", submission.checksum, LONG_S, clock.now, "call")
    store["batch:" + submission.batch_id] = run

    class Dying(FakePainter):
        def paint(self, request: Request, context: JobContext, done: tuple[str, ...] = ()) -> None:
            context.add(Result.failed("0", 0, "from the first"))
            context.add(Result.failed("2", 0, "from the first"))
            raise loss

    with pytest.raises(type(loss)):
        paint_run(Dying(), SETTINGS, store, run, submission.request, clock)
    paint_run(FakePainter(), SETTINGS, store, run, submission.request, clock)
    answer = asyncio.run(StoreJobs(store, FakeCalls(), clock).answer(submission.batch_id, Question()))
    assert answer and answer.status == "completed"
    assert [json.loads(result)["id"] for result in answer.results] == ["0", "2", "1", "3"]


def test_two_fronts_that_take_the_same_batch_at_once_paint_it_once() -> None:
    """The second front reads the store before the first has stored the batch, and writes after."""
    store, calls, submission = DictStore(), FakeCalls(), make_submission()
    first = StoreJobs(store, calls)

    class LateStore(DictStore):
        def get(self, key: str, default: Any = None) -> Any:
            if not calls.n and key.startswith("batch:"):
                first._submit(submission)
                return None
            return store.get(key, default)

        def put(self, key: str, value: Any) -> None:
            store.put(key, value)

        def put_new(self, key: str, value: Any) -> bool:
            return store.put_new(key, value)

    asyncio.run(StoreJobs(LateStore(), calls).submit(submission))
    assert calls.n == 1


def test_tile_that_is_answered_twice_counts_once() -> None:
    job = Job("id", "checksum", LONG_S, 0.0, None)
    for text in ("first", "second"):
        job.add(Result.failed("7", 0, text))
    assert [json.loads(result)["error"] for result in job.results] == ["first"]


def test_call_that_failed_as_a_whole_is_reported() -> None:
    async def test(harness: Harness) -> None:
        submission = make_submission()
        await harness.jobs.submit(submission)
        harness.calls.failures["call-1"] = "the container was lost"  # type: ignore[attr-defined]
        answer = await harness.jobs.answer(submission.batch_id, Question())
        assert (answer.status, answer.error) == ("failed", "the container was lost")

    run_test("store", test)


def test_nothing_is_left_in_the_store() -> None:
    async def test(harness: Harness) -> None:
        for _ in range(2):
            submission = make_submission()
            await harness.jobs.submit(submission)
            await harness.work()
            await harness.jobs.answer(submission.batch_id, Question())
        await harness.jobs.submit(make_submission())
        harness.clock.now += 2 * KEPT_S
        await harness.sweep()
        assert harness.store == {}  # type: ignore[attr-defined]

    run_test("store", test)
