# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu`: the service on one machine, with uvicorn. Loads weights once and paints one batch at a time."""

import argparse
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI

from tile_upscale_gpu.auth_middleware import AuthMiddleware, AuthMode, is_loopback
from tile_upscale_gpu.job_runner import JobRunner
from tile_upscale_gpu.jobs import Capacity
from tile_upscale_gpu.settings import FILE_VARIABLE, TOKEN_VARIABLE, Settings, read_settings, read_token
from tile_upscale_gpu.web import background, make_app


def make_service(settings: Settings, token: str) -> AuthMiddleware:
    # torch and diffusers take seconds to import: read the settings and report their errors first.
    from tile_upscale_gpu.local_paint import LocalPaint
    from tile_upscale_gpu.painter import Painter

    paint = LocalPaint(Painter(settings))
    runner = JobRunner(settings, paint)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await paint.load()
        async with background(runner.sweep_forever()):
            yield
        runner.stop()

    app = make_app(settings, runner, Capacity(), lifespan)
    return AuthMiddleware(app, AuthMode.TOKEN if token else AuthMode.LOOPBACK, token)


def listen(host: str, port: int, token: str) -> socket.socket:
    """Opens the port. Without a token only loopback is allowed."""
    if not token and not is_loopback(host):
        raise ValueError(f"refuses to listen on {host} without authentication: set {TOKEN_VARIABLE} to a long random text")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tile-upscale-gpu", description="The GPU service of Tile Upscale.")
    parser.add_argument("--settings", help=f"TOML file; default: the one that {FILE_VARIABLE} names")
    parser.add_argument("--host", default="127.0.0.1", help=f"any address but loopback needs a token in {TOKEN_VARIABLE}")
    parser.add_argument("--port", type=int, default=8765, help="0 for any free port")
    return parser


def main() -> int:
    arguments = make_parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    token = read_token()
    try:
        listener = listen(arguments.host, arguments.port, token)
        settings = read_settings(arguments.settings)
    except (ValueError, OSError, OverflowError) as error:
        print(f"tile-upscale-gpu: {error}", file=sys.stderr)
        return 2
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(f"listening on http://{host}:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(make_service(settings, token), log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
