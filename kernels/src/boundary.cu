// What happens at faces that are not open: walls, supplies, returns, rack fronts and backs. Data live in compact lists.
//
// A list holds faces of one orientation (axis a) and one side, so each cell and each velocity appears once and nothing races.
// Legend   cell   position of the fluid cell;  un velocity normal to the face, at cell + n_off;  s +1 if the inward normal is +a
//          ut1 ut2 the other two velocities, t1 t2 their strides;  y distance of the cell centre from the face;  area of the face
//          kind   0 wall, 1 opening with fixed velocity, 2 pressure opening;  cw shear conductance, m3/s: force/rho = cw * u
//          value  what enters through the face;  nut k eps G as in turbulence.cu;  slot place of the cell in the wall-cell arrays
//          h      thermal conductance of a wall face, m3/s: heat/(rho c_p) = h (T_wall - T_cell);  Pr Pr_t Prandtl numbers
//          s1 s2  velocity of a moving wall along t1, t2: a wall law sees the speed relative to the wall
#include "grid.cuh"

// Tangential speed at the cell centre.
INLINE real tangential_speed(const real* ut1, const real* ut2, const long long c, const long long t1, const long long t2)
{
    const real a = R(0.5) * (ut1[c] + ut1[c + t1]), b = R(0.5) * (ut2[c] + ut2[c + t2]);
    return sqrt(a * a + b * b);
}

// The same relative to a wall that moves.
INLINE real relative_speed(const real* ut1, const real* ut2, const long long c, const long long t1, const long long t2, const real s1,
                           const real s2)
{
    const real a = R(0.5) * (ut1[c] + ut1[c + t1]) - s1, b = R(0.5) * (ut2[c] + ut2[c + t2]) - s2;
    return sqrt(a * a + b * b);
}

// Shear of an opening. Inflow comes in square to the face: it brings no tangential momentum, and at a fan or tile (kind 1) rubs as
// well. Outflow takes its own tangential momentum along: a value fixed there would leave it in the room, cell by cell, as a jet.
INLINE real opening_shear(const int kind, const real inflow, const real viscous)
{
    return inflow > R(0.0) ? inflow + (kind == 1 ? viscous : R(0.0)) : R(0.0);
}

// Viscous wall: laminar flow and constant eddy viscosity.
KERNEL void wall_viscous(const int count, const long long* cell, const real* area,
                         const real* y, const unsigned char* kind, const real* un, const long long n_off, const real s,
                         const real* nut, real* cw, const real nu)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real viscous = (nu + nut[c]) * area[n] / y[n];
        cw[n] = kind[n] == 0 ? viscous : opening_shear(kind[n], s * un[c + n_off] * area[n], viscous);
    }
}

// Friction over that of a linear profile, y+^2/Re, of the smooth-wall log law from the speed: y+ ln(E y+)/kappa = Re = y |u|/nu by
// Newton; 1 below y+ = `laminar` (Launder & Spalding 1974).
INLINE real log_law(const real Re, const real kappa, const real E, const real laminar)
{
    real yp = laminar > R(0.3) * sqrt(Re) ? laminar : R(0.3) * sqrt(Re);
    for (int step = 0; step < 5; ++step)
        yp = (yp + kappa * Re) / (R(1.0) + log(E * (yp > R(1.0) ? yp : R(1.0))));
    return Re > laminar * laminar ? yp * yp / Re : R(1.0);
}

// Smooth-wall log law from the speed.
KERNEL void wall_log(const int count, const long long* cell, const real* area, const real* y,
                     const unsigned char* kind, const real* un, const long long n_off, const real s, const real* ut1,
                     const long long t1, const real* ut2, const long long t2, const real* nut, real* cw, const real nu,
                     const real kappa, const real E, const real laminar)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real ratio = log_law(y[n] * tangential_speed(ut1, ut2, c, t1, t2) / nu, kappa, E, laminar);
        cw[n] = kind[n] == 0 ? nu * ratio * area[n] / y[n]
                             : opening_shear(kind[n], s * un[c + n_off] * area[n], (nu + nut[c]) * area[n] / y[n]);
    }
}

