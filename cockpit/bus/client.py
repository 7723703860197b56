"""The one connection of a process to the MQTT broker: kept up for ever, and never carrying anything old.

Each connection has a client and a session of its own (clean start), so neither the broker nor the MQTT library holds
anything over from the one before: what was published without an acknowledgement stays in doubt and is not sent again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import SystemRandom

import aiomqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from cockpit.bus.connection import Connector, LastWill, message_properties, reason_value
from cockpit.bus.inbox import Inbox
from cockpit.bus.payloads import Json, dump
from cockpit.config import BrokerSettings
from cockpit.errors import BusError, CockpitError

log = logging.getLogger(__name__)

Handler = Callable[[str, bytes, bool], None]
"""Takes topic, payload and whether the message was retained. Returns at once; what takes time it hands on."""

BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 10.0)
"""Longest wait before each further attempt to connect (uProtocol over MQTT 5); half of it is jitter."""

INBOX_SIZE = 2000
"""Messages that may wait to be handled, enough for every retained signal of a vehicle at once."""


@dataclass(frozen=True, slots=True)
class _Subscription:
    topic_filter: str
    handler: Handler
    qos: int
    latest: bool


class Bus:
    """Publish and subscribe, while `run` keeps the connection.

    Messages are handled one at a time in the order of their arrival. A handler that raises a `CockpitError` is
    logged and counted in `counters` under the error's code; the next message is handled as ever.

    `identifier` is the MQTT client id: when fixed, a broker ends the session of a crashed predecessor (and sends its
    last will) before the new one begins.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        identifier: str | None = None,
        last_will: LastWill | None = None,
        backoff_s: tuple[float, ...] = BACKOFF_S,
        timeout_s: float = 5.0,
    ) -> None:
        self._where = f"{settings.host}:{settings.port}"
        self._backoff_s = backoff_s
        self._timeout_s = timeout_s
        self._subscriptions: list[_Subscription] = []
        self._client: aiomqtt.Client | None = None
        self._up = asyncio.Event()
        self.counters: Counter[str] = Counter()
        self.protocol = ""
        """`5` or `3.1.1` as last agreed with the broker."""
        self.disconnected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the present connection ends; take it before an action and race it. Done while away."""
        self.disconnected.set_result(None)
        self.on_connect: list[Callable[[], Awaitable[None]]] = []
        """Awaited after subscribing and before anything is handled, e.g. to publish a retained status."""
        self.on_disconnect: list[Callable[[], None]] = []
        self._connector = Connector(
            settings,
            identifier or f"cockpit-{secrets.token_hex(6)}",
            last_will,
            self._new_inbox,
            INBOX_SIZE,
            timeout_s,
        )

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    async def wait_connected(self) -> None:
        await self._up.wait()

    def subscribe(self, topic_filter: str, handler: Handler, qos: int = 1, *, latest: bool = False) -> None:
        """Have `handler` called for each message; takes effect with the next connection, so do it before `run`.

        Filters must not overlap. `latest` says that only the newest message of each topic counts, so that under an
        overload (`Inbox`) an older one gives way instead of the newer being dropped.
        """
        self._subscriptions.append(_Subscription(topic_filter, handler, qos, latest))

    async def publish(
        self,
        topic: str,
        payload: Json | bytes,
        qos: int = 1,
        retain: bool = False,
        *,
        correlation: bytes | None = None,
        expiry_ms: int | None = None,
        content_type: str | None = None,
    ) -> None:
        """Send one message; with QoS 1 return when the broker has it. Nothing is kept to be sent later.

        The keyword arguments become MQTT 5 properties and are left out on 3.1.1. Raises `BusError`: `bus-away`
        when there is no connection or it ends before the broker acknowledged (then the message is in doubt),
        `bus-unacknowledged` when the broker does not answer in time, `bus-overload` when too many messages wait for
        its answer already, `bus-denied` when it answers that it does not take the message, as for want of a right
        (counted; on 3.1.1 it cannot say so, and with QoS 0 it does not).
        """
        client, gone = self._client, self.disconnected
        if client is None:
            raise BusError("away", f"no connection to the broker, {topic} not sent")
        body = payload if isinstance(payload, bytes) else dump(payload)
        properties = message_properties(correlation, expiry_ms, content_type) if self.protocol == "5" else None
        sending = asyncio.ensure_future(client.publish(topic, body, qos, retain, properties, timeout=self._timeout_s))
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise BusError("away", f"the broker went away before it acknowledged {topic}")
            sending.result()
        except aiomqtt.MqttCodeError as error:
            if isinstance(error.rc, ReasonCode):
                self.counters["bus-denied"] += 1
                raise BusError("denied", f"the broker does not take {topic}: {error.rc}") from error
            reason = "overload" if error.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE else "away"
            raise BusError(reason, f"{topic} not sent: {error}") from error
        except aiomqtt.MqttError as error:
            raise BusError("unacknowledged", f"{topic}: {error}") from error
        finally:
            sending.cancel()

    async def run(self) -> None:
        """Connect, handle messages, and connect again when the connection ends; for ever, until cancelled."""
        attempt = 0
        while True:
            try:
                async with self._connector.connect() as (client, self.protocol):
                    attempt = 0
                    await self._serve(client)
            except (aiomqtt.MqttError, BusError) as error:
                _heed_cancellation()
                self.counters["bus-away"] += 1
                log.warning("no connection to the broker at %s: %s", self._where, error)
            longest = self._backoff_s[min(attempt, len(self._backoff_s) - 1)]
            attempt += 1
            await asyncio.sleep(SystemRandom().uniform(longest / 2, longest))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Bus]:
        """`run` in the background for as long as the block lasts."""
        task = asyncio.create_task(self.run(), name="bus")
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _new_inbox(self, maxsize: int) -> Inbox:
        latest = tuple(subscription.topic_filter for subscription in self._subscriptions if subscription.latest)
        return Inbox(maxsize, latest, self.counters)

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Subscribe, then handle messages until the connection ends, which raises `MqttError`."""
        gone = asyncio.get_running_loop().create_future()
        try:
            await self._subscribe_all(client)
            self._client, self.disconnected = client, gone
            for greet in self.on_connect:
                await greet()
            _heed_cancellation()
            self._up.set()
            log.info("connected to the broker at %s, MQTT %s", self._where, self.protocol)
            async for message in client.messages:
                self._handle(message)
        except asyncio.CancelledError:
            await self._say_farewell(client)
            raise
        finally:
            self._client = None
            self._up.clear()
            gone.set_result(None)
            for clean_up in self.on_disconnect:
                clean_up()

    async def _subscribe_all(self, client: aiomqtt.Client) -> None:
        if not self._subscriptions:
            return
        codes = await client.subscribe([(s.topic_filter, s.qos) for s in self._subscriptions])
        filters = (s.topic_filter for s in self._subscriptions)
        if refused := [name for name, code in zip(filters, map(reason_value, codes), strict=True) if code >= 128]:
            raise BusError("subscription-refused", f"the broker refuses {', '.join(refused)}")

    async def _say_farewell(self, client: aiomqtt.Client) -> None:
        """A broker keeps the last will to itself when a client leaves in good order, so publish it here."""
        if (will := self._connector.last_will) is not None:
            with suppress(aiomqtt.MqttError):
                await client.publish(will.topic, dump(will.payload), 1, True, timeout=1.0)

    def _handle(self, message: aiomqtt.Message) -> None:
        """Give a message to the handler of the filter it matches."""
        for subscription in self._subscriptions:
            if message.topic.matches(subscription.topic_filter):
                try:
                    subscription.handler(message.topic.value, message.payload, message.retain)
                except CockpitError as error:
                    self.counters[error.code] += 1
                    log.warning("%s: %s", message.topic, error)
                return


def _heed_cancellation() -> None:
    """End this task if it was told to: `wait_for` of Python 3.11, with which aiomqtt waits for every answer of the
    broker, forgets a cancellation that comes together with the answer."""
    if (task := asyncio.current_task()) and task.cancelling():
        raise asyncio.CancelledError
