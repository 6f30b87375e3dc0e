"""Write the illustrative data anew: ``python -m ntm_lib.submissions.illustrative``."""

from ntm_lib.submissions.illustrative import generate

generate()
