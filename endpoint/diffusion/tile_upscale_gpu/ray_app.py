# SPDX-License-Identifier: GPL-3.0-or-later
"""The service on Ray Serve:

    serve run tile_upscale_gpu.ray_app:build settings=settings.toml

A front without a GPU answers HTTP. Up to `max_replicas` GPU replicas paint one batch each. A named actor holds the results, so that
they survive the loss of the front and of replicas.
"""

import asyncio
import hashlib
import logging
import os
import uuid
from collections.abc import Collection
from typing import Any

import ray
from ray import serve
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.serve.exceptions import RayServeException
from ray.serve.handle import DeploymentHandle

from tile_upscale_gpu import VERSION
from tile_upscale_gpu.auth_middleware import AuthMiddleware, AuthMode
from tile_upscale_gpu.job_context import GpuLost, Result, Stopped
from tile_upscale_gpu.job_runner import JobRunner
from tile_upscale_gpu.job_table import Job
from tile_upscale_gpu.jobs import Answer, Capacity, Question
from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.request import Submission
from tile_upscale_gpu.settings import Settings, read_settings, read_token
from tile_upscale_gpu.web import make_app

log = logging.getLogger(__name__)

NAMESPACE = "tile-upscale"
GPU = "Gpu"
TRIES = 4
# Time to load another model and to store the last results, added to the time limit of a batch.
MARGIN_S = 300


class ActorJobContext:
    """A replica's JobContext. Each call is a remote call to the JobStoreActor."""

    def __init__(self, job_store: Any, run_id: str) -> None:
        self.job_store = job_store
        self.run_id = run_id

    def is_stopped(self) -> bool:
        return ray.get(self.job_store.is_stopped.remote(self.run_id))

    def add(self, result: Result) -> None:
        ray.get(self.job_store.add.remote(self.run_id, result))


class Gpu:
    """A replica: one process that has the weights loaded."""

    def __init__(self, settings: Settings) -> None:
        from tile_upscale_gpu.painter import Painter

        self.painter = Painter(settings)
        self.painter.load()

    async def paint(self, job_store: Any, run_id: str, request: Request, done: Collection[str]) -> None:
        await job_store.start.remote(run_id)
        context = ActorJobContext(job_store, run_id)
        try:
            # In a thread, so that this replica answers Serve's health checks meanwhile.
            await asyncio.to_thread(self.painter.paint, request, context, done)
        except Stopped:
            log.info("batch %r was stopped", request.batch_id)
        except GpuLost:
            log.critical("this replica ends", exc_info=True)
            os._exit(1)


@ray.remote(num_cpus=0, max_restarts=-1)
class JobStoreActor:
    """Holds the state of all batches and passes them to the replicas, so that batches outlive the front."""

    def __init__(self, settings: Settings) -> None:
        n_wanted = make_capacity(settings).n_batches
        self.runner = JobRunner(settings.model_copy(update={"max_jobs": max(settings.max_jobs, n_wanted)}), self._paint)
        # Each try has an id of its own, so that a replica which was only thought lost stops when the next one starts.
        self.runs: dict[str, Job] = {}
        self.gpu: DeploymentHandle | None = None
        self.sweeper: asyncio.Task[None] | None = None

    async def use(self, gpu: DeploymentHandle) -> None:
        self.gpu = gpu
        self.sweeper = self.sweeper or asyncio.ensure_future(self.runner.sweep_forever())

    async def submit(self, submission: Submission) -> tuple[int, str] | None:
        """Returns a Problem as (status, detail), since Ray would wrap an exception."""
        try:
            await self.runner.submit(submission)
        except Problem as problem:
            return problem.status, problem.detail
        return None

    async def answer(self, batch_id: str, question: Question) -> Answer | None:
        return await self.runner.answer(batch_id, question)

    async def cancel(self, batch_id: str, reason: str) -> bool:
        return await self.runner.cancel(batch_id, reason)

    async def start(self, run_id: str) -> None:
        if job := self.runs.get(run_id):
            await self.runner.start(job, "running")

    async def is_stopped(self, run_id: str) -> bool:
        job = self.runs.get(run_id)
        return job is None or job.has_ended

    async def add(self, run_id: str, result: Result) -> None:
        if job := self.runs.get(run_id):
            await self.runner.add(job, result)

    async def _paint(self, runner: JobRunner, job: Job) -> None:
        n_lost = 0
        while n_lost < TRIES:
            n_done = len(job.done)
            await runner.start(job, "starting")
            try:
                await self._paint_once(job)
                return
            except RayTaskError:
                raise
            except (RayError, RayServeException) as error:
                log.warning("batch %r lost its replica with %d tiles done: %s", job.batch_id, len(job.done), type(error).__name__)
                # A replica that painted some tiles was taken away from the batch; only one that painted none may have failed on it.
                n_lost = 0 if len(job.done) > n_done else n_lost + 1
        raise RuntimeError(f"the batch lost its GPU replica {TRIES} times in a row without a new tile")

    async def _paint_once(self, job: Job) -> None:
        if job.submission is None:
            raise Stopped
        if self.gpu is None:
            raise RuntimeError("the service has just been restarted: send the batch again")
        run_id = uuid.uuid4().hex
        self.runs[run_id] = job
        try:
            me = ray.get_runtime_context().current_actor
            await self.gpu.paint.remote(me, run_id, job.submission.request, frozenset(job.done))
        finally:
            del self.runs[run_id]


