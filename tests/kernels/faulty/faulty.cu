// Kernels with the faults that the proofs must find.
#include "grid.cuh"

// Reads one plane beyond the halo.
KERNEL void reads_outside(const int nx, const int ny, const int nz, const real* x, real* y)
{
    FV_CELLS(i, j, k)
    {
        y[AT(i, j, k)] = x[AT(i, j, k + 3)];
    }
}

// Reads what its neighbour writes.
KERNEL void races(const int nx, const int ny, const int nz, real* x)
{
    FV_CELLS(i, j, k)
    {
        x[AT(i, j, k)] = x[AT(i, j, k)] + x[AT(i - 1, j, k)];
    }
}
