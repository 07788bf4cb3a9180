# SPDX-License-Identifier: GPL-3.0-or-later
"""Visibility of tiles in the result, see seams/README.md.

`./run bench seams [NAMES]`. Names of pictures and of disturbances, separated by commas, choose the cases.
"""

import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from typing import IO

import numpy as np
from _seam_pictures import DISTURBANCES, PHOTOGRAPH_NAMES, Array, all_pictures
from _seam_scores import Scores, measure, split

PROGRAM = Path(os.environ["UPSCALE_BUILD_FOLDER"]) / "tests" / "bench" / "bench-seams"
TILE_PX = 512
OVERLAPS_PX = (64, 128)
DEPTHS = (8, 16)
TILES_PER_SIDE = 3
DETAIL_GOAL = (0.95, 1.05)
STEP_GOAL = 1.03
TOP = 0.05
METHODS = ("seams", "seams.feather")


def read_exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        sys.exit("seams: the program ended early")
    return data


def compose(picture: Array, depth: int, overlap: int, disturb: str, seed: int) -> list[Array]:
    """Returns the composer's result and the plain cross-fade, as values from 0 to 1."""
    height, width = picture.shape[:2]
    command = [str(PROGRAM), *map(str, (width, height, depth, TILE_PX, overlap))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin and program.stdout
        program.stdin.write(picture.tobytes())
        program.stdin.flush()
        painted = []
        for index in range(int(program.stdout.readline())):
            _x, _y, across, down = map(int, program.stdout.readline().split())
            tile = np.frombuffer(read_exactly(program.stdout, across * down * 3), np.uint8).reshape(down, across, 3) / 255
            changed = DISTURBANCES[disturb](tile, np.random.default_rng((seed, index)))
            painted.append(np.rint(255 * np.clip(changed, 0, 1)).astype(np.uint8))
        program.stdin.write(b"".join(tile.tobytes() for tile in painted))
        program.stdin.flush()
        size = picture.size * 2
        return [np.frombuffer(read_exactly(program.stdout, size), np.uint16).reshape(picture.shape) / 65535 for _ in METHODS]


def run_case(name: str, disturb: str) -> list[list[Scores]]:
    """Returns the scores of each method, in all variants."""
    scores: list[list[Scores]] = [[] for _ in METHODS]
    for overlap, depth in product(OVERLAPS_PX, DEPTHS):
        seed = zlib.crc32(f"{name} {disturb} {overlap}".encode())
        side = TILE_PX + (TILES_PER_SIDE - 1) * (TILE_PX - overlap)
        exact = np.clip(all_pictures()[name](side, np.random.default_rng(zlib.crc32(name.encode()))), 0, 1)
        picture = np.rint(exact * (2**depth - 1)).astype(np.uint16 if depth == 16 else np.uint8)
        source = split(picture.mean(2) / (2**depth - 1))
        for method, result in enumerate(compose(picture, depth, overlap, disturb, seed)):
            scores[method].append(measure(split(result.mean(2)), source, TILE_PX, overlap))
    return scores


def is_good(score: Scores) -> tuple[bool, bool]:
    return DETAIL_GOAL[0] <= score.detail <= DETAIL_GOAL[1], score.step <= STEP_GOAL


def choose_cases(pictures: list[str], names: list[str]) -> list[tuple[str, str]]:
    """Returns the pairs of a picture and a disturbance. Without a picture among the names all are chosen, and likewise disturbances."""
    for name in names:
        if name not in pictures and name not in DISTURBANCES:
            sys.exit(f"seams: there is no '{name}': {', '.join([*pictures, *DISTURBANCES])}")
    chosen = [name for name in pictures if name in names] or pictures
    return list(product(chosen, [kind for kind in DISTURBANCES if kind in names] or DISTURBANCES))


def run_cases(cases: list[tuple[str, str]]) -> Iterator[tuple[str, list[list[Scores]]]]:
    with ProcessPoolExecutor() as pool:
        for (name, disturb), scores in zip(cases, pool.map(run_case, *zip(*cases, strict=True)), strict=True):
            yield f"{name}.{disturb}", scores


def main() -> None:
    every: list[list[Scores]] = [[] for _ in METHODS]
    names = list(all_pictures())
    for name in PHOTOGRAPH_NAMES:
        if name not in names:
            print(f"seams: skips {name}: the package budgie-backgrounds is not installed", file=sys.stderr)
    cases = choose_cases(names, [name for argument in sys.argv[1:] for name in argument.split(",")])
    for case, scores in run_cases(cases):
        for method, variants in enumerate(scores):
            every[method] += variants
            print(f"{METHODS[method]}.{case}.detail {max((s.detail for s in variants), key=lambda d: abs(np.log(d))):.3f} x")
            print(f"{METHODS[method]}.{case}.step {max(s.step for s in variants):.3f} x")
            print(f"{METHODS[method]}.{case}.rank {np.mean([s.rank for s in variants]):.3f} -", flush=True)
    for method, total in enumerate(every):
        good = np.array([is_good(score) for score in total]).mean(0)
        print(f"{METHODS[method]}.detail_in_goal {100 * good[0]:.0f} %")
        print(f"{METHODS[method]}.step_in_goal {100 * good[1]:.0f} %")
        print(f"{METHODS[method]}.found {100 * np.mean([score.rank < TOP for score in total]):.1f} %")


if __name__ == "__main__":
    main()
