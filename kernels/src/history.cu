// Steps in time: what fields were one and two steps ago, and the second-order time derivative that rows of a fixed step lack.
//
// Legend   q   a field, at centres or on low faces;  old, older its values one and two steps ago;  r step over the step before
//          lag r^2/(1 + 2 r): the backward formula (Gear 1971; variable step: Hairer, Norsett & Wanner, III.5) reads
//              dq/dt = m (q - old - lag (old - older)),  m = (1 + 2 r)/((1 + r) step);  lag 0 and m = 1/step is implicit Euler
//          axis   0, 1, 2: q lies on faces across x, y, z;  rd 1/diagonal of the rows, which hold m V and m V q already
//          G   sums over cells;  C heat capacity of a list's cells beyond that of their air, m3
#include "grid.cuh"

#define ALONG(axis, a, b, c) ((axis) == 0 ? (a) : (axis) == 1 ? (b) : (c))

// A new step: old and older move on, and q goes ahead along the straight line through both. The halo goes along.
KERNEL void extrapolate(const int nx, const int ny, const int nz, real* q, real* old, real* older, const real r)
{
    FV_BOX(i, j, k, -2, nx + 2, -2, ny + 2, -2, nz + 2)
    {
        const long long c = AT(i, j, k);
        const real now = q[c], before = old[c];
        older[c] = before;
        old[c] = now;
        q[c] = now + r * (now - before);
    }
}

// The same for what must stay above zero: a falling q goes ahead along the straight line of 1/q.
KERNEL void extrapolate_positive(const int nx, const int ny, const int nz, real* q, real* old, real* older, const real r)
{
    FV_BOX(i, j, k, -2, nx + 2, -2, ny + 2, -2, nz + 2)
    {
        const long long c = AT(i, j, k);
        const real now = q[c], before = old[c];
        older[c] = before;
        old[c] = now;
        const real down = before > now ? (before - now) / before : R(0.0);
        q[c] = now > before ? now + r * (now - before) : now / (R(1.0) + r * down);
    }
}

// Finished rows of a velocity receive m V (history - q): what their time term m V (new - q) lacks.
KERNEL void face_history(const int nx, const int ny, const int nz, const int axis, const real* q, const real* old, const real* older,
                         const real* metrics, const real* rd, real* rhs, const real m, const real lag)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real volume = ALONG(axis, ex[i] * dy[j] * dz[k], dx[i] * ey[j] * dz[k], dx[i] * dy[j] * ez[k]);
        rhs[c] += m * volume * rd[c] * ((old[c] - q[c]) + lag * (old[c] - older[c]));
    }
}

// The same for rows at centres.
KERNEL void centre_history(const int nx, const int ny, const int nz, const real* q, const real* old, const real* older, const real* metrics,
                           const real* rd, real* rhs, const real m, const real lag)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        rhs[c] += m * dx[i] * dy[j] * dz[k] * rd[c] * ((old[c] - q[c]) + lag * (old[c] - older[c]));
    }
}

// The same for what must stay above zero: its history falls to no less than half of what was there a step ago.
KERNEL void positive_history(const int nx, const int ny, const int nz, const real* q, const real* old, const real* older, const real* metrics,
                             const real* rd, real* rhs, const real m, const real lag)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real change = lag * (old[c] - older[c]), least = R(-0.5) * old[c];
        rhs[c] += m * dx[i] * dy[j] * dz[k] * rd[c] * ((old[c] - q[c]) + (change > least ? change : least));
    }
}

// Pressure openings: what the half cell behind the face keeps of its history, as a pressure outside. un on the face at cell + n_off,
// s +1 if the inward normal is +axis, y distance of the centre from the face, base the pressure outside over rho0.
KERNEL void opening_history(const int count, const long long* cell, const real* y, const real* un, const real* old, const real* older,
                            const long long n_off, const real s, const real* base, real* p_out, const real m, const real lag)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n] + n_off;
        p_out[n] = base[n] + s * y[n] * m * ((old[c] - un[c]) + lag * (old[c] - older[c]));
    }
}

