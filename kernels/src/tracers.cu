// Transport of tracers on a flow that stands: many fields that share one matrix, the correction of its face flows, and the solver's steps.
//
// Legend   q d       tracers, and their correction: `columns` fields one after the other;  r residual, p direction, y = A x
//          F G H     volume flow through each LOW face along x, y, z, m3/s (double: they close to 1e-8)
//          gx gy gz  conductance of each LOW face, m3/s;  fx fy fz share of the second-order part that passes each LOW face, 0..1
//          W E S N B T  rows towards low/high x, y, z, divided by their diagonal;  rd 1/diagonal, 0 where there is no air
//          entering  sum of what comes in through a cell's openings, m3/s
#include "grid.cuh"
#include "faces.cuh"

// Diffusive conductance of low faces: (gl + gt nut) A/distance where air mixes, 0 at sheets and closed faces.
KERNEL void face_conductance(const int nx, const int ny, const int nz, const real* nut, const int* mask, const real* metrics, real* gx,
                             real* gy, real* gz, const real gl, const real gt)
{
    METRICS(metrics)
    FV_BOX(i, j, k, 0, nx + 1, 0, ny + 1, 0, nz + 1)
    {
        const long long c = AT(i, j, k);
        const int m = mask[c];
        gx[c] = mixing<0>(m) * (gl + R(0.5) * gt * (nut[c] + nut[c - 1])) * dy[j] * dz[k] * ex[i + inverse];
        gy[c] = mixing<1>(m) * (gl + R(0.5) * gt * (nut[c] + nut[c - SY])) * dx[i] * dz[k] * ey[j + inverse];
        gz[c] = mixing<2>(m) * (gl + R(0.5) * gt * (nut[c] + nut[c - SZ])) * dx[i] * dy[j] * ez[k + inverse];
    }
}

// Net outflow of each cell that holds air.
KERNEL void flow_defect(const int nx, const int ny, const int nz, const double* F, const double* G, const double* H, const int* mask,
                        real* defect)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const double out = (F[c + 1] - F[c]) + (G[c + SY] - G[c]) + (H[c + SZ] - H[c]);
        defect[c] = (mask[c] & 1) ? (real)out : R(0.0);
    }
}

// F -= g (p_P - p_L) on every low face, that of the next block included.
KERNEL void flow_correct(const int nx, const int ny, const int nz, double* F, double* G, double* H, const real* p, const real* gx,
                         const real* gy, const real* gz)
{
    FV_BOX(i, j, k, 0, nx + 1, 0, ny + 1, 0, nz + 1)
    {
        const long long c = AT(i, j, k);
        F[c] -= (double)gx[c] * ((double)p[c] - (double)p[c - 1]);
        G[c] -= (double)gy[c] * ((double)p[c] - (double)p[c - SY]);
        H[c] -= (double)gz[c] * ((double)p[c] - (double)p[c - SZ]);
    }
}

// The same through the faces of pressure openings: outflow grows by g p. un: flow along the axis, at cell + n_off.
KERNEL void opening_correct(const int count, const long long* cell, const real* g, double* un, const long long n_off, const double s,
                            const real* p)
{
    FV_LIST(n, count) { un[cell[n] + n_off] -= s * (double)g[n] * (double)p[cell[n]]; }
}

// Upwind rows of all tracers.
KERNEL void tracer_rows(const int nx, const int ny, const int nz, const double* F, const double* G, const double* H, const real* gx,
                        const real* gy, const real* gz, const real* entering, const int* mask, real* W, real* E, real* S, real* N,
                        real* B, real* T, real* rd)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const int m = mask[c];
        const real o_w = (real)((m >> 1) & 1), o_s = (real)((m >> 2) & 1), o_b = (real)((m >> 3) & 1);
        const real o_e = (real)((mask[c + 1] >> 1) & 1), o_n = (real)((mask[c + SY] >> 2) & 1), o_t = (real)((mask[c + SZ] >> 3) & 1);
        const real f_w = (real)F[c], f_e = (real)F[c + 1], f_s = (real)G[c], f_n = (real)G[c + SY], f_b = (real)H[c], f_t = (real)H[c + SZ];
        const real c_w = gx[c] + o_w * (f_w > R(0.0) ? f_w : R(0.0));
        const real c_e = gx[c + 1] + o_e * (f_e < R(0.0) ? -f_e : R(0.0));
        const real c_s = gy[c] + o_s * (f_s > R(0.0) ? f_s : R(0.0));
        const real c_n = gy[c + SY] + o_n * (f_n < R(0.0) ? -f_n : R(0.0));
        const real c_b = gz[c] + o_b * (f_b > R(0.0) ? f_b : R(0.0));
        const real c_t = gz[c + SZ] + o_t * (f_t < R(0.0) ? -f_t : R(0.0));
        const real scale = (real)(m & 1) / (c_w + c_e + c_s + c_n + c_b + c_t + entering[c] + R(1e-30));
        W[c] = c_w * scale;
        E[c] = c_e * scale;
        S[c] = c_s * scale;
        N[c] = c_n * scale;
        B[c] = c_b * scale;
        T[c] = c_t * scale;
        rd[c] = scale;
    }
}

