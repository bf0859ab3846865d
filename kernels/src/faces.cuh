// What the bits of a cell's mask say of its LOW face along axis A: bit 1 + A open to flow, bit 5 + A carries a porous sheet.
#pragma once

// 1 where air mixes through the face: open and without a sheet. A sheet passes what flows through its holes, but no eddy.
template <int A>
INLINE real mixing(const int m)
{
    return (real)((m >> (1 + A)) & ~(m >> (5 + A)) & 1);
}
