"""``python -m ntm_lib`` is the command."""

import runpy
import sys

import pytest


def test_the_package_runs_as_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ntm", "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("ntm_lib", run_name="__main__")
    assert end.value.code == 0
    assert "plan" in capsys.readouterr().out
