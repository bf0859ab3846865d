// Conduction in solids, as rows of the temperature equation that the air's own sweeps relax along with it.
//
// Legend   cell   position of an air cell, or of a solid one;  h conductance of the wall law at a face, m3/s;  r resistance behind the
//          face, s/m3: half the solid cell, or the layers of a wall and its outside film;  G both in series
//          held   the far end is kept at `value` K;  gw ge gs gn gb gt conductances between solid cells;  go, qo conductance to
//          outside and what comes in, K m3/s;  W E S N B T rhs rd  rows, right side and 1/diagonal;  row one of W ... T;  q temperature
// All conductances are over rho0 c_p of the air.
#include "grid.cuh"

// Conductance from the air to what lies behind a wall face, into the diagonal of the air's row. A far end that is kept enters the
// right side; one that is a solid cell comes in by join_air.
KERNEL void couple(const int count, const long long* cell, const real* h, const real* r, const unsigned char* held, const real* value,
                   real* G, real* sp, real* su)
{
    FV_LIST(n, count)
    {
        const real series = h[n] / (R(1.0) + h[n] * r[n]);
        G[n] = series;
        sp[cell[n]] += series;
        su[cell[n]] += held[n] ? series * value[n] : R(0.0);
    }
}

// The solid's temperature in the air's assembled rows.
KERNEL void join_air(const int count, const long long* cell, const real* G, const real* rd, real* row)
{
    FV_LIST(n, count) { row[cell[n]] += G[n] * rd[cell[n]]; }
}

// Rows of solid cells, not yet divided by their diagonal, which stands in rd.
KERNEL void solid_rows(const int count, const long long* cell, const real* gw, const real* ge, const real* gs, const real* gn,
                       const real* gb, const real* gt, const real* go, const real* qo, real* W, real* E, real* S, real* N, real* B,
                       real* T, real* rhs, real* rd)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        W[c] = gw[n];
        E[c] = ge[n];
        S[c] = gs[n];
        N[c] = gn[n];
        B[c] = gb[n];
        T[c] = gt[n];
        rhs[c] = qo[n];
        rd[c] = gw[n] + ge[n] + gs[n] + gn[n] + gb[n] + gt[n] + go[n];
    }
}

// The air's temperature in the rows of solid cells.
KERNEL void join_solid(const int count, const long long* cell, const real* G, real* row, real* rd)
{
    FV_LIST(n, count)
    {
        row[cell[n]] += G[n];
        rd[cell[n]] += G[n];
    }
}

// Rows of solid cells divided by their diagonals. A cell that touches nothing keeps its temperature.
KERNEL void close_rows(const int count, const long long* cell, const real* q, real* W, real* E, real* S, real* N, real* B, real* T,
                       real* rhs, real* rd)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const bool touches = rd[c] > R(0.0);
        const real scale = touches ? R(1.0) / rd[c] : R(0.0);
        W[c] *= scale;
        E[c] *= scale;
        S[c] *= scale;
        N[c] *= scale;
        B[c] *= scale;
        T[c] *= scale;
        rhs[c] = touches ? rhs[c] * scale : q[c];
        rd[c] = scale;
    }
}
