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

// Sum of conductance times neighbour.
INLINE real neighbours(const real* x, const real* gx, const real* gy, const real* gz, const long long c, const long long sy, const long long sz)
{
    return gx[c] * x[c - 1] + gx[c + 1] * x[c + 1] + gy[c] * x[c - sy] + gy[c + sy] * x[c + sy] + gz[c] * x[c - sz] + gz[c + sz] * x[c + sz];
}

// One Gauss-Seidel half sweep over the cells of one colour.
KERNEL void relax(const int nx, const int ny, const int nz, real* x, const real* b, const real* gx, const real* gy, const real* gz,
                  const real* d, const int colour)
{
    FV_HALF(i, j, k, colour, x, d[AT(i, j, k)] * (b[AT(i, j, k)] + neighbours(x, gx, gy, gz, AT(i, j, k), SY, SZ)))
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
    FV_HALF(i, j, k, colour, r, neighbours(x, gx, gy, gz, AT(i, j, k), SY, SZ))
}

// b - A x of one cell.
INLINE real defect(const real* x, const real* b, const real* gx, const real* gy, const real* gz, const real* gd, const long long c,
                   const long long sy, const long long sz)
{
    const real x0 = x[c];
    return b[c] + gx[c] * (x[c - 1] - x0) + gx[c + 1] * (x[c + 1] - x0) + gy[c] * (x[c - sy] - x0) + gy[c + sy] * (x[c + sy] - x0) +
           gz[c] * (x[c - sz] - x0) + gz[c + sz] * (x[c + sz] - x0) - gd[c] * x0;
}

// Residual in cells of one colour: those of the last half sweep have none.
KERNEL void residual(const int nx, const int ny, const int nz, const real* x, const real* b, const real* gx, const real* gy,
                     const real* gz, const real* gd, real* r, const int colour)
{
    FV_HALF(i, j, k, colour, r, defect(x, b, gx, gy, gz, gd, AT(i, j, k), SY, SZ))
}

// The residual of one colour split into what each cell's own parent keeps and what goes to the coarse neighbour along x, y, z:
// the transpose of `prolong`, still on fine rows but packed along x, where a pair has one cell of the colour. Over coarse cells
// along x (nx of them) and fine rows; fx fine cells along x.
KERNEL void share_residual(const int nx, const int ny, const int nz, const int fx, const int* starts, const real* r, const real* tx,
                           const real* ty, const real* tz, real* kept, real* to_x, real* to_y, real* to_z, const int colour,
                           const int i0, const int i1, const int j0, const int j1, const int k0, const int k1)
{
    FV_BOX(I, j, k, i0, i1, j0, j1, k0, k1)
    {
        const int first = starts[I + 1], last = starts[I + 2] - 1;
        const int i = first + ((first + j + k + colour) & 1);
        const real inside = i <= last ? R(1.0) : R(0.0);
        // beyond the halo: not inside, or a share that nobody collects
        const long long c = (((long long)k + 2) * (ny + 4) + j + 2) * (fx + 4) + (i < fx + 2 ? i : fx + 1) + 2;
        const real x = tx[c], y = ty[c], z = tz[c];
        const real residual = inside * r[c];
        const long long n = AT(I, j, k);
        kept[n] = residual * (R(1.0) - x - y - z);
        to_x[n] = residual * x;
        to_y[n] = residual * y;
        to_z[n] = residual * z;
    }
}

// One row of shares: what this coarse cell keeps, and what its neighbours along x send if theirs is the child that faces it.
INLINE real collect_row(const real* kept, const real* to_x, const long long n, const int first, const int last, const int parity)
{
    const real from_low = ((first + parity) & 1) ? to_x[n - 1] : R(0.0);
    const real from_high = ((last + parity) & 1) ? to_x[n + 1] : R(0.0);
    return kept[n] + from_low + from_high;
}

