# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu`: the service on one machine, with uvicorn. Loads weights once and paints one batch at a time."""

import argparse
import logging
import os
import socket
import sys

from tile_upscale_gpu.auth_middleware import is_loopback
from tile_upscale_gpu.service import run_service
from tile_upscale_gpu.settings import FILE_VARIABLE, TOKEN_VARIABLE, read_settings, read_token


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
    """Returns 2 for wrong settings, which a restart does not help, and 1 for failures such as a lost GPU."""
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
    if failure := run_service(settings, token, listener):
        print(f"tile-upscale-gpu: {failure}", file=sys.stderr, flush=True)
        # Without waiting for a thread that a lost GPU may hold.
        os._exit(1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
