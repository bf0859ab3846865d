// Velocity gradients at a cell's centre, shared by whatever makes turbulence out of them.
#pragma once

// Weights of a slope at the centre along one axis, the same for whatever varies along it. Slopes are means of the two one-sided
// differences. At a closed side the velocity along the face is zero, half a cell away: air blown from a back or tile comes in square
// to the face and shears against what passes by, as the momentum rows have it.
struct Sides {
    real low, high, wall;
};

// o_* 1 where a side is open, m_* 1 where air mixes through it, r_* reciprocal distances, at_wall 2/width, or 0: cells at openings
// where air leaves, with its tangential velocity unchanged. (Wall cells get G from the wall law.)
INLINE Sides sides(const real o_lo, const real o_hi, const real m_lo, const real m_hi, const real r_lo, const real r_hi, const real at_wall)
{
    const Sides s = {R(0.5) * m_lo * r_lo, R(0.5) * m_hi * r_hi, R(0.5) * (o_hi - o_lo) * at_wall};
    return s;
}

INLINE real slope(const Sides s, const real low, const real mid, const real high)
{
    return s.low * (mid - low) + s.high * (high - mid) + s.wall * mid;
}

// ux is du/dx, and so on; lapse is dT/dz.
struct Gradients {
    real ux, uy, uz, vx, vy, vz, wx, wy, wz, lapse;
};

INLINE Gradients gradients(const long long c, const long long s_y, const long long s_z, const int i, const int j, const int k,
                           const real* dx, const real* dy, const real* dz, const real* ex, const real* ey, const real* ez,
                           const long long inverse,
                           const real* u, const real* v, const real* w, const real* T, const int* mask)
{
    const real o_w = (real)((mask[c] >> 1) & 1), o_s = (real)((mask[c] >> 2) & 1), o_b = (real)((mask[c] >> 3) & 1);
    const real o_e = (real)((mask[c + 1] >> 1) & 1), o_n = (real)((mask[c + s_y] >> 2) & 1), o_t = (real)((mask[c + s_z] >> 3) & 1);
    const real m_w = mixing<0>(mask[c]), m_s = mixing<1>(mask[c]), m_b = mixing<2>(mask[c]);
    const real m_e = mixing<0>(mask[c + 1]), m_n = mixing<1>(mask[c + s_y]), m_t = mixing<2>(mask[c + s_z]);
    const real r_w = ex[i + inverse], r_e = ex[i + 1 + inverse], r_s = ey[j + inverse], r_n = ey[j + 1 + inverse];
    const real r_b = ez[k + inverse], r_t = ez[k + 1 + inverse];
    const real stick = (mask[c] & 16) ? R(0.0) : R(2.0);
    const real q_x = stick * dx[i + inverse], q_y = stick * dy[j + inverse], q_z = stick * dz[k + inverse];
    const real um = u[c] + u[c + 1], vm = v[c] + v[c + s_y], wm = w[c] + w[c + s_z];
    Gradients g;
    g.ux = (u[c + 1] - u[c]) * dx[i + inverse];
    g.vy = (v[c + s_y] - v[c]) * dy[j + inverse];
    g.wz = (w[c + s_z] - w[c]) * dz[k + inverse];
    const Sides x = sides(o_w, o_e, m_w, m_e, r_w, r_e, q_x), y = sides(o_s, o_n, m_s, m_n, r_s, r_n, q_y);
    const Sides z = sides(o_b, o_t, m_b, m_t, r_b, r_t, q_z);
    g.uy = R(0.5) * slope(y, u[c - s_y] + u[c + 1 - s_y], um, u[c + s_y] + u[c + 1 + s_y]);
    g.uz = R(0.5) * slope(z, u[c - s_z] + u[c + 1 - s_z], um, u[c + s_z] + u[c + 1 + s_z]);
    g.vx = R(0.5) * slope(x, v[c - 1] + v[c - 1 + s_y], vm, v[c + 1] + v[c + 1 + s_y]);
    g.vz = R(0.5) * slope(z, v[c - s_z] + v[c + s_y - s_z], vm, v[c + s_z] + v[c + s_y + s_z]);
    g.wx = R(0.5) * slope(x, w[c - 1] + w[c - 1 + s_z], wm, w[c + 1] + w[c + 1 + s_z]);
    g.wy = R(0.5) * slope(y, w[c - s_y] + w[c - s_y + s_z], wm, w[c + s_y] + w[c + s_y + s_z]);
    g.lapse = z.low * (T[c] - T[c - s_z]) + z.high * (T[c + s_z] - T[c]);
    return g;
}

// 2 S_ij S_ij
INLINE real strain_squared(const Gradients g)
{
    const real shear = (g.uy + g.vx) * (g.uy + g.vx) + (g.uz + g.wx) * (g.uz + g.wx) + (g.vz + g.wy) * (g.vz + g.wy);
    return R(2.0) * (g.ux * g.ux + g.vy * g.vy + g.wz * g.wz) + shear;
}
