# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs for a cloud: batches live in a shared key-value store, and the cloud's queue runs the calls that paint them.

Fronts and painters may restart at any time and keep nothing in memory that others need. Each start of a batch is a run of its own.
Only the run's painter writes its state and results; only fronts write the time of the last request and the wish to stop.
"""

import asyncio
import contextlib
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tile_upscale_gpu.job_context import GpuLost, Result, Stopped
from tile_upscale_gpu.jobs import ABANDONED, FINAL, KEPT_S, OTHER_BODY, Answer, Question, Status, too_late
from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.request import Submission
from tile_upscale_gpu.settings import Settings

log = logging.getLogger(__name__)

POLL_S = 1.0
SYNC_S = 1.0
# A front that dies between storing a run and spawning its call leaves the run without one.
SPAWN_LIMIT_S = 60


class Store(Protocol):
    """A dictionary that machines share."""

    def get(self, key: str, default: Any = None) -> Any: ...
    def put(self, key: str, value: Any) -> None: ...
    def put_new(self, key: str, value: Any) -> bool:
        """Sets a new key. Returns False if the key exists."""

    def pop(self, key: str) -> None: ...
    def keys(self) -> Iterable[str]: ...


class Calls(Protocol):
    """The cloud's queue of calls to painters."""

    def spawn(self, run: "Run", request: Request) -> str: ...
    def cancel(self, call_id: str) -> None: ...
    def find_failure(self, call_id: str) -> str | None:
        """Returns a sentence on why the whole call failed, or None while the call waits, runs or has succeeded."""


@dataclass(frozen=True)
class Run:
    """A submitted batch, as fronts see it."""

    run_id: str
    checksum: str
    lease_s: int
    submitted_at: float
    call_id: str = ""


@dataclass(frozen=True)
class State:
    """Progress of a run, as its painter writes it."""

    status: Status = "starting"
    error: str | None = None
    done: tuple[str, ...] = ()
    started_at: float = 0.0
    ended_at: float = 0.0


def run_key(batch_id: str) -> str:
    return f"batch:{batch_id}"


def state_key(run_id: str) -> str:
    return f"{run_id}:state"


def asked_key(run_id: str) -> str:
    return f"{run_id}:asked"


def stop_key(run_id: str) -> str:
    return f"{run_id}:stop"


def result_key(run_id: str, number: int) -> str:
    return f"{run_id}:result:{number}"


