// The multigrid cycle of tracers: damped passes over upwind rows, and the way to a coarser level and back.
//
// Legend   x b    unknowns and right sides of rows that are divided by their diagonal: `columns` fields one after the other
//          W E S N B T  rows towards low/high x, y, z;  dg diagonal, 0 where there is no air;  rd 1/diagonal of the coarse level
//          r      what the rows lack, times the diagonal: m3/s times the tracers' unit;  e correction on the coarse level
//          starts first child of each coarse cell per axis, one entry before the first and two after the last:
//                 [mx+3 | my+3 | mz+3];  fx fy fz  cells of the finer level per axis, mx my mz of the coarser one
//          parents  [px | sx | py | sy | pz | sz], as in multigrid.cu: parent of each fine plane; sides are not read
#include "grid.cuh"

#define FINE(i, j, k) ((((long long)(k) + 2) * (fy + 4) + ((j) + 2)) * (long long)(fx + 4) + ((i) + 2))
#define STARTS(I, J, K)                                                   \
    const int i0 = starts[(I) + 1], i1 = starts[(I) + 2];                 \
    const int j0 = starts[nx + 4 + (J)], j1 = starts[nx + 5 + (J)];       \
    const int k0 = starts[nx + ny + 7 + (K)], k1 = starts[nx + ny + 8 + (K)];

// One damped Jacobi pass: fresh = x + damping (b + sum of rows x neighbours - x).
KERNEL void tracer_pass(const int nx, const int ny, const int nz, const int columns, const real* x, const real* W, const real* E,
                        const real* S, const real* N, const real* B, const real* T, const real* b, const real damping, real* fresh)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        const real* const q = x + m * fields + c;
        const real near = W[c] * q[-1] + E[c] * q[1] + S[c] * q[-SY] + N[c] * q[SY] + B[c] * q[-SZ] + T[c] * q[SZ];
        fresh[m * fields + c] = q[0] + damping * (b[m * fields + c] + near - q[0]);
    }
}

// r = diagonal x (b + sum of rows x neighbours - x).
KERNEL void tracer_defect(const int nx, const int ny, const int nz, const int columns, const real* x, const real* W, const real* E,
                          const real* S, const real* N, const real* B, const real* T, const real* b, const real* dg, real* r)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        const real* const q = x + m * fields + c;
        const real near = W[c] * q[-1] + E[c] * q[1] + S[c] * q[-SY] + N[c] * q[SY] + B[c] * q[-SZ] + T[c] * q[SZ];
        r[m * fields + c] = dg[c] * (b[m * fields + c] + near - q[0]);
    }
}

// Right side of a coarse level: b = (sum of r over its children)/diagonal. Over coarse cells.
KERNEL void tracer_gather(const int nx, const int ny, const int nz, const int columns, const int fx, const int fy, const int fz,
                          const int* starts, const real* r, const real* rd, real* b)
{
    const long long fields = SZ * (nz + 4), finer = (long long)(fx + 4) * (fy + 4) * (fz + 4);
    FV_EACH(I, J, K, m, columns)
    {
        STARTS(I, J, K)
        const real* const q = r + m * finer;
        real sum = R(0.0);
        for (int k = k0; k < k1; ++k)
            for (int j = j0; j < j1; ++j)
                for (int i = i0; i < i1; ++i)
                    sum += q[FINE(i, j, k)];
        b[m * fields + AT(I, J, K)] = rd[AT(I, J, K)] * sum;
    }
}

// The correction back into the children that hold air: fresh = x + e. Over the cells of the finer level.
KERNEL void tracer_spread(const int nx, const int ny, const int nz, const int columns, const int mx, const int my, const int mz,
                          const int* parents, const real* e, const real* dg, const real* x, real* fresh)
{
    const long long fields = SZ * (nz + 4), coarser = (long long)(mx + 4) * (my + 4) * (mz + 4);
    const int* const py = parents + 2 * (nx + 4);
    const int* const pz = py + 2 * (ny + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long row = (((long long)pz[k + 2] + 2) * (my + 4) + (py[j + 2] + 2)) * (long long)(mx + 4) + 2;
        const long long c = AT(i, j, k);
        const real add = e[m * coarser + row + parents[i + 2]];
        fresh[m * fields + c] = x[m * fields + c] + (dg[c] > R(0.0) ? add : R(0.0));
    }
}
