# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of AUTOMATIC1111's web API as the web UI itself, Forge or SD.Next serves it; `flavour` names the server.

The shapes of all routes were read from these versions. Each method names the functions that it follows:
- A1111: AUTOMATIC1111/stable-diffusion-webui 1.10, modules/api/api.py and modules/progress.py, and Mikubill/sd-webui-controlnet 56cec5b
- Forge: lllyasviel/stable-diffusion-webui-forge dfdcbab, the same files and extensions-builtin/sd_forge_controlnet; it was also run
- SD.Next: vladmandic/sdnext 058a7f0, modules/api/{api,generate,control,server,endpoints,validate,middleware}.py
The routes of stable-diffusion.cpp are in sdcpp_server.
"""

import base64
import io
import json
import re
import threading
from typing import Any

import numpy
from PIL import Image
from tile_server import NoPicture, TileServer, decode_picture, paint, unrelated_picture

LORA = re.compile(r"<lora:([^:>]+):([0-9.]+)>")
HASH = re.compile(r" \[[0-9a-f]+\]$")
CONTROLNETS = {
    "webui": ["control_v11f1e_sd15_tile [a371b31b]", "control_v11p_sd15_canny [d14c016b]", "xinsir_tile_sdxl [12345678]",
              "ip-adapter_sd15 [6a3f6166]", "ip-adapter_sdxl_vit-h [5a1b6d29]"],
    "forge": ["control_v11f1e_sd15_tile [a371b31b]", "xinsir_tile_sdxl [12345678]", "ip-adapter_sd15 [6a3f6166]",
              "ip-adapter_sdxl_vit-h [5a1b6d29]"],
    "sdnext": ["None", "Canny", "Tile", "Tile XL"],
}  # fmt: skip
MODULES = {
    "webui": ["none", "tile_resample", "tile_colorfix", "ip-adapter-auto", "ip-adapter_clip_h"],
    "forge": ["None", "tile_resample", "CLIP-ViT-H (IPAdapter)", "CLIP-ViT-bigG (IPAdapter)"],
}
IP_ADAPTERS = ["None", "Base", "Plus", "Base SDXL"]
# The server appends a digest to a name once it has computed it.
MODELS = ["photo_v3.safetensors [1234567890]", "dreamXL.safetensors [abcdef0123]"]
SCHEDULERS = {"automatic": "Automatic", "uniform": "Uniform", "karras": "Karras", "sgm_uniform": "SGM Uniform"}
VERSIONS = {"webui": "v1.10.1", "forge": "f2.0.1v1.10.1"}
DARK = 5
# State.dict() of modules/shared_state.py.
IDLE = {"skipped": False, "interrupted": False, "stopping_generation": False, "job": "", "job_count": 0, "job_timestamp": "0", "job_no": 0,
        "sampling_step": 0, "sampling_steps": 0}  # fmt: skip


def is_xl(name: str) -> bool:
    return "xl" in name.lower()


class Refusal(Exception):
    def __init__(self, status: int, detail: object, kind: str = "HTTPException", errors: str = "") -> None:
        super().__init__(str(detail))
        self.status, self.detail, self.kind, self.errors = status, detail, kind, errors


class SdapiServer(TileServer):
    kind = "sdapi"

    def __init__(self, flavour: str = "webui", auth: str | None = None, extension: bool = True, has_pages: bool = True) -> None:
        super().__init__()
        self.flavour, self.auth, self.extension = flavour, auth, extension
        self.has_pages = has_pages  # not with --nowebui
        self.options = {"sd_model_checkpoint": MODELS[0], "samples_format": "png"}
        self.loras = ["detail", "sharp"]
        self.lora_metadata: dict[str, str] = {"ss_output_name": "last"}  # of each, from its training
        self.aliases: dict[str, str] = {}  # LoRAs may have a second name, from their training
        self.stays_with: str | None = None  # a model that another client loads in place of the requested one
        self.samplers = ["DPM++ 2M", "Euler a", "Euler"]
        self.controlnets = CONTROLNETS[flavour]
        self.bodies: list[dict[str, Any]] = []
        self.described: list[dict[str, Any]] = []  # requests for a caption
        self.can_describe = True
        self.answer_with: list[tuple[Any, ...]] = []  # answers to the next requests for a picture
        self.n_too_many = 0  # requests for a picture above SD.Next's limit, before time has passed
        self.state: dict[str, Any] = dict(IDLE)
        self.current_task: str | None = None
        self.pending_tasks: list[str] = []
        self.finished_tasks: list[str] = []
        self.queue_lock = threading.Lock()
        self.padding = 0  # useless bytes in each answer

    @property
    def is_painting(self) -> bool:
        return bool(self.state["job"])

    def interrupt(self) -> None:
        """Stops the picture that is being painted, as the button in the web UI does."""
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
                self.load(json.loads(body).get("sd_model_checkpoint"))
                return 200, None
            if path == "/sdapi/v1/interrogate":
                return 200, self.interrogate(json.loads(body))
        except Refusal as refusal:
            return self.refuse(refusal)
        if path == "/sdapi/v1/interrupt":
            self.interrupt()
            return (204, None) if self.flavour == "sdnext" else (200, {})
        if path == "/internal/progress" and self.has_pages:
            return 200, self.task_progress(json.loads(body).get("id_task"))
        return 404, {"detail": "Not Found"}

    def is_let_in(self, path: str, headers: dict[str, str]) -> bool:
        """The routes of extensions and of the web UI itself skip the check of the password."""
        if not self.auth or not path.startswith("/sdapi/") or path == "/sdapi/v1/loras":
            return True
        return headers.get("authorization") == "Basic " + base64.b64encode(self.auth.encode()).decode()

    def refuse(self, refusal: Refusal) -> tuple[Any, ...]:
        """api_middleware of A1111 and setup_middleware of SD.Next; Forge has it switched off."""
        if self.flavour == "forge" or refusal.status == 422 and isinstance(refusal.detail, list):
            return refusal.status, {"detail": refusal.detail}
        said = {"error": refusal.kind, "detail": refusal.detail, "body": "", "errors": refusal.errors}
        return refusal.status, said | ({"code": refusal.status} if self.flavour == "sdnext" else {})

    def list(self, path: str) -> tuple[Any, ...]:
        """get_config, get_sd_models, get_samplers, get_progress; get_loras of the LoRA extension; controlnet_api of the ControlNet one."""
        lists: dict[str, object] = {
            "/sdapi/v1/options": self.options,
            "/sdapi/v1/sd-models": [
                {
                    "title": title,
                    "model_name": title.split(".")[0],
                    "filename": f"/models/{HASH.sub('', title)}",
                    "hash": None,
                    "sha256": None,
                }
                for title in MODELS
            ],
            "/sdapi/v1/samplers": [{"name": name, "aliases": [], "options": {}} for name in self.samplers],
            # Scheduler of modules/sd_schedulers.py, as SchedulerItem shows it. SD.Next has no such route.
            "/sdapi/v1/schedulers": [
                {"name": name, "label": label, "aliases": None, "default_rho": -1, "need_inner_model": False}
                for name, label in SCHEDULERS.items()
            ],
            "/sdapi/v1/loras": [
                {"name": name, "alias": self.aliases.get(name, name), "path": f"/models/Lora/{name}.pt", "metadata": self.lora_metadata}
                for name in self.loras
            ],
            "/sdapi/v1/progress": self.progress(),
        }
        if self.flavour == "sdnext":
            del lists["/sdapi/v1/schedulers"]
            lists |= {"/sdapi/v1/control-models": self.controlnets, "/sdapi/v1/ip-adapters": IP_ADAPTERS}
        elif self.extension:
            lists["/controlnet/model_list"] = {"model_list": self.controlnets}
            lists["/controlnet/module_list"] = {"module_list": MODULES[self.flavour]}
        return (200, lists[path]) if path in lists else (404, {"detail": "Not Found"})

    def progress(self) -> dict[str, Any]:
        """progressapi: the model of the answer has no member that names the task."""
        progress = 0.5 if self.is_painting else 0.0
        return {"progress": progress, "eta_relative": 0.0, "state": dict(self.state), "current_image": None, "textinfo": None}

    def task_progress(self, task: str | None) -> dict[str, Any]:
        """progressapi of modules/progress.py. SD.Next's knows only the tasks of its own pages."""
        with self.lock:
            active = task is not None and task == self.current_task
            said = {"active": active, "queued": task in self.pending_tasks, "completed": task in self.finished_tasks}
        return said | {"progress": None, "eta": None, "live_preview": None, "id_live_preview": -1, "textinfo": "Waiting..."}

    def load(self, name: str | None) -> None:
        """checkpoint_aliases: a name is known with and without its digest. An unknown name changes nothing and is not reported."""
        for title in MODELS:
            if (self.stays_with or name) in (title, HASH.sub("", title), HASH.sub("", title).split(".")[0]):
                self.options["sd_model_checkpoint"] = title

    def check_types(self, request: dict[str, Any]) -> None:
        kinds: dict[str, type | tuple[type, ...]] = {
            "prompt": str, "steps": int, "seed": int, "width": int, "height": int, "denoising_strength": (int, float),
        }  # fmt: skip
        for name, kind in kinds.items():
            if name in request and not isinstance(request[name], kind):
                raise Refusal(422, [{"loc": ["body", name], "msg": "value is not a valid integer", "type": "type_error.integer"}])
        if request.get("sampler_name", "Euler") not in self.samplers:
            raise Refusal(400 if self.flavour == "forge" else 404, "Sampler not found")

    def unit_shift(self, unit: dict[str, Any], init: Image.Image) -> float:
        """The effect of a ControlNet unit. get_input_data takes `init` for a unit without a picture. A unit that fails has no effect."""
        if not unit.get("enabled", self.flavour == "forge"):
            return 0.0
        if unit["model"] not in self.controlnets or unit["module"] not in MODULES[self.flavour]:
            return 0.0
        if is_xl(unit["model"]) != is_xl(self.options["sd_model_checkpoint"]):
            return 0.0
        hint = decode_picture(unit["image"]) if unit.get("image") else None
        if self.flavour == "forge" and hint and (numpy.asarray(hint) < DARK).all():
            return 0.0  # the extension raises on None > 5, prints it and goes on
        assert "ip-adapter" not in unit["model"] or hint, "an IP-Adapter without a picture follows the tile"
        return float(unit.get("weight", 1.0))

    def guide_shift(self, route: str, request: dict[str, Any], init: Image.Image) -> tuple[float, int]:
        """The effect of all guides, and the number of their maps that come back too."""
        if self.flavour != "sdnext":
            scripts = {name.lower(): script for name, script in request.get("alwayson_scripts", {}).items()}
            if unknown := set(scripts) - ({"controlnet"} if self.extension else set()):
                raise Refusal(422, f"always on script {unknown.pop()} not found")
            units = scripts.get("controlnet", {}).get("args", [])
            return sum(self.unit_shift(unit, init) for unit in units), sum(unit.get("save_detected_map", True) for unit in units)
        shift = 0.0
        xl = is_xl(self.options["sd_model_checkpoint"])
        for unit in request.get("control", []) if route == "control" else []:
            if unit["model"] in self.controlnets and is_xl(unit["model"]) == xl:
                shift += unit.get("strength", 1.0)
        for adapter in request.get("ip_adapter", []):
            if not 0.0 <= adapter.get("scale", 0.5) <= 1.0:
                raise Refusal(422, [{"loc": ["body", "ip_adapter", 0, "scale"], "msg": "out of range", "type": "value_error"}])
            decode_picture(adapter["images"][0])
            if adapter["adapter"] in IP_ADAPTERS and is_xl(adapter["adapter"]) == xl:
                shift += adapter.get("scale", 0.5)
        return shift, 0

    def generate(self, route: str, body: bytes) -> tuple[Any, ...]:
        """img2imgapi; post_img2img and post_control of SD.Next."""
        try:
            request = json.loads(body)
        except ValueError as error:
            raise Refusal(422, [{"loc": ["body", 0], "msg": "JSON decode error", "type": "json_invalid"}]) from error
        self.bodies.append(request)
        if route == "control" and self.flavour != "sdnext":
            return 404, {"detail": "Not Found"}
        if self.flavour == "sdnext" and self.n_too_many > 0:
            self.n_too_many -= 1
            raise Refusal(429, f"127.0.0.1:/sdapi/v1/{route}: rate limit exceeded")
        self.check_types(request)
        inits = request.get("inputs" if route == "control" else "init_images")
        if not inits:
            if self.flavour == "sdnext":
                return 400, {"error": "Init image is none"}
            raise Refusal(404, "Init image not found")
        size = ("width_before", "height_before") if route == "control" else ("width", "height")
        image = self.queue(route, request, inits[0], request.get(size[0], 512), request.get(size[1], 512))
        images = [image] + [base64.b64encode(unrelated_picture(64, 64)).decode()] * self.n_maps(request)
        echo = {name: value for name, value in request.items() if name not in ("init_images", "inputs")}
        if route == "control":
            return 200, {"images": images, "processed": [], "params": {}, "info": "Control finished"}
        return 200, {"images": images, "parameters": {**echo, "padding": "x" * self.padding}, "info": json.dumps(self.info(request))}

    def interrogate(self, request: dict[str, Any]) -> dict[str, Any]:
        """interrogateapi, with InterrogateRequest's checks before it; post_interrogate of SD.Next, which answers a failure's text."""
        if not isinstance(request.get("image", ""), str):
            raise Refusal(422, [{"type": "string_type", "loc": ["body", "image"], "msg": "Input should be a valid string"}])
        try:
            picture = decode_picture(request.get("image"))
        except NoPicture as error:
            raise Refusal(500, "Invalid encoded image") from error
        with self.queue_lock:
            self.described.append(request)
            self.wait_while_held()
        if not self.can_describe:
            return {"caption": "out of memory" if self.flavour == "sdnext" else "<error>"}
        red, green, blue = picture.resize((1, 1), Image.Resampling.BOX).tobytes()
        return {"caption": f"mostly {red} red, {green} green, {blue} blue"}

    def n_maps(self, request: dict[str, Any]) -> int:
        units = request.get("alwayson_scripts", {}).get("controlnet", {}).get("args", [])
        return sum(unit.get("save_detected_map", True) for unit in units)

    def info(self, request: dict[str, Any]) -> dict[str, Any]:
        """Processed.js. SD.Next answers a digest instead of the model's name, and no version."""
        said = {name: request.get(name) for name in ("prompt", "negative_prompt", "seed", "width", "height", "steps", "denoising_strength")}
        if self.flavour == "sdnext":
            return said | {"sd_model_hash": "1234567890"}
        model = HASH.sub("", self.options["sd_model_checkpoint"]).rpartition(".")[0]
        return said | {"sd_model_name": model, "sd_model_hash": "1234567890", "infotexts": [""], "version": VERSIONS[self.flavour]}

    def queue(self, route: str, request: dict[str, Any], init: str, width: int, height: int) -> str:
        """add_task_to_queue, queue_lock, start_task, finish_task; a task that fails is never finished."""
        task = request.get("force_task_id") or "task(img2img-ABCDEFG)" if self.flavour != "sdnext" else None
        with self.lock:
            self.pending_tasks += [task] if task else []
        with self.queue_lock:
            with self.lock:
                if task:
                    self.pending_tasks.remove(task)
                    self.current_task = task
                self.state |= {"job": "scripts_img2img", "job_count": 1, "interrupted": False}
                self.lock.notify_all()
            try:
                data = self.run(route, request, init, width, height)
            finally:
                self.state |= {"job": "", "job_count": 0}
            with self.lock:
                if task:
                    self.current_task = None
                    self.finished_tasks.append(task)
        if self.options["samples_format"] == "jpg":
            file = io.BytesIO()
            Image.open(io.BytesIO(data)).save(file, "JPEG", quality=95)
            data = file.getvalue()
        return base64.b64encode(data).decode()

    def run(self, route: str, request: dict[str, Any], init: str, width: int, height: int) -> bytes:
        self.load(request.get("override_settings", {}).get("sd_model_checkpoint"))
        try:
            picture = decode_picture(init)
            shift, _ = self.guide_shift(route, request, picture)
        except NoPicture as error:
            raise Refusal(500, "Invalid encoded image") from error
        known = {*self.loras, *self.aliases.values()}
        shift += sum(float(weight) for name, weight in LORA.findall(request.get("prompt", "")) if name in known)
        self.wait_while_held()
        # An interrupted request answers 200 too, with a picture half done.
        return unrelated_picture(width, height) if self.state["interrupted"] else paint(picture, width, height, shift)
