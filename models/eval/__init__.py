"""Measures the understanding: `python -m models.eval` writes out/eval/report.json and report.html."""
