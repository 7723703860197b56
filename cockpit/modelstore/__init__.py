"""Adapter: pulled models, from the manifest to verified files on disk."""

from cockpit.modelstore.manifest import MANIFEST, FileSpec, Manifest, Model, load_manifest
from cockpit.modelstore.progress import PullDisplay
from cockpit.modelstore.pull import Progress, ProgressSink
from cockpit.modelstore.store import ModelState, ModelStatus, ModelStore, PullResult

__all__ = [
    "MANIFEST",
    "FileSpec",
    "Manifest",
    "Model",
    "ModelState",
    "ModelStatus",
    "ModelStore",
    "Progress",
    "ProgressSink",
    "PullDisplay",
    "PullResult",
    "load_manifest",
]