// The same for a list in which walls move.
KERNEL void wall_log_moving(const int count, const long long* cell, const real* area, const real* y,
                            const unsigned char* kind, const real* un, const long long n_off, const real s, const real* ut1,
                            const long long t1, const real* ut2, const long long t2, const real* s1, const real* s2, const real* nut,
                            real* cw, const real nu, const real kappa, const real E, const real laminar)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real ratio = log_law(y[n] * relative_speed(ut1, ut2, c, t1, t2, s1[n], s2[n]) / nu, kappa, E, laminar);
        cw[n] = kind[n] == 0 ? nu * ratio * area[n] / y[n]
                             : opening_shear(kind[n], s * un[c + n_off] * area[n], (nu + nut[c]) * area[n] / y[n]);
    }
}

// A wall's shear conductance by the log law from k, u* = C_mu^1/4 sqrt(k), and its share (`weight`) of the wall cell's mean
// production and dissipation.
INLINE real log_law_of_k(const real k, const real speed, const real y, const real area, const real weight, const real nu,
                         const real kappa, const real E, const real laminar, const real C_mu, real* G_wall, real* eps_wall)
{
    const real us = sqrt(sqrt(C_mu) * k);
    const real yp = us * y / nu;
    const bool turbulent = yp > laminar;
    const real nu_w = turbulent ? nu * yp * kappa / log(E * yp) : nu;
    *G_wall += turbulent ? weight * nu_w * (speed / y) * us / (kappa * y) : R(0.0);
    *eps_wall += weight * (turbulent ? us * us * us / (kappa * y) : R(2.0) * k * nu / (y * y));
    return nu_w * area / y;
}

// Log law from k; also the wall cell's mean production and dissipation, `weight` 1/walls of the cell.
KERNEL void wall_k_epsilon(const int count, const long long* cell, const real* area,
                           const real* y, const unsigned char* kind, const real* un, const long long n_off, const real s,
                           const real* ut1, const long long t1, const real* ut2, const long long t2, const real* nut, const real* k_,
                           const int* slot, const real* weight, real* G_wall, real* eps_wall, real* cw, const real nu,
                           const real kappa, const real E, const real laminar, const real C_mu)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        if (kind[n] == 0) {
            const real speed = tangential_speed(ut1, ut2, c, t1, t2);
            cw[n] = log_law_of_k(k_[c], speed, y[n], area[n], weight[n], nu, kappa, E, laminar, C_mu, G_wall + slot[n], eps_wall + slot[n]);
        } else {
            cw[n] = opening_shear(kind[n], s * un[c + n_off] * area[n], (nu + nut[c]) * area[n] / y[n]);
        }
    }
}

// The same for a list in which walls move.
KERNEL void wall_k_epsilon_moving(const int count, const long long* cell, const real* area, const real* y, const unsigned char* kind,
                                  const real* un, const long long n_off, const real s, const real* ut1, const long long t1,
                                  const real* ut2, const long long t2, const real* s1, const real* s2, const real* nut,
                                  const real* k_, const int* slot, const real* weight, real* G_wall, real* eps_wall, real* cw,
                                  const real nu, const real kappa, const real E, const real laminar, const real C_mu)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        if (kind[n] == 0) {
            const real speed = relative_speed(ut1, ut2, c, t1, t2, s1[n], s2[n]);
            cw[n] = log_law_of_k(k_[c], speed, y[n], area[n], weight[n], nu, kappa, E, laminar, C_mu, G_wall + slot[n], eps_wall + slot[n]);
        } else {
            cw[n] = opening_shear(kind[n], s * un[c + n_off] * area[n], (nu + nut[c]) * area[n] / y[n]);
        }
    }
}

// sp of a tangential velocity += half the shear conductance; `offset` 0 for the velocity on the cell's low face, its stride for the high one.
KERNEL void wall_shear(const int count, const long long* cell, const real* cw,
                       const long long offset, real* sp)
{
    FV_LIST(n, count) { sp[cell[n] + offset] += R(0.5) * cw[n]; }
}

