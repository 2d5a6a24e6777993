"""Trust on a network at scale, against mesa, against a compiled loop and over two workers.

All contestants follow the rule of ``simulate_trust`` on the same network; before any is timed, all must end at the same
mean trust. Times are per person and step, with all random numbers drawn anew.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any

import mesa
import networkx as nx
import numba
import numpy as np
import psutil
from distributed import LocalCluster
from mesa.discrete_space import CellAgent
from mesa.discrete_space import Network as Cells

from intimacy.models.society import networks, trust_network
from intimacy.models.society.trust_network import TrustNetwork, simulate_trust
from intimacy.sweep import grid, sweep
from timing import Row, processor_times, require_agreement, row

MANY = 1_000_000
SCALING = grid(repair=[0.5, 0.6, 0.7, 0.8], misunderstanding=[0.05, 0.1, 0.2, 0.3], people=[20_000], steps=[1500])
WARM_UP = grid(repair=[0.5, 0.6, 0.7, 0.8], people=[50], steps=[10])
MILLION = """
import resource, time
from intimacy.models.society.trust_network import TrustNetwork, simulate_trust
begin = time.process_time()
run = simulate_trust(TrustNetwork(people={people}, steps={steps}, start=0.8, rewiring=0.06))
print(time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, run.mean[-1])
"""
SEED = 7
AGREED = 0.01
"""How far apart contestants may end."""


class Person(CellAgent):  # type: ignore[misc]
    """One person in mesa, who decides upon what was before the step, as everyone does."""

    def __init__(self, model: Community, cell: Any, parameters: TrustNetwork) -> None:
        super().__init__(model)
        self.cell = cell
        self.trust = self.following = parameters.start
        self.arrives, self.unrepaired = 1 - parameters.misunderstanding, 1 - parameters.repair
        self.gain, self.loss = parameters.gain, parameters.loss

    def meet(self) -> None:
        """Turn to a neighbour."""
        other = self.cell.neighborhood.select_random_agent()
        event = self.random.random()
        answered = self.trust * other.trust * self.arrives
        if event < answered:
            self.following = self.trust + self.gain * (1 - self.trust)
        elif event > 1 - (self.trust - answered) * self.unrepaired:
            self.following = self.trust - self.loss * self.trust

    def settle(self) -> None:
        """Let what was decided count."""
        self.trust = self.following


class Community(mesa.Model):  # type: ignore[misc]
    """The same community on mesa's network of cells."""

    def __init__(self, parameters: TrustNetwork) -> None:
        super().__init__(seed=1)
        network = parameters.network()
        graph = nx.empty_graph(network.people)
        graph.add_edges_from(network.pairs().tolist())
        cells = Cells(graph, capacity=1, random=self.random)
        for cell in cells.all_cells:
            Person(self, cell, parameters)

    def step(self) -> None:
        """Let everyone meet someone, and only then let it count."""
        self.agents.do("meet")
        self.agents.do("settle")

    @property
    def mean(self) -> float:
        """Mean trust."""
        return float(np.mean([each.trust for each in self.agents]))


@numba.njit  # type: ignore[untyped-decorator]
def compiled_loop(
    starts: np.ndarray,
    neighbours: np.ndarray,
    before: np.ndarray,
    steps: int,
    arrives: float,
    unrepaired: float,
    gain: float,
    loss: float,
    generator: np.random.Generator,
) -> np.ndarray:
    """The rule as one would write it for a compiler: person after person."""
    after = before.copy()
    for _ in range(steps):
        for i in range(len(before)):
            first = starts[i]
            other = neighbours[first + int(generator.random() * (starts[i + 1] - first))]
            event = generator.random()
            answered = before[i] * before[other] * arrives
            if event < answered:
                after[i] = before[i] + gain * (1 - before[i])
            elif event > 1 - (before[i] - answered) * unrepaired:
                after[i] = before[i] - loss * before[i]
            else:
                after[i] = before[i]
        before, after = after, before
    return before


def compiled(parameters: TrustNetwork) -> np.ndarray:
    """Run the compiled loop from the same start; returns trust at the end."""
    network = parameters.network()
    return compiled_loop(  # type: ignore[no-any-return]
        network.starts,
        network.neighbours,
        np.full(parameters.people, parameters.start),
        parameters.steps,
        1 - parameters.misunderstanding,
        1 - parameters.repair,
        parameters.gain,
        parameters.loss,
        np.random.default_rng(1),
    )