// Share of the linear slope (a + b)/2 that van Leer's harmonic mean of the one-sided slopes a and b leaves: 4ab/(a + b)^2. Where
// the field is flat to within `noise` both slopes are round-off and bind nothing.
INLINE double slope_share(const double a, const double b, const double noise)
{
    const double sum = a + b;
    const double product = a * b;
    const double magnitude = (a > 0.0 ? a : -a) + (b > 0.0 ? b : -b);
    return magnitude < noise ? 1.0 : (product > 0.0 ? 4.0 * product / (sum * sum) : 0.0);
}

// The smallest share over the columns first .. last of one face between the cells c - s and c; f the flow through it.
INLINE real least_share(const double* q, const int first, const int last, const long long fields, const long long c, const long long s,
                        const double f, const double r_far_lo, const double r_here, const double r_far_hi, const double* noise)
{
    double least = 1.0;
    for (int m = first; m < last; ++m) {
        const double* const x = q + m * fields;
        const double near = (x[c] - x[c - s]) * r_here;
        const double far = f > 0.0 ? (x[c - s] - x[c - 2 * s]) * r_far_lo : (x[c + s] - x[c]) * r_far_hi;
        const double share = slope_share(far, near, noise[m] * r_here);
        least = share < least ? share : least;
    }
    return (real)least;
}

// Shares of the second-order part on all low faces, one for the columns first .. last: what limits one of them limits all, so that
// tracers which add up to one go on doing so. A face whose far neighbour upstream is behind a closed face stays upwind.
// noise: of each column, a difference between cells that says nothing.
KERNEL void tracer_limiter(const int nx, const int ny, const int nz, const int first, const int last, const double* q, const double* F,
                           const double* G, const double* H, const int* mask, const real* metrics, const double* noise, real* fx,
                           real* fy, real* fz)
{
    METRICS(metrics)
    const long long fields = SZ * (nz + 4);
    FV_BOX(i, j, k, 0, nx + 1, 0, ny + 1, 0, nz + 1)
    {
        const long long c = AT(i, j, k);
        const int far_x = F[c] > 0.0 ? mask[c - 1] : mask[c + 1];
        const int far_y = G[c] > 0.0 ? mask[c - SY] : mask[c + SY];
        const int far_z = H[c] > 0.0 ? mask[c - SZ] : mask[c + SZ];
        const real o_x = (real)((mask[c] >> 1) & (far_x >> 1) & 1), o_y = (real)((mask[c] >> 2) & (far_y >> 2) & 1);
        const real o_z = (real)((mask[c] >> 3) & (far_z >> 3) & 1);
        fx[c] = o_x * least_share(q, first, last, fields, c, SX, F[c], ex[i - 1 + inverse], ex[i + inverse], ex[i + 1 + inverse], noise);
        fy[c] = o_y * least_share(q, first, last, fields, c, SY, G[c], ey[j - 1 + inverse], ey[j + inverse], ey[j + 1 + inverse], noise);
        fz[c] = o_z * least_share(q, first, last, fields, c, SZ, H[c], ez[k - 1 + inverse], ez[k + inverse], ez[k + 1 + inverse], noise);
    }
}

// What passes the face between rows 0 and 1 beyond the upwind value, along the flow f: f x share x half the sum of both slopes x reach.
INLINE double second_part(const double f, const double share, const double qm, const double q0, const double q1, const double q2,
                          const double rm, const double r0, const double rp, const double h0, const double h1)
{
    const double near = (q1 - q0) * r0;
    const double slope = 0.5 * (near + (f > 0.0 ? (q0 - qm) * rm : (q2 - q1) * rp));
    return f * share * slope * (f > 0.0 ? h0 : -h1);
}

