// The vocabulary of every kernel: one text, two machines. The only file that knows whether it is compiled for a CPU or a GPU.
//
// Arrays are [k, j, i], x fastest, with two halo layers on every side: shape (nz+4, ny+4, nx+4). Cell (0,0,0) is the first
// interior cell, so indices run from -2 to n+1. Every macro below reads nx, ny, nz from the parameters of the kernel.
//
//   KERNEL void name(...)          a kernel; holds exactly one of the FV_ macros, which is followed by the body in braces
//   INLINE type name(...)          a function that kernels call
//   real, R(0.5)                   float or double, and a literal of that type (a bare 0.5 makes the whole row double)
//   AT(i,j,k), SX, SY, SZ          position of a cell in an array, and the distance to the next cell along x, y, z
//   METRICS(m)                     dx[i], dy[j], dz[k] cell widths and ex[i], ey[j], ez[k] distances from centre i-1 to centre i
//                                  and `inverse`: dx[i + inverse] is 1/dx[i], likewise of all six (a division costs ten products)
//   FV_CELLS(i,j,k)                all interior cells
//   FV_PICK(i,j,k)                 all interior cells, for bodies that read or write at places looked up in lists
//   FV_COLOUR(i,j,k,colour)        interior cells with i+j+k+colour even, for such bodies
//   FV_HALF(i,j,k,colour,x,EXPR)   x = EXPR in cells of one colour; EXPR may read x in cells of the other, and in its own cell
//   FV_LAYERS(i,j,k,k0,k1)         interior cells of the layers k0 <= k < k1, for kernels that Backend.passes leads through the layers
//   FV_BOX(i,j,k,i0,i1,j0,j1,k0,k1)   cells of the half-open box; bounds from -2 to n+2
//   FV_EACH(i,j,k,m,columns)       all interior cells of each of `columns` fields that lie one after the other, m the field
//   FV_LIST(n,count)               0 <= n < count; two entries must not write to the same place
//   FV_SUM(i,j,k,partial,EXPR)     float64 sums of EXPR over interior cells; `sum_partials` then adds them in fixed order
//
// The order of cells is free: a body writes only what no other cell of the same call reads. No return, no continue.
#pragma once

#define R(x) ((real)(x))
#define SX 1LL
#define SY ((long long)(nx + 4))
#define SZ ((long long)(nx + 4) * (ny + 4))
#define AT(i, j, k) ((((long long)(k) + 2) * (ny + 4) + ((j) + 2)) * (long long)(nx + 4) + ((i) + 2))
#define METRICS(m)                                       \
    const real* const dx = (m) + 2;                      \
    const real* const dy = dx + (nx + 4);                \
    const real* const dz = dy + (ny + 4);                \
    const real* const ex = dz + (nz + 4);                \
    const real* const ey = ex + (nx + 4);                \
    const real* const ez = ey + (ny + 4);                \
    const long long inverse = 2LL * (nx + ny + nz + 12);

#ifdef __CUDACC__ // ---------------------------------------------------------------------------------------- GPU, one thread a cell

#define KERNEL extern "C" __global__
#define INLINE static __device__ __forceinline__
#define FV_THREAD(axis) ((int)(blockIdx.axis * blockDim.axis + threadIdx.axis))

#define FV_BOX(i, j, k, i0, i1, j0, j1, k0, k1)   \
    const int i = (i0) + FV_THREAD(x);            \
    const int j = (j0) + FV_THREAD(y);            \
    const int k = (k0) + FV_THREAD(z);            \
    if (i < (i1) && j < (j1) && k < (k1))
#define FV_CELLS(i, j, k) FV_BOX(i, j, k, 0, nx, 0, ny, 0, nz)
#define FV_LAYERS(i, j, k, k0, k1) FV_BOX(i, j, k, 0, nx, 0, ny, k0, k1)
#define FV_PICK(i, j, k) FV_CELLS(i, j, k)
#define FV_COLOUR(i, j, k, colour)                              \
    const int j = FV_THREAD(y);                                 \
    const int k = FV_THREAD(z);                                 \
    const int i = 2 * FV_THREAD(x) + ((j + k + (colour)) & 1);  \
    if (i < nx && j < ny && k < nz)
#define FV_HALF(i, j, k, colour, x, ...)   \
    FV_COLOUR(i, j, k, colour)             \
    {                                      \
        (x)[AT(i, j, k)] = (__VA_ARGS__);  \
    }
// One thread a cell for all fields, so that what they share (a matrix) is read once.
#define FV_EACH(i, j, k, m, columns)          \
    const int i = FV_THREAD(x);               \
    const int j = FV_THREAD(y);               \
    const int k = FV_THREAD(z);               \
    if (i < nx && j < ny && k < nz)           \
        for (int m = 0; m < (columns); ++m)
#define FV_LIST(n, count)                                                       \
    const long long n = (long long)blockIdx.x * blockDim.x + threadIdx.x;       \
    if (n < (count))
// One partial a thread, strided over the cells so that neighbours load neighbours. The number of threads depends on the
// number of cells only, so a rerun adds in the same order.
#define FV_SUM(i, j, k, partial, ...)                                                                   \
    const long long fv_first = (long long)blockIdx.x * blockDim.x + threadIdx.x;                        \
    const long long fv_stride = (long long)gridDim.x * blockDim.x;                                      \
    double fv_sum = 0.0;                                                                                \
    for (long long fv_cell = fv_first; fv_cell < (long long)nx * ny * nz; fv_cell += fv_stride)         \
    {                                                                                                   \
        const int i = (int)(fv_cell % nx);                                                              \
        const int j = (int)(fv_cell / nx % ny);                                                         \
        const int k = (int)(fv_cell / nx / ny);                                                         \
        fv_sum += (double)(__VA_ARGS__);                                                                \
    }                                                                                                   \
    (partial)[fv_first] = fv_sum;

