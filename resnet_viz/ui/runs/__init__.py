"""Runs: what trains now, and the table of all."""
