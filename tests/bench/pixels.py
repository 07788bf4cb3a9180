# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU time of a job whose answers come at once, beside two shorter ways of the same pixels; see pixels/README.md."""

import statistics
import subprocess
import sys
from pathlib import Path

from _loopback import BUILD
from _pillow import make_picture, run_pillow
from _pixels import OVERLAP_PX, SIDE_PX, TILE_PX, measure_job, run_job

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from echo_endpoint import Behavior, EchoEndpoint, Exchange  # noqa: E402

N_ROUNDS = 5
SCALE = 4


def measure_copy() -> float:
    return int(subprocess.check_output([BUILD / "tests" / "bench" / "bench-pixels-copy"])) / 1e6


def count_uploaded(resizes: bool) -> int:
    """Returns the bytes of all requests for a picture that is to be enlarged."""
    sizes: list[int] = []

    def note_size(exchange: Exchange) -> None:
        sizes.append(int(exchange.headers.get("Content-Length") or 0))

    with EchoEndpoint(Behavior(resizes=resizes, on_headers=note_size)) as endpoint:
        run_job([endpoint.url], SIDE_PX // SCALE, [f"--scale={SCALE}"])
    return sum(sizes)


def main() -> None:
    picture = make_picture(SIDE_PX)
    rounds = []
    for _ in range(N_ROUNDS):
        cpu, wall = measure_job()
        rounds.append((cpu, wall, run_pillow(picture, TILE_PX, OVERLAP_PX), measure_copy()))
    print(f"pixels.cpu {statistics.median(cpu for cpu, *_ in rounds):.2f} s")
    print(f"pixels.wall {statistics.median(wall for _, wall, *_ in rounds):.2f} s")
    print(f"pixels.pillow_cpu {statistics.median(pillow for *_, pillow, _ in rounds):.2f} s")
    print(f"pixels.copy_cpu {statistics.median(copy for *_, copy in rounds):.2f} s")
    print(f"pixels.ratio_to_pillow {statistics.median(cpu / pillow for cpu, _, pillow, _ in rounds):.3f} x")
    print(f"pixels.ratio_to_copy {statistics.median(cpu / copy for cpu, _, _, copy in rounds):.2f} x", flush=True)
    print(f"pixels.upload_ratio {count_uploaded(resizes=True) / count_uploaded(resizes=False):.4f} x")


main()
