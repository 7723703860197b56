"""A databroker over gRPC as KUKSA's, and a provider that shows a car on the bus contract to it.

Needs the extra `kuksa`.
"""
