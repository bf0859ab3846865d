"""Twin of src/slopes.cuh: the bounded second-order scheme, shared by momentum and scalars.

Legend: s t one-sided slopes; F flow through the face from row 0 to row 1; qm q0 q1 q2 values of rows m, 0, 1, 2; rm r0 rp
reciprocal spacings of (m, 0), (0, 1), (1, 2); h0 h1 distances of the face from rows 0 and 1; om op 1 where the way to row m or 2
is open.
"""

from __future__ import annotations

import numpy as np


def van_leer(s, t):
    """Harmonic mean of two slopes where they agree in sign (van Leer 1974), else 0."""
    st = s * t
    agree = st > 0
    return np.where(agree, 2 * st / np.where(agree, s + t, 1), 0)


def face_correction(F, qm, q0, q1, q2, rm, r0, rp, h0, h1, om, op):
    """Flow times (second-order value minus upwind value) of a face between rows 0 and 1."""
    s = (q1 - q0) * r0
    up = van_leer((q0 - qm) * rm, s) * h0 * om
    down = -van_leer((q2 - q1) * rp, s) * h1 * op
    return F * np.where(F > 0, up, down)