// What comes through one low or high face: upwind and by diffusion, relative to the cell's own value. in: flow into the cell.
INLINE double brought(const double in, const double g, const double difference) { return (g + (in > 0.0 ? in : 0.0)) * difference; }

// Residual of the second-order rows of all tracers, m3/s times their unit; what openings bring is added by lists.
KERNEL void tracer_residual(const int nx, const int ny, const int nz, const int columns, const double* q, const double* F, const double* G,
                            const double* H, const real* gx, const real* gy, const real* gz, const real* fx, const real* fy,
                            const real* fz, const int* mask, const real* metrics, double* r)
{
    METRICS(metrics)
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        const double* const x = q + m * fields;
        const double q0 = x[c];
        const double o_w = (double)((mask[c] >> 1) & 1), o_s = (double)((mask[c] >> 2) & 1), o_b = (double)((mask[c] >> 3) & 1);
        const double o_e = (double)((mask[c + 1] >> 1) & 1), o_n = (double)((mask[c + SY] >> 2) & 1);
        const double o_t = (double)((mask[c + SZ] >> 3) & 1);
        const double f_w = o_w * F[c], f_e = o_e * F[c + 1], f_s = o_s * G[c], f_n = o_n * G[c + SY], f_b = o_b * H[c], f_t = o_t * H[c + SZ];
        double sum = brought(f_w, (double)gx[c], x[c - 1] - q0) + brought(-f_e, (double)gx[c + 1], x[c + 1] - q0);
        sum += brought(f_s, (double)gy[c], x[c - SY] - q0) + brought(-f_n, (double)gy[c + SY], x[c + SY] - q0);
        sum += brought(f_b, (double)gz[c], x[c - SZ] - q0) + brought(-f_t, (double)gz[c + SZ], x[c + SZ] - q0);
        const double hx = 0.5 * (double)dx[i], hy = 0.5 * (double)dy[j], hz = 0.5 * (double)dz[k];
        sum += second_part(f_w, (double)fx[c], x[c - 2], x[c - 1], q0, x[c + 1], (double)ex[i - 1 + inverse], (double)ex[i + inverse],
                           (double)ex[i + 1 + inverse], 0.5 * (double)dx[i - 1], hx);
        sum -= second_part(f_e, (double)fx[c + 1], x[c - 1], q0, x[c + 1], x[c + 2], (double)ex[i + inverse], (double)ex[i + 1 + inverse],
                           (double)ex[i + 2 + inverse], hx, 0.5 * (double)dx[i + 1]);
        sum += second_part(f_s, (double)fy[c], x[c - 2 * SY], x[c - SY], q0, x[c + SY], (double)ey[j - 1 + inverse], (double)ey[j + inverse],
                           (double)ey[j + 1 + inverse], 0.5 * (double)dy[j - 1], hy);
        sum -= second_part(f_n, (double)fy[c + SY], x[c - SY], q0, x[c + SY], x[c + 2 * SY], (double)ey[j + inverse],
                           (double)ey[j + 1 + inverse], (double)ey[j + 2 + inverse], hy, 0.5 * (double)dy[j + 1]);
        sum += second_part(f_b, (double)fz[c], x[c - 2 * SZ], x[c - SZ], q0, x[c + SZ], (double)ez[k - 1 + inverse], (double)ez[k + inverse],
                           (double)ez[k + 1 + inverse], 0.5 * (double)dz[k - 1], hz);
        sum -= second_part(f_t, (double)fz[c + SZ], x[c - SZ], q0, x[c + SZ], x[c + 2 * SZ], (double)ez[k + inverse],
                           (double)ez[k + 1 + inverse], (double)ez[k + 2 + inverse], hz, 0.5 * (double)dz[k + 1]);
        r[m * fields + c] = (mask[c] & 1) ? sum : 0.0;
    }
}

// Openings of one list: r += flow (what enters - own value). value: of each tag, `columns` values one after the other.
KERNEL void tracer_entering(const int count, const int columns, const long long fields, const long long* cell, const double* flow,
                            const int* tag, const double* value, const double* q, double* r)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        for (int m = 0; m < columns; ++m)
            r[m * fields + c] += flow[n] * (value[(long long)tag[n] * columns + m] - q[m * fields + c]);
    }
}

