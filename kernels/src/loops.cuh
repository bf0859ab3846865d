// Loops of a batch: where an item of loop n lies. `lanes` is 1 where a loop should lie together (a processor), 32 where
// neighbouring threads should read together (a GPU).
#pragma once
#include "grid.cuh"

INLINE long long place(const long long item, const long long items, const int lanes, const long long n)
{
    return n / lanes * lanes * items + item * lanes + n % lanes;
}
