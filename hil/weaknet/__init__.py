"""A network that is not there when it is needed: a proxy between a client and a cloud model that does to a connection
what tunnels, captive portals, overloaded servers and hostile ones do.

    async with WeakNet("127.0.0.1", 8080, FAULTS["drip"]) as net:
        ...  # the client is given net.url
        net.fault = FAULTS["good"]  # for connections from now on
"""

from hil.weaknet.faults import FAULTS, Fault
from hil.weaknet.proxy import WeakNet

__all__ = ["FAULTS", "Fault", "WeakNet"]
