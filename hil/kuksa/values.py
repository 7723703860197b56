"""Signals and values of a profile as the databroker holds them."""

from __future__ import annotations

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from kuksa.val.v2 import types_pb2 as types

from cockpit.profile import Signal
from cockpit.types import Scalar

WIDE = {"int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32", "boolean": "bool"}
"""Datatypes that share the field of a wider one."""

KINDS = {
    "actuator": types.ENTRY_TYPE_ACTUATOR,
    "sensor": types.ENTRY_TYPE_SENSOR,
    "attribute": types.ENTRY_TYPE_ATTRIBUTE,
}


def field_of(signal: Signal) -> str:
    return WIDE.get(signal.datatype, signal.datatype)


def pack(value: Scalar, signal: Signal) -> types.Value:
    return types.Value(**{field_of(signal): signal.cast(value)})


def unpack(value: types.Value) -> Any:
    """None where there is none."""
    field = value.WhichOneof("typed_value")
    return None if field is None else getattr(value, field)


def fault(value: types.Value, signal: Signal) -> str:
    """What is wrong with a value for a signal; empty when nothing is."""
    if value.WhichOneof("typed_value") != field_of(signal):
        return "data type"
    return signal.fault(unpack(value))


def datapoint(value: types.Value, ts: str = "") -> types.Datapoint:
    """True at `ts` (RFC 3339), or now."""
    at = Timestamp()
    if ts:
        at.FromJsonString(ts)
    else:
        at.GetCurrentTime()
    return types.Datapoint(timestamp=at, value=value)


def metadata(ident: int, path: str, signal: Signal) -> types.Metadata:
    return types.Metadata(
        path=path,
        id=ident,
        data_type=types.DataType.Value(f"DATA_TYPE_{signal.datatype.upper()}"),
        entry_type=KINDS[signal.kind],
        unit=signal.unit or "",
    )
