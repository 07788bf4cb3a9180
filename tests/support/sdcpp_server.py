# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of stable-diffusion.cpp's sd-server: its own jobs, and its AUTOMATIC1111-like route.

The shapes were read from leejet/stable-diffusion.cpp 97d2990, examples/server/{routes_sdcpp,routes_sdapi,async_jobs,runtime}.cpp,
and checked against a running server. Each method names the functions that it follows.

The server refuses an empty prompt, an unknown LoRA, a job for a full queue, and to cancel a running job. Other faults are silent:
the compatible route answers a bad picture with an unrelated one, unknown fields and missing models are ignored, and sizes are
rounded up to 64.
"""

import base64
import json
import threading
import time
from typing import Any

from tile_server import NoPicture, TileServer, decode_picture, paint, unrelated_picture

MULTIPLE = 64
SAMPLERS = ("euler", "euler_a", "heun", "dpm2", "dpm++2m", "lcm")
SDAPI_LISTS = ("options", "sd-models", "loras", "samplers", "schedulers")


def round_up(length: int) -> int:
    return (length + MULTIPLE - 1) // MULTIPLE * MULTIPLE


class SdcppServer(TileServer):
    kind = "sdcpp"

    def __init__(self, controlnet: bool = True, ip_adapter: bool = True) -> None:
        super().__init__()
        self.controlnet, self.ip_adapter = controlnet, ip_adapter
        self.sampler = "default"  # the value of --sampling-method
        self.refuses_guides = False  # as a server whose models do not fit together
        self.loras = {"detail": "detail.safetensors", "sharp": "sub/sharp.safetensors"}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.queue: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.expired: set[str] = set()
        self.next_id = 1
        self.queue_limit = 64
        self.fail_with: str | None = None  # the next job fails with this message
        self.answer_with: list[tuple[Any, ...]] = []  # answers to the next submissions
        self.poll_with: list[tuple[Any, ...]] = []  # answers to the next polls
        self.context = threading.Lock()  # one picture at a time, over both routes
        threading.Thread(target=self._work, daemon=True).start()

    def restart(self) -> None:
        """Loses all jobs."""
        with self.lock:
            self.jobs.clear()
            self.queue.clear()

    def expire(self) -> None:
        with self.lock:
            self.expired |= set(self.jobs)
            self.jobs.clear()

    def _work(self) -> None:
        while True:
            with self.lock:
                self.lock.wait_for(lambda: self.queue)
                job = self.jobs[self.queue.pop(0)]
                job["status"], job["started"] = "generating", int(time.time())
            self.wait_while_held()
            with self.context, self.lock:
                if self.fail_with:
                    job.update(status="failed", error={"code": "generation_failed", "message": self.fail_with}, completed=1)
                    self.fail_with = None
                else:
                    data = base64.b64encode(job.pop("work")()).decode()
                    job.update(status="completed", completed=1, result={"output_format": "png", "images": [{"index": 0, "b64_json": data}]})

    def handle(self, method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        if method == "GET" and path == "/sdcpp/v1/capabilities":
            return 200, self.capabilities()
        if method == "POST" and path == "/sdcpp/v1/img_gen":
            return self.answer_with.pop(0) if self.answer_with else self.submit(body)
        if path.startswith("/sdcpp/v1/jobs/"):
            job_id, _, verb = path.removeprefix("/sdcpp/v1/jobs/").partition("/")
            if method == "GET" and not verb:
                return self.poll_with.pop(0) if self.poll_with else self.poll(job_id)
            if method == "POST" and verb == "cancel":
                return self.cancel(job_id)
        folder, _, name = path.rpartition("/")
        if method == "GET" and folder == "/sdapi/v1" and name in SDAPI_LISTS:
            return 200, self.sdapi_list(name)
        if method == "POST" and path == "/sdapi/v1/img2img":
            return self.img2img(body)
        return 404, None

    def capabilities(self) -> dict[str, Any]:
        """make_capabilities_json."""
        return {
            "model": {"name": "echo.safetensors", "stem": "echo", "path": "/models/echo.safetensors"},
            "current_mode": "img_gen", "supported_modes": ["img_gen"],
            "defaults": {"sample_params": {"sample_method": self.sampler, "scheduler": "default", "sample_steps": 20}},
            "limits": {"min_width": 64, "max_width": 4096, "min_height": 64, "max_height": 4096, "max_batch_count": 8,
                       "max_queue_size": self.queue_limit},
            "samplers": list(SAMPLERS), "schedulers": ["discrete", "karras"], "output_formats": ["png", "jpeg"],
            # Constants in the real server, with any models.
            "features": {"init_image": True, "control_image": True, "ip_adapter_image": True, "lora": True,
                         "cancel_queued": True, "cancel_generating": False},
            "loras": [{"name": name, "path": path} for name, path in self.loras.items()],
        }  # fmt: skip

    def shift(self, request: dict[str, Any]) -> float:
        """The effect of the guides whose models are loaded. Other guides are ignored."""
        shift = 0.0
        if self.refuses_guides and ("control_image" in request or "ip_adapter_image" in request):
            raise NoPicture("no model that fits")
        if self.controlnet and request.get("control_image"):
            decode_picture(request["control_image"])
            shift += request.get("control_strength", 0.9)
        if self.ip_adapter and request.get("ip_adapter_image"):
            decode_picture(request["ip_adapter_image"])
            shift += request.get("ip_adapter_strength", 1.0)
        return shift

    def check_loras(self, request: dict[str, Any]) -> str | None:
        for entry in request.get("lora", []):
            if entry["path"] not in self.loras.values():
                return f"invalid lora path: {entry['path']}"
        return None

    def submit(self, body: bytes) -> tuple[Any, ...]:
        """register_sdcpp_api_endpoints and parse_img_gen_request. Only the server's log names the parameter that is wrong."""
        try:
            request = json.loads(body)
        except ValueError as error:
            return 400, {"error": "invalid json", "message": str(error)}
        self.bodies.append(request)
        with self.lock:
            if sum(job["status"] in ("queued", "generating") for job in self.jobs.values()) >= self.queue_limit:
                return 429, {"error": "job queue is full"}
        if not request.get("prompt"):
            return 400, {"error": "prompt required"}
        if self.check_loras(request):
            return 400, {"error": "invalid generation parameters"}
        width, height = round_up(request.get("width", 512)), round_up(request.get("height", 512))
        try:
            picture, shift = decode_picture(request.get("init_image")), self.shift(request)
        except NoPicture:
            return 400, {"error": "invalid generation parameters"}
        with self.lock:
            job_id = f"job_{int(time.time()):x}_{self.next_id:08d}"
            self.next_id += 1
            self.jobs[job_id] = {
                "id": job_id, "kind": "img_gen", "status": "queued", "created": int(time.time()), "started": None, "completed": None,
                "result": None, "error": None, "work": lambda: paint(picture, width, height, shift),
            }  # fmt: skip
            self.queue.append(job_id)
            self.lock.notify_all()
        return 202, {
            "id": job_id,
            "kind": "img_gen",
            "status": "queued",
            "created": int(time.time()),
            "poll_url": f"/sdcpp/v1/jobs/{job_id}",
        }

    def poll(self, job_id: str) -> tuple[Any, ...]:
        """register_sdcpp_api_endpoints; purge_expired_jobs after 600 s."""
        with self.lock:
            if job_id in self.expired:
                return 410, {"error": "job expired"}
            job = self.jobs.get(job_id)
            if job is None:
                return 404, {"error": "job not found"}
            return 200, self.show(job_id)

    def show(self, job_id: str) -> dict[str, Any]:
        """make_async_job_json."""
        position = self.queue.index(job_id) + 1 if job_id in self.queue else 0
        shown = {name: value for name, value in self.jobs[job_id].items() if name != "work"}
        return dict(sorted({**shown, "queue_position": position}.items()))

    def cancel(self, job_id: str) -> tuple[Any, ...]:
        """register_sdcpp_api_endpoints and cancel_queued_job."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is None:
                return 404, {"error": "job not found"}
            if job_id not in self.queue:
                if job["status"] == "generating":
                    return 409, {"error": "job is currently generating and cannot be interrupted yet"}
                return 200, self.show(job_id)
            self.queue.remove(job_id)
            job.update(status="cancelled", error={"code": "cancelled", "message": "job cancelled by client"}, completed=1)
        return self.poll(job_id)

    def sdapi_list(self, name: str) -> object:
        """register_sdapi_endpoints."""
        return {
            "options": {"samples_format": "png", "sd_model_checkpoint": "echo"},
            "sd-models": [{"title": "echo", "model_name": "echo", "filename": "echo.safetensors", "hash": "8888888888", "sha256": "8" * 64,
                           "config": None}],
            "loras": [{"name": name, "path": path} for name, path in self.loras.items()],
            "samplers": [{"name": name, "aliases": [name], "options": {}} for name in ("default", *SAMPLERS)],
            "schedulers": [{"name": name, "label": name} for name in ("default", "discrete", "normal", "karras")],
        }[name]  # fmt: skip

    def img2img(self, body: bytes) -> tuple[Any, ...]:
        """register_sdapi_endpoints and build_sdapi_img_gen_request."""
        if not body:
            return 400, {"error": "empty body"}
        try:
            request = json.loads(body)
        except ValueError as error:
            return 500, {"error": "server_error", "message": f"[json.exception.parse_error.101] {error}"}
        self.bodies.append(request)
        if request.get("width", 512) <= 0 or request.get("height", 512) <= 0:
            return 400, {"error": "width and height must be positive"}
        if not request.get("prompt"):
            return 400, {"error": "prompt required"}
        if refusal := self.check_loras(request):
            return 400, {"error": refusal}
        if any(not isinstance(picture, str) for picture in request.get("init_images", [])):
            return 500, {"error": "server_error", "message": "[json.exception.type_error.302] type must be string, but is number"}
        width, height = round_up(request.get("width", 512)), round_up(request.get("height", 512))
        self.wait_while_held()
        try:
            data = paint(decode_picture((request.get("init_images") or [None])[0]), width, height)
        except NoPicture:
            data = unrelated_picture(width, height)
        info = {"seed": request.get("seed", -1), "width": width, "height": height, "sd_model_name": "echo.safetensors",
                "version": "stable-diffusion.cpp"}  # fmt: skip
        return 200, {"images": [base64.b64encode(data).decode()], "info": json.dumps(info), "parameters": request}
