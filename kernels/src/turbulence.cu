// Eddy viscosity laws and the production of turbulence energy.
//
// Legend   u v w face velocities;  nut eddy viscosity;  y distance to the nearest wall;  k eps turbulence energy and its dissipation
//          G production of k, m2/s3;  T temperature;  S sqrt(2 S_ij S_ij) rate of strain;  AU A_s U* of realizable k-epsilon, 1/s
#include "grid.cuh"
#include "faces.cuh"
#include "gradients.cuh"

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

// G = nut 2 S_ij S_ij, plus buoyancy production -buoyancy nut/sigma dT/dz when `gain` = g beta / sigma > 0 (simple gradient diffusion;
// stable layers damp G at most to zero).
KERNEL void production(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* T, const real* nut,
                       const int* mask, const real* metrics, real* G, const real gain)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const Gradients g = gradients(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, v, w, T, mask);
        const real total = nut[c] * (strain_squared(g) - gain * g.lapse);
        G[c] = total > R(0.0) ? total : R(0.0);
    }
}

// The same, and the rate of strain S.
KERNEL void production_strain(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* T,
                              const real* nut, const int* mask, const real* metrics, real* G, real* S, const real gain)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const Gradients g = gradients(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, v, w, T, mask);
        const real strain = strain_squared(g);
        const real total = nut[c] * (strain - gain * g.lapse);
        G[c] = total > R(0.0) ? total : R(0.0);
        S[c] = sqrt(strain);
    }
}

// The same, S, and AU = A_s U* (Shih, Liou, Shabbir, Yang & Zhu 1995, Comput. Fluids 24:227): U* = sqrt(S_ij S_ij + W_ij W_ij), W the
// rotation; A_s = sqrt6 cos(arccos(x)/3), x = sqrt6 S_ij S_jk S_ki/(S_ij S_ij)^1.5 of the strain without its trace. With
// y = sqrt((1 + x)/2), cos(arccos(x)/3) = cos(2/3 arccos y) is smooth on 0..1: its best polynomial of degree 4 is wrong by 8.4e-6.
KERNEL void production_realizable(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* T,
                                  const real* nut, const int* mask, const real* metrics, real* G, real* S, real* AU, const real gain)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const Gradients g = gradients(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, v, w, T, mask);
        const real strain = strain_squared(g);
        const real total = nut[c] * (strain - gain * g.lapse);
        G[c] = total > R(0.0) ? total : R(0.0);
        const real rate = sqrt(strain) + R(1e-15);
        S[c] = sqrt(strain);
        const real inverse = R(1.0) / rate; // parts of the strain over its rate: their cubes stay within float32
        const real third = (g.ux + g.vy + g.wz) / R(3.0);
        const real a = (g.ux - third) * inverse, b = (g.vy - third) * inverse, d = (g.wz - third) * inverse;
        const real e = R(0.5) * (g.uy + g.vx) * inverse, f = R(0.5) * (g.uz + g.wx) * inverse, h = R(0.5) * (g.vz + g.wy) * inverse;
        const real determinant = a * (b * d - h * h) - e * (e * d - h * f) + f * (e * h - b * f); // a third of S_ij S_jk S_ki
        const real x = R(20.784609690826528) * determinant;                                       // 12 sqrt3
        const real above = R(0.5) + R(0.5) * x;
        const real y = sqrt(above > R(0.0) ? (above < R(1.0) ? above : R(1.0)) : R(0.0));
        const real cosine = R(0.50000833) + y * (R(0.57688288) + y * (R(-0.10683911) + y * (R(0.03889825) - R(0.00895866) * y)));
        const real rotation = (g.uy - g.vx) * (g.uy - g.vx) + (g.uz - g.wx) * (g.uz - g.wx) + (g.vz - g.wy) * (g.vz - g.wy);
        AU[c] = R(2.449489742783178) * cosine * sqrt(R(0.5) * (strain + rotation));
    }
}

// nut = C_mu k^2/eps with C_mu = 1/(A_0 + AU k/eps) (Shih et al. 1995), not above `most`.
KERNEL void viscosity_realizable(const int nx, const int ny, const int nz, const real* k_, const real* eps, const real* AU, const int* mask,
                                 real* nut, const real A_0, const real most)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real value = k_[c] * k_[c] / (A_0 * eps[c] + AU[c] * k_[c]);
        nut[c] = (real)(mask[c] & 1) * (value < most ? value : most);
    }
}
