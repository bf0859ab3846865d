// Air paths: tiles, grilles and other perforated pieces that blow jets, and zones that resist the air all through.
//
// Legend   cell   position of the cell whose low face it is;  un velocity normal to the face, fn the same times rho/rho0 (in a
//          Boussinesq run the same array);  stride distance to the next face along the normal;  area of the face
//          loss   K of the superficial velocity;  jet 1/open fraction, 0 where no jets are made
//          sp rd rhs   what lists add to the diagonal, 1/diagonal and right side of the rows of un
//          lo hi   coefficients of a tangential velocity's rows towards the low and the high side of the sheet's axis
//          ut1 ut2  the other two velocities, t1 t2 their strides, sa that of the normal
//          C D    quadratic (1/m) and linear (1/s) resistance of a zone along the normal;  part m of the row's length inside it
#include "grid.cuh"

// What a perforated piece adds to diagonals, before the rows are assembled. Newton's linearisation of K u|u|/2 puts K|u| on the
// face's own diagonal, where the secant would make the iteration swing about its answer. The row downstream gets the implicit part
// of the jets' momentum, see tile_push.
KERNEL void tile_share(const int count, const long long* cell, const real* area, const real* loss, const real* jet, const real* fn,
                       const long long stride, real* sp)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const real flow = (fn[c] > R(0.0) ? fn[c] : -fn[c]) * area[n];
        sp[c] += loss[n] * flow;
        sp[c + (fn[c] > R(0.0) ? stride : -stride)] += jet[n] > R(0.0) ? R(0.5) * flow : R(0.0);
    }
}

// What it adds to the right sides of assembled rows: the rest of Newton's loss, and the momentum of the jets. Holes of open fraction
// f carry U^2 A/f; the next row downstream receives F U, F = (U + u) A/2, by itself, so it needs U^2 A (1/f - 1/2) - U A u/2 more.
KERNEL void tile_push(const int count, const long long* cell, const real* area, const real* loss, const real* jet, const real* un,
                      const real* fn, const long long stride, const real* rd, real* rhs)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const long long t = c + (fn[c] > R(0.0) ? stride : -stride);
        const real momentum = (fn[c] > R(0.0) ? fn[c] : -fn[c]) * un[c] * area[n];
        rhs[c] += R(0.5) * loss[n] * momentum * rd[c];
        rhs[t] += jet[n] > R(0.0) ? (jet[n] - R(0.5)) * momentum * rd[t] : R(0.0);
    }
}

// A zone's resistance on the diagonal of a face's velocity: (D + C |V|/2) of the length inside it, V the whole velocity's size at the
// face. It acts against the mass velocity and so does the loss of a sheet.
KERNEL void zone_drag(const int count, const long long* cell, const real* area, const real* part, const real* C, const real* D,
                      const real* fn, const long long sa, const real* ut1, const long long t1, const real* ut2, const long long t2,
                      real* sp)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n], l = c - sa;
        const real a = R(0.25) * (ut1[c] + ut1[c + t1] + ut1[l] + ut1[l + t1]);
        const real b = R(0.25) * (ut2[c] + ut2[c + t2] + ut2[l] + ut2[l + t2]);
        sp[c] += (D[n] + R(0.5) * C[n] * sqrt(fn[c] * fn[c] + a * a + b * b)) * part[n] * area[n];
    }
}

// Air leaves holes square to the sheet: of a tangential velocity's assembled rows next to it, downstream, the inflow through the sheet
// brings nothing. It stays in the diagonal and leaves the coefficient of the neighbour, `lo` of a row above the sheet, `hi` of one
// below. A face has half its flow in each of two rows: offset 0, and the stride of that velocity.
KERNEL void tile_square(const int count, const long long* cell, const real* area, const real* fn, const long long stride,
                        const long long offset, const real* rd, real* lo, real* hi)
{
    FV_LIST(n, count)
    {
        const long long c = cell[n];
        const bool up = fn[c] > R(0.0);
        const long long row = (up ? c : c - stride) + offset;
        const real part = R(0.5) * (up ? fn[c] : -fn[c]) * area[n] * rd[row];
        const real low = lo[row] - (up ? part : R(0.0)), high = hi[row] - (up ? R(0.0) : part);
        lo[row] = low > R(0.0) ? low : R(0.0);
        hi[row] = high > R(0.0) ? high : R(0.0);
    }
}
