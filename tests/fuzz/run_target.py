# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one fuzz target: all its seeds, then inputs of its own, for a time. Ends with its status; what it found lies in the build folder."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parent
MAX_MEMORY_MIB = 512
MAX_INPUT_BYTES = 1 << 16

SANITIZERS = {
    # Freed memory is kept for a while to find uses of it; by default more than the limit allows.
    "ASAN_OPTIONS": "quarantine_size_mb=32:detect_stack_use_after_return=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "LSAN_OPTIONS": f"suppressions={SOURCE.parent / 'support' / 'lsan.supp'}:print_suppressions=0",
    "G_SLICE": "always-malloc",
    "LC_ALL": "C.UTF-8",
}


def run(program: Path, seconds: int, max_input_s: int) -> tuple[int, int, str]:
    """Returns the status, the number of runs, and all that the target said."""
    name = program.name.removeprefix("fuzz-")
    found = program.parent / "found" / name
    grown = program.parent / "grown" / name
    for folder in (found, grown):
        folder.mkdir(parents=True, exist_ok=True)
    command = [
        str(program),
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MAX_MEMORY_MIB}",
        f"-timeout={max_input_s}",
        f"-max_len={MAX_INPUT_BYTES}",
        f"-artifact_prefix={found}/",
        "-print_final_stats=1",
        str(grown),
        str(SOURCE / "corpus" / name),
    ]
    ended = subprocess.run(command, env={**os.environ, **SANITIZERS}, capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", ended.stderr)
    return ended.returncode, int(runs[1]) if runs else 0, ended.stdout + ended.stderr


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--seconds", type=int, required=True)
    # An input may take a second. Where other work has the processors it may seem to take longer, so that is held only where
    # nothing else runs.
    parser.add_argument("--max-input-seconds", type=int, default=10)
    arguments = parser.parse_args()
    status, runs, said = run(arguments.program, arguments.seconds, arguments.max_input_seconds)
    print(said if status else f"{runs} runs")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