// Rows to come of cells that hold more heat than their air: sp += m C, su += m C history.
KERNEL void store_heat(const int count, const long long* cell, const real* C, const real* old, const real* older, real* sp, real* su,
                       const real m, const real lag)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        sp[c] += m * C[n];
        su[c] += m * C[n] * (old[c] + lag * (old[c] - older[c]));
    }
}

// Sum of V (q - line)^2 over fluid cells, where line is the straight line through the two steps before: how far a step bends.
KERNEL void bend(const int nx, const int ny, const int nz, const real* q, const real* old, const real* older, const int* mask,
                 const real* metrics, double* partial, const real r)
{
    METRICS(metrics)
    FV_SUM(i, j, k, partial,
           (double)((real)(mask[AT(i, j, k)] & 1) * dx[i] * dy[j] * dz[k] *
                    ((q[AT(i, j, k)] - old[AT(i, j, k)]) - r * (old[AT(i, j, k)] - older[AT(i, j, k)])) *
                    ((q[AT(i, j, k)] - old[AT(i, j, k)]) - r * (old[AT(i, j, k)] - older[AT(i, j, k)]))))
}

// Sum of V dq/dt over fluid cells.
KERNEL void stored(const int nx, const int ny, const int nz, const real* q, const real* old, const real* older, const int* mask,
                   const real* metrics, double* partial, const real m, const real lag)
{
    METRICS(metrics)
    FV_SUM(i, j, k, partial,
           (double)((real)(mask[AT(i, j, k)] & 1) * dx[i] * dy[j] * dz[k]) *
               (double)(m * ((q[AT(i, j, k)] - old[AT(i, j, k)]) - lag * (old[AT(i, j, k)] - older[AT(i, j, k)]))))
}

// The same of a list of cells that hold more heat than their air, one value an entry.
KERNEL void stored_listed(const int count, const long long* cell, const real* C, const real* q, const real* old, const real* older,
                          double* value, const real m, const real lag)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        value[n] = (double)C[n] * (double)(m * ((q[c] - old[c]) - lag * (old[c] - older[c])));
    }
}

// Largest outflow over volume of the fluid cells of each row along x, 1/s: times the step it is the Courant number.
KERNEL void largest_rate(const int nx, const int ny, const int nz, const int count, const real* u, const real* v, const real* w,
                         const int* mask, const real* metrics, double* largest)
{
    METRICS(metrics)
    FV_LIST(n, count)
    {
        const int k = (int)(n / ny), j = (int)(n % ny);
        real most = R(0.0);
        for (int i = 0; i < nx; ++i) {
            const long long c = AT(i, j, k);
            const real x = (u[c + 1] > R(0.0) ? u[c + 1] : R(0.0)) + (u[c] < R(0.0) ? -u[c] : R(0.0));
            const real y = (v[c + SY] > R(0.0) ? v[c + SY] : R(0.0)) + (v[c] < R(0.0) ? -v[c] : R(0.0));
            const real z = (w[c + SZ] > R(0.0) ? w[c + SZ] : R(0.0)) + (w[c] < R(0.0) ? -w[c] : R(0.0));
            const real rate = (real)(mask[c] & 1) * (x * dx[i + inverse] + y * dy[j + inverse] + z * dz[k + inverse]);
            most = rate > most ? rate : most;
        }
        largest[n] = (double)most;
    }
}

// Running mean of q in time: share is the weight of the newest value over that of all, born on the host.
KERNEL void running_mean(const int nx, const int ny, const int nz, const double* share, const real* q, real* mean)
{
    const real s = (real)share[0];
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        mean[c] += s * (q[c] - mean[c]);
    }
}

// The same, and the mean square about it (West 1979, Commun. ACM 22:532).
KERNEL void running_spread(const int nx, const int ny, const int nz, const double* share, const real* q, real* mean, real* square)
{
    const real s = (real)share[0];
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real off = q[c] - mean[c];
        mean[c] += s * off;
        square[c] = (R(1.0) - s) * (square[c] + s * off * off);
    }
}

// The change of pressure to expect, from the last one, and the pressure that the next one counts from.
KERNEL void pressure_guess(const int nx, const int ny, const int nz, const real* p, real* old, real* q, const real r)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        q[c] = r * (p[c] - old[c]);
        old[c] = p[c];
    }
}