// A moving wall's pull on a tangential velocity, once its rows are assembled: rhs at cell + offset += half the shear conductance
// times the wall's velocity `slide`, over the diagonal. `offset` as in wall_shear.
KERNEL void wall_drag(const int count, const long long* cell, const real* cw, const real* slide, const long long offset, const real* rd,
                      real* rhs)
{
    FV_LIST(n, count) { rhs[cell[n] + offset] += R(0.5) * cw[n] * slide[n] * rd[cell[n] + offset]; }
}

// What a wall gives to a temperature row: held at value K, sp += h and su += h value; else value K m3/s flow in at any h.
INLINE void wall_to_row(const bool held, const real value, const real h, real* sp, real* su)
{
    *sp += held ? h : R(0.0);
    *su += held ? h * value : value;
}

// Conductance of a wall with friction velocity us: h = us A/T+, T+ = Pr y+ below y+ = `crossing`, above it Pr_t (u+ + P) with
// u+ of the log law and P the resistance of the sublayer (Jayatilleke 1969, Prog. Heat Mass Transfer 1:193).
INLINE real wall_conductance(const real us, const real y, const real area, const real nu, const real Pr, const real Pr_t,
                             const real kappa, const real E, const real P, const real crossing)
{
    const real yp = us * y / nu;
    return yp > crossing ? us * area / (Pr_t * (log(E * yp) / kappa + P)) : nu / Pr * area / y;
}

// Heat of walls by diffusion through half a cell: laminar flow, constant eddy viscosity. gl + gt nut is the diffusivity.
KERNEL void wall_heat_viscous(const int count, const long long* cell, const real* area, const real* y,
                              const unsigned char* held, const real* value, const real* nut, real* h, real* sp, real* su,
                              const real gl, const real gt)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        h[n] = (gl + gt * nut[c]) * area[n] / y[n];
        wall_to_row(held[n] != 0, value[n], h[n], sp + c, su + c);
    }
}

// Heat of walls under the log law from the speed: us^2 = cw |u|/A. `face` places each entry in the list that cw belongs to.
KERNEL void wall_heat_log(const int count, const long long* cell, const real* area, const real* y, const unsigned char* held,
                          const real* value, const int* face, const real* cw, const real* ut1, const long long t1,
                          const real* ut2, const long long t2, real* h, real* sp, real* su, const real nu, const real Pr,
                          const real Pr_t, const real kappa, const real E, const real P, const real crossing)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real us = sqrt(cw[face[n]] * tangential_speed(ut1, ut2, c, t1, t2) / area[n]);
        h[n] = wall_conductance(us, y[n], area[n], nu, Pr, Pr_t, kappa, E, P, crossing);
        wall_to_row(held[n] != 0, value[n], h[n], sp + c, su + c);
    }
}

// The same for a list in which walls move: s1, s2 by place in the list of cw.
KERNEL void wall_heat_log_moving(const int count, const long long* cell, const real* area, const real* y, const unsigned char* held,
                                 const real* value, const int* face, const real* cw, const real* ut1, const long long t1,
                                 const real* ut2, const long long t2, const real* s1, const real* s2, real* h, real* sp, real* su,
                                 const real nu, const real Pr, const real Pr_t, const real kappa, const real E, const real P,
                                 const real crossing)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const int f = face[n];
        const real us = sqrt(cw[f] * relative_speed(ut1, ut2, c, t1, t2, s1[f], s2[f]) / area[n]);
        h[n] = wall_conductance(us, y[n], area[n], nu, Pr, Pr_t, kappa, E, P, crossing);
        wall_to_row(held[n] != 0, value[n], h[n], sp + c, su + c);
    }
}

