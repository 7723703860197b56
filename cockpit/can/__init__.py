"""The vehicle side on CAN: a gateway between the bus contract and the frames of a DBC.

Needs the extra `can` (cantools, python-can); nothing else of the project imports this package.
"""
