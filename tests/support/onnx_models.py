# SPDX-License-Identifier: GPL-3.0-or-later
"""Small ONNX files: upscalers of every form that a user may drop in, whose answer is known, and bad ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from arrays import Array
from onnx import TensorProto, helper, numpy_helper

Sides = Sequence[int | str]


def save(path: Path, nodes: Sequence[onnx.NodeProto], given: Sides, answer: Sides, constants: dict[str, Array], type_: int) -> Path:
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


def slow(path: Path, width: int = 256, depth: int = 8) -> Path:
    """As nearest(), but at a megaflop a pixel: soon done with a small picture, minutes with a tile of 2048 px."""
    enter = np.eye(width, 3, dtype=np.float32)[:, :, None, None]
    stay = np.eye(width, dtype=np.float32)[:, :, None, None]
    leave = np.tile(np.eye(3, width, dtype=np.float32), (4, 1))[:, :, None, None]
    names = ["x", *(f"layer{i}" for i in range(depth + 1))]
    nodes = [helper.make_node("Conv", [names[i], "stay" if i else "enter"], [names[i + 1]]) for i in range(depth + 1)]
    nodes.append(helper.make_node("Conv", [names[-1], "leave"], ["places"]))
    nodes.append(helper.make_node("DepthToSpace", ["places"], ["y"], blocksize=2))
    constants = {"enter": enter, "stay": stay, "leave": leave}
    return save(path, nodes, [1, 3, "h", "w"], ["a", "b", "c", "d"], constants, TensorProto.FLOAT)


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


def crumbled(path: Path) -> Path:
    """Has 100000 tensors more than it needs."""
    nearest(path)
    model = onnx.load(str(path))
    crumb = numpy_helper.from_array(np.zeros(1, np.float32), "crumb")
    model.graph.initializer.extend([crumb] * 100000)
    onnx.save(model, str(path))
    return path


def tensors_of(graph: onnx.GraphProto) -> Iterator[TensorProto]:
    """Every tensor of a graph, wherever the format lets one lie."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for attribute in (attribute for node in graph.node for attribute in node.attribute):
        yield from (tensor for tensor in (attribute.t, *attribute.tensors) if tensor.dims)
        for inner in (attribute.g, *attribute.graphs):
            yield from tensors_of(inner)


def as_initializer(model: onnx.ModelProto) -> None:
    """Leaves the weights where `nearest` has them."""


def as_attribute(model: onnx.ModelProto) -> None:
    """Makes a Constant node of the weights."""
    weight = model.graph.initializer.pop()
    model.graph.node.insert(0, helper.make_node("Constant", [], [weight.name], value=weight))


def in_branch(model: onnx.ModelProto) -> None:
    """Moves the graph with its weights into both branches of a condition, two deep."""
    for depth in range(2):
        value = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b", "c", "d"])
        branch = helper.make_graph(list(model.graph.node), "branch", [], [value], list(model.graph.initializer))
        del model.graph.node[:], model.graph.initializer[:]
        yes = numpy_helper.from_array(np.array([True]), f"yes{depth}")
        model.graph.node.append(helper.make_node("Constant", [], [yes.name], value=yes))
        model.graph.node.append(helper.make_node("If", [yes.name], ["y"], then_branch=branch, else_branch=branch))


def as_sparse(model: onnx.ModelProto) -> None:
    """Makes the weights sparse."""
    weight = model.graph.initializer.pop()
    array = numpy_helper.to_array(weight).ravel()
    places = np.flatnonzero(array)
    values = numpy_helper.from_array(array[places], weight.name)
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, numpy_helper.from_array(places, "places"), weight.dims))


def external(
    path: Path, location: str, place: Callable[[onnx.ModelProto], None] = as_initializer, fields: Mapping[str, int | None] | None = None,
) -> bytes:  # fmt: skip
    """Saves `nearest` with its weights in another file; returns what that file must hold."""
    nearest(path)
    model = onnx.load(str(path))
    place(model)
    weights = b""
    for tensor in (tensor for tensor in tensors_of(model.graph) if tensor.data_type in (TensorProto.FLOAT, TensorProto.INT64)):
        raw = tensor.raw_data
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, "offset": len(weights), "length": len(raw), **(fields or {})}.items():
            if value is not None:
                tensor.external_data.add(key=key, value=str(value))
        weights += raw
    path.write_bytes(model.SerializeToString())
    return weights
