"""Liquid loops: the network, its hydraulics and heat, and the components on it."""
