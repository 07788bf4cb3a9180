# SPDX-License-Identifier: GPL-3.0-or-later
"""The job that the benches of pixels run: 81 tiles, whose answers come at once."""

import json
import sys
import tempfile

from _loopback import serve, start_job

SIDE_PX = 8192
TILE_PX = 1024
OVERLAP_PX = 128
N_TILES = 81


def run_job(addresses: list[str], side_px: int, options: list[str]) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as cache:
        job = start_job(addresses, cache, side_px, [], ["--duplicates=never", *options])
        report: dict[str, int] = json.loads(job.communicate()[0])
    if report["painted"] != N_TILES:
        sys.exit(f"the job failed: {report['error']}")
    return report


def measure_job() -> tuple[float, float]:
    """Returns seconds of CPU time and of wall time."""
    with serve(0) as addresses:
        report = run_job(addresses, SIDE_PX, [])
    if not report["is_source"]:
        sys.exit("the job failed: the result differs from the source")
    return report["cpu_us"] / 1e6, report["wall_us"] / 1e6
