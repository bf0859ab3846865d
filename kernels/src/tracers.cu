// Transport of tracers on a flow that stands: many fields that share one matrix, the correction of its face flows, and the solver's steps.
//
// Legend   q d       tracers, and their correction: `columns` fields one after the other;  r residual, p direction, y = A x
//          F G H     volume flow through each LOW face along x, y, z, m3/s (double: they close to 1e-8)
//          gx gy gz  conductance of each LOW face, m3/s;  fx fy fz share of the second-order part that passes each LOW face, 0..1,
//                    and then its factor: half the flow x share x distance from the upstream centre, m4/s, with the flow's sign
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

// Upwind rows of all tracers. F G H are 0 on closed faces.
KERNEL void tracer_rows(const int nx, const int ny, const int nz, const double* F, const double* G, const double* H, const real* gx,
                        const real* gy, const real* gz, const real* entering, const int* mask, real* W, real* E, real* S, real* N,
                        real* B, real* T, real* rd)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real f_w = (real)F[c], f_e = (real)F[c + 1], f_s = (real)G[c], f_n = (real)G[c + SY], f_b = (real)H[c], f_t = (real)H[c + SZ];
        const real c_w = gx[c] + (f_w > R(0.0) ? f_w : R(0.0)), c_e = gx[c + 1] + (f_e < R(0.0) ? -f_e : R(0.0));
        const real c_s = gy[c] + (f_s > R(0.0) ? f_s : R(0.0)), c_n = gy[c + SY] + (f_n < R(0.0) ? -f_n : R(0.0));
        const real c_b = gz[c] + (f_b > R(0.0) ? f_b : R(0.0)), c_t = gz[c + SZ] + (f_t < R(0.0) ? -f_t : R(0.0));
        const real scale = (real)(mask[c] & 1) / (c_w + c_e + c_s + c_n + c_b + c_t + entering[c] + R(1e-30));
        W[c] = c_w * scale;
        E[c] = c_e * scale;
        S[c] = c_s * scale;
        N[c] = c_n * scale;
        B[c] = c_b * scale;
        T[c] = c_t * scale;
        rd[c] = scale;
    }
}

// Share of the linear slope (a + b)/2 that van Leer's harmonic mean of the one-sided slopes a and b leaves: 4ab/(a + b)^2, at most
// `least`. Where the field is flat to within `noise` both slopes are round-off and bind nothing.
INLINE real slope_share(const double a, const double b, const double noise, const real least)
{
    const double sum = a + b;
    const double magnitude = (a > 0.0 ? a : -a) + (b > 0.0 ? b : -b);
    const real share = (real)(4.0 * (a * b > 0.0 ? a * b : 0.0) / (sum * sum + 1e-300));
    return magnitude < noise || share > least ? least : share;
}

// Shares of the second-order part on all low faces: their old values, or what one tracer leaves of them. Shared by all tracers of
// a family: those that add up to one go on doing so. noise: a difference between cells that says nothing.
KERNEL void tracer_limiter(const int nx, const int ny, const int nz, const double* q, const double* F, const double* G, const double* H,
                           const real* metrics, const double noise, real* fx, real* fy, real* fz)
{
    METRICS(metrics)
    FV_BOX(i, j, k, 0, nx + 1, 0, ny + 1, 0, nz + 1)
    {
        const long long c = AT(i, j, k);
        const double q0 = q[c];
        const double rx = (double)ex[i + inverse], ry = (double)ey[j + inverse], rz = (double)ez[k + inverse];
        const double x_lo = (q[c - 1] - q[c - 2]) * (double)ex[i - 1 + inverse], x_hi = (q[c + 1] - q0) * (double)ex[i + 1 + inverse];
        const double y_lo = (q[c - SY] - q[c - 2 * SY]) * (double)ey[j - 1 + inverse], y_hi = (q[c + SY] - q0) * (double)ey[j + 1 + inverse];
        const double z_lo = (q[c - SZ] - q[c - 2 * SZ]) * (double)ez[k - 1 + inverse], z_hi = (q[c + SZ] - q0) * (double)ez[k + 1 + inverse];
        fx[c] = slope_share(F[c] > 0.0 ? x_lo : x_hi, (q0 - q[c - 1]) * rx, noise * rx, fx[c]);
        fy[c] = slope_share(G[c] > 0.0 ? y_lo : y_hi, (q0 - q[c - SY]) * ry, noise * ry, fy[c]);
        fz[c] = slope_share(H[c] > 0.0 ? z_lo : z_hi, (q0 - q[c - SZ]) * rz, noise * rz, fz[c]);
    }
}

// Half the flow x share x distance from the upstream centre to the face, with the flow's sign; 0 where the next cell upstream is behind a
// closed face, so that such a face stays upwind.
INLINE real second_factor(const double f, const real share, const real h_lo, const real h_hi, const int m_lo, const int m_hi, const int bit)
{
    const int far = f > 0.0 ? m_lo : m_hi;
    return (real)((far >> bit) & 1) * R(0.5) * (real)f * share * (f > 0.0 ? h_lo : h_hi);
}

