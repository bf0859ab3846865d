// Momentum: one implicit row per staggered velocity, upwind in the matrix, bounded second order as deferred correction.
//
// Legend   u   velocity of this row, on the low face of cell c along its own axis a
//          f, v, w   what carries: velocity along a, b, d, times rho/rho0 where density varies; in a Boussinesq run f is u itself
//          p   pressure / rho0 minus hydrostatic;  T temperature minus T_ref, or what buoyancy counts instead;  nut eddy viscosity
//          F   volume flow through a side of the control volume;  D diffusive conductance of a side
//          sp  what boundary lists add to the diagonal (wall shear, inflow, loss);  o* openness of a side (0, 1/2, 1)
//          a_lo, a_hi, b_lo ...  row coefficients divided by the diagonal;  rhs right side over diagonal;  rd 1/diagonal
//          g   SIMPLEC conductance A^2 / (diagonal - sum of coefficients), m5/(m3/s): flow per kinematic pressure step
//
// The row is in bounded form, sum of a_nb (u_nb - u): it holds no u times the mass defect, so a flow that is not yet
// divergence-free neither drives nor damps. Relaxation (Van Doormaal & Raithby 1984, SIMPLEC) and a pseudo-time cap share the diagonal.
#include "grid.cuh"
#include "faces.cuh"
#include "slopes.cuh"

