# SPDX-License-Identifier: GPL-3.0-or-later
"""Instructions that the plug-in executes for each tile; see README.md. Callgrind counts them, so the result does not depend on
the machine's load."""

import json
import sys
import tempfile
from pathlib import Path

from _loopback import serve, start_job

# Squares of 2x2 and 3x3 tiles of 1024 px. The difference leaves out what a job does once.
SMALL_PX = 1920
LARGE_PX = 2816
MS_PER_TILE = 500


def count(side_px: int) -> tuple[int, int]:
    """Returns the instructions of a job, and its number of tiles."""
    with tempfile.TemporaryDirectory() as folder, serve(MS_PER_TILE) as addresses:
        profile = Path(folder, "profile")
        valgrind = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={profile}"]
        # Under callgrind tiles are late, and a late tile may be sent twice.
        job = start_job(addresses, folder, side_px, valgrind, ["--duplicates=never"])
        report = json.loads(job.communicate()[0])
        if report["painted"] != report["n_tiles"] or not report["is_source"]:
            sys.exit(f"the job failed: {report}")
        totals = next(line for line in profile.read_text().splitlines() if line.startswith("totals:"))
    return int(totals.split()[1]), report["n_tiles"]


def main() -> None:
    small, n_small = count(SMALL_PX)
    large, n_large = count(LARGE_PX)
    print(f"instructions.tile {(large - small) / (n_large - n_small) / 1e9:.3f} G")


main()
