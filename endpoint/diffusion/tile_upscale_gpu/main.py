# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu`: `fetch` brings weights, `serve` is the service on one machine, with uvicorn."""

import argparse
import os
import secrets
import socket
import sys
from pathlib import Path

from tile_upscale_gpu.auth_middleware import is_loopback
from tile_upscale_gpu.logs import set_up_logs
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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    fetch = commands.add_parser("fetch", help="download the weights of a model, after saying their sizes and licenses")
    fetch.add_argument("model", nargs="?", metavar="MODEL", help="default: the first one of the settings")
    fetch.add_argument("--folder", type=Path, help="folder of the weights, if there are no settings yet")
    fetch.add_argument("--yes", action="store_true", help="download without asking")
    fetch.set_defaults(run=run_fetch)
    serve = commands.add_parser("serve", help="start the service")
    serve.add_argument("--host", default="127.0.0.1", help=f"any address but loopback needs a token in {TOKEN_VARIABLE}")
    serve.add_argument("--port", type=int, default=8765, help="0 for any free port")
    serve.add_argument("--json-logs", action="store_true", help="write each line of the log as JSON, with the batch it is about")
    serve.set_defaults(run=run_serve)
    for command in (fetch, serve):
        command.add_argument("--settings", help=f"TOML file; default: the one that {FILE_VARIABLE} names, or the one that fetch wrote")
    return parser


def run_fetch(arguments: argparse.Namespace) -> int:
    # Here, because the service needs no hub.
    from tile_upscale_gpu.fetch import FetchError, fetch

    try:
        fetch(arguments.model, arguments.settings, arguments.folder, arguments.yes)
    except (FetchError, ValueError, OSError) as error:
        print(f"tile-upscale-gpu: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("tile-upscale-gpu: stopped. Run it again: it goes on from here", file=sys.stderr)
        return 130
    return 0


def choose_token(host: str) -> str:
    """Makes a token for a person who starts the service for others in a terminal. A log never gets one."""
    token = read_token()
    if token or is_loopback(host) or not sys.stdout.isatty():
        return token
    token = secrets.token_urlsafe(32)
    print(f"token: {token} (of this run only; set {TOKEN_VARIABLE} to keep one)", flush=True)
    return token


def main() -> int:
    arguments = make_parser().parse_args()
    status: int = arguments.run(arguments)
    return status


def run_serve(arguments: argparse.Namespace) -> int:
    """Returns 2 for wrong settings, which a restart does not help, and 1 for failures such as a lost GPU."""
    set_up_logs(arguments.json_logs)
    token = choose_token(arguments.host)
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