// Heat of walls under the log law from k: us = C_mu^1/4 sqrt(k).
KERNEL void wall_heat_k_epsilon(const int count, const long long* cell, const real* area, const real* y,
                                const unsigned char* held, const real* value, const real* k_, real* h, real* sp, real* su,
                                const real nu, const real Pr, const real Pr_t, const real kappa, const real E, const real P,
                                const real crossing, const real C_mu)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        h[n] = wall_conductance(sqrt(sqrt(C_mu) * k_[c]), y[n], area[n], nu, Pr, Pr_t, kappa, E, P, crossing);
        wall_to_row(held[n] != 0, value[n], h[n], sp + c, su + c);
    }
}

// Jet momentum: rhs of the velocity at cell + offset += push / diagonal, push in m4/s2 along +axis (0 where that face is closed).
KERNEL void push_jets(const int count, const long long* cell, const real* push, const long long offset, const real* rd, real* rhs)
{
    FV_LIST(n, count) { rhs[cell[n] + offset] += push[n] * rd[cell[n] + offset]; }
}

// a[cell] = value[n]
KERNEL void scatter(const int count, const long long* cell, const real* value, real* a)
{
    FV_LIST(n, count) { a[cell[n]] = value[n]; }
}

// value[n] = a[cell + offset]
KERNEL void gather(const int count, const long long* cell, const long long offset, const real* a,
                   real* value)
{
    FV_LIST(n, count) { value[n] = a[cell[n] + offset]; }
}

// a[cell] += factor value[n]
KERNEL void scatter_add(const int count, const long long* cell, const real* value, const real factor,
                        real* a)
{
    FV_LIST(n, count) { a[cell[n]] += factor * value[n]; }
}

// Inflow of a scalar through openings: sp += F, su += F value where F > 0 enters. Outflow leaves with the cell's own value.
KERNEL void inflow(const int count, const long long* cell, const real* area, const real* un,
                   const long long n_off, const real s, const real* value, real* sp, real* su)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real F = s * un[c + n_off] * area[n];
        const real in = F > R(0.0) ? F : R(0.0);
        sp[c] += in;
        su[c] += in * value[n];
    }
}

// The entering value changes between sweeps: carry the change into the finished rows.
KERNEL void inflow_change(const int count, const long long* cell, const real* area,
                          const real* un, const long long n_off, const real s, const int* rack, const double* supplied, real* value,
                          const real* rd, real* rhs)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real F = s * un[c + n_off] * area[n];
        const real fresh = rack[n] < 0 ? value[n] : (real)supplied[rack[n] < 0 ? 0 : rack[n]];
        rhs[c] += (F > R(0.0) ? F : R(0.0)) * (fresh - value[n]) * rd[c];
        value[n] = fresh;
    }
}

// Row of a fixed cell value: dissipation in wall cells.
KERNEL void fix_rows(const int count, const long long* cell, const real* value, real* W, real* E,
                     real* S, real* N, real* B, real* T, real* rhs)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        W[c] = R(0.0);
        E[c] = R(0.0);
        S[c] = R(0.0);
        N[c] = R(0.0);
        B[c] = R(0.0);
        T[c] = R(0.0);
        rhs[c] = value[n];
    }
}

// Rack fronts: for each rack the flow-weighted temperature of its front, sums[2r] = sum F T, sums[2r+1] = sum F, over front[start[r]..start[r+1]).
KERNEL void rack_fronts(const int count, const int* start, const long long* cell,
                        const double* flow, const real* T, double* sums)
{
    FV_LIST(n, count)
    {
        double FT = 0.0, F = 0.0;
        for (int face = start[n]; face < start[n + 1]; ++face) {
            FT += flow[face] * (double)T[cell[face]];
            F += flow[face];
        }
        sums[2 * n] = FT;
        sums[2 * n + 1] = F;
    }
}

// Temperature that each rack blows out: inlet mean plus its rise (heat to air over rho c_p flow).
KERNEL void rack_backs(const int count, const double* sums, const double* rise, double* supplied)
{
    FV_LIST(n, count)
    {
        const double F = sums[2 * n + 1];
        supplied[n] = (F > 0.0 ? sums[2 * n] / F : 0.0) + rise[n];
    }
}

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
