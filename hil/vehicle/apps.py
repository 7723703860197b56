"""The simulated apps of the head unit: each a client of its own, with its own presence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hil.vehicle.faults import AppFails, AppHostile, AppLate, AppNeverAnswers, AppOffline, Faults
from hil.vehicle.peer import Peer, expired, now

CJK = re.compile(r"[\u4e00-\u9fff]")


class SimulatedApp(Peer):
    """One app: answers the actions it has at once, and remembers the appointments it is given.

    `data` is what `data.yaml` holds, `faults` are the car's; `calls` keeps all that were heard.
    """

    def __init__(
        self, name: str, *, actions: Sequence[str], data: dict[str, Any], faults: Faults, host: str, port: int, vid: str
    ) -> None:
        super().__init__(host, port, f"app/{vid}/{name}/status", {"status": "offline"})
        self.name = name
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._actions = actions
        self._data = data
        self._faults = faults
        self._vid = vid
        self._online = False
        self.reset()

    def reset(self) -> None:
        """Forget what was heard and remembered."""
        self.calls.clear()
        self._appointments = [_dated(entry) for entry in self._data["calendar"]]

    def subscriptions(self) -> list[str]:
        return [f"app/{self._vid}/{self.name}/{action}" for action in self._actions]

    async def on_connect(self) -> None:
        self._online = False
        await self.heed()

    async def heed(self) -> None:
        """Be there or not, as faults say."""
        online = self._faults.of(self.name, "*", AppOffline) is None
        if online != self._online:
            self._online = online
            await self.publish(self._presence, {"status": "online"} if online else self._absent, retain=True)

    def on_message(self, levels: list[str], body: dict[str, Any]) -> None:
        action, args = levels[3], body.get("args")
        if not isinstance(args, dict) or "id" not in body or not self._online:
            return
        self.calls.append((action, args))
        if not self._faults.of(self.name, action, AppNeverAnswers) and not expired(body):
            self.start(self._answer(body["id"], action, args))

    async def _answer(self, ident: object, action: str, args: dict[str, Any]) -> None:
        late = self._faults.of(self.name, action, AppLate)
        if late is not None:
            await asyncio.sleep(late.s)
        result: dict[str, Any] = {"id": ident, "status": "succeeded", "ts": now()}
        if broken := self._faults.of(self.name, action, AppFails):
            result |= {"status": "failed", "reason": broken.reason}
        else:
            data = self.answer(action, args)
            hostile = self._faults.of(self.name, action, AppHostile)
            result["data"] = data if hostile is None else self._spoilt(data, hostile)
        await self.publish(f"app/{self._vid}/result", result)

    def answer(self, action: str, args: dict[str, Any]) -> dict[str, Any]:
        """The `data` of a result."""
        match self.name, action:
            case "weather", "query":
                weather: dict[str, Any] = self._data["weather"]
                return dict(weather.get(args.get("day", "today"), weather["later"]))
            case "navigation", "search":
                return {"results": self._found(str(args.get("query", "")).casefold())}
            case "calendar", "list":
                day = _iso_day(args.get("day", "today"))
                return {"entries": [entry for entry in self._appointments if entry["start"].startswith(day)]}
            case "calendar", "add":
                self._appointments.append({key: str(args[key]) for key in ("title", "start", "end") if key in args})
                return {}
        return dict(self._data["answers"].get(self.name, {}).get(action, {}))

    def _spoilt(self, value: Any, hostile: AppHostile) -> Any:
        """`value` with every text in it replaced."""
        if isinstance(value, dict):
            return {key: self._spoilt(one, hostile) for key, one in value.items()}
        if isinstance(value, list):
            return [self._spoilt(one, hostile) for one in value]
        text = str(self._data["hostile"].get(hostile.text, hostile.text))
        return text * hostile.times if isinstance(value, str) else value

    def _found(self, query: str) -> list[str]:
        rows = (row["results"] for row in self._data["search"] if any(word in query for word in row["words"]))
        return list(next(rows, self._data["otherwise"]["zh" if CJK.search(query) else "en"]))


def _iso_day(day: str) -> str:
    offset = {"today": 0, "tomorrow": 1}.get(day)
    return day if offset is None else (date.today() + timedelta(days=offset)).isoformat()


def _dated(entry: dict[str, str]) -> dict[str, str]:
    """An appointment of the data file with its day made a date."""
    day = _iso_day(entry["day"])
    return {"title": entry["title"], "start": f"{day}T{entry['start']}", "end": f"{day}T{entry['end']}"}
