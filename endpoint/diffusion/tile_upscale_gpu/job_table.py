# SPDX-License-Identifier: GPL-3.0-or-later
"""All batches by id, with their states and limits. Pure: callers pass the time in, and nothing is started here."""

from dataclasses import dataclass, field

from tile_upscale_gpu.job_context import Result
from tile_upscale_gpu.jobs import ABANDONED, FINAL, KEPT_S, OTHER_BODY, Answer, Capacity, Question, Status, no_room, too_late
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.request import Submission
from tile_upscale_gpu.settings import Settings


@dataclass
class Job:
    """A batch, its results and its lease. `submission` is dropped when the batch ends, to free its memory."""

    batch_id: str
    checksum: str
    lease_s: int
    asked_at: float
    submission: Submission | None
    status: Status = "queued"
    error: str | None = None
    results: list[bytes] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    n_holders: int = 0
    n_collected: int = 0
    started_at: float | None = None
    ended_at: float = 0.0

    @property
    def has_ended(self) -> bool:
        return self.status in FINAL

    @property
    def n_bytes(self) -> int:
        return sum(len(result) for result in self.results)

    def start(self, status: Status, now: float) -> None:
        """`starting` while a machine comes up, `running` once tiles are painted."""
        if self.has_ended:
            return
        self.status = status
        if status == "running" and self.started_at is None:
            self.started_at = now

    def add(self, result: Result) -> None:
        """Ignores a tile that is already done, and any tile after the end of the batch."""
        if self.has_ended or result.tile_id in self.done:
            return
        self.done.add(result.tile_id)
        self.results.append(result.json)

    def end(self, status: Status, error: str | None, now: float) -> None:
        if self.has_ended:
            return
        self.status, self.error = status, error
        self.ended_at = self.asked_at = now
        self.submission = None

    def is_abandoned(self, now: float) -> bool:
        return not self.has_ended and self.n_holders == 0 and now - self.asked_at > self.lease_s

    def is_late(self, limit_s: float, now: float) -> bool:
        return not self.has_ended and self.started_at is not None and now - self.started_at > limit_s

    def has_news(self, question: Question) -> bool:
        return self.has_ended or (not question.until_end and len(self.results) > question.results_from)

    @property
    def is_collected(self) -> bool:
        """True if answers have carried all results so far."""
        return self.n_collected >= len(self.results)

    def answer(self, question: Question) -> Answer:
        results = self.results[question.results_from :][: question.max_results]
        self.n_collected = max(self.n_collected, question.results_from + len(results))
        return Answer(self.batch_id, self.status, self.error, len(self.results), results)


class JobTable:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # Number of batches that health invites clients to send; at least these are accepted.
        self.n_advertised = Capacity().n_batches
        self.jobs: dict[str, Job] = {}

    def submit(self, submission: Submission, now: float) -> Job | None:
        """Returns the new job to run, or None if the batch is known. A batch that failed or was cancelled starts again."""
        known = self.jobs.get(submission.batch_id)
        if known and known.checksum != submission.checksum:
            raise Problem(422, OTHER_BODY)
        if known and known.status not in ("cancelled", "failed"):
            known.asked_at = now
            return None
        n_open = sum(not job.has_ended for job in self.jobs.values())
        if n_open >= max(self.settings.max_jobs, self.n_advertised):
            raise Problem(429, no_room(n_open))
        job = Job(submission.batch_id, submission.checksum, submission.lease_s, now, submission)
        self.jobs[job.batch_id] = job
        return job

    def sweep(self, now: float) -> list[Job]:
        """Ends abandoned and late jobs and returns them; drops the results of old jobs, and of the oldest beyond `max_kept_mib`."""
        abandoned = [job for job in self.jobs.values() if job.is_abandoned(now)]
        late = [job for job in self.jobs.values() if job.is_late(self.settings.batch_timeout_s, now)]
        for job in abandoned:
            job.end("cancelled", ABANDONED, now)
        for job in late:
            job.end("failed", too_late(self.settings.batch_timeout_s), now)
        self._forget(now)
        return abandoned + late

    def _forget(self, now: float) -> None:
        ended = sorted((job for job in self.jobs.values() if job.has_ended), key=lambda job: job.ended_at)
        kept_bytes = sum(job.n_bytes for job in ended)
        for job in ended:
            if now - job.ended_at > KEPT_S or kept_bytes > self.settings.max_kept_mib << 20:
                del self.jobs[job.batch_id]
                kept_bytes -= job.n_bytes
