// Transport of a cell-centred scalar: implicit upwind rows, bounded second order as deferred correction, and the passes over them.
//
// Legend   q   the scalar;  u v w face velocities;  F volume flow through a face;  D diffusive conductance
//          gl + gt nut   diffusivity of a cell;  sp, su what lists and sources add to diagonal and right side
//          W E S N B T   low/high x, y, z;  rows are divided by their diagonal;  rd 1/diagonal (0 in solids)
//          k, eps, G     turbulence energy, its dissipation, its production
#include "grid.cuh"
#include "faces.cuh"
#include "slopes.cuh"

template <bool SECOND>
INLINE void scalar_row(const long long c, const long long s_y, const long long s_z, const int i, const int j, const int k, const real* dx,
                       const real* dy, const real* dz, const real* ex, const real* ey, const real* ez, const long long inverse,
                       const real* q, const real* u, const real* v, const real* w, const real* nut, const int* mask, const real extra, const real source0, real* W, real* E,
                       real* S, real* N, real* B, real* T, real* rhs, real* rd, const real gl, const real gt, const real inv_alpha,
                       const real inv_dt)
{
    const int m = mask[c];
    const real o_w = (real)((m >> 1) & 1), o_s = (real)((m >> 2) & 1), o_b = (real)((m >> 3) & 1);
    const real o_e = (real)((mask[c + 1] >> 1) & 1), o_n = (real)((mask[c + s_y] >> 2) & 1), o_t = (real)((mask[c + s_z] >> 3) & 1);
    const real ax = dy[j] * dz[k], ay = dx[i] * dz[k], az = dx[i] * dy[j];
    const real F_w = o_w * u[c] * ax, F_e = o_e * u[c + 1] * ax, F_s = o_s * v[c] * ay, F_n = o_n * v[c + s_y] * ay;
    const real F_b = o_b * w[c] * az, F_t = o_t * w[c + s_z] * az;
    const real r_w = ex[i + inverse], r_e = ex[i + 1 + inverse], r_s = ey[j + inverse], r_n = ey[j + 1 + inverse], r_b = ez[k + inverse], r_t = ez[k + 1 + inverse];
    const real m_w = mixing<0>(m), m_s = mixing<1>(m), m_b = mixing<2>(m);
    const real m_e = mixing<0>(mask[c + 1]), m_n = mixing<1>(mask[c + s_y]), m_t = mixing<2>(mask[c + s_z]);
    const real gp = gl + R(0.5) * gt * nut[c], gn = R(0.5) * gt;
    const real c_w = m_w * (gp + gn * nut[c - 1]) * (ax * r_w) + (F_w > R(0.0) ? F_w : R(0.0));
    const real c_e = m_e * (gp + gn * nut[c + 1]) * (ax * r_e) - (F_e < R(0.0) ? F_e : R(0.0));
    const real c_s = m_s * (gp + gn * nut[c - s_y]) * (ay * r_s) + (F_s > R(0.0) ? F_s : R(0.0));
    const real c_n = m_n * (gp + gn * nut[c + s_y]) * (ay * r_n) - (F_n < R(0.0) ? F_n : R(0.0));
    const real c_b = m_b * (gp + gn * nut[c - s_z]) * (az * r_b) + (F_b > R(0.0) ? F_b : R(0.0));
    const real c_t = m_t * (gp + gn * nut[c + s_z]) * (az * r_t) - (F_t < R(0.0) ? F_t : R(0.0));
    real source = source0;
    if (SECOND) {
        const real q0 = q[c];
        const real o_ww = (real)((mask[c - 1] >> 1) & 1), o_ee = (real)((mask[c + 2] >> 1) & 1);
        const real o_ss = (real)((mask[c - s_y] >> 2) & 1), o_nn = (real)((mask[c + 2 * s_y] >> 2) & 1);
        const real o_bb = (real)((mask[c - s_z] >> 3) & 1), o_tt = (real)((mask[c + 2 * s_z] >> 3) & 1);
        real out = face_correction(F_e, q[c - 1], q0, q[c + 1], q[c + 2], r_w, r_e, ex[i + 2 + inverse], dx[i], dx[i + 1], o_w, o_ee);
        out -= face_correction(F_w, q[c - 2], q[c - 1], q0, q[c + 1], ex[i - 1 + inverse], r_w, r_e, dx[i - 1], dx[i], o_ww, o_e);
        out += face_correction(F_n, q[c - s_y], q0, q[c + s_y], q[c + 2 * s_y], r_s, r_n, ey[j + 2 + inverse], dy[j], dy[j + 1], o_s, o_nn);
        out -= face_correction(F_s, q[c - 2 * s_y], q[c - s_y], q0, q[c + s_y], ey[j - 1 + inverse], r_s, r_n, dy[j - 1], dy[j], o_ss, o_n);
        out += face_correction(F_t, q[c - s_z], q0, q[c + s_z], q[c + 2 * s_z], r_b, r_t, ez[k + 2 + inverse], dz[k], dz[k + 1], o_b, o_tt);
        out -= face_correction(F_b, q[c - 2 * s_z], q[c - s_z], q0, q[c + s_z], ez[k - 1 + inverse], r_b, r_t, dz[k - 1], dz[k], o_bb, o_t);
        source -= out;
    }
    const real diagonal = c_w + c_e + c_s + c_n + c_b + c_t + extra;
    const real full = diagonal * inv_alpha + dx[i] * dy[j] * dz[k] * inv_dt;
    const real scale = (real)(m & 1) / (full + R(1e-30));
    W[c] = c_w * scale;
    E[c] = c_e * scale;
    S[c] = c_s * scale;
    N[c] = c_n * scale;
    B[c] = c_b * scale;
    T[c] = c_t * scale;
    rhs[c] = (source + (full - diagonal) * q[c]) * scale;
    rd[c] = scale;
}

