# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one fuzz target: all its seeds, then random inputs for some time. Exits with the status of the target."""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).parent
MAX_MEMORY_MIB = 512
MAX_INPUT_BYTES = 1 << 16
MAX_INPUT_S = 1
START_S = 1  # of a target, with its sanitizers
INTERRUPTED = 72  # status of a target that SIGINT or SIGTERM stopped (libFuzzer's InterruptExitCode)

ENVIRONMENT = {
    **os.environ,
    # ASan keeps freed memory to find uses of it, by default more than the limit allows.
    "ASAN_OPTIONS": "quarantine_size_mb=32:detect_stack_use_after_return=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "LSAN_OPTIONS": f"suppressions={SOURCE.parent / 'support' / 'lsan.supp'}:print_suppressions=0",
    "G_SLICE": "always-malloc",
    "LC_ALL": "C.UTF-8",
}


def run_once(program: Path, seconds: int) -> tuple[int, int, str]:
    """Returns the status, the number of runs, and the output of the target."""
    name = program.name.removeprefix("fuzz-")
    found = program.parent / "found" / name
    grown = program.parent / "grown" / name
    for folder in (found, grown):
        folder.mkdir(parents=True, exist_ok=True)
    command = [
        str(program),
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MAX_MEMORY_MIB}",
        f"-timeout={MAX_INPUT_S}",
        f"-max_len={MAX_INPUT_BYTES}",
        f"-artifact_prefix={found}/",
        "-print_final_stats=1",
        str(grown),
        str(SOURCE / "corpus" / name),
    ]
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", ended.stderr)
    return ended.returncode, int(runs[1]) if runs else 0, ended.stdout + ended.stderr


def only_waited(program: Path, said: str) -> bool:
    """Measures a slow input by processor time, as libFuzzer's limit counts time in which other work has the processors."""
    slow = re.search(r"Test unit written to (\S+/timeout-\S+)", said)
    if not slow:
        return False
    command = ["prlimit", f"--cpu={MAX_INPUT_S + START_S}", str(program), slow[1]]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, check=False).returncode == 0


def run(program: Path, seconds: int) -> tuple[int, int, str]:
    """Works like run_once(), but continues after an input that had to wait for the processor."""
    ends = time.monotonic() + seconds
    all_runs = 0
    while True:
        status, runs, said = run_once(program, max(1, round(ends - time.monotonic())))
        all_runs += runs
        if status and only_waited(program, said):
            status = 0
        if status or time.monotonic() >= ends - 1:
            return status, all_runs, said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--seconds", type=int, required=True)
    arguments = parser.parse_args()
    status, runs, said = run(arguments.program, arguments.seconds)
    print(said if status else f"{runs} runs")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
