"""The MQTT library's client, and what it keeps to itself: that the broker did not take a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

T = TypeVar("T")

FAILURE = 0x80
"""Reason codes from here on say that something was not done (MQTT 5, 2.4)."""


class Client(aiomqtt.Client):
    """`publish` raises `MqttCodeError`, its `rc` a `ReasonCode`, where the broker acknowledges a message only to say
    that it does nothing with it (MQTT 5, 3.4.2.1), as for want of a right. On 3.1.1 a broker cannot say so."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._refusals: dict[int, ReasonCode] = {}
        super().__init__(*arguments, **named)

    def _on_publish(
        self, client: PahoClient, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        if mid in self._pending_publishes and reason_code.value >= FAILURE:
            self._refusals[mid] = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)

    @contextmanager
    def _pending_call(self, mid: int, value: T, pending_dict: dict[int, T]) -> Iterator[None]:
        try:
            with super()._pending_call(mid, value, pending_dict):
                yield
        finally:
            refusal = self._refusals.pop(mid, None)
        if refusal is not None:
            raise aiomqtt.MqttCodeError(refusal, "the broker refuses it")
