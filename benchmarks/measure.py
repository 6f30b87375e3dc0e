"""Measure commands against one another in one run: wall, CPU and peak memory, as medians and ratios.

The machine is noisy, so peers take turns and only ratios and medians are worth quoting.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one command took: seconds of wall and CPU (its children included), MB of the largest process."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(command: Sequence[str], **environment: str) -> Cost:
    """Run one command to its end and return what it took; a command that fails stops the benchmark."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{errors.decode(errors='replace')[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Cost]]:
    """Run each command once to warm up, then let them take turns for several rounds."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            cost = run(command)
            if turn:
                costs[name].append(cost)
    return costs


def report(costs: Mapping[str, Sequence[Cost]], ours: str) -> None:
    """Print medians, and for each peer the median of the paired ratios ours / peer."""
    print(f"{'':34}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}   ours / peer: wall, CPU, peak")
    for name, peers in costs.items():
        row = [statistics.median(getattr(cost, field) for cost in peers) for field in ("wall_s", "cpu_s", "peak_mb")]
        text = f"{name:34}{row[0]:9.3f}{row[1]:9.3f}{row[2]:9.0f}"
        if name != ours:
            ratios = [
                statistics.median(
                    getattr(own, field) / getattr(peer, field) for own, peer in zip(costs[ours], peers, strict=True)
                )
                for field in ("wall_s", "cpu_s", "peak_mb")
            ]
            text += "   " + ", ".join(f"{ratio:.3f}" for ratio in ratios)
        print(text)


ROOT = Path(__file__).parent.parent
