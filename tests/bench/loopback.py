# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that the plug-in adds to that of its endpoints; see loopback/README.md."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

BUILD = Path(os.environ["UPSCALE_BUILD_FOLDER"])
N_SERVERS = 9
N_TILES = 81
SECONDS_PER_TILE = 0.5


def start_job(addresses: list[str], cache: str) -> "subprocess.Popen[str]":
    command = [
        BUILD / "tests" / "faults" / "run-job", f"--cache={cache}", f"--endpoints={' '.join(addresses)}",
        "--width=8192", "--height=8192", "--tile=1024", "--overlap=128", "--batch-size=0",
    ]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)


def finish(job: "subprocess.Popen[str]") -> dict[str, Any]:
    return json.loads(job.communicate()[0])


def measure_run(addresses: list[str]) -> None:
    with tempfile.TemporaryDirectory() as cache:
        report = finish(start_job(addresses, cache))
    if report["painted"] != N_TILES or not report["is_source"]:
        sys.exit(f"the job failed: {report}")
    ideal_s = N_TILES / N_SERVERS * SECONDS_PER_TILE
    print(f"loopback.wall {report['wall_us'] / 1e6:.2f} s")
    print(f"loopback.ratio_to_ideal {report['wall_us'] / 1e6 / ideal_s:.3f} x")
    print(f"loopback.longest_pause_ms {report['longest_pause_us'] / 1e3:.1f} ms")


def measure_cancel(addresses: list[str]) -> None:
    with tempfile.TemporaryDirectory() as cache:
        job = start_job(addresses, cache)
        while not any("tile-settled" in log.read_text() for log in Path(cache).glob("jobs/*.jsonl")):
            if job.poll() is not None:
                sys.exit("the job ended too early")
        assert job.stdin
        job.stdin.write("cancel\n")
        print(f"loopback.cancel_ms {finish(job)['cancel_us'] / 1e3:.1f} ms")


def main() -> None:
    program = BUILD / "tests" / "bench" / "bench-loopback-serve"
    servers = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert servers.stdout
    addresses = [servers.stdout.readline().strip() for _ in range(N_SERVERS)]
    try:
        measure_run(addresses)
        measure_cancel(addresses)
    finally:
        servers.kill()


main()
