// Vector operations of the Krylov solver, and the sums of every other kernel.
// Legend: x, y vectors over interior cells of arrays with halos; a scalar born on the device; partial float64 partial sums.
#include "grid.cuh"

// y = x
KERNEL void copy(const int nx, const int ny, const int nz, const real* x, real* y)
{
    FV_CELLS(i, j, k)
    {
        y[AT(i, j, k)] = x[AT(i, j, k)];
    }
}

// y = y + sign a x, a read on the device; sign is +1 or -1 so that one a serves both updates of a step
KERNEL void axpy(const int nx, const int ny, const int nz, const double* a, const real sign, const real* x, real* y)
{
    const real s = sign * (real)a[0];
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        y[c] += s * x[c];
    }
}

// y = s x, s from the host
KERNEL void scale(const int nx, const int ny, const int nz, const real s, const real* x, real* y)
{
    FV_CELLS(i, j, k)
    {
        y[AT(i, j, k)] = s * x[AT(i, j, k)];
    }
}

// x = value in the box i0 <= i < i1, j0 <= j < j1, k0 <= k < k1, which may reach into the halo
KERNEL void fill_box(const int nx, const int ny, const int nz, real* x, const real value,
                     const int i0, const int i1, const int j0, const int j1, const int k0, const int k1)
{
    FV_BOX(i, j, k, i0, i1, j0, j1, k0, k1)
    {
        x[AT(i, j, k)] = value;
    }
}

// y = x in the box i0 <= i < i1, j0 <= j < j1, k0 <= k < k1, which may reach into the halo
KERNEL void copy_box(const int nx, const int ny, const int nz, const real* x, real* y,
                     const int i0, const int i1, const int j0, const int j1, const int k0, const int k1)
{
    FV_BOX(i, j, k, i0, i1, j0, j1, k0, k1)
    {
        y[AT(i, j, k)] = x[AT(i, j, k)];
    }
}

// q in the two halo layers at both ends of an axis (0, 1, 2 for x, y, z) = q at the other end, as round a ring; a single cell fills
// all four. The box spans 0..4 along the axis (two layers before the first cell, two after the last), anything across it.
KERNEL void wrap(const int nx, const int ny, const int nz, const int axis, real* q, const int i0, const int i1, const int j0,
                 const int j1, const int k0, const int k1)
{
    FV_BOX(i, j, k, i0, i1, j0, j1, k0, k1)
    {
        const int n = axis == 0 ? nx : axis == 1 ? ny : nz;
        const int layer = axis == 0 ? i : axis == 1 ? j : k;
        const int here = layer < 2 ? layer - 2 : n + layer - 2;
        const int there = (here + 2 * n) % n;
        const long long target = AT(axis == 0 ? here : i, axis == 1 ? here : j, axis == 2 ? here : k);
        q[target] = q[AT(axis == 0 ? there : i, axis == 1 ? there : j, axis == 2 ? there : k)];
    }
}

// partial sums of x y
KERNEL void dot(const int nx, const int ny, const int nz, const real* x, const real* y, double* partial)
{
    FV_SUM(i, j, k, partial, (double)x[AT(i, j, k)] * (double)y[AT(i, j, k)])
}

// few[n] = partial[n] + partial[n + ways] + ...: the first of two steps where many partials would keep one GPU thread busy
KERNEL void fold_partials(const int count, const int ways, const double* partial, double* few)
{
    FV_LIST(n, ways)
    {
        double sum = 0.0;
        for (long long m = n; m < count; m += ways)
            sum += partial[m];
        few[n] = sum;
    }
}

// result[0] = partial[0] + partial[1] + ... in that order
KERNEL void sum_partials(const int count, const double* partial, double* result)
{
    FV_LIST(n, 1)
    {
        double sum = 0.0;
        for (int m = 0; m < count; ++m)
            sum += partial[m];
        result[n] = sum;
    }
}

// quotient[0] = top[0] / bottom[0], 0 where bottom is 0 (a solved system: the next step of PCG then changes nothing)
KERNEL void divide(const double* top, const double* bottom, double* quotient)
{
    FV_LIST(n, 1)
    {
        quotient[n] = bottom[n] != 0.0 ? top[n] / bottom[n] : 0.0;
    }
}