// From shares of the second-order part to factors of the sum of the two slopes, in place.
KERNEL void second_factors(const int nx, const int ny, const int nz, const double* F, const double* G, const double* H, const int* mask,
                           const real* metrics, real* fx, real* fy, real* fz)
{
    METRICS(metrics)
    FV_BOX(i, j, k, 0, nx + 1, 0, ny + 1, 0, nz + 1)
    {
        const long long c = AT(i, j, k);
        fx[c] = second_factor(F[c], fx[c], R(0.5) * dx[i - 1], R(0.5) * dx[i], mask[c - 1], mask[c + 1], 1);
        fy[c] = second_factor(G[c], fy[c], R(0.5) * dy[j - 1], R(0.5) * dy[j], mask[c - SY], mask[c + SY], 2);
        fz[c] = second_factor(H[c], fz[c], R(0.5) * dz[k - 1], R(0.5) * dz[k], mask[c - SZ], mask[c + SZ], 3);
    }
}

// What passes a low face towards the high side beyond the upwind value: |factor| x (slope across the face + slope upstream of it).
template <class Number>
INLINE Number second_part(const Number factor, const Number below, const Number here, const Number above)
{
    return factor > Number(0) ? factor * (here + below) : -factor * (here + above);
}

// Net outflow of a cell by the second-order part along one axis; s the distance to the next cell, e the reciprocal spacings.
template <class Number>
INLINE Number second_outflow(const Number* x, const long long s, const real* e, const real lo, const real hi)
{
    const Number d0 = (x[-s] - x[-2 * s]) * (Number)e[-1], d1 = (x[0] - x[-s]) * (Number)e[0];
    const Number d2 = (x[s] - x[0]) * (Number)e[1], d3 = (x[2 * s] - x[s]) * (Number)e[2];
    return second_part((Number)hi, d1, d2, d3) - second_part((Number)lo, d0, d1, d2);
}

// What comes through one face: upwind and by diffusion, relative to the cell's own value. in: flow into the cell.
INLINE double brought(const double in, const double g, const double difference) { return (g + (in > 0.0 ? in : 0.0)) * difference; }

// Residual of the second-order rows of all tracers, m3/s times their unit; what openings bring is added by lists.
KERNEL void tracer_residual(const int nx, const int ny, const int nz, const int columns, const double* q, const double* F, const double* G,
                            const double* H, const real* gx, const real* gy, const real* gz, const real* fx, const real* fy,
                            const real* fz, const real* metrics, double* r)
{
    METRICS(metrics)
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        const double* const x = q + m * fields + c;
        const double q0 = x[0];
        double sum = brought(F[c], (double)gx[c], x[-1] - q0) + brought(-F[c + 1], (double)gx[c + 1], x[1] - q0);
        sum += brought(G[c], (double)gy[c], x[-SY] - q0) + brought(-G[c + SY], (double)gy[c + SY], x[SY] - q0);
        sum += brought(H[c], (double)gz[c], x[-SZ] - q0) + brought(-H[c + SZ], (double)gz[c + SZ], x[SZ] - q0);
        sum -= second_outflow(x, SX, ex + i + inverse, fx[c], fx[c + 1]);
        sum -= second_outflow(x, SY, ey + j + inverse, fy[c], fy[c + SY]);
        sum -= second_outflow(x, SZ, ez + k + inverse, fz[c], fz[c + SZ]);
        r[m * fields + c] = sum;
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

// What racks give back to the rows: y -= flow/diagonal x link x mean of the rack's intake. link: of each rack, one a column.
KERNEL void rack_links(const int count, const int columns, const long long fields, const long long* cell, const double* flow,
                       const int* rack, const double* link, const double* sums, const real* rd, real* y)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        for (int m = 0; m < columns; ++m)
            y[m * fields + c] -= (real)(flow[n] * link[rack[n] * columns + m] * sums[rack[n] * columns + m]) * rd[c];
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

// y = A d with A of second order, rows divided by their diagonal.
KERNEL void tracer_product(const int nx, const int ny, const int nz, const int columns, const real* d, const real* W, const real* E,
                           const real* S, const real* N, const real* B, const real* T, const real* fx, const real* fy, const real* fz,
                           const real* metrics, const real* rd, const int* mask, real* y)
{
    METRICS(metrics)
    const long long fields = SZ * (nz + 4);
    FV_EACH(i, j, k, m, columns)
    {
        const long long c = AT(i, j, k);
        const real* const x = d + m * fields + c;
        const real near = W[c] * x[-1] + E[c] * x[1] + S[c] * x[-SY] + N[c] * x[SY] + B[c] * x[-SZ] + T[c] * x[SZ];
        real out = second_outflow(x, SX, ex + i + inverse, fx[c], fx[c + 1]);
        out += second_outflow(x, SY, ey + j + inverse, fy[c], fy[c + SY]);
        out += second_outflow(x, SZ, ez + k + inverse, fz[c], fz[c + SZ]);
        y[m * fields + c] = (real)(mask[c] & 1) * (x[0] - near) + rd[c] * out;
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
