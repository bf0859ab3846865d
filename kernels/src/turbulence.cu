// Eddy viscosity laws and the production of turbulence energy.
//
// Legend   u v w face velocities;  nut eddy viscosity;  y distance to the nearest wall;  k eps turbulence energy and its dissipation
//          G production of k, m2/s3;  o_* 1 where the neighbour in that direction is open;  um velocity at a cell centre
#include "grid.cuh"
#include "faces.cuh"

// nut = A |V| y  (Chen & Xu 1998, A = 0.03874)
KERNEL void viscosity_chen_xu(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* y,
                              const int* mask, real* nut, const real A)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real um = R(0.5) * (u[c] + u[c + 1]), vm = R(0.5) * (v[c] + v[c + SY]), wm = R(0.5) * (w[c] + w[c + SZ]);
        nut[c] = (real)(mask[c] & 1) * A * y[c] * sqrt(um * um + vm * vm + wm * wm);
    }
}

// nut = C_mu k^2 / eps (Launder & Spalding 1974), not above `most`: a start from rest may hold a cell with k and hardly any eps.
KERNEL void viscosity_k_epsilon(const int nx, const int ny, const int nz, const real* k_, const real* eps, const int* mask,
                                real* nut, const real C_mu, const real most)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real value = C_mu * k_[c] * k_[c] / eps[c];
        nut[c] = (real)(mask[c] & 1) * (value < most ? value : most);
    }
}

// q = max(q, least)
KERNEL void keep_above(const int nx, const int ny, const int nz, real* q, const real least)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        q[c] = q[c] > least ? q[c] : least;
    }
}

// Mean of the two one-sided differences of a velocity at the centre; m_* 1 where air mixes through the side. At a closed side the velocity along the face is zero, half a cell
// away: air blown from a back or tile comes in square to the face and shears against what passes by, as the momentum rows have it.
// `stick` 0: cells at openings where air leaves, with its tangential velocity unchanged. (Wall cells get G from the wall law.)
INLINE real slope(const real low, const real mid, const real high, const real o_lo, const real o_hi, const real m_lo, const real m_hi,
                  const real r_lo, const real r_hi, const real at_wall)
{
    const real below = m_lo * (mid - low) * r_lo + (R(1.0) - o_lo) * mid * at_wall;
    const real above = m_hi * (high - mid) * r_hi - (R(1.0) - o_hi) * mid * at_wall;
    return R(0.5) * (below + above);
}

// G = nut 2 S_ij S_ij, plus buoyancy production -buoyancy nut/sigma dT/dz when `gain` = g beta / sigma > 0 (simple gradient diffusion;
// stable layers damp G at most to zero).
KERNEL void production(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* T, const real* nut,
                       const int* mask, const real* metrics, real* G, const real gain)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real o_w = (real)((mask[c] >> 1) & 1), o_s = (real)((mask[c] >> 2) & 1), o_b = (real)((mask[c] >> 3) & 1);
        const real o_e = (real)((mask[c + 1] >> 1) & 1), o_n = (real)((mask[c + SY] >> 2) & 1), o_t = (real)((mask[c + SZ] >> 3) & 1);
        const real m_w = mixing<0>(mask[c]), m_s = mixing<1>(mask[c]), m_b = mixing<2>(mask[c]);
        const real m_e = mixing<0>(mask[c + 1]), m_n = mixing<1>(mask[c + SY]), m_t = mixing<2>(mask[c + SZ]);
        const real r_w = R(1.0) / ex[i], r_e = R(1.0) / ex[i + 1], r_s = R(1.0) / ey[j], r_n = R(1.0) / ey[j + 1];
        const real r_b = R(1.0) / ez[k], r_t = R(1.0) / ez[k + 1];
        const real stick = (mask[c] & 16) ? R(0.0) : R(2.0);
        const real q_x = stick / dx[i], q_y = stick / dy[j], q_z = stick / dz[k];
        const real um = u[c] + u[c + 1], vm = v[c] + v[c + SY], wm = w[c] + w[c + SZ];
        const real ux = (u[c + 1] - u[c]) / dx[i], vy = (v[c + SY] - v[c]) / dy[j], wz = (w[c + SZ] - w[c]) / dz[k];
        const real uy = R(0.5) * slope(u[c - SY] + u[c + 1 - SY], um, u[c + SY] + u[c + 1 + SY], o_s, o_n, m_s, m_n, r_s, r_n, q_y);
        const real uz = R(0.5) * slope(u[c - SZ] + u[c + 1 - SZ], um, u[c + SZ] + u[c + 1 + SZ], o_b, o_t, m_b, m_t, r_b, r_t, q_z);
        const real vx = R(0.5) * slope(v[c - 1] + v[c - 1 + SY], vm, v[c + 1] + v[c + 1 + SY], o_w, o_e, m_w, m_e, r_w, r_e, q_x);
        const real vz = R(0.5) * slope(v[c - SZ] + v[c + SY - SZ], vm, v[c + SZ] + v[c + SY + SZ], o_b, o_t, m_b, m_t, r_b, r_t, q_z);
        const real wx = R(0.5) * slope(w[c - 1] + w[c - 1 + SZ], wm, w[c + 1] + w[c + 1 + SZ], o_w, o_e, m_w, m_e, r_w, r_e, q_x);
        const real wy = R(0.5) * slope(w[c - SY] + w[c - SY + SZ], wm, w[c + SY] + w[c + SY + SZ], o_s, o_n, m_s, m_n, r_s, r_n, q_y);
        const real shear = (uy + vx) * (uy + vx) + (uz + wx) * (uz + wx) + (vz + wy) * (vz + wy);
        const real strain = R(2.0) * (ux * ux + vy * vy + wz * wz) + shear;
        const real lapse = slope(T[c - SZ], T[c], T[c + SZ], o_b, o_t, m_b, m_t, r_b, r_t, R(0.0));
        const real total = nut[c] * (strain - gain * lapse);
        G[c] = total > R(0.0) ? total : R(0.0);
    }
}
