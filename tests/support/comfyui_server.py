# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of ComfyUI: it validates graphs node by node as the real one does, and runs them over the echo model."""

import email.parser
import email.policy
import io
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import numpy
from PIL import Image
from tile_server import TileServer, block_means, to_png

CHECKPOINTS = ["dream.safetensors", "photoXL.safetensors"]
CONTROLNETS = ["canny.safetensors", "control_v11f1e_sd15_tile.pth", "union_promax_sdxl.safetensors"]
LORAS = ["detail.safetensors", "sub/sharp.safetensors"]
SEED_LIMIT = 1 << 64
WEIGHT = ("FLOAT", -100, 100)
PRESETS = ["STANDARD (medium strength)", "PLUS (high strength)"]

# Class: (inputs, outputs). A list is what may be chosen from, a tuple a number and its range, else it is a type.
Inputs = dict[str, Any]
NODES: dict[str, tuple[Inputs, list[str]]] = {
    "CheckpointLoaderSimple": ({"ckpt_name": CHECKPOINTS}, ["MODEL", "CLIP", "VAE"]),
    "LoraLoader": (
        {"model": "MODEL", "clip": "CLIP", "lora_name": LORAS, "strength_model": WEIGHT, "strength_clip": WEIGHT},
        ["MODEL", "CLIP"],
    ),
    "CLIPTextEncode": ({"text": "STRING", "clip": "CLIP"}, ["CONDITIONING"]),
    "LoadImage": ({"image": []}, ["IMAGE", "MASK"]),
    "VAEEncode": ({"pixels": "IMAGE", "vae": "VAE"}, ["LATENT"]),
    "ControlNetLoader": ({"control_net_name": CONTROLNETS}, ["CONTROL_NET"]),
    "SetUnionControlNetType": ({"control_net": "CONTROL_NET", "type": ["auto", "tile", "canny"]}, ["CONTROL_NET"]),
    "ControlNetApplyAdvanced": (
        {"positive": "CONDITIONING", "negative": "CONDITIONING", "control_net": "CONTROL_NET", "image": "IMAGE",
         "strength": ("FLOAT", 0, 10), "start_percent": ("FLOAT", 0, 1), "end_percent": ("FLOAT", 0, 1)},
        ["CONDITIONING", "CONDITIONING"],
    ),
    "IPAdapterUnifiedLoader": ({"model": "MODEL", "preset": PRESETS}, ["MODEL", "IPADAPTER"]),
    "IPAdapter": (
        {"model": "MODEL", "ipadapter": "IPADAPTER", "image": "IMAGE", "weight": ("FLOAT", -1, 3), "start_at": ("FLOAT", 0, 1),
         "end_at": ("FLOAT", 0, 1), "weight_type": ["standard", "prompt is more important"]},
        ["MODEL"],
    ),
    "KSampler": (
        {"model": "MODEL", "seed": ("INT", 0, SEED_LIMIT - 1), "steps": ("INT", 1, 10000), "cfg": ("FLOAT", 0, 100),
         "sampler_name": ["euler", "dpmpp_2m"], "scheduler": ["normal", "karras"], "positive": "CONDITIONING", "negative": "CONDITIONING",
         "latent_image": "LATENT", "denoise": ("FLOAT", 0, 1)},
        ["LATENT"],
    ),
    "VAEDecode": ({"samples": "LATENT", "vae": "VAE"}, ["IMAGE"]),
    "SaveImage": ({"images": "IMAGE", "filename_prefix": "STRING"}, []),
    "PreviewImage": ({"images": "IMAGE"}, []),
}  # fmt: skip
CUSTOM = ("IPAdapterUnifiedLoader", "IPAdapter")
OUTPUTS = ("SaveImage", "PreviewImage")


