"""What is left of a run to look at and to sign: JUnit XML, one HTML page, and how it compares with earlier runs."""

from hil.report.reading import ReportError, read_run
from hil.report.writing import write_report

__all__ = ["ReportError", "read_run", "write_report"]
