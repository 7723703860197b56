"""A rig that is open: its parts by what they can do, its states, and the run's folder and trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar, cast

from cockpit.config import BrokerSettings, Settings
from cockpit.errors import CockpitError
from hil.fault.faults import RigFaults
from hil.rig import lease
from hil.rig.broker_lease import broker_lease
from hil.rig.driver import Driver, Role, Site
from hil.rig.errors import RigError
from hil.rig.protocols import Board, Car, Microphones, Power, Voice
from hil.rig.rigfile import RigPlan, read_rig
from hil.rig.strategy import Event, Standing, overdue, step
from hil.trace import Trace

Part = TypeVar("Part")


class Rig:
    """What `open_rig` gives. A part that the rig does not have raises `RigError` (`rig-unsupported`) when asked for."""

    def __init__(self, plan: RigPlan, site: Site, drivers: Mapping[Role, Driver[Any]]) -> None:
        self.plan, self.site = plan, site
        self.faults = RigFaults(drivers)
        self.standing = Standing()
        self.startup_s = float("nan")
        """From the last switching on until the assistant was online with all its engines."""
        self._drivers = drivers
        self._clock: Callable[[], float] = asyncio.get_running_loop().time

    @property
    def name(self) -> str:
        return self.plan.rig.name

    @property
    def trace(self) -> Trace:
        return self.site.trace

    @property
    def folder(self) -> Path:
        """Where sounds go: files that the trace names are in here. May be set to another one between attempts."""
        return self.site.folder

    @folder.setter
    def folder(self, folder: Path) -> None:
        self.site.folder = folder

    @property
    def settings(self) -> Settings:
        """The assistant's."""
        return self.site.settings

    @property
    def budgets(self) -> Mapping[str, float]:
        return self.plan.rig.budgets

    @property
    def broker(self) -> BrokerSettings:
        """Where the rig itself reaches the broker: past the network that faults disturb."""
        return self.site.connection()

    @property
    def voice(self) -> Voice:
        return cast("Voice", self._part("voice"))

    @property
    def car(self) -> Car:
        return cast("Car", self._part("car"))

    @property
    def board(self) -> Board:
        return cast("Board", self._part("board"))

    @property
    def power(self) -> Power:
        return cast("Power", self._part("power"))

    @property
    def microphones(self) -> Microphones:
        return cast("Microphones", self._part("microphones"))

    def has(self, role: Role) -> bool:
        return role in self._drivers

    async def boot(self) -> None:
        """Switch on and wait until the rig is ready, from whatever state it is in but broken.

        Raises `RigError`: `rig-broken` where it cannot be brought there in time; it is broken then.
        """
        if self.standing.state == "ready":
            await self.shut()
        self._step("switch-on")
        try:
            async with asyncio.timeout(self.plan.rig.boot_s):
                if self.has("power"):
                    await self.power.on()
                self.startup_s = await self.board.start()
        except TimeoutError as error:
            self.standing = overdue(self.standing, self._clock())
            raise self.broke(f"it was not ready after {self.plan.rig.boot_s:g} s") from error
        except (CockpitError, OSError) as error:
            raise self.broke(str(error)) from error
        self._step("online")

    async def shut(self) -> None:
        """Stop the assistant, and take the power away where the rig can."""
        await self.board.stop()
        if self.has("power"):
            await self.power.off()
        self._step("switch-off")

    def broke(self, reason: str) -> RigError:
        """The rig is broken from now on; the error to raise for it. Whoever finds it in a state that no scenario can
        have brought it to says so here: an assistant that does not come back, a car that does not answer."""
        self._step("fail", reason)
        return RigError("broken", f"{self.name} is broken: {self.standing.reason}")

    def _step(self, event: Event, reason: str = "") -> None:
        self.standing = step(self.standing, event, self._clock(), boot_s=self.plan.rig.boot_s, reason=reason)
        self.trace.add("host", "rig", {"state": self.standing.state, "reason": self.standing.reason})

    def _part(self, role: Role) -> Driver[Any]:
        driver = self._drivers.get(role)
        if driver is None:
            raise RigError("unsupported", f"{self.name} has no {role}")
        return driver


@asynccontextmanager
async def open_rig(
    file: Path, *, folder: Path | None = None, holder: str = "", steal: bool = False
) -> AsyncIterator[Rig]:
    """The rig of a file (or of a name, where it comes along), leased, with every driver open and the assistant online.

    `folder` takes sounds and the log; a new one in the system's temporary folder where none is given. A rig that
    breaks is marked, and refused until it is mended. Raises `RigError`: `rig-invalid`, `rig-busy`, `rig-lost`,
    `rig-broken`, and what drivers raise.
    """
    plan = read_rig(file)
    who = lease.Holder.here(holder)
    folder = folder or Path(mkdtemp(prefix="cockpit-rig-"))
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        await _hold(plan, who, stack, steal=steal)
        placeholder = BrokerSettings()
        site = Site(plan.rig.name, plan.settings, plan.rig.settings, Trace(), folder, placeholder, placeholder)
        drivers: dict[Role, Driver[Any]] = {}
        for fitting in plan.fittings:
            driver = await stack.enter_async_context(fitting.driver(fitting.where, site))
            drivers.setdefault(fitting.driver.role, driver)
            if fitting.driver.role == "broker" and plan.rig.lease.kept_by == "broker":
                ttl_s, address = plan.rig.lease.ttl_s, site.connection("lease")
                await stack.enter_async_context(broker_lease(plan.rig.name, who, address, ttl_s, steal=steal))
        rig = Rig(plan, site, drivers)
        stack.push_async_callback(_put_away, rig, who)
        await rig.boot()
        yield rig


async def _hold(plan: RigPlan, who: lease.Holder, stack: AsyncExitStack, *, steal: bool) -> None:
    """Nobody else's and not broken. A rig that is made anew for each run (no lease) has no mark either."""
    if plan.rig.lease.kept_by == "nothing":
        return
    await stack.enter_async_context(lease.machine_lease(plan.rig.name, who, steal=steal))
    if (mark := lease.broken(plan.rig.name)) is not None:
        when = f"{mark.at:%Y-%m-%d %H:%M} UTC"
        message = (
            f"{plan.rig.name} broke at {when}: {mark.reason} (cockpit hil mend {plan.rig.name}, once it is looked at)"
        )
        raise RigError("broken", message)


async def _put_away(rig: Rig, who: lease.Holder) -> None:
    """Faults ended, what the assistant wrote kept, and the mark set where the rig broke."""
    if rig.standing.state == "broken" and rig.plan.rig.lease.kept_by != "nothing":
        lease.mark_broken(rig.name, rig.standing.reason, who)
    await rig.faults.clear()
    log = await rig.board.log()
    if log:
        (rig.folder / "assistant.log").write_text(log, "utf-8")