class ComfyuiServer(TileServer):
    kind = "comfyui"

    def __init__(self, custom_nodes: bool = True, is_old: bool = False, missing: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.is_old = is_old  # gives prompts its own ids, stops whoever runs, lists choices in the old way
        self.nodes = {name: node for name, node in NODES.items() if name not in missing and (custom_nodes or name not in CUSTOM)}
        self.files: dict[tuple[str, str, str], bytes] = {}  # type, subfolder, name
        self.pending: list[tuple[str, dict[str, Any]]] = []
        self.running: list[tuple[str, dict[str, Any]]] = []
        self.history: dict[str, dict[str, Any]] = {}
        self.graphs: list[dict[str, Any]] = []
        self.interrupted = False
        self.fail_with: tuple[str, str] | None = None  # the next prompt's sampler raises this
        self.answer_with: dict[str, list[tuple[Any, ...]]] = {}  # path start -> the next answers there
        self.n_saved = 0
        threading.Thread(target=self._work, daemon=True).start()

    def restart(self) -> None:
        with self.lock:
            self.pending.clear()
            self.history.clear()
            self.files.clear()
            self.interrupted = True
            self.lock.notify_all()

    def push_foreign(self) -> str:
        """Somebody else's prompt."""
        with self.lock:
            self.pending.append(("foreign", {}))
            self.lock.notify_all()
        return "foreign"

    def _work(self) -> None:
        while True:
            with self.lock:
                self.lock.wait_for(lambda: self.pending)
                prompt_id, graph = self.pending.pop(0)
                self.running = [(prompt_id, graph)]
                self.interrupted = False
                self.lock.wait_for(lambda: not self.held or self.interrupted)
                try:
                    entry = self.execute(graph)
                except Exception as error:
                    entry = self.describe_failure(error)
                self.history[prompt_id] = entry
                self.running = []
                if self.interrupted:
                    entry["status"]["messages"] = [["execution_interrupted", {"prompt_id": prompt_id, "node_id": "10"}]]

    def execute(self, graph: dict[str, Any]) -> dict[str, Any]:
        if self.interrupted:
            return {"outputs": {}, "status": {"status_str": "error", "completed": False, "messages": []}}
        outputs = {
            name: {"images": [self.save(node, self.value(graph, node["inputs"]["images"]))]}
            for name, node in graph.items() if node["class_type"] in OUTPUTS
        }  # fmt: skip
        return {"prompt": [], "outputs": outputs, "status": {"status_str": "success", "completed": True, "messages": []}}

    def describe_failure(self, error: Exception) -> dict[str, Any]:
        kind, said = self.fail_with or (type(error).__name__, str(error))
        self.fail_with = None
        data = {"node_id": "10", "node_type": "KSampler", "exception_message": said, "exception_type": kind, "traceback": []}
        return {
            "outputs": {},
            "status": {"status_str": "error", "completed": False, "messages": [["execution_start", {}], ["execution_error", data]]},
        }

    def save(self, node: dict[str, Any], pixels: numpy.ndarray) -> dict[str, str]:
        kind = "temp" if node["class_type"] == "PreviewImage" else "output"
        self.n_saved += 1
        name = f"{node['inputs'].get('filename_prefix', 'ComfyUI_temp')}_{self.n_saved:05d}_.png"
        self.files[kind, "", name] = to_png(pixels)
        return {"filename": name, "subfolder": "", "type": kind}

    def value(self, graph: dict[str, Any], link: list[Any]) -> Any:
        """What a link carries: pixels; or for models and conditions how far they move the picture."""
        node = graph[link[0]]
        read: Callable[[str], Any] = lambda name: self.value(graph, node["inputs"][name])  # noqa: E731
        kind, inputs = node["class_type"], node["inputs"]
        if kind == "LoadImage":
            return numpy.asarray(Image.open(io.BytesIO(self.files[self.locate(inputs["image"])])).convert("RGB")).astype(float)
        if kind in ("VAEEncode", "VAEDecode"):
            return read("pixels" if kind == "VAEEncode" else "samples")
        if kind == "LoraLoader":
            return read("model") + inputs["strength_model"] if link[1] == 0 else read("clip")
        if kind == "ControlNetApplyAdvanced":
            read("image")
            return read("positive") + inputs["strength"] if link[1] == 0 else read("negative")
        if kind == "IPAdapter":
            read("image")
            return read("model") + inputs["weight"]
        if kind == "IPAdapterUnifiedLoader":
            return read("model")
        if kind == "KSampler":
            if self.fail_with:
                raise RuntimeError(self.fail_with[1])
            return block_means(read("latent_image")) + read("model") + read("positive")
        return 0.0

    def locate(self, name: str) -> tuple[str, str, str]:
        kind = "input"
        for annotation in ("input", "output", "temp"):
            if name.endswith(f" [{annotation}]"):
                kind, name = annotation, name.removesuffix(f" [{annotation}]")
        folder, _, file = name.rpartition("/")
        return kind, folder, file

    def handle(self, method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        if "origin" in headers:
            return 403, None
        for start, answers in self.answer_with.items():
            if path.startswith(start) and answers:
                return answers.pop(0)
        folder, _, last = path.rpartition("/")
        if method == "GET":
            if folder == "/object_info":
                return 200, {last: self.describe(last)} if last in self.nodes else {}
            if folder == "/history":
                with self.lock:
                    return 200, {last: self.history[last]} if last in self.history else {}
            if path == "/view":
                data = self.files.get((query.get("type", ["output"])[0], query.get("subfolder", [""])[0], query["filename"][0]))
                return (200, data, "image/png") if data else (404, None)
            if path == "/queue":
                return 200, self.queue()
            if path == "/system_stats":
                return 200, {"system": {"os": "posix", "comfyui_version": "0.3.66"}, "devices": [{"name": "cpu", "vram_total": 1}]}
        if method == "POST":
            posts = {"/upload/image": lambda: self.upload(body, headers), "/prompt": lambda: self.prompt(json.loads(body)),
                     "/queue": lambda: self.change_queue(json.loads(body)), "/interrupt": lambda: self.interrupt(body)}  # fmt: skip
            if path in posts:
                return posts[path]()
        return 404, None

    def queue(self) -> dict[str, Any]:
        with self.lock:
            return {
                "queue_running": [[0, prompt_id, graph, {}, []] for prompt_id, graph in self.running],
                "queue_pending": [[1 + i, prompt_id, graph, {}, []] for i, (prompt_id, graph) in enumerate(self.pending)],
            }

    def change_queue(self, request: dict[str, Any]) -> tuple[Any, ...]:
        with self.lock:
            self.pending = [entry for entry in self.pending if entry[0] not in request.get("delete", [])]
        return 200, None

    def interrupt(self, body: bytes) -> tuple[Any, ...]:
        wanted = None if self.is_old or not body else json.loads(body).get("prompt_id")
        with self.lock:
            if self.running and wanted in (None, self.running[0][0]):
                self.interrupted = True
                self.lock.notify_all()
        return 200, None

    def describe(self, name: str) -> dict[str, Any]:
        inputs: dict[str, Any] = {}
        for field, kind in NODES[name][0].items():
            if isinstance(kind, list):
                inputs[field] = [kind, {}] if self.is_old else ["COMBO", {"options": kind}]
            else:
                inputs[field] = [kind[0], {"min": kind[1], "max": kind[2]}] if isinstance(kind, tuple) else [kind]
        return {"input": {"required": inputs}, "output": NODES[name][1], "name": name, "output_node": name in OUTPUTS}

    def upload(self, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
        parts = {}
        for part in email.parser.BytesParser(policy=email.policy.default).parsebytes(head + body).iter_parts():
            disposition = part["Content-Disposition"].params
            parts[disposition["name"]] = (disposition.get("filename"), part.get_payload(decode=True))
        if "image" not in parts or not parts["image"][0]:
            return 400, None
        kind, folder = (parts.get(name, (None, default))[1].decode() for name, default in (("type", b"input"), ("subfolder", b"")))
        name, data = parts["image"]
        if parts.get("overwrite", (None, b""))[1] not in (b"true", b"1"):
            while (kind, folder, name) in self.files:
                name = f"{uuid.uuid4().hex[:4]} {name}"
        self.files[kind, folder, name] = data
        return 200, {"name": name, "subfolder": folder, "type": kind}

    def prompt(self, request: dict[str, Any]) -> tuple[Any, ...]:
        graph = request.get("prompt")
        if not graph:
            return self.refuse("no_prompt", "No prompt provided")
        self.graphs.append(graph)
        for name, node in graph.items():
            if node.get("class_type") not in self.nodes:
                return self.refuse("invalid_prompt", "Cannot execute because node does not exist.", f"Node ID '#{name}'")
        if not any(node["class_type"] in OUTPUTS for node in graph.values()):
            return self.refuse("prompt_no_outputs", "Prompt has no outputs")
        errors = {name: found for name, node in graph.items() if (found := self.check_node(graph, node))}
        if errors:
            wrong = {
                name: {"errors": found, "dependent_outputs": [], "class_type": graph[name]["class_type"]} for name, found in errors.items()
            }
            return self.refuse("prompt_outputs_failed_validation", "Prompt outputs failed validation", "", wrong)
        prompt_id = str(uuid.uuid4()) if self.is_old else request.get("prompt_id", str(uuid.uuid4()))
        with self.lock:
            self.pending.append((prompt_id, graph))
            self.lock.notify_all()
        return 200, {"prompt_id": prompt_id, "number": 1, "node_errors": {}}

    def refuse(self, kind: str, message: str, details: str = "", nodes: dict[str, Any] | None = None) -> tuple[Any, ...]:
        return 400, {"error": {"type": kind, "message": message, "details": details, "extra_info": {}}, "node_errors": nodes or {}}

    def check_node(self, graph: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for field, kind in NODES[node["class_type"]][0].items():
            wrong = self.check_input(graph, node, field, kind)
            if wrong:
                found.append({"type": wrong[0], "message": wrong[1], "details": wrong[2], "extra_info": {"input_name": field}})
        return found

    def check_input(self, graph: dict[str, Any], node: dict[str, Any], field: str, kind: Any) -> tuple[str, str, str] | None:
        if field not in node["inputs"]:
            return "required_input_missing", "Required input is missing", field
        value = node["inputs"][field]
        if node["class_type"] == "LoadImage":
            wrong = self.locate(value) not in self.files
            return (
                ("custom_validation_failed", "Custom validation failed for node", f"image - Invalid image file: {value}") if wrong else None
            )
        if isinstance(kind, list):
            return None if value in kind else ("value_not_in_list", "Value not in list", f"{field}: '{value}' not in {kind}")
        if isinstance(kind, tuple):
            if not isinstance(value, int if kind[0] == "INT" else (int, float)) or isinstance(value, bool):
                return "invalid_input_type", f"Failed to convert an input value to a {kind[0]} value", f"{field}, {value}"
            if value < kind[1]:
                return "value_smaller_than_min", f"Value {value} smaller than min of {kind[1]}", field
            return ("value_bigger_than_max", f"Value {value} bigger than max of {kind[2]}", field) if value > kind[2] else None
        if kind == "STRING":
            return None if isinstance(value, str) else ("invalid_input_type", "not a STRING", field)
        given = NODES[graph[value[0]]["class_type"]][1][value[1]]
        return (
            None if given == kind else ("return_type_mismatch", "Return type mismatch between linked nodes", f"{field}, {given} != {kind}")
        )
