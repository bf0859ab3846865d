// Air whose density follows its temperature at one thermodynamic pressure: rho/rho0 = r = P T_ref/(T_ref + T).
//
// Legend   T temperature minus T_ref;  P thermodynamic pressure over that of the site, on the device;  per_K 1/T_ref
//          lift   what buoyancy counts in place of T: T_ref (1 - r), so that g (1 - r) = g/T_ref lift and r = 1 - per_K lift
//          u, f   velocity, and mass velocity f = r u, on low faces;  r* density of low faces over rho0;  mask as in grid.cuh
#include "grid.cuh"

// lift of air at temperature T; below a quarter of T_ref there is no air, only an iterate that has lost its way.
INLINE real lift_of(const real T, const real T_ref, const double P)
{
    const real least = R(-0.75) * T_ref;
    const real t = T > least ? T : least;
    return T_ref * (t + (real)(1.0 - P) * T_ref) / (T_ref + t);
}

// lift of every cell, halos included.
KERNEL void gas_lift(const int nx, const int ny, const int nz, const real* T, const double* P, real* lift, const real T_ref)
{
    FV_BOX(i, j, k, -2, nx + 2, -2, ny + 2, -2, nz + 2)
    {
        const long long c = AT(i, j, k);
        lift[c] = lift_of(T[c], T_ref, P[0]);
    }
}

// Density of low faces, linear between the two centres; faces of the outermost halo layer are left alone.
KERNEL void gas_faces(const int nx, const int ny, const int nz, const real* lift, const real* metrics, real* rx, real* ry, real* rz,
                      const real per_K)
{
    METRICS(metrics)
    FV_BOX(i, j, k, -1, nx + 2, -1, ny + 2, -1, nz + 2)
    {
        const long long c = AT(i, j, k);
        const real x = (lift[c - 1] * dx[i] + lift[c] * dx[i - 1]) / (dx[i - 1] + dx[i]);
        const real y = (lift[c - SY] * dy[j] + lift[c] * dy[j - 1]) / (dy[j - 1] + dy[j]);
        const real z = (lift[c - SZ] * dz[k] + lift[c] * dz[k - 1]) / (dz[k - 1] + dz[k]);
        rx[c] = R(1.0) - per_K * x;
        ry[c] = R(1.0) - per_K * y;
        rz[c] = R(1.0) - per_K * z;
    }
}

// Density of boundary faces: that of the entering `value` where air enters, else that of the cell.
KERNEL void gas_openings(const int count, const long long* cell, const real* fn, const long long n_off, const real s, const real* value,
                         const real* T, const double* P, real* r, const real T_ref)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real here = s * fn[c + n_off] > R(0.0) ? value[n] : T[c];
        r[c + n_off] = R(1.0) - lift_of(here, T_ref, P[0]) / T_ref;
    }
}

// u = f / r
KERNEL void true_velocity(const int nx, const int ny, const int nz, const real* f, const real* r, real* u)
{
    FV_BOX(i, j, k, -1, nx + 2, -1, ny + 2, -1, nz + 2)
    {
        const long long c = AT(i, j, k);
        u[c] = f[c] / r[c];
    }
}

// f = r u and g = r g on open faces (bit `bit` of the mask); others keep the mass velocity they were given.
KERNEL void mass_velocity(const int nx, const int ny, const int nz, const real* u, const real* r, const int* mask, const int bit, real* f,
                          real* g)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real through = r[c] * u[c];
        f[c] = ((mask[c] >> bit) & 1) ? through : f[c];
        g[c] *= r[c];
    }
}

// What fans draw at a given m3/s: density of each stream from sums = (sum F T, sum F) of its faces; the first `heated` are racks, and
// their rise, heat over rho0 c_p m3/s, grows as the air thins.
KERNEL void gas_streams(const int count, const double* sums, const double* P, const double* rise, double* density, double* fresh_rise,
                        const int heated, const double T_ref)
{
    FV_LIST(n, count)
    {
        const double F = sums[2 * n + 1];
        const double T = F > 0.0 ? sums[2 * n] / F : 0.0;
        const double least = 0.25 * T_ref;
        const double r = P[0] * T_ref / (T_ref + T > least ? T_ref + T : least);
        density[n] = r;
        if (n < heated)
            fresh_rise[n] = rise[n] / r;
    }
}

