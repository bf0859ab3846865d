// What passes through pressure openings and porous sheets, in compact lists of faces.
//
// Legend   cell   position of the fluid cell, or of the cell whose low face a sheet lies on;  un velocity normal to the face, at
//          cell + n_off;  s +1 if the inward normal is +a;  y distance of the cell centre from the face;  area of the face
//          p pressure / rho0, p_out outside;  loss coefficient K;  g gd conductance of the face;  q pressure correction
#include "grid.cuh"

// Face velocity of a pressure opening: half a cell of momentum, driven by p_cell - p_out. Air that enters comes from rest, so its
// dynamic head is lost. `gd` receives the conductance of the face for the pressure equation (+=: a cell may hold several).
KERNEL void outlet(const int count, const long long* cell, const real* area, const real* y,
                   const real* p_out, const real* loss, real* un, const long long n_off, const long long in_off, const real s,
                   const real* p, real* g, real* gd, const real inv_alpha, const real inv_dt)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real A = area[n];
        const real out = -s * un[c + n_off], up = -s * un[c + in_off]; // both along the outward normal
        const real F = R(0.5) * (out + up) * A;
        const real a_up = F > R(0.0) ? F : R(0.0);
        const real drag = R(0.5) * A * (out > R(0.0) ? loss[n] * out : -(loss[n] + R(1.0)) * out);
        const real own = a_up + drag;
        const real full = (own + R(0.02) * A * sqrt(out * out + R(1e-6))) * inv_alpha + y[n] * A * inv_dt;
        const real fresh = (a_up * up + (full - own) * out + (p[c] - p_out[n]) * A) / full;
        un[c + n_off] = -s * fresh;
        g[n] = A * A / (full - a_up + R(1e-30));
        gd[c] += g[n];
    }
}

// The opening's share of a pressure correction q: outward velocity grows by g/A q.
KERNEL void outlet_correct(const int count, const long long* cell, const real* area,
                           const real* g, real* un, const long long n_off, const real s, const real* q)
{
    FV_LIST(n, count) { un[cell[n] + n_off] -= s * g[n] / area[n] * q[cell[n]]; }
}

// Porous sheets: loss K of the superficial velocity, K |u| area / 2 on the diagonal of the face's velocity.
KERNEL void sheet_loss(const int count, const long long* cell, const real* area, const real* loss,
                       const real* un, real* sp)
{
    FV_LIST(n, count)
    {
        const real u = un[cell[n]];
        sp[cell[n]] += R(0.5) * loss[n] * (u > R(0.0) ? u : -u) * area[n];
    }
}

// Pressure opening of an ideal gas: `outlet` with the velocity un carried by the mass velocity fn = r un, r = rho/rho0 at the face.
// Loss and head are K rho u^2/2. Mass velocity and its conductance come out with the new velocity.
KERNEL void outlet_gas(const int count, const long long* cell, const real* area, const real* y, const real* p_out, const real* loss,
                       real* un, real* fn, const real* r, const long long n_off, const long long in_off, const real s, const real* p,
                       real* g, real* gd, const real inv_alpha, const real inv_dt)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real A = area[n], rn = r[c + n_off];
        const real out = -s * un[c + n_off], up = -s * un[c + in_off]; // both along the outward normal
        const real f_out = -s * fn[c + n_off], F = R(0.5) * (f_out - s * fn[c + in_off]) * A;
        const real a_up = F > R(0.0) ? F : R(0.0);
        const real drag = R(0.5) * A * (f_out > R(0.0) ? loss[n] * f_out : -(loss[n] + R(1.0)) * f_out);
        const real own = a_up + drag;
        const real full = (own + R(0.02) * A * rn * sqrt(out * out + R(1e-6))) * inv_alpha + y[n] * A * inv_dt;
        const real fresh = (a_up * up + (full - own) * out + (p[c] - p_out[n]) * A) / full;
        un[c + n_off] = -s * fresh;
        fn[c + n_off] = -s * rn * fresh;
        g[n] = rn * A * A / (full - a_up + R(1e-30));
        gd[c] += g[n];
    }
}
