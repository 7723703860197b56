"""An upstream on loopback that can cut a connection, and wheels served by pip from a folder."""

from __future__ import annotations

import base64
import hashlib
import random
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Upstream:
    """`files` by path; `cuts` maps a path to how many bytes go out before each of its next answers breaks off."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cuts: dict[str, list[int]] = {}
        self.requests: list[tuple[str, str]] = []
        """Path and Range header of each."""
        self.ranges = True
        self.hold = threading.Event()
        self.hold.set()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.answer(self)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}/"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.lstrip("/")
        wanted = request.headers.get("Range", "")
        self.requests.append((path, wanted))
        self.hold.wait(20)
        if path not in self.files:
            request.send_error(404)
            return
        body = self.files[path]
        etag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
        unchanged = request.headers.get("If-Range", etag) == etag
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges and unchanged else 0
        if start and start >= len(body):
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        request.send_header("Content-Length", str(len(body) - start))
        request.send_header("ETag", etag)
        request.end_headers()
        cuts = self.cuts.get(path, [])
        end = start + cuts.pop(0) if cuts else len(body)
        request.wfile.write(body[start:end])


def make_wheel(folder: Path, name: str, members: dict[str, bytes], tag: str = "py3-none-any") -> Path:
    """A wheel `name` 1.0 that pip accepts."""
    stem = name.replace("-", "_")
    info = f"{stem}-1.0.dist-info"
    members = {
        **members,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    lines = [f"{path},sha256={_digest(body)},{len(body)}\n" for path, body in members.items()]
    members[f"{info}/RECORD"] = ("".join(lines) + f"{info}/RECORD,,\n").encode()
    wheel = folder / f"{stem}-1.0-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, body in members.items():
            archive.writestr(path, body)
    return wheel


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def spec(path: str, body: bytes) -> dict[str, object]:
    return {"path": path, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def model(model_id: str, files: list[dict[str, object]], *sources: Mapping[str, object]) -> dict[str, object]:
    return {
        "id": model_id, "purpose": "a test", "languages": ["en"], "licence": "MIT", "origin": "here",
        "files": files, "sources": list(sources),
    }  # fmt: skip
