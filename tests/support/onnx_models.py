# SPDX-License-Identifier: GPL-3.0-or-later
"""Small ONNX files: upscalers of every form that a user may drop in, whose answer is known, and bad ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Sides = Sequence[int | str]


def save(path: Path, nodes: list, given: list, answer: list, constants: dict[str, np.ndarray], type_: int) -> Path:
    ends = [helper.make_tensor_value_info(name, type_, shape) for name, shape in (("x", given), ("y", answer))]
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "test", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(path))
    return path


def nearest(
    path: Path, factor: int = 2, sides: Sides = ("h", "w"), interleaved: bool = False, half: bool = False, channels: int = 3,
    multiple_of: int = 1, order: Sequence[int] | None = None,
) -> Path:  # fmt: skip
    """Repeats each pixel factor x factor times."""
    kind = np.float16 if half else np.float32
    # One output channel for each input channel and place; depth to space takes the places first.
    weight = np.zeros((channels * factor**2, channels, 1, 1), kind)
    for place in range(factor**2):
        for channel in range(channels):
            weight[place * channels + channel, (order or range(channels))[channel]] = 1
    nodes, source = [], "x"
    if interleaved:
        nodes.append(helper.make_node("Transpose", [source], ["apart"], perm=[0, 3, 1, 2]))
        source = "apart"
    if multiple_of > 1:
        nodes.append(helper.make_node("SpaceToDepth", [source], ["deep"], blocksize=multiple_of))
        nodes.append(helper.make_node("DepthToSpace", ["deep"], ["back"], blocksize=multiple_of))
        source = "back"
    nodes.append(helper.make_node("Conv", [source, "weight"], ["places"]))
    nodes.append(helper.make_node("DepthToSpace", ["places"], ["large" if interleaved else "y"], blocksize=factor))
    if interleaved:
        nodes.append(helper.make_node("Transpose", ["large"], ["y"], perm=[0, 2, 3, 1]))
    given = [1, *sides, channels] if interleaved else [1, channels, *sides]
    type_ = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    return save(path, nodes, given, ["a", "b", "c", "d"], {"weight": weight}, type_)


def truncated(path: Path) -> Path:
    whole = nearest(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def of_integers(path: Path) -> Path:
    nodes = [helper.make_node("Concat", ["x", "x"], ["y"], axis=2)]
    return save(path, nodes, [1, 3, "h", "w"], [1, 3, "2h", "w"], {}, TensorProto.INT64)


def of_four_channels(path: Path) -> Path:
    return nearest(path, channels=4)


def classifier(path: Path) -> Path:
    nodes = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3], keepdims=0)]
    return save(path, nodes, [1, 3, "h", "w"], [1, 3], {}, TensorProto.FLOAT)


def same_size(path: Path) -> Path:
    return save(path, [helper.make_node("Relu", ["x"], ["y"])], [1, 3, "h", "w"], [1, 3, "h", "w"], {}, TensorProto.FLOAT)


def not_a_number(path: Path) -> Path:
    nearest(path)
    model = onnx.load(str(path))
    model.graph.node[-1].output[0] = "large"
    model.graph.initializer.append(numpy_helper.from_array(np.full(1, np.nan, np.float32), "nan"))
    model.graph.node.append(helper.make_node("Add", ["large", "nan"], ["y"]))
    onnx.save(model, str(path))
    return path


def hanging(path: Path) -> Path:
    """Adds zero to the picture for ever."""
    step = [helper.make_node("Identity", ["go_on"], ["go_on_out"]), helper.make_node("Add", ["now", "zero"], ["next"])]
    flag = [helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("go_on", "go_on_out")]
    picture = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, "h", "w"]) for name in ("now", "next")]
    count = helper.make_tensor_value_info("count", TensorProto.INT64, [])
    body = helper.make_graph(step, "body", [count, flag[0], picture[0]], [flag[1], picture[1]])
    nodes = [helper.make_node("Loop", ["times", "yes", "x"], ["y"], body=body)]
    constants = {"times": np.array(2**62), "yes": np.array(True), "zero": np.zeros(1, np.float32)}
    return save(path, nodes, [1, 3, "h", "w"], [1, 3, "h", "w"], constants, TensorProto.FLOAT)


def exhausting(path: Path) -> Path:
    """Wants 48 GiB for one tensor that depends on the picture."""
    nodes = [helper.make_node("Expand", ["x", "shape"], ["large"]), helper.make_node("Relu", ["large"], ["y"])]
    constants = {"shape": np.array([4096 * 256, 3, 1, 1])}
    return save(path, nodes, [1, 3, "h", "w"], [4096 * 256, 3, "h", "w"], constants, TensorProto.FLOAT)
