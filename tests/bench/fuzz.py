# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fuzz target for a time, as many at once as there are processors."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))
from run_target import INTERRUPTED, run  # noqa: E402

DEFAULT_SECONDS = 60
MAX_CRASHES = 10


def measure(program: Path, seconds: int) -> tuple[Path, int, int]:
    """A crash ends the target, which then goes on with the rest of its time."""
    ends = time.monotonic() + seconds
    runs = crashes = 0
    while crashes < MAX_CRASHES and (left := round(ends - time.monotonic())) > 0:
        status, n, said = run(program, left)
        runs += n
        if status == INTERRUPTED:
            raise InterruptedError(f"{program.name} was stopped from outside, so its time was not measured")
        if status:
            crashes += 1
            print(said, file=sys.stderr)
    return program, runs, crashes


def main() -> int:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SECONDS
    folder = Path(os.environ["UPSCALE_FUZZ_FOLDER"])
    programs = sorted(path for path in folder.glob("fuzz-*") if path.is_file())
    found = False
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for program, runs, crashes in pool.map(lambda program: measure(program, seconds), programs):
            name = program.name.removeprefix("fuzz-")
            print(f"fuzz.{name}.runs {runs} inputs")
            print(f"fuzz.{name}.crashes {crashes} inputs", flush=True)
            found = found or crashes > 0
    return 1 if found else 0


sys.exit(main())
