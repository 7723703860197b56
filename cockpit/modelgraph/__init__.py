"""Models rewritten for onnxruntime when they are loaded, and kept on disk for the next time."""
