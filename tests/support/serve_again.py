# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu`, started anew for each line on standard input. A fork of what has imported everything takes no seconds."""

import os
import sys

from tile_upscale_gpu import main
from tile_upscale_gpu import painter as painter  # what takes them


def serve_again() -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.exit(main.main())
        print(f"started {child}", flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    serve_again()