// Mass velocity of the faces a stream passes: f = density[stream] un, un the given velocity; stream -1 leaves the face alone.
KERNEL void gas_fans(const int count, const long long* cell, const int* stream, const real* un, const double* density,
                     const long long n_off, real* fn)
{
    FV_LIST(n, count)
    {
        const long long at = cell[n] + n_off;
        const int from = stream[n] < 0 ? 0 : stream[n];
        fn[at] = stream[n] < 0 ? fn[at] : (real)density[from] * un[n];
    }
}

// Sum of V / (T_ref + T) over fluid cells: the air's mass at P = 1, over rho0 T_ref.
KERNEL void gas_mass(const int nx, const int ny, const int nz, const real* T, const int* mask, const real* metrics, const real T_ref,
                     double* partial)
{
    METRICS(metrics)
    FV_SUM(i, j, k, partial,
           ((mask[AT(i, j, k)] & 1) ? (double)dx[i] * (double)dy[j] * (double)dz[k] / ((double)T_ref + (double)T[AT(i, j, k)]) : 0.0))
}

// q *= r
KERNEL void times_density(const int nx, const int ny, const int nz, const real* lift, real* q, const real per_K)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        q[c] *= R(1.0) - per_K * lift[c];
    }
}

// Destruction of k (factor 1) or eps (C2) is r eps, and the rows have eps: sp += factor (r - 1) V eps/k.
KERNEL void gas_destruction(const int nx, const int ny, const int nz, const real* k_, const real* eps, const real* lift,
                            const real* metrics, real* sp, const real factor, const real per_K)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        sp[c] -= factor * per_K * lift[c] * dx[i] * dy[j] * dz[k] * eps[c] / k_[c];
    }
}

// The same for realizable k-epsilon, whose rows have production C1 S eps and destruction C2 eps^2/(k + sqrt(nu eps)) of r = 1: both
// times r, and nu = mu/rho.
KERNEL void gas_realizable(const int nx, const int ny, const int nz, const real* eps, const real* k_, const real* S_, const real* lift,
                           const real* metrics, real* sp, real* su, const real nu, const real C2, const real per_K)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real volume = dx[i] * dy[j] * dz[k], less = per_K * lift[c], r = R(1.0) - less;
        const real stretch = S_[c] * k_[c] / (S_[c] * k_[c] + R(5.0) * eps[c]);
        const real rate = r / (k_[c] + sqrt(nu / r * eps[c])) - R(1.0) / (k_[c] + sqrt(nu * eps[c]));
        sp[c] += volume * C2 * eps[c] * rate;
        su[c] -= less * volume * (stretch > R(0.43) ? stretch : R(0.43)) * S_[c] * eps[c];
    }
}

// The same for RNG k-epsilon: destruction C2 eps^2/k and R of the strain, see dissipation_rng.
KERNEL void gas_rng(const int nx, const int ny, const int nz, const real* eps, const real* k_, const real* S_, const real* lift,
                    const real* metrics, real* sp, real* su, const real C2, const real C_mu, const real eta_0, const real beta,
                    const real per_K)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real rate = per_K * lift[c] * dx[i] * dy[j] * dz[k] * eps[c] / k_[c];
        const real eta = S_[c] * k_[c] / eps[c];
        const real R_ = C_mu * (R(1.0) - eta / eta_0) / (R(1.0) / (eta * eta * eta + R(1e-30)) + beta);
        sp[c] -= (C2 + (R_ > R(0.0) ? R_ : R(0.0))) * rate;
        su[c] += (R_ < R(0.0) ? R_ : R(0.0)) * eps[c] * rate;
    }
}