// Temperature or any passive scalar, upwind: sources come from lists alone.
KERNEL void scalar_upwind(const int nx, const int ny, const int nz, const real* q, const real* u, const real* v, const real* w, const real* nut,
                          const int* mask, const real* metrics, const real* sp, const real* su, real* W, real* E, real* S,
                          real* N, real* B, real* T, real* rhs, real* rd, const real gl, const real gt, const real inv_alpha,
                          const real inv_dt)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        scalar_row<false>(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, q, u, v, w, nut, mask, sp[c], su[c], W, E, S, N, B, T, rhs,
                         rd, gl, gt, inv_alpha, inv_dt);
    }
}

// Temperature or any passive scalar, bounded second order: sources come from lists alone.
KERNEL void scalar_second(const int nx, const int ny, const int nz, const real* q, const real* u, const real* v, const real* w, const real* nut,
                          const int* mask, const real* metrics, const real* sp, const real* su, real* W, real* E, real* S,
                          real* N, real* B, real* T, real* rhs, real* rd, const real gl, const real gt, const real inv_alpha,
                          const real inv_dt)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        scalar_row<true>(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, q, u, v, w, nut, mask, sp[c], su[c], W, E, S, N, B, T, rhs,
                         rd, gl, gt, inv_alpha, inv_dt);
    }
}

// Dissipation: production C1 G eps/k explicit, destruction C2 eps^2/k implicit (Launder & Spalding 1974).
KERNEL void dissipation_rows(const int nx, const int ny, const int nz, const real* eps, const real* k_, const real* G, const real* u, const real* v,
                             const real* w, const real* nut, const int* mask, const real* metrics, const real* sp,
                             const real* su, real* W, real* E, real* S, real* N, real* B, real* T, real* rhs, real* rd,
                             const real gl, const real gt, const real C1, const real C2, const real inv_alpha, const real inv_dt)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real volume = dx[i] * dy[j] * dz[k];
        const real rate = volume * eps[c] / k_[c];
        scalar_row<false>(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, eps, u, v, w, nut, mask, sp[c] + C2 * rate,
                          su[c] + C1 * G[c] * rate, W, E, S, N, B, T, rhs, rd, gl, gt, inv_alpha, inv_dt);
    }
}

// Dissipation of realizable k-epsilon: production C1 S eps explicit with C1 = max(0.43, eta/(eta + 5)), eta = S k/eps, destruction
// C2 eps^2/(k + sqrt(nu eps)) implicit, nu = gl (Shih et al. 1995).
KERNEL void dissipation_realizable(const int nx, const int ny, const int nz, const real* eps, const real* k_, const real* S_, const real* u,
                                   const real* v, const real* w, const real* nut, const int* mask, const real* metrics, const real* sp,
                                   const real* su, real* W, real* E, real* S, real* N, real* B, real* T, real* rhs, real* rd,
                                   const real gl, const real gt, const real C2, const real inv_alpha, const real inv_dt)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real volume = dx[i] * dy[j] * dz[k];
        const real stretch = S_[c] * k_[c] / (S_[c] * k_[c] + R(5.0) * eps[c]);
        const real made = volume * (stretch > R(0.43) ? stretch : R(0.43)) * S_[c] * eps[c];
        scalar_row<false>(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, eps, u, v, w, nut, mask,
                          sp[c] + volume * C2 * eps[c] / (k_[c] + sqrt(gl * eps[c])), su[c] + made, W, E, S, N, B, T, rhs, rd, gl, gt,
                          inv_alpha, inv_dt);
    }
}

