# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of ComfyUI: it validates graphs output by output as the real server does, and runs them over the echo model.

The shapes were read from github.com/Comfy-Org/ComfyUI: 0.38.1 (NEW; its server.py, execution.py, comfy_execution/jobs.py) and 0.3.64 at
a125cd8 (MIDDLE; server.py, execution.py, nodes.py, folder_paths.py). OLD stands for versions before 0.3.50: they choose the ids of
prompts, interrupt any prompt that runs, and list choices as arrays. Source of each route:

POST /upload/image          server.py image_upload(): type, subfolder, overwrite; without overwrite "name (1).png"
POST /prompt                server.py post_prompt(), execution.py validate_prompt() and validate_inputs(): 400 only when no output node is
                            valid; else 200 with `node_errors`, and the valid outputs alone run. NEW refuses ids that are no canonical UUID
GET  /prompt                server.py get_queue_info()
GET  /queue, POST /queue    server.py get_queue(), post_queue(): whole prompts; `delete`
GET  /history/{id}          server.py, execution.py PromptQueue.task_done(): outputs in execution order, status with messages
GET  /api/jobs/{id}         NEW: server.py get_job_by_id(), jobs.py get_job(); elsewhere a static route that answers 404
POST /api/jobs/{id}/cancel  NEW: server.py cancel_job_by_id(); elsewhere 405, as the static route takes GET alone
POST /interrupt             server.py post_interrupt(): `prompt_id` is heeded in MIDDLE and NEW
Bare diffusion models       MIDDLE: comfy/sd.py load_checkpoint_guess_config() loads one without VAE and text encoder, which no list shows;
                            VAE.throw_exception_if_invalid() and nodes.py CLIPTextEncode.encode() raise NO_VAE and NO_CLIP
