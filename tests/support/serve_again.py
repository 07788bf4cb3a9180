# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu`, started for each line `TWIST ARGUMENTS` on standard input. A fork of what has imported everything takes no seconds.

A twist is a state that is rare on a real machine. `none`: the service as it is. `slow-weights`: they load when the file `load` lies
beside the settings. `lost-gpu`: the GPU is lost when it paints.
"""

import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

from polling import wait_until
from tile_upscale_gpu import main, painter


def load_weights_slowly(settings: Path) -> None:
    load = painter.Painter.load

    def load_later(self: painter.Painter, name: str = "") -> Any:
        wait_until((settings.parent / "load").exists, "the test lets the weights load")
        return load(self, name)

    painter.Painter.load = load_later


def lose_gpu() -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    painter.Img2Img.run = fail
    painter.is_gpu_lost = lambda _device: True


def serve(twist: str, arguments: list[str]) -> int:
    sys.argv[1:] = arguments
    if twist == "slow-weights":
        load_weights_slowly(Path(arguments[arguments.index("--settings") + 1]))
    elif twist == "lost-gpu":
        lose_gpu()
    return int(main.main())


def watch(twist: str, arguments: list[str]) -> None:
    """A process between this one and the service, because a thread that waits would not survive the next fork."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        sys.exit(serve(twist, arguments))
    print(f"started {child}", flush=True)
    _, status = os.waitpid(child, 0)
    print(f"ended {child} {os.waitstatus_to_exitcode(status)}", flush=True)


def serve_again() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        twist, *arguments = shlex.split(line)
        if os.fork() == 0:
            watch(twist, arguments)
            sys.exit()


if __name__ == "__main__":
    serve_again()