// Dissipation of RNG k-epsilon: that of the standard model, and R = C_mu eta^3 (1 - eta/eta_0)/(1 + beta eta^3) eps^2/k with eta = S k/eps
// (Yakhot, Orszag, Thangam, Gatski & Speziale 1992): where R < 0 it is explicit, else implicit.
KERNEL void dissipation_rng(const int nx, const int ny, const int nz, const real* eps, const real* k_, const real* G, const real* S_,
                            const real* u, const real* v, const real* w, const real* nut, const int* mask, const real* metrics,
                            const real* sp, const real* su, real* W, real* E, real* S, real* N, real* B, real* T, real* rhs, real* rd,
                            const real gl, const real gt, const real C1, const real C2, const real C_mu, const real eta_0, const real beta,
                            const real inv_alpha, const real inv_dt)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real rate = dx[i] * dy[j] * dz[k] * eps[c] / k_[c];
        const real eta = S_[c] * k_[c] / eps[c];
        const real cube = eta * eta * eta;
        const real R_ = C_mu * (R(1.0) - eta / eta_0) / (R(1.0) / (cube + R(1e-30)) + beta);
        scalar_row<false>(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, eps, u, v, w, nut, mask, sp[c] + (C2 + (R_ > R(0.0) ? R_ : R(0.0))) * rate,
                          su[c] + (C1 * G[c] - (R_ < R(0.0) ? R_ : R(0.0)) * eps[c]) * rate, W, E, S, N, B, T, rhs, rd, gl, gt,
                          inv_alpha, inv_dt);
    }
}

// Turbulence energy: production G explicit, destruction eps implicit as (eps/k) k.
KERNEL void energy_rows(const int nx, const int ny, const int nz, const real* k_, const real* eps, const real* G, const real* u, const real* v,
                        const real* w, const real* nut, const int* mask, const real* metrics, const real* sp, const real* su,
                        real* W, real* E, real* S, real* N, real* B, real* T, real* rhs, real* rd, const real gl, const real gt,
                        const real inv_alpha, const real inv_dt)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real volume = dx[i] * dy[j] * dz[k];
        scalar_row<false>(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, k_, u, v, w, nut, mask, sp[c] + volume * eps[c] / k_[c],
                          su[c] + volume * G[c], W, E, S, N, B, T, rhs, rd, gl, gt, inv_alpha, inv_dt);
    }
}

// One Jacobi pass over normalised rows, from q to `fresh`. Two passes carry news as far as a red-black sweep does, for the bytes of
// its two halves; out of place, because a row that reads what it has just stored waits for the store (0.86 against 1.25 ns a cell).
// Layers low <= k < high, so that a processor can let several passes follow each other through the cache.
KERNEL void sweep(const int nx, const int ny, const int nz, const int low, const int high, const real* q, const real* W, const real* E,
                  const real* S, const real* N, const real* B, const real* T, const real* rhs, real* fresh)
{
    FV_LAYERS(i, j, k, low, high)
    {
        const long long c = AT(i, j, k);
        fresh[c] = rhs[c] + W[c] * q[c - 1] + E[c] * q[c + 1] + S[c] * q[c - SY] + N[c] * q[c + SY] + B[c] * q[c - SZ] + T[c] * q[c + SZ];
    }
}

// |row residual| times diagonal of one cell: the defect of its balance before relaxation is seen (which cancels at q itself).
INLINE real defect_of_row(const real* q, const real* W, const real* E, const real* S, const real* N, const real* B, const real* T,
                          const real* rhs, const real* rd, const long long c, const long long sy, const long long sz)
{
    const real residual = rhs[c] - q[c] + W[c] * q[c - 1] + E[c] * q[c + 1] + S[c] * q[c - sy] + N[c] * q[c + sy] + B[c] * q[c - sz] +
                          T[c] * q[c + sz];
    const real scale = rd[c];
    return scale > R(0.0) ? fabs(residual) / scale : R(0.0);
}

// Sum of the rows' defects.
KERNEL void row_defect(const int nx, const int ny, const int nz, const real* q, const real* W, const real* E, const real* S, const real* N,
                       const real* B, const real* T, const real* rhs, const real* rd, double* partial)
{
    FV_SUM(i, j, k, partial, defect_of_row(q, W, E, S, N, B, T, rhs, rd, AT(i, j, k), SY, SZ))
}
