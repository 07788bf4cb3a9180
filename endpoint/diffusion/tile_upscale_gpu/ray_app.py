# SPDX-License-Identifier: GPL-3.0-or-later
"""The service on Ray Serve:

    serve run tile_upscale_gpu.ray_app:build settings=settings.toml

A front without a GPU answers HTTP. A named actor holds the tiles and the results, so that they survive the loss of the front and of
replicas. Each call of one of up to `max_replicas` GPU replicas says that tiles wait: the replica takes a group of them from the actor.
"""

import asyncio
import hashlib
import logging
import os
import uuid
from typing import Any

import ray
from ray import serve
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.serve.exceptions import RayServeException
from ray.serve.handle import DeploymentHandle

from tile_upscale_gpu import VERSION
from tile_upscale_gpu.auth_middleware import AuthMiddleware, AuthMode
from tile_upscale_gpu.job_context import GpuLost, Result, Stopped
from tile_upscale_gpu.jobs import Answer, Capacity, Question
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.request import Submission
from tile_upscale_gpu.settings import Settings, read_settings, read_token
from tile_upscale_gpu.tile_queue import Group, TileQueue
from tile_upscale_gpu.web import make_app

log = logging.getLogger(__name__)

NAMESPACE = "tile-upscale"
GPU = "Gpu"
# Time between two calls while Serve has no replica to call.
RETRY_S = 1.0
# Time to load another model and to store the last results, added to the time limit of a batch.
MARGIN_S = 300


class ActorJobContext:
    """A replica's JobContext. Each call is a remote call to the JobStoreActor."""

    def __init__(self, job_store: Any, group_id: str) -> None:
        self.job_store = job_store
        self.group_id = group_id

    def begin(self) -> None:
        ray.get(self.job_store.begin.remote(self.group_id))

    def is_stopped(self) -> bool:
        return ray.get(self.job_store.is_stopped.remote(self.group_id))

    def add(self, result: Result) -> None:
        ray.get(self.job_store.add.remote(self.group_id, result))


class Gpu:
    """A replica: one process that has the weights loaded."""

    def __init__(self, settings: Settings) -> None:
        self.name = uuid.uuid4().hex
        self.painter = self.load(settings)

    def load(self, settings: Settings) -> Any:
        from tile_upscale_gpu.painter import Painter

        painter = Painter(settings)
        painter.load()
        return painter

    async def paint(self, job_store: Any, group_id: str) -> str | None:
        """Takes a group of tiles, if one still waits. Returns the reason why its batch can't go on."""
        group = await job_store.take.remote(self.name, group_id)
        if group is None:
            return None
        try:
            # In a thread, so that this replica answers Serve's health checks meanwhile.
            await asyncio.to_thread(self.painter.paint, group.request, ActorJobContext(job_store, group_id))
        except Stopped:
            log.info("batch %r was stopped", group.request.batch_id)
        except GpuLost:
            log.critical("this replica ends", exc_info=True)
            os._exit(1)
        except Exception as error:
            log.exception("batch %r failed", group.request.batch_id)
            return str(error)
        return None


@ray.remote(num_cpus=0, max_restarts=-1)
class JobStoreActor:
    """Holds all batches and calls replicas for their tiles, so that batches outlive the front."""

    def __init__(self, settings: Settings) -> None:
        self.n_replicas = settings.ray.max_replicas
        self.queue = TileQueue(settings)
        self.runner = self.queue.runner
        self.runner.table.n_advertised = make_capacity(settings).n_batches
        # Calls that have taken no group yet. Calls of an earlier actor, which was lost, are in none of its successors.
        self.called: set[str] = set()
        self.gpu: DeploymentHandle | None = None
        self.tasks: list[asyncio.Task[None]] = []

    async def use(self, gpu: DeploymentHandle) -> None:
        self.gpu = gpu
        if not self.tasks:
            callers = [self._call_forever() for _ in range(self.n_replicas)]
            self.tasks = [asyncio.ensure_future(task) for task in (self.runner.sweep_forever(), *callers)]

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

    async def take(self, replica: str, group_id: str) -> Group | None:
        if group_id not in self.called:
            return None
        self.called.remove(group_id)
        return self.queue.take(replica, group_id)

    async def begin(self, group_id: str) -> None:
        await self.queue.begin(group_id)

    async def is_stopped(self, group_id: str) -> bool:
        return self.queue.is_stopped(group_id)

    async def add(self, group_id: str, result: Result) -> None:
        await self.queue.add(group_id, result)

    async def _call_forever(self) -> None:
        while True:
            async with self.runner.news:
                await self.runner.news.wait_for(lambda: self.queue.n_waiting > len(self.called))
                group_id = uuid.uuid4().hex
                self.called.add(group_id)
            self._announce_start()
            await self._call(group_id)

    def _announce_start(self) -> None:
        for batch in self.queue.waiting_batches:
            if batch.job.status == "queued":
                batch.job.start("starting", self.runner.clock())

    async def _call(self, group_id: str) -> None:
        assert self.gpu
        me = ray.get_runtime_context().current_actor
        try:
            failure = await self.gpu.paint.remote(me, group_id)
        except RayTaskError as error:
            failure = str(error)
        except (RayError, RayServeException) as error:
            await self._lose(group_id, error)
            return
        self.called.discard(group_id)
        await self.queue.end(group_id, RuntimeError(failure) if failure else None)

    async def _lose(self, group_id: str, error: Exception) -> None:
        """A replica that ended before it took tiles was stopped, and has failed on none. Serve may also have no replica to call."""
        log.warning("a replica was lost: %s", type(error).__name__)
        if group_id not in self.called:
            await self.queue.end(group_id, is_excused=getattr(error, "preempted", False))
            return
        self.called.remove(group_id)
        if isinstance(error, RayServeException):
            await asyncio.sleep(RETRY_S)
            await self.queue.refuse()


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
        app = make_app(settings, ActorJobs(settings), lambda: capacity)
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
        # that is to stop finishes its group and takes no other. When all of Serve ends, batches end with their leases.
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