template <int A, bool SECOND>
INLINE void momentum_row(const long long c, const long long sa, const long long sb, const long long sd, const int ia, const int ib,
                         const int id, const real* da, const real* db, const real* dd, const real* ea, const real* eb, const real* ed,
                         const long long inverse, const real* u, const real* f, const real* v, const real* w, const real* p, const real* T,
                         const real* nut, const int* mask, const real* sp, real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo,
                         real* d_hi, real* rhs, real* rd, real* g, const real nu, const real inv_alpha, const real inv_dt,
                         const real buoyancy, const real stiff)
{
    const int B = (A + 1) % 3, D_ = (A + 2) % 3;
    const long long l = c - sa;
    const real h_l = R(0.5) * da[ia - 1], h_p = R(0.5) * da[ia];
    const real wb = db[ib], wd = dd[id], area = wb * wd, volume = (h_l + h_p) * area;
    const real on = (real)((mask[c] >> (1 + A)) & 1);
    const real u0 = u[c];

    // sides along a: at the centres of the two cells
    const real F_hi = R(0.5) * (f[c] + f[c + sa]) * area, F_lo = R(0.5) * (f[c - sa] + f[c]) * area;
    const real ra_hi = da[ia + inverse], ra_lo = da[ia - 1 + inverse];
    const real ca_hi = (nu + nut[c]) * area * ra_hi - (F_hi < R(0.0) ? F_hi : R(0.0));
    const real ca_lo = (nu + nut[l]) * area * ra_lo + (F_lo > R(0.0) ? F_lo : R(0.0));

    // sides along b and d: each is half in the low cell, half in the high cell; either half may be closed
    const real ol_blo = (real)((mask[l] >> (1 + B)) & 1), op_blo = (real)((mask[c] >> (1 + B)) & 1);
    const real ol_bhi = (real)((mask[l + sb] >> (1 + B)) & 1), op_bhi = (real)((mask[c + sb] >> (1 + B)) & 1);
    const real ol_dlo = (real)((mask[l] >> (1 + D_)) & 1), op_dlo = (real)((mask[c] >> (1 + D_)) & 1);
    const real ol_dhi = (real)((mask[l + sd] >> (1 + D_)) & 1), op_dhi = (real)((mask[c + sd] >> (1 + D_)) & 1);
    const real Fb_lo = (ol_blo * h_l * v[l] + op_blo * h_p * v[c]) * wd, Fb_hi = (ol_bhi * h_l * v[l + sb] + op_bhi * h_p * v[c + sb]) * wd;
    const real Fd_lo = (ol_dlo * h_l * w[l] + op_dlo * h_p * w[c]) * wb, Fd_hi = (ol_dhi * h_l * w[l + sd] + op_dhi * h_p * w[c + sd]) * wb;
    const real ml_blo = mixing<B>(mask[l]), mp_blo = mixing<B>(mask[c]), ml_bhi = mixing<B>(mask[l + sb]), mp_bhi = mixing<B>(mask[c + sb]);
    const real ml_dlo = mixing<D_>(mask[l]), mp_dlo = mixing<D_>(mask[c]), ml_dhi = mixing<D_>(mask[l + sd]), mp_dhi = mixing<D_>(mask[c + sd]);
    const real n_l = nu + R(0.5) * nut[l], n_p = nu + R(0.5) * nut[c];
    const real rb_lo = eb[ib + inverse], rb_hi = eb[ib + 1 + inverse], rd_lo = ed[id + inverse], rd_hi = ed[id + 1 + inverse];
    const real Db_lo = (ml_blo * h_l * (n_l + R(0.5) * nut[l - sb]) + mp_blo * h_p * (n_p + R(0.5) * nut[c - sb])) * (wd * rb_lo);
    const real Db_hi = (ml_bhi * h_l * (n_l + R(0.5) * nut[l + sb]) + mp_bhi * h_p * (n_p + R(0.5) * nut[c + sb])) * (wd * rb_hi);
    const real Dd_lo = (ml_dlo * h_l * (n_l + R(0.5) * nut[l - sd]) + mp_dlo * h_p * (n_p + R(0.5) * nut[c - sd])) * (wb * rd_lo);
    const real Dd_hi = (ml_dhi * h_l * (n_l + R(0.5) * nut[l + sd]) + mp_dhi * h_p * (n_p + R(0.5) * nut[c + sd])) * (wb * rd_hi);
    const real cb_lo = Db_lo + (Fb_lo > R(0.0) ? Fb_lo : R(0.0)), cb_hi = Db_hi - (Fb_hi < R(0.0) ? Fb_hi : R(0.0));
    const real cd_lo = Dd_lo + (Fd_lo > R(0.0) ? Fd_lo : R(0.0)), cd_hi = Dd_hi - (Fd_hi < R(0.0) ? Fd_hi : R(0.0));

    // pressure, and the weight of the two half cells
    real source = (p[l] - p[c]) * area;
    real spring = R(0.0);
    const real sum = ca_lo + ca_hi + cb_lo + cb_hi + cd_lo + cd_hi;
    const real diagonal = sum + sp[c];
    if (A == 2) {
        source += buoyancy * (h_l * T[l] + h_p * T[c]) * area;
        // N^2 dt, with the local time volume/diagonal: a stable layer answers within the iteration instead of ringing
        const real N2 = buoyancy * (T[c] - T[l]) / (h_l + h_p);
        spring = N2 > R(0.0) ? stiff * N2 * volume * volume / (diagonal + volume * inv_dt) : R(0.0);
    }
    if (SECOND) {
        const real u_m = u[c - sa], u_p = u[c + sa];
        const real ok_hi = (real)((mask[c + sa] >> (1 + A)) & 1), ok_lo = (real)((mask[l] >> (1 + A)) & 1);
        real out = face_correction(F_hi, u_m, u0, u_p, u[c + 2 * sa], ra_lo, ra_hi, da[ia + 1 + inverse], da[ia], da[ia], R(1.0), ok_hi);
        out -= face_correction(F_lo, u[c - 2 * sa], u_m, u0, u_p, da[ia - 2 + inverse], ra_lo, ra_hi, da[ia - 1], da[ia - 1], ok_lo, R(1.0));
        const real b_in = ol_blo * op_blo, b_out = ol_bhi * op_bhi, d_in = ol_dlo * op_dlo, d_out = ol_dhi * op_dhi;
        const real b_far = (real)((mask[l + 2 * sb] & mask[c + 2 * sb]) >> (1 + B) & 1), b_near = (real)((mask[l - sb] & mask[c - sb]) >> (1 + B) & 1);
        const real d_far = (real)((mask[l + 2 * sd] & mask[c + 2 * sd]) >> (1 + D_) & 1), d_near = (real)((mask[l - sd] & mask[c - sd]) >> (1 + D_) & 1);
        out += face_correction(Fb_hi, u[c - sb], u0, u[c + sb], u[c + 2 * sb], rb_lo, rb_hi, eb[ib + 2 + inverse], wb, db[ib + 1], b_in, b_far);
        out -= face_correction(Fb_lo, u[c - 2 * sb], u[c - sb], u0, u[c + sb], eb[ib - 1 + inverse], rb_lo, rb_hi, db[ib - 1], wb, b_near, b_out);
        out += face_correction(Fd_hi, u[c - sd], u0, u[c + sd], u[c + 2 * sd], rd_lo, rd_hi, ed[id + 2 + inverse], wd, dd[id + 1], d_in, d_far);
        out -= face_correction(Fd_lo, u[c - 2 * sd], u[c - sd], u0, u[c + sd], ed[id - 1 + inverse], rd_lo, rd_hi, dd[id - 1], wd, d_near, d_out);
        source -= out;
    }
    const real full = diagonal * inv_alpha + volume * inv_dt + spring;
    const real scale = on / (full + R(1e-30));
    a_lo[c] = ca_lo * scale;
    a_hi[c] = ca_hi * scale;
    b_lo[c] = cb_lo * scale;
    b_hi[c] = cb_hi * scale;
    d_lo[c] = cd_lo * scale;
    d_hi[c] = cd_hi * scale;
    rhs[c] = on > R(0.0) ? (source + (full - diagonal) * u0) * scale : u0;
    rd[c] = scale;
    g[c] = on * area * area / (full - sum + R(1e-30));
}

