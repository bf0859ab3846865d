// Flexible conjugate gradients for the pressure equation, and its sums over regions.
//
// Solves  A x = -b,  A x = (sum of g + gd) x_P - sum of g x_neighbour  (b is the right side of the negative operator).
// Legend   x unknown, b right side, r residual, z preconditioned residual, p direction, q = A p, d reciprocal diagonal
//          gx gy gz conductance of each LOW face, gd conductance to a fixed pressure;  alpha, beta scalars born on the device
//          runs     [i | j | k | length], `count` each: pieces of rows that lie in one region, in the order of regions
//          first    first run of each region and the end of the last; region r has `cells[r]` cells
#include "grid.cuh"

// x = 0, r = -b, and no direction yet (zeros also wipe out what a failed solution may have left).
KERNEL void begin_gradients(const int nx, const int ny, const int nz, const real* b, real* x, real* r, real* p, real* q)
{
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        x[c] = R(0.0);
        r[c] = -b[c];
        p[c] = R(0.0);
        q[c] = R(0.0);
    }
}

// p = z + beta p and q = A z + beta q in one cell; returns p q.
INLINE real turn(const real* z, const real* gx, const real* gy, const real* gz, const real* gd, const real beta, real* p, real* q,
                 const long long c, const long long sy, const long long sz)
{
    const real z0 = z[c];
    const real az = gx[c] * (z0 - z[c - 1]) + gx[c + 1] * (z0 - z[c + 1]) + gy[c] * (z0 - z[c - sy]) + gy[c + sy] * (z0 - z[c + sy]) +
                    gz[c] * (z0 - z[c - sz]) + gz[c + sz] * (z0 - z[c + sz]) + gd[c] * z0;
    const real new_p = z0 + beta * p[c];
    const real new_q = az + beta * q[c];
    p[c] = new_p;
    q[c] = new_q;
    return new_p * new_q;
}

// New direction, A-orthogonal to the last one, with partial sums of p A p.
KERNEL void new_direction(const int nx, const int ny, const int nz, const real* z, const real* gx, const real* gy, const real* gz,
                          const real* gd, const double* beta, real* p, real* q, double* partial)
{
    const real s = (real)beta[0];
    FV_SUM(i, j, k, partial, turn(z, gx, gy, gz, gd, s, p, q, AT(i, j, k), SY, SZ))
}

// x += alpha p, r -= alpha q, z = first half sweep of the next preconditioning.
KERNEL void step_gradients(const int nx, const int ny, const int nz, const double* alpha, const real* p, const real* q, const real* d,
                           real* x, real* r, real* z)
{
    const real s = (real)alpha[0];
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const real new_r = r[c] - s * q[c];
        x[c] += s * p[c];
        r[c] = new_r;
        z[c] = d[c] * new_r;
    }
}

// beta = - z q / p q with q of the last direction: makes the next direction A-orthogonal to it whatever the preconditioner.
KERNEL void direction_factor(const int count, const double* zq_partial, const double* pq, double* beta)
{
    FV_LIST(n, 1)
    {
        double sum = 0.0;
        for (int m = 0; m < count; ++m)
            sum += zq_partial[m];
        beta[n] = pq[n] > 0.0 ? -sum / pq[n] : 0.0;
    }
}

// alpha = z r / p q; 0 where the system is solved.
KERNEL void step_length(const int count, const double* zr_partial, const double* pq_partial, double* pq, double* alpha)
{
    FV_LIST(n, 1)
    {
        double top = 0.0;
        double bottom = 0.0;
        for (int m = 0; m < count; ++m)
        {
            top += zr_partial[m];
            bottom += pq_partial[m];
        }
        pq[n] = bottom;
        alpha[n] = bottom > 0.0 ? top / bottom : 0.0;
    }
}

// Sum of a row piece in four interleaved parts: one running sum would wait for every addition.
INLINE double sum_row(const real* x, const int length)
{
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0;
    int m = 0;
    for (; m + 3 < length; m += 4)
    {
        s0 += (double)x[m];
        s1 += (double)x[m + 1];
        s2 += (double)x[m + 2];
        s3 += (double)x[m + 3];
    }
    for (; m < length; ++m)
        s0 += (double)x[m];
    return (s0 + s1) + (s2 + s3);
}

// Sum of x over each run.
KERNEL void sum_runs(const int nx, const int ny, const int nz, const int count, const int* runs, const real* x, double* partial)
{
    FV_LIST(n, count)
    {
        const long long c = AT(runs[n], runs[count + n], runs[2LL * count + n]);
        partial[n] = sum_row(x + c, runs[3LL * count + n]);
    }
}

// Sum over the runs of each region.
KERNEL void sum_regions(const int regions, const int* first, const double* partial, double* sums)
{
    FV_LIST(n, regions)
    {
        double sum = 0.0;
        for (int m = first[n]; m < first[n + 1]; ++m)
            sum += partial[m];
        sums[n] = sum;
    }
}

// Subtract the mean of each region that no fixed pressure holds (fixed = 0), in place. region: of each run.
KERNEL void subtract_means(const int nx, const int ny, const int nz, const int count, const int* runs, const int* region,
                           const double* sums, const double* fixed, const double* cells, real* x)
{
    FV_LIST(n, count)
    {
        const long long c = AT(runs[n], runs[count + n], runs[2LL * count + n]);
        const int length = runs[3LL * count + n];
        const int own = region[n];
        const real mean = fixed[own] > 0.0 ? R(0.0) : (real)(sums[own] / cells[own]);
        for (int m = 0; m < length; ++m)
            x[c + m] -= mean;
    }
}
