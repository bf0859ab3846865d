// Eddy viscosity of what the grid of a large-eddy simulation does not resolve.
//
// Legend   u v w face velocities;  l length of the model, its constant times the filter width;  nut eddy viscosity
//          S_ij strain;  d_ij the traceless symmetric part of the square of the velocity gradient (S^d of Nicoud & Ducros)
#include "grid.cuh"
#include "faces.cuh"
#include "gradients.cuh"

// nut = l^2 sqrt(2 S_ij S_ij)  (Smagorinsky 1963, Mon. Weather Rev. 91:99)
KERNEL void viscosity_smagorinsky(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* T,
                                  const real* l, const int* mask, const real* metrics, real* nut)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const Gradients g = gradients(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, v, w, T, mask);
        nut[c] = (real)(mask[c] & 1) * l[c] * l[c] * sqrt(strain_squared(g));
    }
}

// nut = l^2 (d:d)^(3/2)/((S:S)^(5/2) + (d:d)^(5/4))  (WALE: Nicoud & Ducros 1999, Flow Turbul. Combust. 62:183)
KERNEL void viscosity_wale(const int nx, const int ny, const int nz, const real* u, const real* v, const real* w, const real* T,
                           const real* l, const int* mask, const real* metrics, real* nut)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const Gradients g = gradients(c, SY, SZ, i, j, k, dx, dy, dz, ex, ey, ez, inverse, u, v, w, T, mask);
        const real xx = g.ux * g.ux + g.uy * g.vx + g.uz * g.wx, yy = g.vx * g.uy + g.vy * g.vy + g.vz * g.wy;
        const real zz = g.wx * g.uz + g.wy * g.vz + g.wz * g.wz, third = (xx + yy + zz) / R(3.0);
        const real xy = R(0.5) * (g.ux * g.uy + g.uy * g.vy + g.uz * g.wy + g.vx * g.ux + g.vy * g.vx + g.vz * g.wx);
        const real xz = R(0.5) * (g.ux * g.uz + g.uy * g.vz + g.uz * g.wz + g.wx * g.ux + g.wy * g.vx + g.wz * g.wx);
        const real yz = R(0.5) * (g.vx * g.uz + g.vy * g.vz + g.vz * g.wz + g.wx * g.uy + g.wy * g.vy + g.wz * g.wy);
        const real dd = (xx - third) * (xx - third) + (yy - third) * (yy - third) + (zz - third) * (zz - third) +
                        R(2.0) * (xy * xy + xz * xz + yz * yz);
        const real SS = R(0.5) * strain_squared(g);
        const real root = sqrt(dd), bottom = SS * SS * sqrt(SS) + dd * sqrt(root);
        nut[c] = (real)(mask[c] & 1) * l[c] * l[c] * (dd * root / (bottom + R(1e-30)));
    }
}