// Upwind rows of the velocity along x: u is that velocity, v along y, w along z; coefficients in the same order.
KERNEL void momentum_x_upwind(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* p,
                              const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                              real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                              const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<0, false>(AT(i, j, k), SX, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, u, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Upwind rows of the velocity along y: u is that velocity, v along z, w along x; coefficients in the same order.
KERNEL void momentum_y_upwind(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* p,
                              const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                              real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                              const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<1, false>(AT(i, j, k), SY, SZ, SX, j, k, i, dy, dz, dx, ey, ez, ex, inverse, u, u, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Upwind rows of the velocity along z: u is that velocity, v along x, w along y; coefficients in the same order.
KERNEL void momentum_z_upwind(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* p,
                              const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                              real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                              const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<2, false>(AT(i, j, k), SZ, SX, SY, k, i, j, dz, dx, dy, ez, ex, ey, inverse, u, u, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Bounded second order rows of the velocity along x: u is that velocity, v along y, w along z; coefficients in the same order.
KERNEL void momentum_x_second(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* p,
                              const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                              real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                              const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<0, true>(AT(i, j, k), SX, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, u, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Bounded second order rows of the velocity along y: u is that velocity, v along z, w along x; coefficients in the same order.
KERNEL void momentum_y_second(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* p,
                              const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                              real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                              const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<1, true>(AT(i, j, k), SY, SZ, SX, j, k, i, dy, dz, dx, ey, ez, ex, inverse, u, u, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Bounded second order rows of the velocity along z: u is that velocity, v along x, w along y; coefficients in the same order.
KERNEL void momentum_z_second(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* p,
                              const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                              real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                              const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<2, true>(AT(i, j, k), SZ, SX, SY, k, i, j, dz, dx, dy, ez, ex, ey, inverse, u, u, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Upwind rows of an ideal gas's velocity along x: f is that mass velocity, v along y, w along z; coefficients in the same order.
KERNEL void momentum_x_upwind_gas(const int nx, const int ny, const int nz, const real* u, const real* f, const real* v, const real* w, const real* p,
                                  const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                                  real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                                  const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<0, false>(AT(i, j, k), SX, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, f, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Upwind rows of an ideal gas's velocity along y: f is that mass velocity, v along z, w along x; coefficients in the same order.
KERNEL void momentum_y_upwind_gas(const int nx, const int ny, const int nz, const real* u, const real* f, const real* v, const real* w, const real* p,
                                  const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                                  real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                                  const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<1, false>(AT(i, j, k), SY, SZ, SX, j, k, i, dy, dz, dx, ey, ez, ex, inverse, u, f, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Upwind rows of an ideal gas's velocity along z: f is that mass velocity, v along x, w along y; coefficients in the same order.
KERNEL void momentum_z_upwind_gas(const int nx, const int ny, const int nz, const real* u, const real* f, const real* v, const real* w, const real* p,
                                  const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                                  real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                                  const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<2, false>(AT(i, j, k), SZ, SX, SY, k, i, j, dz, dx, dy, ez, ex, ey, inverse, u, f, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Bounded second order rows of an ideal gas's velocity along x: f is that mass velocity, v along y, w along z; coefficients in the same order.
KERNEL void momentum_x_second_gas(const int nx, const int ny, const int nz, const real* u, const real* f, const real* v, const real* w, const real* p,
                                  const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                                  real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                                  const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<0, true>(AT(i, j, k), SX, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, f, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Bounded second order rows of an ideal gas's velocity along y: f is that mass velocity, v along z, w along x; coefficients in the same order.
KERNEL void momentum_y_second_gas(const int nx, const int ny, const int nz, const real* u, const real* f, const real* v, const real* w, const real* p,
                                  const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                                  real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                                  const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<1, true>(AT(i, j, k), SY, SZ, SX, j, k, i, dy, dz, dx, ey, ez, ex, inverse, u, f, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}

// Bounded second order rows of an ideal gas's velocity along z: f is that mass velocity, v along x, w along y; coefficients in the same order.
KERNEL void momentum_z_second_gas(const int nx, const int ny, const int nz, const real* u, const real* f, const real* v, const real* w, const real* p,
                                  const real* T, const real* nut, const int* mask, const real* metrics, const real* sp,
                                  real* a_lo, real* a_hi, real* b_lo, real* b_hi, real* d_lo, real* d_hi, real* rhs, real* rd, real* g,
                                  const real nu, const real inv_alpha, const real inv_dt, const real buoyancy, const real stiff)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        momentum_row<2, true>(AT(i, j, k), SZ, SX, SY, k, i, j, dz, dx, dy, ez, ex, ey, inverse, u, f, v, w, p, T, nut, mask, sp, a_lo, a_hi,
                               b_lo, b_hi, d_lo, d_hi, rhs, rd, g, nu, inv_alpha, inv_dt, buoyancy, stiff);
    }
}
