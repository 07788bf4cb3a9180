# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of `tile-upscale-gpu`: answers while weights load, and ends soon on SIGTERM and after the loss of its GPU."""

import contextlib
import logging
import socket
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from tile_upscale_gpu.auth_middleware import AuthMiddleware, AuthMode
from tile_upscale_gpu.job_context import CannotLoad, GpuLost
from tile_upscale_gpu.jobs import SHUTTING_DOWN
from tile_upscale_gpu.local_paint import LocalPaint
from tile_upscale_gpu.metrics import BATCHES, GPU_BYTES
from tile_upscale_gpu.settings import Settings
from tile_upscale_gpu.web import background, make_app

log = logging.getLogger(__name__)

LOADING = "the weights are being loaded: ask again"
# Together less than the 5 s after which a supervisor may kill the process.
DRAIN_S = 2
SEND_S = 2


class Service(uvicorn.Server):
    """`failure` is the reason of an end that nobody asked for."""

    def __init__(self, settings: Settings, token: str) -> None:
        self.paint = LocalPaint(settings)
        self.runner = self.paint.queue.runner
        self.hindrance: str | None = LOADING
        self.failure: str | None = None
        app = make_app(settings, self.runner, lambda: self.paint.capacity, self._live, lambda: self.hindrance)
        app.add_api_route("/metrics", self._answer_metrics, methods=["GET"])
        guarded = AuthMiddleware(app, AuthMode.TOKEN if token else AuthMode.LOOPBACK, token)
        super().__init__(uvicorn.Config(guarded, log_config=None, access_log=False, timeout_graceful_shutdown=SEND_S))

    @contextlib.asynccontextmanager
    async def _live(self, _app: FastAPI) -> AsyncIterator[None]:
        async with background(self.runner.sweep_forever()), background(self._work()):
            yield

    async def _answer_metrics(self) -> Response:
        open_jobs = [job.status for job in self.runner.table.jobs.values() if not job.has_ended]
        for status in ("queued", "starting", "running"):
            BATCHES.labels(status).set(open_jobs.count(status))
        for painter in self.paint.painters:
            for kind, size in zip(("taken", "most"), painter.measure_memory(), strict=True):
                GPU_BYTES.labels(str(painter.device), kind).set(size)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _work(self) -> None:
        """Loads the default model before the first batch is painted."""
        try:
            await self.paint.load()
        except CannotLoad as error:
            self._fail(str(error))
        except Exception as error:
            log.exception("the default model can't be loaded")
            self._fail(f"the default model can't be loaded: {error}")
        else:
            self.hindrance = None
            await self._paint()

    async def _paint(self) -> None:
        try:
            await self.paint.work_forever()
        except GpuLost as error:
            self._fail(str(error))

    def _fail(self, failure: str) -> None:
        """Ends the process. A supervisor starts another one: after an error in a kernel, only that helps."""
        log.critical("%s; the service ends", failure)
        self.hindrance = self.failure = failure
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers for a while before uvicorn closes the port."""
        self.hindrance = self.failure or SHUTTING_DOWN
        await self.runner.drain(DRAIN_S)
        await super().shutdown(sockets)


def run_service(settings: Settings, token: str, listener: socket.socket) -> str | None:
    """Returns the reason of a failure, or None after an end by signal."""
    service = Service(settings, token)
    service.run(sockets=[listener])
    return service.failure
