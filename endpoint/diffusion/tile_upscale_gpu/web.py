# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of the wire contract (endpoint/README.md). A Jobs object runs the batches."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match

from tile_upscale_gpu import VERSION
from tile_upscale_gpu.jobs import CANCELLED, WENT_AWAY, Answer, Capacity, Jobs, Question
from tile_upscale_gpu.messages import Health, ModelDetails, Sampler
from tile_upscale_gpu.pictures import GRID_PX
from tile_upscale_gpu.problem import CONTENT_TYPE, Problem
from tile_upscale_gpu.request import Submission, parse
from tile_upscale_gpu.settings import Settings

log = logging.getLogger(__name__)

MAX_WAIT_S = 20
POLL_AFTER_S = 1
UNKNOWN = "this batch is not known here, or no longer: submit it again"

# Returns the reason why the service can't paint now, or None.
Hindrance = Callable[[], str | None]
# The number of GPUs of a machine is known when the weights are loaded.
FindCapacity = Callable[[], Capacity]
Lifespan = Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]


def make_app(
    settings: Settings, jobs: Jobs, capacity: FindCapacity, lifespan: Lifespan | None = None, hindrance: Hindrance = lambda: None
) -> FastAPI:  # fmt: skip
    app = FastAPI(title="Tile Upscale GPU", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    routes = Routes(settings, jobs, capacity, hindrance)
    app.add_api_route("/livez", routes.live, methods=["GET"])
    app.add_api_route("/readyz", routes.ready, methods=["GET"])
    app.add_api_route("/v1/health", routes.health, methods=["GET"], response_model=Health)
    app.add_api_route("/v1/batches/{batch_id:path}", routes.put, methods=["PUT"])
    app.add_api_route("/v1/batches/{batch_id:path}", routes.get, methods=["GET"])
    app.add_api_route("/v1/batches/{batch_id:path}", routes.delete, methods=["DELETE"])
    app.add_api_route("/process_tile_batch", routes.process, methods=["POST"])
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_failure)
    return app


class Routes:
    def __init__(self, settings: Settings, jobs: Jobs, capacity: FindCapacity, hindrance: Hindrance) -> None:
        self.settings = settings
        self.jobs = jobs
        self.capacity = capacity
        self.hindrance = hindrance
        self.identity: str | None = None

    async def live(self) -> Response:
        """For supervisors: the process answers."""
        return Response("ok\n", media_type="text/plain")

    async def ready(self) -> Response:
        """For supervisors and load balancers: batches are painted at once."""
        self._refuse_if_hindered()
        return await self.live()

    def _refuse_if_hindered(self) -> None:
        if reason := self.hindrance():
            raise Problem(503, reason)

    async def health(self) -> Response:
        self._refuse_if_hindered()
        if self.identity is None:
            self.identity = await run_in_threadpool(self.settings.make_identity)
        health = make_health(self.settings, self.capacity(), self.identity)
        return Response(health.model_dump_json(exclude_none=True), media_type="application/json")

    async def put(self, batch_id: str, request: Request) -> Response:
        await self.jobs.submit(await self._read(request, batch_id))
        return await self._answer(batch_id, Question(wait_s=_preferred_wait(request.headers)))

    async def get(self, batch_id: str, request: Request) -> Response:
        return await self._answer(batch_id, _read_question(request))

    async def delete(self, batch_id: str) -> Response:
        if not await self.jobs.cancel(batch_id, CANCELLED):
            raise Problem(404, UNKNOWN)
        return Response(status_code=204)

    async def process(self, request: Request) -> Response:
        """The blocking route. The batch is cancelled when the client disconnects."""
        submission = await self._read(request, None)
        await self.jobs.submit(submission)
        answer = asyncio.ensure_future(self.jobs.answer(submission.batch_id, Question(until_end=True)))
        try:
            await self._wait_with_client(request, answer)
        except asyncio.CancelledError:
            await asyncio.shield(self.jobs.cancel(submission.batch_id, WENT_AWAY))
            raise
        return _respond(answer.result())

    async def _wait_with_client(self, request: Request, answer: "asyncio.Future[Answer | None]") -> None:
        gone = asyncio.ensure_future(_wait_for_hang_up(request))
        try:
            waiting: list[asyncio.Future[Any]] = [answer, gone]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        if not answer.done():
            answer.cancel()
            raise asyncio.CancelledError

    async def _read(self, request: Request, batch_id: str | None) -> Submission:
        body = await _read_body(request, self.settings.max_body_mib << 20)
        return await run_in_threadpool(parse, body, batch_id, self.settings)

    async def _answer(self, batch_id: str, question: Question) -> Response:
        return _respond(await self.jobs.answer(batch_id, question))


