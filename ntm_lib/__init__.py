"""Evaluate ten years of New Rural Development and plan the next five."""

__version__ = "0.3.0"