GET  /view                  server.py view_image(): channel=rgb converts whatever the file is to PNG
GET  /object_info/{class}   server.py node_info(): {} for an unknown class
GET  /models/{folder}       server.py get_models(): 404 for a folder that no node has registered
GET  /system_stats          server.py system_stats()
Requests with a foreign Origin get 403: server.py create_origin_only_middleware().
"""

import email.message
import email.parser
import email.policy
import io
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import numpy
from arrays import Array
from PIL import Image
from tile_server import TileServer, block_means, to_png

CHECKPOINTS = ["dream.safetensors", "photoXL.safetensors"]
CONTROLNETS = ["canny.safetensors", "control_v11f1e_sd15_tile.pth", "union_promax_sdxl.safetensors"]
LORAS = ["detail.safetensors", "sub/sharp.safetensors"]
# Names as in the templates of ComfyUI and in the folders of the authors.
DIFFUSION_MODELS = [
    "flux1-dev.safetensors", "flux-2-klein-4b-fp8.safetensors", "flux-2-klein-base-9b.safetensors", "z_image_turbo_bf16.safetensors",
    "qwen_image_fp8_e4m3fn.safetensors", "seedvr2_3b_fp16.safetensors",
]  # fmt: skip
GGUFS = ["flux1-schnell-Q4_K_S.gguf", "z_image_turbo-Q8_0.gguf"]
TEXT_ENCODERS = [
    "clip_l.safetensors", "qwen_2.5_vl_7b_fp8_scaled.safetensors", "qwen_3_4b.safetensors", "qwen_3_8b_fp8mixed.safetensors",
    "t5xxl_fp8_e4m3fn.safetensors",
]  # fmt: skip
GGUF_ENCODERS = ["t5-v1_1-xxl-encoder-Q4_K_M.gguf"]
VAES = ["ae.safetensors", "flux2-vae.safetensors", "qwen_image_vae.safetensors", "seedvr2_ema_vae_fp16.safetensors"]
SEED_LIMIT = 1 << 64
OLD, MIDDLE, NEW = "0.2.7", "0.3.64", "0.38.1"
WEIGHT = ("FLOAT", -100, 100)
NO_VAE = "ERROR: VAE is invalid: None\n\nIf the VAE is from a checkpoint loader node your checkpoint does not contain a valid VAE."
NO_CLIP = (
    "ERROR: clip input is invalid: None\n\n"
    "If the clip is from a checkpoint loader node your checkpoint does not contain a valid clip or text encoder model."
)
PRESETS = ["STANDARD (medium strength)", "PLUS (high strength)"]

# Class: (inputs, outputs). An input is a list of choices, a dict of the keys of a COMFY_DYNAMICCOMBO_V3 (comfy_api/latest/_io.py of
# NEW), a tuple of a number's type and range, or a type.
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
         "sampler_name": ["euler", "dpmpp_2m", "res_multistep"], "scheduler": ["normal", "karras", "simple", "sgm_uniform"],
         "positive": "CONDITIONING", "negative": "CONDITIONING", "latent_image": "LATENT", "denoise": ("FLOAT", 0, 1)},
        ["LATENT"],
    ),
    "ImageInvert": ({"image": "IMAGE"}, ["IMAGE"]),
    "ImageStitch": ({"image1": "IMAGE", "image2": "IMAGE"}, ["IMAGE"]),
    "LoadAudio": ({"audio": []}, ["AUDIO"]),
    "ResizeImageMaskNode": ({"input": "IMAGE", "resize_type": {"scale dimensions": {}, "scale by multiplier": {}}}, ["IMAGE"]),
    "VAEDecode": ({"samples": "LATENT", "vae": "VAE"}, ["IMAGE"]),
    "SaveImage": ({"images": "IMAGE", "filename_prefix": "STRING"}, []),
    "PreviewImage": ({"images": "IMAGE"}, []),
    "SaveAnimatedWEBP": ({"images": "IMAGE", "filename_prefix": "STRING"}, []),
    # Recorded from /object_info of a running 0.19.3 at 34d7a5d, with ComfyUI-GGUF at 795e451: required inputs, and the types of CLIPLoader
    # and DualCLIPLoader that our workflows use.
    "UNETLoader": ({"unet_name": DIFFUSION_MODELS, "weight_dtype": ["default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"]}, ["MODEL"]),
    "UnetLoaderGGUF": ({"unet_name": GGUFS}, ["MODEL"]),
    "CLIPLoader": ({"clip_name": TEXT_ENCODERS, "type": ["stable_diffusion", "lumina2", "qwen_image", "flux2"]}, ["CLIP"]),
    "CLIPLoaderGGUF": (
        {"clip_name": TEXT_ENCODERS + GGUF_ENCODERS, "type": ["stable_diffusion", "lumina2", "qwen_image", "flux2"]}, ["CLIP"]
    ),
    "DualCLIPLoader": ({"clip_name1": TEXT_ENCODERS, "clip_name2": TEXT_ENCODERS, "type": ["sdxl", "sd3", "flux"]}, ["CLIP"]),
    "DualCLIPLoaderGGUF": (
        {"clip_name1": TEXT_ENCODERS + GGUF_ENCODERS, "clip_name2": TEXT_ENCODERS + GGUF_ENCODERS, "type": ["sdxl", "sd3", "flux"]},
        ["CLIP"],
    ),
    "VAELoader": ({"vae_name": VAES}, ["VAE"]),
    "FluxGuidance": ({"conditioning": "CONDITIONING", "guidance": ("FLOAT", 0, 100)}, ["CONDITIONING"]),
    "ConditioningZeroOut": ({"conditioning": "CONDITIONING"}, ["CONDITIONING"]),
    "ModelSamplingAuraFlow": ({"model": "MODEL", "shift": ("FLOAT", 0, 100)}, ["MODEL"]),
    # comfy_extras/nodes_seedvr.py as released; the versions that were run here do not have these nodes.
    "SeedVR2Preprocess": ({"resized_images": "IMAGE"}, ["IMAGE"]),
    "SeedVR2Conditioning": ({"model": "MODEL", "vae_conditioning": "LATENT"}, ["CONDITIONING", "CONDITIONING"]),
    "SeedVR2PostProcessing": (
        {"images": "IMAGE", "original_resized_images": "IMAGE", "color_correction_method": ["lab", "wavelet", "adain", "none"]}, ["IMAGE"]
    ),
}  # fmt: skip
CUSTOM = ("IPAdapterUnifiedLoader", "IPAdapter")
PASSED_ON = {
    "ResizeImageMaskNode": "input", "IPAdapterUnifiedLoader": "model", "ModelSamplingAuraFlow": "model", "FluxGuidance": "conditioning",
    "ConditioningZeroOut": "conditioning", "SeedVR2Preprocess": "resized_images", "SeedVR2PostProcessing": "images",
}  # fmt: skip  # class -> the input that comes out as it is
PART_LISTS = ("UNETLoader", "UnetLoaderGGUF", "CLIPLoader", "CLIPLoaderGGUF", "DualCLIPLoader", "DualCLIPLoaderGGUF", "VAELoader")
OUTPUTS = ("SaveImage", "PreviewImage", "SaveAnimatedWEBP")


Entry = tuple[str, dict[str, Any], list[str]]  # id, graph, the output nodes that run


class NodeError(Exception):
    """The exception of a node."""

    def __init__(self, name: str, kind: str, said: str) -> None:
        self.name, self.kind, self.said = name, kind, said


def is_canonical(prompt_id: object) -> bool:
    try:
        return isinstance(prompt_id, str) and str(uuid.UUID(prompt_id)) == prompt_id
    except ValueError:
        return False


def to_webp(pixels: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.round().clip(0, 255).astype(numpy.uint8), "RGB").save(file, "WEBP", lossless=True)
    return file.getvalue()


class ComfyuiServer(TileServer):
    kind = "comfyui"

    def __init__(
        self,
        custom_nodes: bool = True,
        version: str = NEW,
        missing: tuple[str, ...] = (),
        has_parts: bool = False,
        more: dict[str, list[str]] | None = None,
    ) -> None:
        """@missing: nodes and files. @has_parts: diffusion models, text encoders and autoencoders are there. @more: files by class."""
        super().__init__()
        self.version = version
        self.nodes: dict[str, tuple[Inputs, list[str]]] = {}
        for name, (inputs, outputs) in NODES.items():
            if name in missing or (name in CUSTOM and not custom_nodes):
                continue
            kept = {
                field: [
                    choice
                    for choice in kind + (more or {}).get(name, [])
                    if choice not in missing and (has_parts or name not in PART_LISTS)
                ]
                if isinstance(kind, list)
                else kind
                for field, kind in inputs.items()
            }
            self.nodes[name] = (kept, outputs)
        self.files: dict[tuple[str, str, str], bytes] = {}  # by type, subfolder, name
        self.folders = {"ipadapter": ["ip-adapter-plus_sdxl_vit-h.safetensors"], "clip_vision": ["CLIP-ViT-H-14.safetensors"]}
        self.pending: list[Entry] = []
        self.running: list[Entry] = []
        self.history: dict[str, dict[str, Any]] = {}
        self.hold_at = 0  # the number of the run, from 1 on, that stays unfinished until release(), as do those after it
        self.graphs: list[dict[str, Any]] = []  # of all prompts
        self.runs: list[str] = []  # ids of prompts, in the order in which they began
        self.interrupted = False
        self.fail_with: tuple[str, str] | None = None  # exception of the next prompt's sampler
        self.bare: set[str] = set()  # checkpoints that hold a diffusion model and nothing else
        self.broken: dict[str, tuple[str, str]] = {}  # class -> exception of each run
        self.answer_with: dict[str, list[tuple[Any, ...]]] = {}  # start of a path -> the next answers there
        self.n_saved = 0
        threading.Thread(target=self._work, daemon=True).start()

    @property
    def is_old(self) -> bool:
        return self.version == OLD

    def restart(self) -> None:
        with self.lock:
            self.pending.clear()
            self.history.clear()
            self.files.clear()
            self.interrupted = True
            self.lock.notify_all()

    def push_foreign(self) -> str:
        """Adds the prompt of another client."""
        with self.lock:
            self.pending.append(("foreign", {}, []))
            self.lock.notify_all()
        return "foreign"

    def _work(self) -> None:
        while True:
            with self.lock:
                self.lock.wait_for(lambda: self.pending)
                entry = self.pending.pop(0)
                self.running = [entry]
                self.runs.append(entry[0])
                self.held = self.held or len(self.runs) == self.hold_at
                self.interrupted = False
                self.lock.notify_all()
                self.lock.wait_for(lambda: not self.held or self.interrupted)
                self.history[entry[0]] = self.execute(*entry)
                self.running = []

    def execute(self, prompt_id: str, graph: dict[str, Any], outputs: list[str]) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        messages: list[Any] = [["execution_start", {"prompt_id": prompt_id, "timestamp": 1}]]
        try:
            if self.interrupted:
                raise InterruptedError
            # Short branches run first, so a preview of the source comes before the result.
            for name in sorted(outputs, key=lambda name: len(self.upstream(graph, name))):
                shown[name] = {"images": [self.save(graph[name], self.value(graph, graph[name]["inputs"]["images"]))]}
            messages.append(["execution_success", {"prompt_id": prompt_id, "timestamp": 2}])
        except InterruptedError:
            messages.append(["execution_interrupted", {"prompt_id": prompt_id, "node_id": "10", "node_type": "KSampler", "executed": []}])
        except NodeError as error:
            shown = {}
            messages.append(["execution_error", {
                "prompt_id": prompt_id, "node_id": error.name, "node_type": graph[error.name]["class_type"], "executed": [],
                "exception_message": error.said, "exception_type": error.kind, "traceback": [], "current_inputs": {}, "current_outputs": [],
            }])  # fmt: skip
        is_well = messages[-1][0] == "execution_success"
        return {
            "prompt": [0, prompt_id, graph, {}, outputs], "outputs": shown,
            "status": {"status_str": "success" if is_well else "error", "completed": is_well, "messages": messages},
        }  # fmt: skip

    def upstream(self, graph: dict[str, Any], name: str) -> set[str]:
        links = [value[0] for value in graph[name]["inputs"].values() if isinstance(value, list)]
        return {name}.union(*(self.upstream(graph, link) for link in links))

    def save(self, node: dict[str, Any], pixels: Array) -> dict[str, str]:
        kind = "temp" if node["class_type"] == "PreviewImage" else "output"
        self.n_saved += 1
        is_webp = node["class_type"] == "SaveAnimatedWEBP"
        name = f"{node['inputs'].get('filename_prefix', 'ComfyUI_temp')}_{self.n_saved:05d}_.{'webp' if is_webp else 'png'}"
        self.files[kind, "", name] = to_webp(pixels) if is_webp else to_png(pixels)
        return {"filename": name, "subfolder": "", "type": kind}

    def value(self, graph: dict[str, Any], link: list[Any]) -> Any:
        """The value of a link: pixels, or the effect of a model or condition on the picture."""
        node = graph[link[0]]
        if node["class_type"] in self.broken:
            raise NodeError(link[0], *self.broken[node["class_type"]])
        read: Callable[[str], Any] = lambda name: self.value(graph, node["inputs"][name])  # noqa: E731
        kind, inputs = node["class_type"], node["inputs"]
        if kind == "LoadImage":
            return numpy.asarray(Image.open(io.BytesIO(self.files[self.locate(inputs["image"])])).convert("RGB")).astype(float)
        if kind in ("VAEEncode", "VAEDecode"):
            self.check_part(graph, link[0], "vae", NO_VAE)
            return read("pixels" if kind == "VAEEncode" else "samples")
        if kind == "CLIPTextEncode":
            self.check_part(graph, link[0], "clip", NO_CLIP)
            return 0.0
        if kind in PASSED_ON:
            return read(PASSED_ON[kind])
        if kind == "ImageInvert":
            return 255 - read("image")
        if kind == "ImageStitch":
            return numpy.concatenate([read("image1"), read("image2")], axis=1)
        if kind == "LoraLoader":
            return read("model") + inputs["strength_model"] if link[1] == 0 else read("clip")
        if kind == "ControlNetApplyAdvanced":
            read("image")
            read("control_net")
            return read("positive") + inputs["strength"] if link[1] == 0 else read("negative")
        if kind == "IPAdapter":
            read("image")
            read("ipadapter")
            return read("model") + inputs["weight"]
        if kind == "KSampler":
            if self.fail_with:
                failure, self.fail_with = self.fail_with, None
                raise NodeError(link[0], *failure)
            return block_means(read("latent_image")) + read("model") + read("positive")
        return 0.0

    def check_part(self, graph: dict[str, Any], name: str, part: str, said: str) -> None:
        """A loader passes on None for a part that the checkpoint lacks. The node that needs the part raises."""
        node = graph[name]
        while part in node["inputs"]:
            node = graph[node["inputs"][part][0]]
        if node["inputs"].get("ckpt_name") in self.bare:
            raise NodeError(name, "RuntimeError", said)

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
            if folder == "/api/jobs" and self.version == NEW:
                return self.job(last)
            if folder == "/models":
                return (200, self.folders[last]) if last in self.folders else (404, None)
            if path == "/prompt":
                with self.lock:
                    return 200, {"exec_info": {"queue_remaining": len(self.pending) + len(self.running)}}
            if path == "/view":
                return self.view(query)
            if path == "/queue":
                return 200, self.queue()
            if path == "/system_stats":
                return 200, {"system": {"os": "posix", "comfyui_version": self.version}, "devices": [{"name": "cpu", "vram_total": 1}]}
        if method == "POST":
            posts: dict[str, Callable[[], tuple[Any, ...]]] = {
                "/upload/image": lambda: self.upload(body, headers), "/prompt": lambda: self.prompt(json.loads(body)),
                "/queue": lambda: self.change_queue(json.loads(body)), "/interrupt": lambda: self.interrupt(body),
            }  # fmt: skip
            if path in posts:
                return posts[path]()
            if path.startswith("/api/jobs/") and path.endswith("/cancel") and self.version == NEW:
                return self.cancel(path.split("/")[3])
            return 405, b"405: Method Not Allowed", "text/plain"
        return 404, b"404: Not Found", "text/plain"

    def view(self, query: dict[str, list[str]]) -> tuple[Any, ...]:
        name = query["filename"][0]
        data = self.files.get((query.get("type", ["output"])[0], query.get("subfolder", [""])[0], name))
        if not data:
            return 404, None
        if query.get("channel") == ["rgb"]:
            return 200, to_png(numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))), "image/png"
        return 200, data, "image/" + name.rpartition(".")[2]

    def job(self, prompt_id: str) -> tuple[Any, ...]:
        with self.lock:
            for status, entries in (("in_progress", self.running), ("pending", self.pending)):
                for _, graph, _ in (entry for entry in entries if entry[0] == prompt_id):
                    return 200, {"id": prompt_id, "status": status, "outputs_count": 0, "workflow": {"prompt": graph, "extra_data": {}}}
            entry = self.history.get(prompt_id)
        if not entry:
            return 404, {"error": "Job not found"}
        names = [name for name, _ in entry["status"]["messages"]]
        status = "cancelled" if "execution_interrupted" in names else "failed" if "execution_error" in names else "completed"
        return 200, {"id": prompt_id, "status": status, "outputs": entry["outputs"], "execution_status": entry["status"]}

    def cancel(self, prompt_id: str) -> tuple[Any, ...]:
        with self.lock:
            is_running = any(entry[0] == prompt_id for entry in self.running)
            is_pending = any(entry[0] == prompt_id for entry in self.pending)
            self.pending = [entry for entry in self.pending if entry[0] != prompt_id]
            self.interrupted = self.interrupted or is_running
            self.lock.notify_all()
        return 200, {"cancelled": is_running or is_pending}

    def queue(self) -> dict[str, Any]:
        with self.lock:
            return {
                "queue_running": [[0, *entry[:2], {}, entry[2]] for entry in self.running],
                "queue_pending": [[1 + i, *entry[:2], {}, entry[2]] for i, entry in enumerate(self.pending)],
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
        for field, kind in self.nodes[name][0].items():
            if isinstance(kind, list):
                inputs[field] = [kind, {}] if self.is_old else ["COMBO", {"options": kind}]
            elif isinstance(kind, dict):
                inputs[field] = ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": key, "inputs": more} for key, more in kind.items()]}]
            else:
                inputs[field] = [kind[0], {"min": kind[1], "max": kind[2]}] if isinstance(kind, tuple) else [kind]
        return {"input": {"required": inputs}, "output": self.nodes[name][1], "name": name, "output_node": name in OUTPUTS}

    def upload(self, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
        parts: dict[str, tuple[str | None, bytes]] = {}
        parser = email.parser.BytesParser(email.message.EmailMessage, policy=email.policy.default)
        for part in parser.parsebytes(head + body).iter_parts():
            disposition = part["Content-Disposition"].params
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            parts[disposition["name"]] = (disposition.get("filename"), data)
        name, data = parts.get("image", (None, b""))
        if not name:
            return 400, None
        kind, folder = (parts.get(name, (None, default))[1].decode() for name, default in (("type", b"input"), ("subfolder", b"")))
        if parts.get("overwrite", (None, b""))[1] not in (b"true", b"1"):
            stem, dot, ending = name.rpartition(".")
            n_there = 0
            while (kind, folder, name) in self.files:
                n_there += 1
                name = f"{stem} ({n_there}){dot}{ending}"
        self.files[kind, folder, name] = data
        return 200, {"name": name, "subfolder": folder, "type": kind}

    def prompt(self, request: dict[str, Any]) -> tuple[Any, ...]:
        graph = request.get("prompt")
        if not graph:
            return self.refuse("no_prompt", "No prompt provided", "No prompt provided")
        prompt_id = str(uuid.uuid4()) if self.is_old else request.get("prompt_id") or str(uuid.uuid4())
        if self.version == NEW and not is_canonical(prompt_id):
            return self.refuse("invalid_prompt_id", "prompt_id must be a valid UUID", "prompt_id must be a UUID string")
        self.graphs.append(graph)
        for name, node in graph.items():
            if node.get("class_type") not in self.nodes:
                return self.refuse("invalid_prompt", "Cannot execute because node does not exist.", f"Node ID '#{name}'")
        outputs = [name for name, node in graph.items() if node["class_type"] in OUTPUTS]
        if not outputs:
            return self.refuse("prompt_no_outputs", "Prompt has no outputs")
        errors: dict[str, dict[str, Any]] = {}
        good = [name for name in outputs if self.check_output(graph, name, errors)]
        if not good:
            return self.refuse("prompt_outputs_failed_validation", "Prompt outputs failed validation", "", errors)
        with self.lock:
            self.pending.append((prompt_id, graph, good))
            self.lock.notify_all()
        return 200, {"prompt_id": prompt_id, "number": 1, "node_errors": errors}

    def check_output(self, graph: dict[str, Any], output: str, errors: dict[str, dict[str, Any]]) -> bool:
        """Validates the nodes that lead to an output. An error there invalidates this output alone."""
        is_good = True
        for name in self.upstream(graph, output):
            if found := self.check_node(graph, graph[name]):
                is_good = False
                about = {"errors": found, "dependent_outputs": [], "class_type": graph[name]["class_type"]}
                errors.setdefault(name, about)["dependent_outputs"].append(output)
        return is_good

    def refuse(self, kind: str, message: str, details: str = "", nodes: dict[str, Any] | None = None) -> tuple[Any, ...]:
        return 400, {"error": {"type": kind, "message": message, "details": details, "extra_info": {}}, "node_errors": nodes or {}}

    def check_node(self, graph: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for field, kind in self.nodes[node["class_type"]][0].items():
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
        if isinstance(kind, (list, dict)):
            if value in kind or node["class_type"] == "LoadAudio":
                return None
            return "value_not_in_list", "Value not in list", f"{field}: '{value}' not in {kind}"
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
