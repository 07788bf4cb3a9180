# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of the plug-in's process in the real GIMP: 8192x8192 with the local endpoint, and twice that."""

import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from gimp_runner import Gimp  # noqa: E402
from processes import find_processes  # noqa: E402


def read_peak_mib(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def watch(session: int, ended: threading.Event, peaks: list[float]) -> None:
    """Reads the peaks that the kernel keeps, so that only a rise in the last moment is missed."""
    while not ended.wait(0.02):
        for process in find_processes("tile-upscale", session):
            try:
                peaks.append(read_peak_mib(process))
            except OSError:
                continue


def measure(width: int) -> float:
    peaks: list[float] = []
    ended = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        gimp = Gimp(Path(folder))
        process = gimp.start_jobs({"size": (width, 2048), "alpha": True, "scale": 4.0, "endpoints": "local"})
        watcher = threading.Thread(target=watch, args=(process.pid, ended, peaks))
        watcher.start()
        outcome = gimp.finish(process)
        ended.set()
        watcher.join()
    if outcome.answer["status"] != "success" or outcome.answer["failed"] != 0:
        sys.exit(f"the job failed: {outcome}")
    return max(peaks)


def main() -> None:
    peak = measure(2048)
    print(f"memory.8192 {peak:.0f} MiB", flush=True)
    print(f"memory.ratio {measure(4096) / peak:.2f} x", flush=True)


main()
