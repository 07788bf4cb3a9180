# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of the plug-in's process in the real GIMP: 8192x8192 with the local endpoint, and twice that."""

import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from gimp_runner import Gimp  # noqa: E402
from processes import find_processes  # noqa: E402

SCRIPT = """
from gimp_inside import *
image, layer = make_image({width}, 2048, alpha=True)
answer = upscale(image, layer, scale=4.0, endpoints="local")
tell(status=answer.status, message=answer.message, tiles=answer.tiles, failed=answer.failed)
"""


def read_peak_mib(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def watch(session: int, ended: threading.Event, peaks: list[float]) -> None:
    """The kernel keeps the peak itself, so looking now and then misses only what grows in the last moment."""
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
        process = gimp.start(SCRIPT.format(width=width))
        watcher = threading.Thread(target=watch, args=(process.pid, ended, peaks))
        watcher.start()
        outcome = gimp.finish(process)
        ended.set()
        watcher.join()
    if outcome.values.get("status") != "success" or outcome.values.get("failed") != 0:
        sys.exit(f"the job failed: {outcome}")
    return max(peaks)


def main() -> None:
    peak = measure(2048)
    print(f"memory.8192 {peak:.0f} MiB", flush=True)
    print(f"memory.ratio {measure(4096) / peak:.2f} x", flush=True)


main()
