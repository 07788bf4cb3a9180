# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of loopback/serve.c, and a job against them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUILD = Path(os.environ["UPSCALE_BUILD_FOLDER"])
N_SERVERS = 9


@contextmanager
def serve(ms_per_tile: int) -> Iterator[list[str]]:
    """Yields the addresses of the servers, each of which takes so long for a tile."""
    program = BUILD / "tests" / "bench" / "bench-loopback-serve"
    servers = subprocess.Popen([program, str(ms_per_tile)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert servers.stdout
    try:
        yield [servers.stdout.readline().strip() for _ in range(N_SERVERS)]
    finally:
        servers.kill()


def start_job(
    addresses: list[str], cache: str, side_px: int, wrapper: list[str], options: list[str]
) -> "subprocess.Popen[str]":
    """Starts a job of a square picture in tiles of 1024 px, under the program `wrapper`."""
    command = [
        *wrapper, str(BUILD / "tests" / "faults" / "run-job"), f"--cache={cache}", f"--endpoints={' '.join(addresses)}",
        f"--width={side_px}", f"--height={side_px}", "--tile=1024", "--overlap=128", "--batch-size=0", *options,
    ]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
