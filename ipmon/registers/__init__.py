"""Registers: records by the million, from delivered files over facts to measures."""
