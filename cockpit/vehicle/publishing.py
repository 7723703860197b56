"""A command on the bus contract: what it says of itself, and the MQTT 5 properties it bears."""

from __future__ import annotations

from cockpit.bus import Bus
from cockpit.bus.payloads import Json, timestamp
from cockpit.vehicle.command import Command


async def publish(bus: Bus, topic: str, command: Command, wanted: Json) -> None:
    """Send `wanted` under the command's id, unless its time is over; that is looked at last of all. Raises as
    `Port.send` does."""
    ttl_ms = command.ttl_ms()
    await bus.publish(
        topic,
        {"id": command.id, **wanted, "ttl_ms": ttl_ms, "ts": timestamp(), "turn": command.permit.turn},
        correlation=command.id.encode(),
        expiry_ms=ttl_ms,
        content_type="application/json",
    )
    command.say("published")