// b = restricted residual from the shares of the rows of children and of the rows next to them, x = the coarse level's first
// half sweep. Over coarse cells; fy fine rows along y.
KERNEL void collect_shares(const int nx, const int ny, const int nz, const int fy, const int* starts, const real* kept,
                           const real* to_x, const real* to_y, const real* to_z, const real* d, real* b, real* x, const int colour)
{
    FV_CELLS(I, J, K)
    {
        STARTS(I, J, K)
        const long long sy = nx + 4, sz = sy * (fy + 4);
        const long long n = ((long long)k0 + 2) * sz + (j0 + 2) * sy + I + 2;
        const int p = j0 + k0 + colour;
        // second planes that do not exist count nothing; their addresses are inside the array
        const int up = j1 - j0 + 1, over = k1 - k0 + 1;
        const real wj = (real)(up - 1), wk = (real)(over - 1);
        real sum = collect_row(kept, to_x, n, i0, i1, p);
        sum += wj * collect_row(kept, to_x, n + sy, i0, i1, p + 1);
        sum += wk * collect_row(kept, to_x, n + sz, i0, i1, p + 1);
        sum += wj * wk * collect_row(kept, to_x, n + sy + sz, i0, i1, p);
        sum += to_y[n - sy] + to_y[n + up * sy] + wk * (to_y[n - sy + sz] + to_y[n + up * sy + sz]);
        sum += to_z[n - sz] + to_z[n + over * sz] + wj * (to_z[n - sz + sy] + to_z[n + over * sz + sy]);
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

// Weight of the coarse neighbour: resistance from the parent to the child over resistance from the parent to the neighbour,
//   (1 / 2 inner) / (1 / 2 inner + 1 / outer + 1 / 2 beyond)   written with one division.
// inner: face between the two children; outer: face towards the neighbour; beyond: face between the neighbour's children, or 0.
INLINE real weight(const real inner, const real outer, const real beyond)
{
    const real scale = beyond > R(0.0) ? beyond : R(1.0);
    const real last = beyond > R(0.0) ? inner * outer : R(0.0);
    const real whole = scale * (outer + R(2.0) * inner) + last;
    return (inner > R(0.0) && outer > R(0.0)) ? scale * outer / (whole > R(0.0) ? whole : R(1.0)) : R(0.0);
}

// Distances from a child to its inner face, its outer face and the face beyond, by the side of its coarse neighbour (-1, 0, 1),
// and whether there is a pair here and beyond, as factors. Integer arithmetic: along y and z these are the same for a whole
// row, and a comparison that does not change inside the loop over x would stop vectorisation.
#define ROW_SIDES(axis, side, n, stride)                                                     \
    const int first_##axis = (1 - (side)[n]) >> 1;                                           \
    const int left_##axis = ((side)[(n) - 1] + 1) >> 1;                                      \
    const int right_##axis = (1 - (side)[(n) + 1]) >> 1;                                     \
    const long long inner_##axis = first_##axis * (stride);                                  \
    const long long outer_##axis = (1 - first_##axis) * (stride);                            \
    const long long beyond_##axis = (2 - 3 * first_##axis) * (stride);                       \
    const real pair_##axis = (real)((side)[n] & 1);                                          \
    const real next_##axis = (real)(first_##axis * left_##axis + (1 - first_##axis) * right_##axis);

// Prolongation weights and reciprocal diagonal of a level. A fixed pressure pulls its cell towards 0, which is what stands in
// the halo or the solid behind the opening: its weight goes to the axis of the best connected sister with a closed outer face.
KERNEL void prepare_level(const int nx, const int ny, const int nz, const int* parents, const real* gx, const real* gy,
                          const real* gz, const real* gd, real* tx, real* ty, real* tz, real* d)
{
    FV_CELLS(i, j, k)
    {
        const int* const along_x = parents + (nx + 4) + 2;
        const int* const along_y = parents + 2 * (nx + 4) + (ny + 4) + 2;
        const int* const along_z = parents + 2 * (nx + 4) + 2 * (ny + 4) + (nz + 4) + 2;
        const long long c = AT(i, j, k);
        const real low = gx[c - 1], here = gx[c], high = gx[c + 1], far = gx[c + 2];
        const int before = along_x[i - 1], side = along_x[i], after = along_x[i + 1];
        const real left = before > 0 ? low : R(0.0);
        const real right = after < 0 ? far : R(0.0);
        const real inner = side < 0 ? high : here;
        const real outer = side < 0 ? here : high;
        const real pair = side != 0 ? R(1.0) : R(0.0);
        ROW_SIDES(y, along_y, j, SY)
        ROW_SIDES(z, along_z, k, SZ)
        const real sister_y = pair_y * gy[c + inner_y], across_y = gy[c + outer_y];
        const real sister_z = pair_z * gz[c + inner_z], across_z = gz[c + outer_z];
        real x = weight(pair * inner, outer, side < 0 ? left : right);
        real y = weight(sister_y, across_y, next_y * gy[c + beyond_y]);
        real z = weight(sister_z, across_z, next_z * gz[c + beyond_z]);
        const real fx = outer > R(0.0) ? R(0.0) : pair * inner;
        const real fy = across_y > R(0.0) ? R(0.0) : sister_y;
        const real fz = across_z > R(0.0) ? R(0.0) : sister_z;
        const real fyz = fy >= fz ? fy : fz;
        const real best = fx >= fyz ? fx : fyz;
        const real held = weight(best, gd[c], R(0.0));
        const real to_x = fx >= fyz ? held : R(0.0);
        const real to_y = fy >= fz ? held - to_x : R(0.0);
        x += to_x;
        y += to_y;
        z += held - to_x - to_y;
        // the parent's own weight stays >= 0
        const real all = x + y + z;
        const real scale = R(1.0) / (all > R(1.0) ? all : R(1.0));
        tx[c] = scale * x;
        ty[c] = scale * y;
        tz[c] = scale * z;
        const real diagonal = here + high + gy[c] + gy[c + SY] + gz[c] + gz[c + SZ] + gd[c];
        d[c] = diagonal > R(0.0) ? R(1.0) / diagonal : R(0.0);
    }
}

// Conductance to the sister of a child whose outer face is closed, else 0: the way to an opening with fixed pressure.
// upper: 1 for the second child; pair: 0 for an only child.
INLINE real sister(const real* g, const long long c, const long long s, const int upper, const real pair)
{
    const real inner = g[c + (upper ? 0 : s)];
    const real outer = g[c + (upper ? s : 0)];
    return outer > R(0.0) ? R(0.0) : pair * inner;
}

// Factors and sums in place of nested choices, which the compiler unfolds into every combination of them.
// Conductance between two coarse cells along one line of fine cells: half of the left pair, the face, half of the right pair,
//   1 / (1 / g + 1 / 2 before + 1 / 2 after)   written with one division; closed inner faces (0) add no resistance.
// left, right: 1 where the coarse cell on that side is a pair, else 0.
INLINE real series(const real* g, const long long c, const long long s, const real left, const real right)
{
    const real here = g[c], low = left * g[c - s], high = right * g[c + s];
    const real is_low = low > R(0.0) ? R(1.0) : R(0.0), is_high = high > R(0.0) ? R(1.0) : R(0.0);
    const real before = low + (R(1.0) - is_low), after = high + (R(1.0) - is_high);
    const real both = before * after;
    return here * both / (both + R(0.5) * here * (is_low * after + is_high * before));
}

// Conductance of a child to a fixed pressure, seen from its parent: in series with half of the pair it hangs on (the axis
// of the opening is one whose outer face is closed; where several are, the best connected one).
INLINE real fixed(const real* gx, const real* gy, const real* gz, const real* gd, const long long c, const long long sy,
                  const long long sz, const int a, const int f, const int g, const real pair_x, const real pair_y, const real pair_z)
{
    const real fx = sister(gx, c, 1, a, pair_x);
    const real fy = sister(gy, c, sy, f, pair_y);
    const real fz = sister(gz, c, sz, g, pair_z);
    const real fyz = fy >= fz ? fy : fz;
    const real best = fx >= fyz ? fx : fyz;
    const real own = gd[c];
    const real shared = best / (best + R(0.5) * own + (best > R(0.0) ? R(0.0) : R(1.0)));
    return own * (best > R(0.0) ? shared : R(1.0));
}

// Conductances of a coarse level, first half: series along each axis, added up over the children along y and z but not yet along x.
// Over fine cells along x and coarse ones along y and z, so that rows are read as they lie (one loop over coarse cells gathers every
// value by itself: 40 against 7 ns a coarse cell, with AVX2). sx counts at first children. One fine cell more than the block has: the
// second child of its last coarse cell may lie beyond a cut.
KERNEL void line_conductances(const int nx, const int ny, const int nz, const int fy, const int* parents, const int* starts,
                              const int mx, const real* gx, const real* gy, const real* gz, real* sx, real* sy, real* sz)
{
    FV_BOX(i, J, K, 0, nx + 1, 0, ny, 0, nz)
    {
        const int* const along_x = parents + (nx + 4) + 2;
        const int* const y_starts = starts + mx + 3;
        const int* const z_starts = y_starts + ny + 3;
        const int j0 = y_starts[J + 1], up = y_starts[J + 2] - j0 - 1, j_before = j0 - y_starts[J] - 1;
        const int k0 = z_starts[K + 1], over = z_starts[K + 2] - k0 - 1, k_before = k0 - z_starts[K] - 1;
        const real wj = (real)up, wk = (real)over, lj = (real)j_before, lk = (real)k_before;
        const real li = (real)(along_x[i - 1] & 1), wi = (real)(along_x[i] & 1);
        const long long y1 = up * SY, layer = SY * (fy + 4), z1 = over * layer; // a second child that is not there: the first again
        const long long c = ((long long)k0 + 2) * layer + (j0 + 2) * SY + i + 2;
        const long long n = AT(i, J, K);
        sx[n] = series(gx, c, 1, li, wi) + wj * series(gx, c + y1, 1, li, wi) +
                wk * (series(gx, c + z1, 1, li, wi) + wj * series(gx, c + y1 + z1, 1, li, wi));
        sy[n] = series(gy, c, SY, lj, wj) + wk * series(gy, c + z1, SY, lj, wj);
        sz[n] = series(gz, c, layer, lk, wk) + wj * series(gz, c + y1, layer, lk, wk);
    }
}

// Second half: the first child of each pair along x, and the sum of both. Over coarse cells; fx fine cells along x.
KERNEL void coarsen_conductances(const int nx, const int ny, const int nz, const int fx, const int* starts, const real* sx,
                                 const real* sy, const real* sz, real* hx, real* hy, real* hz)
{
    FV_PICK(I, J, K)
    {
        const int first = starts[I + 1], more = starts[I + 2] - first - 1;
        const long long m = (((long long)K + 2) * (ny + 4) + (J + 2)) * (fx + 4) + first + 2;
        const long long n = AT(I, J, K);
        hx[n] = sx[m];
        hy[n] = sy[m] + (real)more * sy[m + more];
        hz[n] = sz[m] + (real)more * sz[m + more];
    }
}

// Conductance to a fixed pressure of the coarse cells that have one: cells [I | J | K], `count` each.
KERNEL void coarsen_fixed(const int count, const int* cells, const int nx, const int ny, const int nz, const int fx, const int fy,
                          const int fz, const int* starts, const real* gx, const real* gy, const real* gz, const real* gd, real* hd)
{
    FV_LIST(n, count)
    {
        const int I = cells[n], J = cells[count + n], K = cells[2LL * count + n];
        STARTS(I, J, K)
        const real wi = i1 > i0 ? R(1.0) : R(0.0), wj = j1 > j0 ? R(1.0) : R(0.0), wk = k1 > k0 ? R(1.0) : R(0.0);
        const long long sy = fx + 4, sz = sy * (fy + 4);
        const long long c = AT_FINE(i0, j0, k0);
        real sum = fixed(gx, gy, gz, gd, c, sy, sz, 0, 0, 0, wi, wj, wk);
        sum += wi * fixed(gx, gy, gz, gd, c + 1, sy, sz, 1, 0, 0, wi, wj, wk);
        sum += wj * fixed(gx, gy, gz, gd, c + sy, sy, sz, 0, 1, 0, wi, wj, wk);
        sum += wi * wj * fixed(gx, gy, gz, gd, c + 1 + sy, sy, sz, 1, 1, 0, wi, wj, wk);
        sum += wk * fixed(gx, gy, gz, gd, c + sz, sy, sz, 0, 0, 1, wi, wj, wk);
        sum += wi * wk * fixed(gx, gy, gz, gd, c + 1 + sz, sy, sz, 1, 0, 1, wi, wj, wk);
        sum += wj * wk * fixed(gx, gy, gz, gd, c + sy + sz, sy, sz, 0, 1, 1, wi, wj, wk);
        sum += wi * wj * wk * fixed(gx, gy, gz, gd, c + 1 + sy + sz, sy, sz, 1, 1, 1, wi, wj, wk);
        hd[AT(I, J, K)] = sum;
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
