"""Values as kuksa.val.v2 types them: one field of a message for each type of VSS."""

from __future__ import annotations

import numpy as np
from kuksa.val.v2 import types_pb2 as types

from cockpit.profile import Signal
from cockpit.types import Scalar

FIELD = {
    "boolean": "bool", "string": "string", "float": "float", "double": "double",
    "int8": "int32", "int16": "int32", "int32": "int32", "uint8": "uint32", "uint16": "uint32", "uint32": "uint32",
}  # fmt: skip
"""Datatype of VSS to the field that carries it."""


def to_value(value: Scalar, signal: Signal) -> types.Value:
    return types.Value(**{FIELD[signal.datatype]: signal.cast(value)})


def from_value(value: types.Value) -> object:
    """The value, or None where there is none. A 32-bit float is given the fewest digits that tell it apart, so that
    22.1 stays 22.1."""
    field = value.WhichOneof("typed_value")
    if field is None:
        return None
    held = getattr(value, field)
    typed: object = float(str(np.float32(held))) if field == "float" else held
    return typed


def same_type(metadata: types.Metadata, signal: Signal) -> bool:
    name: str = types.DataType.Name(metadata.data_type)
    return name == f"DATA_TYPE_{signal.datatype.upper()}"
