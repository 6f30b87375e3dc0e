"""Read what was handed in, whatever state it is in."""

from ntm_lib.submissions.intake.read import read_file

__all__ = ["read_file"]
