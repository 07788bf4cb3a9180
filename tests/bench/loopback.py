# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that the plug-in adds to that of its endpoints; see loopback/README.md."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _loopback import N_SERVERS, serve, start_job

SIDE_PX = 8192
N_TILES = 81
MS_PER_TILE = 500


def finish(job: "subprocess.Popen[str]") -> dict[str, Any]:
    report: dict[str, Any] = json.loads(job.communicate()[0])
    return report


def measure_run(addresses: list[str]) -> None:
    with tempfile.TemporaryDirectory() as cache:
        report = finish(start_job(addresses, cache, SIDE_PX, [], ["--watch-pauses"]))
    if report["painted"] != N_TILES or not report["is_source"]:
        sys.exit(f"the job failed: {report}")
    ideal_s = N_TILES / N_SERVERS * MS_PER_TILE / 1e3
    print(f"loopback.wall {report['wall_us'] / 1e6:.2f} s")
    print(f"loopback.ratio_to_ideal {report['wall_us'] / 1e6 / ideal_s:.3f} x")
    print(f"loopback.longest_pause_ms {report['longest_pause_us'] / 1e3:.1f} ms")
    print(f"loopback.longest_turn_cpu_ms {report['longest_turn_cpu_us'] / 1e3:.1f} ms")


def measure_cancel(addresses: list[str]) -> None:
    with tempfile.TemporaryDirectory() as cache:
        job = start_job(addresses, cache, SIDE_PX, [], [])
        while not any("tile-settled" in log.read_text() for log in Path(cache).glob("jobs/*.jsonl")):
            if job.poll() is not None:
                sys.exit("the job ended too early")
        assert job.stdin
        job.stdin.write("cancel\n")
        print(f"loopback.cancel_ms {finish(job)['cancel_us'] / 1e3:.1f} ms")


def main() -> None:
    with serve(MS_PER_TILE) as addresses:
        measure_run(addresses)
        measure_cancel(addresses)


main()