def make_health(settings: Settings, capacity: Capacity, identity: str) -> Health:
    return Health(
        protocol=1, identity=identity, version=VERSION, max_tiles=settings.max_tiles, max_body_bytes=settings.max_body_mib << 20,
        multiple_of=GRID_PX, concurrency=capacity.concurrency, queue=capacity.queue, autoscales=capacity.autoscales, resizes=True,
        uses_prompt=True, models=list(settings.models), controlnets=list(settings.controlnets), loras=list(settings.loras),
        model_details=[_describe_model(settings, name) for name in settings.models],
        captions=settings.caption is not None, about=settings.gpu.describe(), price_per_hour=settings.gpu.price_per_hour,
        currency=None if settings.gpu.price_per_hour is None else settings.gpu.currency,
    )  # fmt: skip


def _describe_model(settings: Settings, name: str) -> ModelDetails:
    model = settings.models[name]
    samplers = [Sampler(name=sampler, max_steps=settings.limit_steps(sampler)) for sampler in model.limits.samplers]
    return ModelDetails(
        name=name, family=model.family, native_px=model.native_px or model.limits.native_px,
        default_steps=model.steps, default_cfg_scale=model.cfg_scale,
        default_sampler=model.sampler, samplers=samplers, prompt_tokens=model.limits.prompt_tokens,
    )  # fmt: skip


async def _read_body(request: Request, limit: int) -> bytes:
    """Reads a body over the limit to its end without keeping it: most clients read the 413 only after they have sent everything."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            chunks.clear()
        else:
            chunks.append(chunk)
    if size > limit:
        raise Problem(413, "the request is larger than this endpoint takes: send fewer tiles at once")
    return b"".join(chunks)


async def _wait_for_hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _preferred_wait(headers: Mapping[str, str]) -> int:
    """Parses `Prefer: respond-async, wait=10` (RFC 7240); other preferences are ignored."""
    for preference in headers.get("prefer", "").split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "wait" and value.strip().isdecimal():
            return min(int(value), MAX_WAIT_S)
    return 0


def _read_question(request: Request) -> Question:
    numbers: dict[str, int] = {}
    for name in ("results_from", "max_results"):
        value = request.query_params.get(name)
        if value is None:
            continue
        if not value.isdecimal():
            raise Problem(422, f"'{name}' must be a whole number")
        numbers[name] = int(value)
    first, n = numbers.get("results_from", 0), numbers.get("max_results", Question.max_results)
    return Question(first, n, _preferred_wait(request.headers))


def _respond(answer: Answer | None) -> Response:
    if answer is None:
        raise Problem(404, UNKNOWN)
    if answer.has_ended:
        return Response(answer.to_json(), 200, media_type="application/json")
    # Relative, so that the address also holds behind a proxy that adds a path.
    headers = {"Location": "./" + quote(answer.batch_id, safe=""), "Retry-After": str(POLL_AFTER_S)}
    return Response(answer.to_json(), 202, headers, media_type="application/json")


def _respond_problem(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(problem.to_json(), problem.status, {**problem.headers, **(headers or {})}, media_type=CONTENT_TYPE)


async def _on_problem(_request: Request, problem: Problem) -> Response:
    return _respond_problem(problem)


async def _on_http_exception(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        allowed = {method for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE for method in route.methods}
        return _respond_problem(Problem(405, "this route does not take that method"), {"Allow": ", ".join(sorted(allowed))})
    sentence = "there is no such route here" if error.status_code == 404 else str(error.detail)
    return _respond_problem(Problem(error.status_code, sentence))


async def _on_failure(_request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return _respond_problem(Problem(500, "the service failed on this request; its log says why. Sending it again may help"))


@contextlib.asynccontextmanager
async def background(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Runs a coroutine for the application's lifespan."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