#else // ----------------------------------------------------------------------------------- CPU, threads over rows, SIMD along x

#define KERNEL extern "C"
#define INLINE static inline __attribute__((always_inline))
#define FV_PRAGMA(text) _Pragma(#text)

// Set by the host backend right after loading; weak, because every source file carries this header and one library holds them.
// fv_threads: threads of a large loop. fv_alone: loops below this many cells run on the calling thread (waking a second one
// costs more than it saves; measured in kernels/host.py).
extern "C" {
__attribute__((weak)) int fv_threads = 1;
__attribute__((weak)) long long fv_alone = 0;
}
#define FV_TEAM(cells) ((long long)(cells) < fv_alone ? 1 : fv_threads)

// The functions NVRTC has built in, spelt for the CPU without <cmath> (which would cost more compile time than the kernels).
INLINE float sqrt(const float x) { return __builtin_sqrtf(x); }
INLINE double sqrt(const double x) { return __builtin_sqrt(x); }
INLINE float fabs(const float x) { return __builtin_fabsf(x); }
INLINE double fabs(const double x) { return __builtin_fabs(x); }
INLINE float log(const float x) { return __builtin_logf(x); }
INLINE double log(const double x) { return __builtin_log(x); }
INLINE float exp(const float x) { return __builtin_expf(x); }
INLINE double exp(const double x) { return __builtin_exp(x); }
INLINE float pow(const float x, const float y) { return __builtin_powf(x, y); }
INLINE double pow(const double x, const double y) { return __builtin_pow(x, y); }

// `omp simd` on the row is what vectorises: g++ forgets that pointers do not overlap once a loop body is moved to a thread.
#define FV_ROWS(j, k, j0, j1, k0, k1, cells)                                                     \
    FV_PRAGMA(omp parallel for collapse(2) schedule(static) num_threads(FV_TEAM(cells)))         \
    for (int k = (k0); k < (k1); ++k)                                                            \
        for (int j = (j0); j < (j1); ++j)
#define FV_BOX(i, j, k, i0, i1, j0, j1, k0, k1)                                                               \
    FV_ROWS(j, k, j0, j1, k0, k1, (long long)((i1) - (i0)) * ((j1) - (j0)) * ((k1) - (k0)))                   \
    FV_PRAGMA(omp simd)                                                                                       \
    for (int i = (i0); i < (i1); ++i)
#define FV_CELLS(i, j, k) FV_BOX(i, j, k, 0, nx, 0, ny, 0, nz)
#define FV_LAYERS(i, j, k, k0, k1) FV_BOX(i, j, k, 0, nx, 0, ny, k0, k1)
// One by one: what a vector would gather costs more together than apart.
#define FV_PICK(i, j, k)                                             \
    FV_ROWS(j, k, 0, ny, 0, nz, (long long)nx * ny * nz)             \
    for (int i = 0; i < nx; ++i)
// No vectors here either, for the same reason.
#define FV_COLOUR(i, j, k, colour)                                   \
    FV_ROWS(j, k, 0, ny, 0, nz, (long long)nx * ny * nz / 2)         \
    for (int i = (j + k + (colour)) & 1; i < nx; i += 2)
// Rows of one colour by whole rows: twice the arithmetic and none of the shuffles that bring every second cell together.
#define FV_HALF(i, j, k, colour, x, ...)                             \
    FV_ROWS(j, k, 0, ny, 0, nz, (long long)nx * ny * nz / 2)         \
    {                                                                \
        real fv_row[nx];                                             \
        FV_PRAGMA(omp simd)                                          \
        for (int i = 0; i < nx; ++i)                                 \
            fv_row[i] = (__VA_ARGS__);                               \
        real* const fv_target = (x) + AT(0, j, k);                   \
        for (int i = (j + k + (colour)) & 1; i < nx; i += 2)         \
            fv_target[i] = fv_row[i];                                \
    }
// A row of all fields after another, so that what they share (a matrix) is read from the cache.
#define FV_EACH(i, j, k, m, columns)                                            \
    FV_ROWS(j, k, 0, ny, 0, nz, (long long)nx * ny * nz * (columns))            \
    for (int m = 0; m < (columns); ++m)                                         \
        FV_PRAGMA(omp simd)                                                     \
        for (int i = 0; i < nx; ++i)
#define FV_LIST(n, count)                                                                         \
    FV_PRAGMA(omp parallel for simd schedule(static) num_threads(FV_TEAM(count)))                 \
    for (long long n = 0; n < (long long)(count); ++n)
// One partial a row, whatever the number of threads.
#define FV_SUM(i, j, k, partial, ...)                        \
    FV_ROWS(j, k, 0, ny, 0, nz, (long long)nx * ny * nz)     \
    {                                                        \
        double fv_sum = 0.0;                                 \
        FV_PRAGMA(omp simd reduction(+ : fv_sum))            \
        for (int i = 0; i < nx; ++i)                         \
            fv_sum += (double)(__VA_ARGS__);                 \
        (partial)[(long long)k * ny + j] = fv_sum;           \
    }

#endif
