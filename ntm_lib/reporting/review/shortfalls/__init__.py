"""Achieved, not achieved, why."""
