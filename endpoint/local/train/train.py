#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains one network from nothing, or continues an earlier run. README.md has the details."""

import argparse
import copy
import math
import os
import time
from pathlib import Path

import card
import torch
from export import export
from network import SHAPES, Network
from pool import Pool
from torch import Tensor

SEED = 20250
PATCHES = 16
SIDE_PX = 56
RATE = 1.5e-3
WARM_UP_STEPS = 500
# Steps of the networks that ship.
STEPS = {"fast": {2: 9500, 4: 9000}, "fine": {2: 26500, 4: 18500}}
SAVE_STEPS = 500
# The saved weights are a running mean, which replaces a falling learning rate.
AVERAGE = 0.9995
# A smaller error, in tones of 255, can't be seen.
ENOUGH = 0.5


def loss_of(result: Tensor, wanted: Tensor) -> Tensor:
    """The mean logarithm of each patch's squared error: a decibel counts the same in smooth and in detailed pictures."""
    errors = (result - wanted).square().mean((1, 2, 3))
    return torch.log(errors + (ENOUGH / 255) ** 2).mean()


class Run:
    """The state of training, saved so that a later run can continue."""

    def __init__(self, name: str, scale: int, device: torch.device, path: Path) -> None:
        torch.manual_seed(SEED)
        self.path, self.step = path, 0
        self.network = Network(SHAPES[name][scale], scale).to(device, memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.network)
        self.optimizer = torch.optim.Adam(self.network.parameters(), RATE)
        if path.exists():
            state = torch.load(path, map_location=device)
            self.step = state["step"]
            self.network.load_state_dict(state["network"])
            self.averaged.load_state_dict(state["averaged"])
            self.optimizer.load_state_dict(state["optimizer"])

    def save(self) -> None:
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        partial = self.path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self.path)

    def learn(self, small: Tensor, large: Tensor) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * min(1, (self.step + 1) / WARM_UP_STEPS)
        with torch.autocast(small.device.type, torch.bfloat16):
            result = self.network(small)
        loss = loss_of(result, large)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1)
        self.optimizer.step()
        self.step += 1
        keep = min(AVERAGE, self.step / (self.step + 10))
        with torch.no_grad():
            for mean, value in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        return loss.item()


def train(run: Run, pool: Pool, steps: int, device: torch.device) -> None:
    total, started = 0.0, time.monotonic()
    while run.step < steps:
        pool.advance(run.step)
        batch = pool.batch(run.step, PATCHES, SIDE_PX, run.network.shape.reach_px)
        small, large = (torch.from_numpy(side).to(device) for side in batch)
        total += run.learn(small, large)
        if run.step % SAVE_STEPS == 0 or run.step == steps:
            run.save()
            decibel = -10 / math.log(10) * total / SAVE_STEPS
            print(f"step {run.step} of {steps}: {decibel:.3f} dB, {time.monotonic() - started:.0f} s", flush=True)
            total = 0.0


def finish(run: Run, pool: Pool, name: str, folder: Path) -> None:
    """Writes the averaged weights as an ONNX file, and the model card."""
    network = run.averaged.cpu()
    path = folder / f"{name}-{network.scale}x.onnx"
    difference = export(network, path)
    facts = card.Facts(name, run.step, SEED, difference, path.stat().st_size)
    card.write(network, pool, facts, PATCHES, path.with_suffix(".md"))
    print(f"wrote {path}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=SHAPES)
    parser.add_argument("scale", type=int, choices=(2, 4))
    parser.add_argument("--steps", type=int, help="as many as what ships was given, if left out")
    parser.add_argument("--pictures", type=int, default=64, help="generated pictures at the start; the card measures at most 24")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("build/train"), help="where pictures and states are kept")
    parser.add_argument("--models", type=Path, default=Path("data/models"), help="where the ONNX file goes")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pool = Pool(arguments.folder / "pictures", SEED, arguments.scale, arguments.pictures)
    run = Run(arguments.name, arguments.scale, device, arguments.folder / f"{arguments.name}-{arguments.scale}x.pt")
    train(run, pool, arguments.steps or STEPS[arguments.name][arguments.scale], device)
    finish(run, pool, arguments.name, arguments.models)


main()