def fresh(parameters: TrustNetwork) -> Callable[[], object]:
    """Our run, with nothing kept from the one before but the network."""

    def run() -> object:
        trust_network._draws.cache_clear()
        trust_network._stored_partners.cache_clear()
        return simulate_trust(parameters)

    return run


def step_rows() -> list[Row]:
    """Per person and step, at ten thousand and at a million people."""
    few = TrustNetwork(people=10_000, steps=300)
    short = few.replace(steps=40, gain=0.1, repair=0.85)
    community = Community(short)
    for _ in range(short.steps):
        community.step()
    ends = {"ours": simulate_trust(short).mean[-1], "mesa": community.mean, "compiled": compiled(short).mean()}
    require_agreement(AGREED, **ends)
    what = "trust on a small world, {:,} people, per person-step"
    mesa_step = np.array(processor_times(Community(few).step, 3)) / few.people
    found = []
    for parameters in (few, few.replace(people=MANY, steps=10)):
        each = parameters.people * parameters.steps
        ours = np.array(processor_times(fresh(parameters), 5)) / each
        loop = np.array(processor_times(partial(compiled, parameters), 5)) / each
        if parameters is few:
            found.append(row(what.format(few.people), ours, mesa_step, against="mesa network cells", least=100))
        found.append(row(what.format(parameters.people), ours, loop, against="numba loop", least=0.5))
    return found


def million_row(steps: int = 300) -> Row:
    """A million people on one core, from nothing, in a process of its own: its memory is that of the run."""
    printed = subprocess.run(
        [sys.executable, "-c", MILLION.format(people=MANY, steps=steps)], capture_output=True, text=True, check=True
    ).stdout
    took, megabytes, mean = map(float, printed.split())
    what = f"{MANY:,} people x {steps} steps, one core, network included, {megabytes:.0f} MB, mean {mean:.3f}"
    return row(what, took)


def network_row(people: int = 20_000) -> Row:
    """Build a small world from nothing."""
    seeds = count()
    ours = lambda: networks.small_world(people, seed=next(seeds))  # noqa: E731 (none is kept from the run before)
    peer = processor_times(lambda: nx.watts_strogatz_graph(people, 8, 0.05, seed=7), 3)
    return row(f"build a small world of {people:,}", processor_times(ours), peer, against="networkx", least=7)


def cluster(workers: int) -> LocalCluster:
    """A Dask cluster of this machine, with one thread per worker."""
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.ERROR
    )


def busiest(pids: Sequence[int], before: Sequence[float]) -> float:
    """Processor time of the busiest worker since then."""
    return max(now - then for now, then in zip(seconds_of(pids), before, strict=True))


def seconds_of(pids: Sequence[int]) -> list[float]:
    """Seconds of processor time that each process has had."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return [each.user + each.system for each in times]


def scaling_rows(rounds: int = 3) -> list[Row]:
    """One sweep on one worker and on two, which are there already: strong scaling. And with their start, vs serial.

    On a machine that others use, the wall clock tells how busy they are; processor time tells how the work was divided.

    Raises:
        ValueError: an engine gives other numbers than another.
    """
    wall: dict[object, list[float]] = defaultdict(list)
    processor: dict[object, list[float]] = defaultdict(list)
    found = []

    def timed(name: object, pids: Sequence[int] = (), **engine: Any) -> None:
        before, begin = seconds_of(pids), time.perf_counter()
        found.append(sweep(trust_network.steady_trust, SCALING, seed=SEED, **engine))
        wall[name].append(time.perf_counter() - begin)
        if pids:
            processor[name].append(busiest(pids, before))

    with cluster(1) as one, cluster(2) as two:
        for each in (one, two):
            sweep(trust_network.steady_trust, WARM_UP, seed=SEED, engine=each.scheduler_address)
        for _ in range(rounds):
            for count, each in enumerate((one, two), start=1):
                timed(count, [nanny.pid for nanny in each.workers.values()], engine=each.scheduler_address)
    timed("serial", engine="serial")
    timed("local", engine="local", workers=2)
    if any(each != found[0] for each in found):
        raise ValueError("serial, one worker and two workers must give the same numbers")
    what = f"sweep of {len(SCALING)} points, two workers"
    return [
        row(what, wall[2], wall[1], against="one worker", least=1.5),
        row(f"{what}, processor time of the busiest", processor[2], processor[1], against="one worker", least=1.5),
        row(f"{what} and their start", wall["local"], wall["serial"], against="serial"),
    ]


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    return [*step_rows(), network_row(), million_row(), *scaling_rows()]
