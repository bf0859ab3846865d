// Geometric multigrid for the pressure equation, as a preconditioner: smoothing, transfer between levels, coarse operators.
//
// The equation of cell P is  (sum of g + gd) x_P - sum of g x_neighbour = b_P, symmetric and positive.
// Legend   x unknown, b right side, r residual, e correction on the coarse level, d reciprocal diagonal (0 in solid cells)
//          gx gy gz conductance of each LOW face, gd conductance to a fixed pressure;  hx hy hz hd the same on the coarse level
//          tx ty tz weight of the coarse neighbour in the value of a fine cell (0 for an only child: it sits at its parent)
//          starts   first child of each coarse cell per axis, one entry before the first and two after the last:
//                   [mx+3 | my+3 | mz+3]; a coarse cell holds one or two fine planes per axis
//          parents  [px | sx | py | sy | pz | sz], nx+4 (ny+4, nz+4) each: parent of each fine plane and the side on which
//                   its coarse neighbour lies (-1 first of two, +1 second of two, 0 only child)
//          colour   red-black colour in global parity. A cycle starts with the sweep of `colour` from x = 0, which leaves no
//                   residual in cells of the other colour: only `colour` cells are restricted and corrected.
#include "grid.cuh"

#define AT_FINE(i, j, k) ((((long long)(k) + 2) * (fy + 4) + ((j) + 2)) * (long long)(fx + 4) + ((i) + 2))
#define STARTS(I, J, K)                                                       \
    const int i0 = starts[(I) + 1], i1 = starts[(I) + 2] - 1;                 \
    const int j0 = starts[nx + 4 + (J)], j1 = starts[nx + 5 + (J)] - 1;       \
    const int k0 = starts[nx + ny + 7 + (K)], k1 = starts[nx + ny + 8 + (K)] - 1;

// One Gauss-Seidel half sweep over the cells of one colour.
KERNEL void relax(const int nx, const int ny, const int nz, real* x, const real* b, const real* gx, const real* gy, const real* gz,
                  const real* d, const int colour)
{
    FV_COLOUR(i, j, k, colour)
    {
        const long long c = AT(i, j, k);
        x[c] = d[c] * (b[c] + gx[c] * x[c - 1] + gx[c + 1] * x[c + 1] + gy[c] * x[c - SY] + gy[c + SY] * x[c + SY] +
                       gz[c] * x[c - SZ] + gz[c + SZ] * x[c + SZ]);
    }
}

// The half sweep from x = 0, over both colours (the other one is overwritten next).
KERNEL void relax_from_zero(const int nx, const int ny, const int nz, real* x, const real* b, const real* d)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        x[c] = d[c] * b[c];
    }
}

// Residual after a whole sweep from x = 0, in cells of its first colour: there diagonal * x = b, so neighbours are all of it.
KERNEL void residual_of_sweep(const int nx, const int ny, const int nz, const real* x, const real* gx, const real* gy,
                              const real* gz, real* r, const int colour)
{
    FV_COLOUR(i, j, k, colour)
    {
        const long long c = AT(i, j, k);
        r[c] = gx[c] * x[c - 1] + gx[c + 1] * x[c + 1] + gy[c] * x[c - SY] + gy[c + SY] * x[c + SY] + gz[c] * x[c - SZ] +
               gz[c + SZ] * x[c + SZ];
    }
}

// Residual in cells of one colour: those of the last half sweep have none.
KERNEL void residual(const int nx, const int ny, const int nz, const real* x, const real* b, const real* gx, const real* gy,
                     const real* gz, const real* gd, real* r, const int colour)
{
    FV_COLOUR(i, j, k, colour)
    {
        const long long c = AT(i, j, k);
        const real x0 = x[c];
        r[c] = b[c] + gx[c] * (x[c - 1] - x0) + gx[c + 1] * (x[c + 1] - x0) + gy[c] * (x[c - SY] - x0) +
               gy[c + SY] * (x[c + SY] - x0) + gz[c] * (x[c - SZ] - x0) + gz[c + SZ] * (x[c + SZ] - x0) - gd[c] * x0;
    }
}

