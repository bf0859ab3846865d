// Continuity: mass defect of each cell, and the correction that removes it.
//
// Legend   u v w face velocities;  q pressure correction;  p pressure / rho0;  gx gy gz conductance of each LOW face
//          defect  net outflow of a cell, m3/s
#include "grid.cuh"

// Net outflow of each fluid cell from all its faces, openings included: they hold their velocity in the face itself.
KERNEL void divergence(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const int* mask,
                       const real* metrics, real* defect)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real out = (u[c + 1] - u[c]) * dy[j] * dz[k] + (v[c + SY] - v[c]) * dx[i] * dz[k] + (w[c + SZ] - w[c]) * dx[i] * dy[j];
        defect[c] = (mask[c] & 1) ? out : R(0.0);
    }
}

// u -= g/A (q_P - q_L) on every open face, p += q. A closed face has g = 0 and keeps its velocity.
KERNEL void correct(const int nx, const int ny, const int nz, real* u, real* v, real* w, real* p, const real* q, const real* gx,
                    const real* gy, const real* gz, const real* metrics)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real q0 = q[c];
        u[c] -= gx[c] * (q0 - q[c - 1]) / (dy[j] * dz[k]);
        v[c] -= gy[c] * (q0 - q[c - SY]) / (dx[i] * dz[k]);
        w[c] -= gz[c] * (q0 - q[c - SZ]) / (dx[i] * dy[j]);
        p[c] += q0;
    }
}

// Sum of |mass defect| over the cells.
KERNEL void defect_sum(const int nx, const int ny, const int nz, const real* defect, double* partial)
{
    FV_SUM(i, j, k, partial, (defect[AT(i, j, k)] > R(0.0) ? (double)defect[AT(i, j, k)] : -(double)defect[AT(i, j, k)]))
}

// Kinetic energy over rho0 of each fluid cell, m5/s2: its volume times half the mean square of the velocities on its six faces.
INLINE double cell_energy(const real* u, const real* v, const real* w, const int* mask, const real volume, const long long c,
                          const long long sy, const long long sz)
{
    const real squares = u[c] * u[c] + u[c + 1] * u[c + 1] + v[c] * v[c] + v[c + sy] * v[c + sy] + w[c] * w[c] + w[c + sz] * w[c + sz];
    return (mask[c] & 1) ? (double)(R(0.25) * volume * squares) : 0.0;
}

// Partial sums of the kinetic energy.
KERNEL void kinetic_energy(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const int* mask,
                           const real* metrics, double* partial)
{
    METRICS(metrics)
    FV_SUM(i, j, k, partial, cell_energy(u, v, w, mask, dx[i] * dy[j] * dz[k], AT(i, j, k), SY, SZ))
}
