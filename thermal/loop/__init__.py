"""Liquid loops: the network of pipes, valves, pumps and racks, its flows and pressures, and the heat it carries.

Reads top down: network (what there is) -> links (what each does to the pressure) -> plan (numbered for the solver)
-> hydraulics (flows, pressures) -> heat (temperatures) -> march (in time). tables reads a network from CSV.
"""