// One row of children: what its cell of the right colour keeps for its own parent, and what its x neighbours send over.
INLINE real own_row(const real* r, const real* tx, const real* ty, const real* tz, const long long row, const int i0, const int i1,
                    const int parity)
{
    const int i = i0 + ((i0 + parity) & 1);
    const long long c = row + i;
    const real kept = i <= i1 ? r[c] * (R(1.0) - tx[c] - ty[c] - tz[c]) : R(0.0);
    const long long low = row + i0 - 1;
    const long long high = row + i1 + 1;
    const real from_low = ((i0 + parity) & 1) ? r[low] * tx[low] : R(0.0);
    const real from_high = ((i1 + parity) & 1) ? r[high] * tx[high] : R(0.0);
    return kept + from_low + from_high;
}

// One row of y or z neighbours of the children: t is the weight along that axis.
INLINE real sent_row(const real* r, const real* t, const long long row, const int i0, const int i1, const int parity)
{
    const int i = i0 + ((i0 + parity) & 1);
    return i <= i1 ? r[row + i] * t[row + i] : R(0.0);
}

// b = transpose of `prolong` applied to the residual, and the coarse level's first half sweep. Over coarse cells.
KERNEL void restrict_residual(const int nx, const int ny, const int nz, const int fx, const int fy, const int fz, const int* starts,
                              const real* r, const real* tx, const real* ty, const real* tz, const real* d, real* b, real* x,
                              const int colour)
{
    FV_CELLS(I, J, K)
    {
        STARTS(I, J, K)
        const long long row = AT_FINE(0, j0, k0);
        const long long sy = fx + 4, sz = sy * (fy + 4);
        const int p = j0 + k0 + colour;
        // second planes that do not exist count nothing; their addresses are inside the array
        const real wj = j1 > j0 ? R(1.0) : R(0.0);
        const real wk = k1 > k0 ? R(1.0) : R(0.0);
        const int up = j1 - j0 + 1, over = k1 - k0 + 1;
        real sum = own_row(r, tx, ty, tz, row, i0, i1, p);
        sum += wj * own_row(r, tx, ty, tz, row + sy, i0, i1, p + 1);
        sum += wk * own_row(r, tx, ty, tz, row + sz, i0, i1, p + 1);
        sum += wj * wk * own_row(r, tx, ty, tz, row + sy + sz, i0, i1, p + 2);
        sum += sent_row(r, ty, row - sy, i0, i1, p + 1) + sent_row(r, ty, row + up * sy, i0, i1, p + up);
        sum += wk * (sent_row(r, ty, row - sy + sz, i0, i1, p) + sent_row(r, ty, row + up * sy + sz, i0, i1, p + up + 1));
        sum += sent_row(r, tz, row - sz, i0, i1, p + 1) + sent_row(r, tz, row + over * sz, i0, i1, p + over);
        sum += wj * (sent_row(r, tz, row - sz + sy, i0, i1, p) + sent_row(r, tz, row + over * sz + sy, i0, i1, p + over + 1));
        const long long c = AT(I, J, K);
        b[c] = sum;
        x[c] = d[c] * sum;
    }
}

// x += P e in cells of one colour: the parent's value, moved towards its neighbours by the weights. Over fine cells.
KERNEL void prolong(const int nx, const int ny, const int nz, const int mx, const int my, const int mz, const int* parents, real* x,
                    const real* e, const real* tx, const real* ty, const real* tz, const int colour)
{
    FV_COLOUR(i, j, k, colour)
    {
        const int* const x_part = parents + 2;
        const int* const y_part = parents + 2 * (nx + 4) + 2;
        const int* const z_part = parents + 2 * (nx + 4) + 2 * (ny + 4) + 2;
        const long long sy = mx + 4, sz = sy * (my + 4);
        const long long parent = ((long long)z_part[k] + 2) * sz + ((long long)y_part[j] + 2) * sy + (x_part[i] + 2);
        const long long c = AT(i, j, k);
        const real own = e[parent];
        x[c] += own + tx[c] * (e[parent + x_part[nx + 4 + i]] - own) + ty[c] * (e[parent + y_part[ny + 4 + j] * sy] - own) +
                tz[c] * (e[parent + z_part[nz + 4 + k] * sz] - own);
    }
}

// Resistance from the middle of two joined cells to one of them: half of theirs; nothing across a closed face, where the two
// parts have no connection of their own and their parent stands in both.
INLINE real half_resistance(const real g)
{
    return g > R(0.0) ? R(0.5) / g : R(0.0);
}