class StoreJobContext:
    """A painter's JobContext over the store. The painter's own threads only use memory: a call to the store takes tens of milliseconds."""

    def __init__(self, settings: Settings, store: Store, run: Run, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.store = store
        self.run = run
        self.clock = clock
        self.finished: deque[Result] = deque()
        # A container that replaces a lost one resumes after its last stored tile.
        self.state: State = store.get(state_key(run.run_id)) or State(started_at=clock())

    def begin(self) -> None:
        """The state is `running` already."""

    def is_stopped(self) -> bool:
        return self.state.status in FINAL

    def add(self, result: Result) -> None:
        self.finished.append(result)

    def update(self, **changes: Any) -> None:
        state = replace(self.state, **changes)
        self.store.put(state_key(self.run.run_id), state)
        self.state = state

    def end(self, status: Status, error: str | None = None) -> None:
        self.update(status=status, error=error, ended_at=self.clock())

    def synchronize(self) -> None:
        """Stores what was painted, and learns whether the rest is wanted."""
        self.store_results()
        if self.is_stopped():
            return
        now = self.clock()
        if reason := self.store.get(stop_key(self.run.run_id)):
            self.end("cancelled", reason)
        elif now - self.store.get(asked_key(self.run.run_id), self.run.submitted_at) > self.run.lease_s:
            self.end("cancelled", ABANDONED)
        elif now - self.state.started_at > self.settings.batch_timeout_s:
            self.end("failed", too_late(self.settings.batch_timeout_s))

    def store_results(self) -> None:
        results = list(self.finished)
        # Store the results first: a reader expects every result that the state counts.
        for number, result in enumerate(results, len(self.state.done)):
            self.store.put(result_key(self.run.run_id, number), result.json)
        if results:
            self.update(done=(*self.state.done, *(result.tile_id for result in results)))
        # Only now, so that a store that can't be reached loses none.
        for _ in results:
            self.finished.popleft()

    @contextlib.contextmanager
    def synchronizing(self) -> Iterator[None]:
        """Synchronizes once a second in a thread, and stores what is left at the end."""
        ended = threading.Event()

        def work() -> None:
            while not ended.wait(SYNC_S):
                try:
                    self.synchronize()
                except Exception:
                    log.warning("run %s: the store can't be reached, trying again", self.run.run_id, exc_info=True)

        thread = threading.Thread(target=work, name="synchronizer")
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.store_results()


def paint_run(
    painter: Any, settings: Settings, store: Store, run: Run, request: Request, clock: Callable[[], float] = time.time
) -> None:  # fmt: skip
    """The call that the cloud runs. Stores a failure instead of raising it, so that the cloud retries only when the GPU is lost."""
    context = StoreJobContext(settings, store, run, clock)
    context.synchronize()
    if context.is_stopped():
        return
    context.update(status="running")
    try:
        with context.synchronizing():
            painter.paint(request, context, context.state.done)
    except Stopped:
        return
    except GpuLost:
        raise
    except Exception as error:
        log.exception("run %s failed", run.run_id)
        context.end("failed", f"the service failed on this batch: {error}")
        return
    context.end("completed")


class StoreJobs:
    """Implements Jobs in a front. The store waits for a network, so its methods run in threads."""

    def __init__(self, store: Store, calls: Calls, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.calls = calls
        self.clock = clock

    async def submit(self, submission: Submission) -> None:
        await asyncio.to_thread(self._submit, submission)

    def _submit(self, submission: Submission) -> None:
        key = run_key(submission.batch_id)
        known: Run | None = self.store.get(key)
        run = Run(uuid.uuid4().hex, submission.checksum, submission.lease_s, self.clock())
        if known and known.checksum != submission.checksum:
            raise Problem(422, OTHER_BODY)
        if known and self._read_state(known).status not in ("cancelled", "failed"):
            self.store.put(asked_key(known.run_id), self.clock())
            return
        if known:
            self.store.put(key, run)
        elif not self.store.put_new(key, run):
            return  # another front has just stored the same batch
        self.store.put(key, replace(run, call_id=self.calls.spawn(run, submission.request)))

    def _read_state(self, run: Run) -> State:
        state: State = self.store.get(state_key(run.run_id)) or State()
        if state.status in FINAL:
            return state
        if reason := self.store.get(stop_key(run.run_id)):
            return replace(state, status="cancelled", error=reason)
        if run.call_id:
            failure = self.calls.find_failure(run.call_id)
        else:
            failure = "the batch was never begun: send it again" if self.clock() - run.submitted_at > SPAWN_LIMIT_S else None
        return replace(state, status="failed", error=failure) if failure else state

    async def answer(self, batch_id: str, question: Question) -> Answer | None:
        until = self.clock() + question.wait_s
        while True:
            run, state = await asyncio.to_thread(self._renew_lease, batch_id)
            if run is None:
                return None
            has_news = state.status in FINAL or (not question.until_end and len(state.done) > question.results_from)
            if has_news or (not question.until_end and self.clock() >= until):
                return await asyncio.to_thread(self._make_answer, batch_id, run, state, question)
            await asyncio.sleep(POLL_S)

    def _renew_lease(self, batch_id: str) -> tuple[Run | None, State]:
        run: Run | None = self.store.get(run_key(batch_id))
        if run is None:
            return None, State()
        state = self._read_state(run)
        if state.ended_at and self.clock() - state.ended_at > KEPT_S:
            return None, state
        self.store.put(asked_key(run.run_id), self.clock())
        return run, state

    def _make_answer(self, batch_id: str, run: Run, state: State, question: Question) -> Answer:
        last = min(len(state.done), question.results_from + question.max_results)
        results = [self.store.get(result_key(run.run_id, number)) for number in range(question.results_from, last)]
        return Answer(batch_id, state.status, state.error, len(state.done), results)

    async def cancel(self, batch_id: str, reason: str) -> bool:
        return await asyncio.to_thread(self._cancel, batch_id, reason)

    def _cancel(self, batch_id: str, reason: str) -> bool:
        run: Run | None = self.store.get(run_key(batch_id))
        if run is None:
            return False
        # A painter reads the stop key between steps. A call that has not begun is removed from the queue.
        if self._read_state(run).status not in FINAL:
            self.store.put(stop_key(run.run_id), reason)
            if run.call_id and self.store.get(state_key(run.run_id)) is None:
                self.calls.cancel(run.call_id)
        return True


def purge_ended(store: Store, longest_s: float, now: float) -> int:
    """Deletes batches that ended an hour ago or can no longer run. Returns the number of batches."""
    keys = list(store.keys())
    old = {}
    for key in keys:
        if key.startswith(run_key("")) and isinstance(run := store.get(key), Run):
            state: State = store.get(state_key(run.run_id)) or State()
            if now - (state.ended_at or run.submitted_at + longest_s) > KEPT_S:
                old[run.run_id] = key
    for key in keys:
        if key.partition(":")[0] in old:
            store.pop(key)
    for key in old.values():
        store.pop(key)
    return len(old)
