# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of AUTOMATIC1111's web API as the web UI itself, Forge and SD.Next serve it; `flavour` says which.

stable-diffusion.cpp's own version of it is in sdcpp_server.
"""

import base64
import io
import json
import re
import threading
from typing import Any

from PIL import Image
from tile_server import NoPicture, TileServer, decode_picture, paint, unrelated_picture

LORA = re.compile(r"<lora:([^:>]+):([0-9.]+)>")
CONTROLNETS = {
    "webui": ["control_v11f1e_sd15_tile [a371b31b]", "control_v11p_sd15_canny [d14c016b]", "ip-adapter_sd15 [6a3f6166]"],
    "forge": ["control_v11f1e_sd15_tile [a371b31b]", "xinsir_tile_sdxl [12345678]", "ip-adapter_sd15 [6a3f6166]"],
    "sdnext": ["None", "Canny", "Tile", "Tile XL"],
}
MODULES = {
    "webui": ["none", "tile_resample", "tile_colorfix", "ip-adapter-auto", "ip-adapter_clip_h"],
    "forge": ["None", "tile_resample", "CLIP-ViT-H (IPAdapter)", "CLIP-ViT-bigG (IPAdapter)"],
}
IP_ADAPTERS = ["None", "Base", "Plus", "Base SDXL"]
MODELS = ["photo_v3.safetensors [1234567890]", "dreamXL.safetensors [abcdef0123]"]


class Refusal(Exception):
    def __init__(self, status: int, detail: object, kind: str = "HTTPException", errors: str = "") -> None:
        super().__init__(str(detail))
        self.status, self.detail, self.kind, self.errors = status, detail, kind, errors


class SdapiServer(TileServer):
    kind = "sdapi"

    def __init__(self, flavour: str = "webui", auth: str | None = None, extension: bool = True, names_tasks: bool = True) -> None:
        super().__init__()
        self.flavour, self.auth, self.extension, self.names_tasks = flavour, auth, extension, names_tasks
        self.options = {"sd_model_checkpoint": MODELS[0], "samples_format": "png"}
        self.loras = ["detail", "sharp"]
        self.samplers = ["DPM++ 2M", "Euler a", "Euler"]
        self.bodies: list[dict[str, Any]] = []
        self.answer_with: list[tuple[Any, ...]] = []  # the next requests for a picture are answered so instead
        self.state = {"job": "", "job_count": 0, "sampling_step": 0, "sampling_steps": 0, "interrupted": False, "skipped": False}
        self.task: str | None = None
        self.queue_lock = threading.Lock()
        self.padding = 0  # bytes of rubbish in the answer

    def interrupt(self) -> None:
        """What the button in the web UI does: stops whoever runs."""
        with self.lock:
            self.state["interrupted"] = True
        self.release()

    def handle(self, method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        if not self.is_let_in(path, headers):
            return 401, {"detail": "Incorrect username or password"}
        if method == "GET":
            return self.list(path)
        try:
            if path in ("/sdapi/v1/img2img", "/sdapi/v1/control"):
                return self.answer_with.pop(0) if self.answer_with else self.generate(path.rpartition("/")[2], body)
            if path == "/sdapi/v1/options":
                self.load(json.loads(body).get("sd_model_checkpoint", MODELS[0]))
                return 200, None
        except Refusal as refusal:
            return self.refuse(refusal)
        if path == "/sdapi/v1/interrupt":
            self.interrupt()
            return (204, None) if self.flavour == "sdnext" else (200, {})
        return 404, {"detail": "Not Found"}

    def is_let_in(self, path: str, headers: dict[str, str]) -> bool:
        if not self.auth or not path.startswith("/sdapi/") or path == "/sdapi/v1/loras":
            return True
        return headers.get("authorization") == "Basic " + base64.b64encode(self.auth.encode()).decode()

    def refuse(self, refusal: Refusal) -> tuple[Any, ...]:
        if self.flavour == "forge" or refusal.status == 422 and isinstance(refusal.detail, list):
            return refusal.status, {"detail": refusal.detail}
        return refusal.status, {"error": refusal.kind, "detail": refusal.detail, "body": "", "errors": refusal.errors}

    def list(self, path: str) -> tuple[Any, ...]:
        lists: dict[str, object] = {
            "/sdapi/v1/options": self.options,
            "/sdapi/v1/sd-models": [{"title": title, "model_name": title.split(".")[0], "hash": None} for title in MODELS],
            "/sdapi/v1/samplers": [{"name": name, "aliases": [], "options": {}} for name in self.samplers],
            "/sdapi/v1/loras": [{"name": name, "alias": name, "path": f"/models/Lora/{name}.pt", "metadata": {}} for name in self.loras],
            "/sdapi/v1/progress": self.progress(),
        }  # fmt: skip
        if self.flavour == "sdnext":
            lists |= {"/sdapi/v1/control-models": CONTROLNETS["sdnext"], "/sdapi/v1/ip-adapters": IP_ADAPTERS}
        else:
            lists["/sdapi/v1/schedulers"] = [{"name": "karras", "label": "Karras"}, {"name": "automatic", "label": "Automatic"}]
            if self.extension:
                lists["/controlnet/model_list"] = {"model_list": CONTROLNETS[self.flavour]}
                lists["/controlnet/module_list"] = {"module_list": MODULES[self.flavour], "module_detail": {}}
        return (200, lists[path]) if path in lists else (404, {"detail": "Not Found"})

    def progress(self) -> dict[str, Any]:
        said = {"progress": 0.5 if self.task else 0, "eta_relative": 0, "state": dict(self.state), "current_image": None}
        return said | ({"current_task": self.task} if self.names_tasks and self.task else {})

    def load(self, title: str) -> None:
        if title not in MODELS:
            raise Refusal(500, "", "RuntimeError", f"Unknown checkpoint: {title}")
        self.options["sd_model_checkpoint"] = title

    def check_types(self, request: dict[str, Any]) -> None:
        for name, kind in {
            "prompt": str,
            "steps": int,
            "seed": int,
            "width": int,
            "height": int,
            "denoising_strength": (int, float),
        }.items():
            if name in request and not isinstance(request[name], kind):
                raise Refusal(422, [{"loc": ["body", name], "msg": "value is not a valid integer", "type": "type_error.integer"}])
        if request.get("sampler_name", "Euler") not in self.samplers:
            raise Refusal(400 if self.flavour == "forge" else 404, "Sampler not found")

    def unit_shift(self, unit: dict[str, Any], init: Image.Image) -> float:
        """What a ControlNet unit changes; `init` guides where the unit has no picture."""
        if not unit.get("enabled", self.flavour == "forge"):
            return 0.0
        if unit["model"] not in CONTROLNETS[self.flavour] or unit["module"] not in MODULES[self.flavour]:
            raise Refusal(500, "", "KeyError", f"no such model or module: {unit['model']} {unit['module']}")
        hint = decode_picture(unit["image"]) if unit.get("image") else init
        if "tile" in unit["model"] and hint.size != init.size:
            raise Refusal(500, "", "ValueError", "the hint is not the tile")
        return unit.get("weight", 1.0)

    def guide_shift(self, route: str, request: dict[str, Any], init: Image.Image) -> tuple[float, int]:
        """How far guides move the picture, and how many of their maps come back too."""
        if self.flavour != "sdnext":
            scripts = {name.lower(): script for name, script in request.get("alwayson_scripts", {}).items()}
            if unknown := set(scripts) - ({"controlnet"} if self.extension else set()):
                raise Refusal(422, f"always on script {unknown.pop()} not found")
            units = scripts.get("controlnet", {}).get("args", [])
            return sum(self.unit_shift(unit, init) for unit in units), sum(unit.get("save_detected_map", True) for unit in units)
        shift = 0.0
        for unit in request.get("control", []) if route == "control" else []:
            if unit["model"] not in CONTROLNETS["sdnext"]:
                raise Refusal(500, "", "ValueError", f"unknown control model {unit['model']}")
            shift += unit.get("strength", 1.0)
        for adapter in request.get("ip_adapter", []):
            if adapter["adapter"] not in IP_ADAPTERS:
                raise Refusal(500, "", "ValueError", "unknown adapter")
            decode_picture(adapter["images"][0])
            shift += adapter.get("scale", 0.5)
        return shift, 0

    def generate(self, route: str, body: bytes) -> tuple[Any, ...]:
        request = json.loads(body)
        self.bodies.append(request)
        if route == "control" and self.flavour != "sdnext":
            return 404, {"detail": "Not Found"}
        self.check_types(request)
        inits = request.get("inputs" if route == "control" else "init_images")
        if not inits:
            raise Refusal(404, "Init image not found")
        try:
            init = decode_picture(inits[0])
            shift, maps = self.guide_shift(route, request, init)
        except NoPicture as error:
            raise Refusal(500, "Invalid encoded image") from error
        if "sd_model_checkpoint" in request.get("override_settings", {}):
            self.load(request["override_settings"]["sd_model_checkpoint"])
        shift += sum(float(weight) for name, weight in LORA.findall(request.get("prompt", "")) if name in self.loras)
        size = ("width_before", "height_before") if route == "control" else ("width", "height")
        images = [self.run(request, init, request.get(size[0], 512), request.get(size[1], 512), shift)]
        images += [base64.b64encode(unrelated_picture(64, 64)).decode()] * maps
        info = json.dumps({"seed": request.get("seed", -1), "version": "v1.10.1" if self.flavour == "webui" else "f2.0.1v1.10.1"})
        echo = {name: value for name, value in request.items() if name not in ("init_images", "inputs")}
        return 200, {"parameters": {**echo, "padding": "x" * self.padding}, "images": images, "info": info}

    def run(self, request: dict[str, Any], init: Image.Image, width: int, height: int, shift: float) -> str:
        with self.queue_lock:
            with self.lock:
                self.state |= {"job": "scripts_img2img", "job_count": 1, "interrupted": False}
                self.task = request.get("force_task_id", "task(api)")
                self.lock.notify_all()
            self.wait_while_held()
            with self.lock:
                self.state |= {"job": "", "job_count": 0}
                self.task = None
                # Stopped in the middle it answers all the same, with what there is by then.
                data = unrelated_picture(width, height) if self.state["interrupted"] else paint(init, width, height, shift)
        if self.options["samples_format"] == "jpg":
            file = io.BytesIO()
            Image.open(io.BytesIO(data)).save(file, "JPEG", quality=95)
            data = file.getvalue()
        return base64.b64encode(data).decode()