// Weight of the coarse neighbour: resistance from the parent to the child over resistance from the parent to the neighbour.
// inner: face between the two children; outer: face towards the neighbour; beyond: face between the neighbour's children, or 0.
INLINE real weight(const real inner, const real outer, const real beyond)
{
    const real own = half_resistance(inner);
    const real rest = R(2.0) * half_resistance(outer) + half_resistance(beyond);
    return (inner > R(0.0) && outer > R(0.0)) ? own / (own + rest) : R(0.0);
}

INLINE real axis_weight(const real* g, const long long c, const long long s, const int before, const int side, const int after)
{
    const real inner = side < 0 ? g[c + s] : g[c];
    const real outer = side < 0 ? g[c] : g[c + s];
    const real beyond = side < 0 ? (before > 0 ? g[c - s] : R(0.0)) : (after < 0 ? g[c + 2 * s] : R(0.0));
    const real t = weight(inner, outer, beyond);
    return side != 0 ? t : R(0.0);
}

// Conductance to the sister of a child whose outer face is closed, else 0: the way to an opening with fixed pressure.
INLINE real sister(const real* g, const long long c, const long long s, const int side)
{
    const real inner = side < 0 ? g[c + s] : g[c];
    const real outer = side < 0 ? g[c] : g[c + s];
    return (side != 0 && outer == R(0.0)) ? inner : R(0.0);
}

// Prolongation weights and reciprocal diagonal of a level. A fixed pressure pulls its cell towards 0, which is what stands in
// the halo or the solid behind the opening: its weight goes to the axis of the best connected sister.
KERNEL void prepare_level(const int nx, const int ny, const int nz, const int* parents, const real* gx, const real* gy,
                          const real* gz, const real* gd, real* tx, real* ty, real* tz, real* d)
{
    FV_CELLS(i, j, k)
    {
        const int* const side_x = parents + (nx + 4) + 2;
        const int* const side_y = parents + 2 * (nx + 4) + (ny + 4) + 2;
        const int* const side_z = parents + 2 * (nx + 4) + 2 * (ny + 4) + (nz + 4) + 2;
        const long long c = AT(i, j, k);
        const real x = axis_weight(gx, c, 1, side_x[i - 1], side_x[i], side_x[i + 1]);
        const real y = axis_weight(gy, c, SY, side_y[j - 1], side_y[j], side_y[j + 1]);
        const real z = axis_weight(gz, c, SZ, side_z[k - 1], side_z[k], side_z[k + 1]);
        const real fx = sister(gx, c, 1, side_x[i]);
        const real fy = sister(gy, c, SY, side_y[j]);
        const real fz = sister(gz, c, SZ, side_z[k]);
        const real best = fx >= fy ? (fx >= fz ? fx : fz) : (fy >= fz ? fy : fz);
        const real fixed = weight(best, gd[c], R(0.0));
        const real wx = fx == best ? (x > R(0.0) ? x : fixed) : x;
        const real wy = (fx != best && fy == best) ? fixed : y;
        const real wz = (fx != best && fy != best) ? fixed : z;
        // the parent's own weight stays >= 0
        const real all = wx + wy + wz;
        const real scale = all > R(1.0) ? R(1.0) / all : R(1.0);
        tx[c] = scale * wx;
        ty[c] = scale * wy;
        tz[c] = scale * wz;
        const real diagonal = gx[c] + gx[c + 1] + gy[c] + gy[c + SY] + gz[c] + gz[c + SZ] + gd[c];
        d[c] = diagonal > R(0.0) ? R(1.0) / (diagonal > R(0.0) ? diagonal : R(1.0)) : R(0.0);
    }
}

// Conductance between two coarse cells along one line of fine cells: half of the left pair, the face, half of the right pair.
INLINE real series(const real* g, const long long c, const long long s, const int left, const int right)
{
    const real resistance = (left ? half_resistance(g[c - s]) : R(0.0)) + (right ? half_resistance(g[c + s]) : R(0.0));
    return g[c] / (R(1.0) + g[c] * resistance);
}

