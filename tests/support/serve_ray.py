# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts Ray on this machine and the service on it, as `serve run` does, on a free port of loopback. Ends with SIGTERM.

serve_ray.py SETTINGS [slow]: with `slow`, the replicas are those of slow_gpu.py.
"""

import signal
import socket
import sys
import threading

import ray
from ray import serve
from slow_gpu import SlowGpu
from tile_upscale_gpu import ray_app


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def main() -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    port = find_free_port()
    # Beside other people's clusters, and with more CPUs than there are: the model is tiny.
    ray.init(address="local", num_cpus=4, include_dashboard=False, object_store_memory=256 << 20, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    if sys.argv[2:] == ["slow"]:
        ray_app.Gpu = SlowGpu
    serve.run(ray_app.build({"settings": sys.argv[1]}))
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    ended.wait()
    serve.shutdown()
    ray.shutdown()


main()