// Sources of one tracer: r += rate, m3/s times its unit.
KERNEL void tracer_source(const int nx, const int ny, const int nz, const double* rate, double* r)
{
    FV_CELLS(i, j, k) { r[AT(i, j, k)] += rate[AT(i, j, k)]; }
}

// sums[n columns + m] = sum of weight x q over the faces start[n] .. start[n + 1], in their order.
KERNEL void tracer_means(const int count, const int columns, const long long fields, const int* start, const long long* cell,
                         const double* weight, const double* q, double* sums)
{
    FV_LIST(n, count)
    {
        for (int m = 0; m < columns; ++m) {
            double sum = 0.0;
            for (int f = start[n]; f < start[n + 1]; ++f)
                sum += weight[f] * q[m * fields + cell[f]];
            sums[n * columns + m] = sum;
        }
    }
}

// The same for fields of the solver's precision.
KERNEL void correction_means(const int count, const int columns, const long long fields, const int* start, const long long* cell,
                             const double* weight, const real* d, double* sums)
{
    FV_LIST(n, count)
    {
        for (int m = 0; m < columns; ++m) {
            double sum = 0.0;
            for (int f = start[n]; f < start[n + 1]; ++f)
                sum += weight[f] * (double)d[m * fields + cell[f]];
            sums[n * columns + m] = sum;
        }
    }
}

// What racks give back to the rows: y -= flow/diagonal x link of the column x mean of the rack's intake.
KERNEL void rack_links(const int count, const int columns, const long long fields, const long long* cell, const double* flow,
                       const int* rack, const double* link, const double* sums, const real* rd, real* y)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        for (int m = 0; m < columns; ++m)
            y[m * fields + c] -= (real)(flow[n] * link[m] * sums[(long long)rack[n] * columns + m]) * rd[c];
    }
}

// Right side of the rows from a residual: b = r/diagonal.
KERNEL void tracer_right_side(const int nx, const int ny, const int nz, const int columns, const double* r, const real* rd, real* b)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        b[m * fields + c] = (real)r[m * fields + c] * rd[c];
    }
}

// y = A d, rows divided by their diagonal.
KERNEL void tracer_product(const int nx, const int ny, const int nz, const int columns, const real* d, const real* W, const real* E,
                           const real* S, const real* N, const real* B, const real* T, const int* mask, real* y)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        const real* const x = d + m * fields;
        const real near = W[c] * x[c - 1] + E[c] * x[c + 1] + S[c] * x[c - SY] + N[c] * x[c + SY] + B[c] * x[c - SZ] + T[c] * x[c + SZ];
        y[m * fields + c] = (real)(mask[c] & 1) * (x[c] - near);
    }
}

// One Jacobi pass of all tracers: fresh = b + sum of rows x neighbours.
KERNEL void tracer_sweep(const int nx, const int ny, const int nz, const int columns, const real* d, const real* W, const real* E,
                         const real* S, const real* N, const real* B, const real* T, const real* b, real* fresh)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        const real* const x = d + m * fields;
        const real near = W[c] * x[c - 1] + E[c] * x[c + 1] + S[c] * x[c - SY] + N[c] * x[c + SY] + B[c] * x[c - SZ] + T[c] * x[c + SZ];
        fresh[m * fields + c] = b[m * fields + c] + near;
    }
}

// p = r + beta (p - omega v), factors one a column.
KERNEL void tracer_direction(const int nx, const int ny, const int nz, const int columns, const double* beta, const double* omega,
                             const real* r, const real* v, real* p)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = m * fields + AT(i, j, k);
        p[c] = r[c] + (real)beta[m] * (p[c] - (real)omega[m] * v[c]);
    }
}

// y += factor x, factors one a column.
KERNEL void tracer_add(const int nx, const int ny, const int nz, const int columns, const double* factor, const real* x, real* y)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = m * fields + AT(i, j, k);
        y[c] += (real)factor[m] * x[c];
    }
}

// q += d.
KERNEL void tracer_take(const int nx, const int ny, const int nz, const int columns, const real* d, double* q)
{
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = m * fields + AT(i, j, k);
        q[c] += (double)d[c];
    }
}

// Sum of |r|.
KERNEL void residual_sum(const int nx, const int ny, const int nz, const double* r, double* partial)
{
    FV_SUM(i, j, k, partial, (r[AT(i, j, k)] > 0.0 ? r[AT(i, j, k)] : -r[AT(i, j, k)]))
}