// Conductance of a child to a fixed pressure, seen from its parent: in series with half of the pair it hangs on (the axis
// of the opening is one whose outer face is closed; where several are, the best connected one).
INLINE real fixed(const real* gx, const real* gy, const real* gz, const real* gd, const long long c, const long long sy,
                  const long long sz, const int a, const int f, const int g, const int pair_x, const int pair_y, const int pair_z)
{
    const real inner_x = gx[c + (a ? 0 : 1)], outer_x = gx[c + (a ? 1 : 0)];
    const real inner_y = gy[c + (f ? 0 : sy)], outer_y = gy[c + (f ? sy : 0)];
    const real inner_z = gz[c + (g ? 0 : sz)], outer_z = gz[c + (g ? sz : 0)];
    real best = (pair_x && outer_x == R(0.0)) ? inner_x : R(0.0);
    best = (pair_y && outer_y == R(0.0) && inner_y > best) ? inner_y : best;
    best = (pair_z && outer_z == R(0.0) && inner_z > best) ? inner_z : best;
    return gd[c] / (R(1.0) + gd[c] * half_resistance(best));
}

// Conductances of a coarse level from those of the finer one: series along the axis, parallel across it. Over coarse cells.
KERNEL void coarsen_conductances(const int nx, const int ny, const int nz, const int fx, const int fy, const int fz,
                                 const int* starts, const real* gx, const real* gy, const real* gz, const real* gd, real* hx,
                                 real* hy, real* hz, real* hd)
{
    FV_CELLS(I, J, K)
    {
        STARTS(I, J, K)
        const int left_x = i0 - starts[I] > 1, left_y = j0 - starts[nx + 3 + J] > 1, left_z = k0 - starts[nx + ny + 6 + K] > 1;
        const int pair_x = i1 > i0, pair_y = j1 > j0, pair_z = k1 > k0;
        const long long sy = fx + 4, sz = sy * (fy + 4);
        const long long c = AT_FINE(i0, j0, k0);
        const real wi = pair_x ? R(1.0) : R(0.0);
        const real wj = pair_y ? R(1.0) : R(0.0);
        const real wk = pair_z ? R(1.0) : R(0.0);
        const long long n = AT(I, J, K);
        hx[n] = series(gx, c, 1, left_x, pair_x) + wj * series(gx, c + sy, 1, left_x, pair_x) +
                wk * (series(gx, c + sz, 1, left_x, pair_x) + wj * series(gx, c + sy + sz, 1, left_x, pair_x));
        hy[n] = series(gy, c, sy, left_y, pair_y) + wi * series(gy, c + 1, sy, left_y, pair_y) +
                wk * (series(gy, c + sz, sy, left_y, pair_y) + wi * series(gy, c + 1 + sz, sy, left_y, pair_y));
        hz[n] = series(gz, c, sz, left_z, pair_z) + wi * series(gz, c + 1, sz, left_z, pair_z) +
                wj * (series(gz, c + sy, sz, left_z, pair_z) + wi * series(gz, c + 1 + sy, sz, left_z, pair_z));
        real sum = R(0.0);
        sum += fixed(gx, gy, gz, gd, c, sy, sz, 0, 0, 0, pair_x, pair_y, pair_z);
        sum += wi * fixed(gx, gy, gz, gd, c + 1, sy, sz, 1, 0, 0, pair_x, pair_y, pair_z);
        sum += wj * fixed(gx, gy, gz, gd, c + sy, sy, sz, 0, 1, 0, pair_x, pair_y, pair_z);
        sum += wi * wj * fixed(gx, gy, gz, gd, c + 1 + sy, sy, sz, 1, 1, 0, pair_x, pair_y, pair_z);
        sum += wk * fixed(gx, gy, gz, gd, c + sz, sy, sz, 0, 0, 1, pair_x, pair_y, pair_z);
        sum += wi * wk * fixed(gx, gy, gz, gd, c + 1 + sz, sy, sz, 1, 0, 1, pair_x, pair_y, pair_z);
        sum += wj * wk * fixed(gx, gy, gz, gd, c + sy + sz, sy, sz, 0, 1, 1, pair_x, pair_y, pair_z);
        sum += wi * wj * wk * fixed(gx, gy, gz, gd, c + 1 + sy + sz, sy, sz, 1, 1, 1, pair_x, pair_y, pair_z);
        hd[n] = sum;
    }
}

// x = inverse b on the coarsest level; cells: positions of its cells in the arrays. The inverse is symmetric.
KERNEL void solve_coarsest(const int count, const double* inverse, const int* cells, const real* b, real* x)
{
    FV_LIST(n, count)
    {
        double sum = 0.0;
        for (int m = 0; m < count; ++m)
            sum += inverse[(long long)m * count + n] * (double)b[cells[m]];
        x[cells[n]] = (real)sum;
    }
}
