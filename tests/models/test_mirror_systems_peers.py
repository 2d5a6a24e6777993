"""Second opinions on theme 6 from other packages: scikit-learn for components and decoders, networkx for spectra."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from intimacy.models.mirror_systems import (
    OjaCell,
    Overlap,
    adjacency,
    critical_gain,
    expected_accuracy,
    principal_component,
    simulate_oja,
    spectral_radius,
)

SEEDS = range(3)


@pytest.mark.parametrize(("correlation", "second_spread"), [(0.6, 1.0), (0.3, 1.5), (-0.8, 0.7)])
def test_oja_s_cell_ends_on_the_first_component_of_its_inputs(correlation: float, second_spread: float) -> None:
    cell = OjaCell(correlation=correlation, second_spread=second_spread, learning_rate=0.003, trials=3000)
    inputs = np.random.default_rng(1).multivariate_normal([0, 0], cell.covariance, 20_000)
    component = PCA(1).fit(inputs).components_[0]
    assert abs(component @ principal_component(cell.covariance)) == pytest.approx(1, abs=1e-3)
    for seed in SEEDS:
        weights = simulate_oja(cell, seed).weights[-1]
        assert abs(weights @ component) / np.linalg.norm(weights) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("shared_code", [0.0, 0.5, 1.0])
def test_a_logistic_decoder_of_raw_scans_does_as_well_as_the_model_s(shared_code: float) -> None:
    """Scans drawn one by one as the equations say; the decoder is trained on one state and tested on both."""
    p = Overlap(shared_code=shared_code, voxels=60, pattern_strength=0.5, noise=1.5)
    generator = np.random.default_rng(2)
    right = {"self": 0, "other": 0}
    people, scans = 150, 100
    for _ in range(people):
        own = p.pattern_strength * generator.normal(size=p.voxels)
        fresh = p.pattern_strength * generator.normal(size=p.voxels)
        patterns = {"self": own, "other": shared_code * own + np.sqrt(1 - shared_code**2) * fresh}
        signs = np.repeat([0.5, -0.5], scans)
        training = p.activation + signs[:, None] * own + p.noise * generator.normal(size=(2 * scans, p.voxels))
        # As heavily regularised as that, its weights are the difference of the two means.
        decoder = LogisticRegression(C=1e-5).fit(training, signs > 0)
        for state, pattern in patterns.items():
            strong, weak = np.array([[0.5], [-0.5]]) * pattern + p.noise * generator.normal(size=(2, p.voxels))
            right[state] += decoder.decision_function([strong])[0] > decoder.decision_function([weak])[0]
    for state, count in right.items():
        expected = expected_accuracy(p, "self", state)
        error = np.sqrt(expected * (1 - expected) / people)
        assert count / people == pytest.approx(expected, abs=3.5 * error)


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("pair", nx.path_graph(2)),
        ("v", nx.path_graph(3)),
        ("triangle", nx.complete_graph(3)),
        ("quad", nx.cycle_graph(4)),
        ("chain", nx.path_graph(7)),
        ("ring", nx.cycle_graph(7)),
        ("star", nx.star_graph(6)),
        ("everyone", nx.complete_graph(7)),
        ("community", nx.karate_club_graph()),
    ],
)
def test_each_constellation_is_the_graph_of_its_name(name: str, graph: nx.Graph) -> None:
    ours = nx.from_numpy_array(adjacency(name, 7))
    assert nx.is_isomorphic(ours, graph)
    radius = max(nx.adjacency_spectrum(graph, weight=None).real)
    assert spectral_radius(name, 7) == pytest.approx(radius)
    assert critical_gain(name, 7) == pytest.approx(1 / radius)
