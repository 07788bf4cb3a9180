# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a network as an ONNX file, with zeros around the picture so that the result is exactly `scale` times as large."""

from pathlib import Path

import numpy as np
import onnx
import torch
from network import BASE_SIDE, Network
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import Tensor

OPSET = 13
IR_VERSION = 8
TOLERANCE = 0.02 / 255


class Graph:
    """Collects layers."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Tensor) -> str:
        self.weights.append(numpy_helper.from_array(value.detach().cpu().numpy(), name))
        return name

    def convolution(self, name: str, source: str, weight: Tensor, bias: Tensor) -> str:
        inputs = [source, self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)]
        side = weight.shape[2]
        self.nodes.append(helper.make_node("Conv", inputs, [name], kernel_shape=[side, side], pads=4 * [side // 2]))
        return name

    def then(self, kind: str, name: str, *sources: str, **settings: object) -> str:
        self.nodes.append(helper.make_node(kind, list(sources), [name], **settings))
        return name


def build(network: Network) -> onnx.ModelProto:
    graph = Graph()
    base = graph.convolution("base", "luma", network.base_weight(), torch.zeros(network.scale**2))
    hidden = graph.then("Relu", "first.tones", graph.convolution("first", "luma", network.first_weight(), network.first.bias))
    for index, pair in enumerate(network.middle):
        inner = graph.convolution(f"inner{index}", hidden, pair.inner.weight, pair.inner.bias)
        inner = graph.then("Relu", f"inner{index}.tones", inner)
        outer = graph.convolution(f"outer{index}", inner, pair.outer.weight, pair.outer.bias)
        hidden = graph.then("Relu", f"outer{index}.tones", graph.then("Add", f"outer{index}.sum", hidden, outer))
    change = graph.convolution("change", hidden, network.last.weight, -network.answer_to_nothing().flatten())
    planes = graph.then("Add", "planes", base, change)
    graph.then("DepthToSpace", "enlarged", planes, blocksize=network.scale, mode="CRD")
    sides = [["height", "width"], [f"{network.scale} height", f"{network.scale} width"]]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, *side])
        for name, side in zip(("luma", "enlarged"), sides, strict=True)
    ]
    made = helper.make_graph(graph.nodes, f"upscale-{network.scale}x", ends[:1], ends[1:], graph.weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="tile-upscale")
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model


def check(network: Network, model: onnx.ModelProto) -> float:
    """The largest difference between the file and the network, in values of 0 to 1; raises when it could be seen."""
    small = torch.rand(1, 1, 40, 37, generator=torch.Generator().manual_seed(1))
    (whole,) = ReferenceEvaluator(model).run(None, {"luma": small.numpy()})
    cut = network.scale * network.shape.reach_px
    difference = float(np.abs(whole[:, :, cut:-cut, cut:-cut] - network(small).numpy()).max())
    if difference > TOLERANCE:
        raise SystemExit(f"the exported file differs from the network by {255 * difference:.3f} of 255")
    return difference


@torch.no_grad()
def export(network: Network, path: Path) -> float:
    if network.shape.reach_px < BASE_SIDE // 2:
        raise SystemExit("the base reaches further than the layers")
    model = build(network)
    difference = check(network, model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
    return difference
