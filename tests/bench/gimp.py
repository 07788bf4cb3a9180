# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU time of a job in the real GIMP; see gimp/README.md."""

import statistics
import sys
import tempfile
import threading
from pathlib import Path

from _loopback import serve
from _pixels import N_TILES, OVERLAP_PX, SIDE_PX, TILE_PX, measure_job

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from gimp_runner import Gimp  # noqa: E402
from processes import find_processes, read_cpu_s  # noqa: E402

SCRIPT = Path(__file__).parent / "gimp" / "job.py"
N_ROUNDS = 3


def watch(session: int, ended: threading.Event, seconds: dict[int, float]) -> None:
    """Reads the CPU time of the plug-in's processes until their end."""
    while not ended.wait(0.02):
        for process in find_processes("tile-upscale", session):
            try:
                seconds[process] = read_cpu_s(process)
            except OSError:
                continue


def measure() -> dict[str, float]:
    """Returns seconds: `wall`, and CPU time of the `plug_in`, of `gimp` and of the `pipe`."""
    seconds: dict[int, float] = {}
    ended = threading.Event()
    with tempfile.TemporaryDirectory() as folder, serve(0) as addresses:
        gimp = Gimp(Path(folder))
        job = {"scale": 1.0, "tile_size": TILE_PX, "overlap": OVERLAP_PX, "endpoints": " ".join(addresses)}
        process = gimp.start(SCRIPT, {"side": SIDE_PX, "job": job})
        watcher = threading.Thread(target=watch, args=(process.pid, ended, seconds))
        watcher.start()
        outcome = gimp.finish(process)
        ended.set()
        watcher.join()
    answer = outcome.values.get("answer", {})
    if answer.get("tiles") != N_TILES or answer.get("failed") != 0:
        sys.exit(f"the job failed: {outcome}")
    return {name: outcome.values[name] for name in ("wall", "gimp", "pipe")} | {"plug_in": sum(seconds.values())}


def main() -> None:
    rounds = [measure() | {"pixels": measure_job()[0]} for _ in range(N_ROUNDS)]
    for name in ("wall", "plug_in", "gimp", "pipe"):
        print(f"gimp.{name}{'' if name == 'wall' else '_cpu'} {statistics.median(one[name] for one in rounds):.2f} s")
    print(f"gimp.pipe_share {statistics.median(one['pipe'] / (one['plug_in'] + one['gimp']) for one in rounds):.2f} x")
    print(f"gimp.ratio_to_pixels {statistics.median((one['plug_in'] + one['gimp'] - one['pipe']) / one['pixels'] for one in rounds):.2f} x")


main()
