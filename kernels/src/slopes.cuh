// The bounded second-order scheme, shared by momentum and scalars.
#pragma once

// Half the slope at C for the face towards D, from the two one-sided slopes: harmonic mean where they agree (van Leer 1974), else 0.
INLINE real half_van_leer(const real s, const real t)
{
    const real st = s * t;
    return st > R(0.0) ? st / (s + t) : R(0.0);
}

// Second-order value minus upwind value on a face between rows 0 and 1, times the flow F from 0 to 1.
// qm q0 q1 q2 values of rows m, 0, 1, 2; rm r0 rp reciprocal spacings of (m,0), (0,1), (1,2);
// w0 w1 twice the distances of the face from rows 0 and 1; om op: 1 where the way to row m or 2 is open, else the face stays upwind.
INLINE real face_correction(const real F, const real qm, const real q0, const real q1, const real q2, const real rm, const real r0,
                            const real rp, const real w0, const real w1, const real om, const real op)
{
    // the side is chosen before the slope is limited: one division a face
    const bool up = F > R(0.0);
    const real far = up ? (q0 - qm) * rm : (q2 - q1) * rp;
    const real reach = up ? w0 : -w1, open = up ? om : op;
    return F * (half_van_leer(far, (q1 - q0) * r0) * reach * open);
}
