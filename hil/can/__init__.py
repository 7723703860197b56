"""The car on CAN: simulated ECUs, a vehicle behind them, cases and benchmarks over frames."""
