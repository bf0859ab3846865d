"""The quick halves of the studies of the ventilated room and the tall cavity: coarse grids, no more than their models promise."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.validation import tall_cavity, ventilated_room
from benchmarks.validation.reference import columns
from benchmarks.validation.settled import graded, settle
from kernels import Backend, BackendUnavailable, open_backend


@pytest.fixture(scope="module")
def backend() -> Backend:
    """Float32 fields on one thread: these grids are small."""
    try:
        return open_backend("host", "single", threads=1)
    except BackendUnavailable:
        return open_backend("numpy", "single")


def test_the_plane_room_is_that_of_another_program(backend: Backend) -> None:
    """k-epsilon with van Leer's scheme: both peaks and the return along the floor within 5 % of OpenFOAM's on the same cells."""
    grid = ventilated_room.grid(1, flat=True)
    found = settle(ventilated_room.case("k-epsilon", flat=True), grid, backend, ventilated_room.figures, 5e-3, 1000)
    rows = columns("openfoam_rooms")
    here = (rows["study"] == "ventilated-room") & (rows["model"] == "k-epsilon") & (rows["scheme"] == "van-leer")
    assert list(rows["quantity"][here]) == list(ventilated_room.QUANTITIES)
    np.testing.assert_allclose(found.watched, rows["value"][here], rtol=0.05)


def test_the_tall_cavity_lies_near_the_measured_points(backend: Backend) -> None:
    """Realizable k-epsilon, RMS over seven heights, of 19.6 K and 0.2 m/s: the study finds 0.71 K and 0.016 m/s on this grid."""
    case = tall_cavity.case("realizable-k-epsilon")
    found = settle(case, tall_cavity.grid(1), backend, tall_cavity.figures, 5e-3, 1000)
    apart, slip = tall_cavity.misses(found.grid, found.fields)
    assert apart < 0.9
    assert slip < 0.02


def test_the_published_profiles_hold_the_figures_of_the_study() -> None:
    """The measured peaks that rows are compared with are those of the file."""
    data = columns("restivo1979_annex20")
    lines = [data["u_over_U0"][data["line"] == line] for line in ("x=H", "x=2H", "y=h/2")]
    np.testing.assert_allclose([lines[0].max(), lines[1].max(), lines[2].min()], ventilated_room.MEASURED, atol=1e-3)


def test_graded_planes_fit() -> None:
    """They end where asked, grow no faster than asked, and stay below the largest."""
    planes = graded(0.48, 2.832, 0.096, 0.084, 1.2, 0.2)
    widths = np.diff(planes)
    assert (planes[0], planes[-1]) == pytest.approx((0.48, 2.832))
    assert np.abs(np.diff(np.log(widths))).max() < np.log(1.2) + 1e-9
    assert widths.max() <= 0.2