def get_job_store(settings: Settings) -> Any:
    """Returns the actor for these settings and this version, and makes it if there is none."""
    name = "jobs-" + hashlib.sha256(f"{VERSION} {settings.model_dump_json()}".encode()).hexdigest()[:12]
    return JobStoreActor.options(name=name, namespace=NAMESPACE, lifetime="detached", get_if_exists=True).remote(settings)


class ActorJobs:
    """Implements Jobs in a front by calls to the JobStoreActor."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.job_store: Any = None

    async def _find(self) -> Any:
        """Tells an actor that is new or was restarted where the replicas are."""
        if self.job_store is None:
            job_store = get_job_store(self.settings)
            await job_store.use.remote(serve.get_deployment_handle(GPU, serve.get_replica_context().app_name))
            self.job_store = job_store
        return self.job_store

    async def _ask(self, method: str, *arguments: Any) -> Any:
        try:
            return await getattr(await self._find(), method).remote(*arguments)
        except RayActorError as error:
            self.job_store = None
            raise Problem(503, "the process that holds the batches is restarting: ask again") from error

    async def submit(self, submission: Submission) -> None:
        if refusal := await self._ask("submit", submission):
            raise Problem(*refusal)

    async def answer(self, batch_id: str, question: Question) -> Answer | None:
        return await self._ask("answer", batch_id, question)

    async def cancel(self, batch_id: str, reason: str) -> bool:
        return await self._ask("cancel", batch_id, reason)


def make_capacity(settings: Settings) -> Capacity:
    """One batch at work and one queued for each replica."""
    scale = settings.ray
    return Capacity(scale.max_replicas, scale.max_replicas, autoscales=scale.min_replicas < scale.max_replicas)


def make_front(settings: Settings, token: str) -> type:
    capacity = make_capacity(settings)

    def make_app_with_auth() -> AuthMiddleware:
        app = make_app(settings, ActorJobs(settings), capacity)
        return AuthMiddleware(app, AuthMode.TOKEN if token else AuthMode.LOOPBACK, token)

    @serve.ingress(make_app_with_auth)
    class Front:
        def __init__(self, _gpu: DeploymentHandle) -> None:
            """The argument makes Serve deploy the replicas with the front."""

    return Front


def build(arguments: dict[str, str]) -> serve.Application:
    """For `serve run` and for Serve's config files; `settings` names the TOML file."""
    settings = read_settings(arguments.get("settings"))
    scale = settings.ray
    gpu = serve.deployment(
        Gpu,
        name=GPU,
        max_ongoing_requests=1,
        # Serve scales down by stopping the newest replica, at work or not, and kills it after this time (20 s by default). A replica
        # that is to stop finishes its batch and takes no other. When all of Serve ends, the batch ends with its lease.
        graceful_shutdown_timeout_s=settings.batch_timeout_s + MARGIN_S,
        ray_actor_options={"num_gpus": scale.num_gpus, "num_cpus": scale.num_cpus},
        autoscaling_config={
            "min_replicas": scale.min_replicas, "max_replicas": scale.max_replicas, "target_ongoing_requests": 1,
            "initial_replicas": scale.min_replicas, "upscale_delay_s": 1, "downscale_delay_s": scale.idle_s,
            # All batches of a picture arrive at once: an average over Serve's default of 30 s would start replicas too late.
            "look_back_period_s": 12,
        },
    )  # fmt: skip
    # Requests that wait for results occupy one place each in the front, but no CPU time.
    front = serve.deployment(make_front(settings, read_token()), name="Front", max_ongoing_requests=200, ray_actor_options={"num_cpus": 0})
    return front.bind(gpu.bind(settings))
