// What drives the air of a room that repeats itself along a periodic axis: a uniform force, given or found so that a mean velocity
// holds; and the heat that such a stream carries off.
//
// Legend   axis   0, 1, 2 for x, y, z;  u velocity along it, on the low face of each cell;  e distance of the two centres, A area of
//                 that face: e A is the volume of the velocity's cell
//          g      SIMPLEC conductance A^2 / (diagonal - sum of coefficients) of the velocity's row, 0 at closed faces
//          rd     1/diagonal of the row, 0 at closed faces;  force, change m/s2, born on the device
#include "grid.cuh"

#define ALONG(axis, a, b, c) ((axis) == 0 ? (a) : (axis) == 1 ? (b) : (c))
#define DISTANCE(axis) ALONG(axis, ex[i], ey[j], ez[k])
#define FACE_AREA(axis) ALONG(axis, dy[j] * dz[k], dx[i] * dz[k], dx[i] * dy[j])

// Partial sums of u e A, m4/s: mean velocity times volume of the room.
KERNEL void bulk_flow(const int nx, const int ny, const int nz, const int axis, const real* u, const real* metrics, double* partial)
{
    METRICS(metrics)
    FV_SUM(i, j, k, partial, (double)(u[AT(i, j, k)] * DISTANCE(axis)) * (double)FACE_AREA(axis))
}

// Partial sums of g e^2, m4 s: what the bulk flow gains per unit of force.
KERNEL void bulk_response(const int nx, const int ny, const int nz, const int axis, const real* g, const real* metrics, double* partial)
{
    METRICS(metrics)
    FV_SUM(i, j, k, partial, (double)(g[AT(i, j, k)] * DISTANCE(axis)) * (double)DISTANCE(axis))
}

// The change of force that makes up for the flow that is missing, and the force that it leads to.
KERNEL void adjust_force(const int count, const double* flow, const double* response, const double wanted, double* force, double* change)
{
    FV_LIST(n, 1)
    {
        double have = 0.0, gain = 0.0;
        for (int m = 0; m < count; ++m) {
            have += flow[m];
            gain += response[m];
        }
        const double step = gain > 0.0 ? (wanted - have) / gain : 0.0;
        change[n] = step;
        force[n] += step;
    }
}

// The velocity that a change of force makes at once: u += change e g/A.
KERNEL void push_faces(const int nx, const int ny, const int nz, const int axis, const double* change, const real* g, const real* metrics,
                       real* u)
{
    METRICS(metrics)
    const real step = (real)change[0];
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        u[c] += step * DISTANCE(axis) * g[c] / FACE_AREA(axis);
    }
}

// The force in the finished rows of the velocity along the axis: rhs += force e A rd.
KERNEL void push_rows(const int nx, const int ny, const int nz, const int axis, const double* force, const real* metrics, const real* rd,
                      real* rhs)
{
    METRICS(metrics)
    const real push = (real)force[0];
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        rhs[c] += push * DISTANCE(axis) * FACE_AREA(axis) * rd[c];
    }
}

// Source of the temperature's deviation from its mean gradient along the axis: su -= gradient u V, u at the cell centre.
KERNEL void carry_off(const int nx, const int ny, const int nz, const int axis, const real gradient, const real* u, const int* mask,
                      const real* metrics, real* su)
{
    METRICS(metrics)
    FV_CELLS(i, j, k)
    {
        const long long c = AT(i, j, k);
        const long long next = ALONG(axis, 1, SY, SZ);
        const real fluid = (real)(mask[c] & 1);
        su[c] -= fluid * gradient * R(0.5) * (u[c] + u[c + next]) * dx[i] * dy[j] * dz[k];
    }
}
