// Temperatures of liquid loops: implicit upwind finite volumes along links, mixing nodes. Always float64.
//
// The cells of a link are eliminated by hand: what leaves it is A T_u + X T_x + B of the temperatures of its entering node u and
// of the node that enters the other side of its exchanger. What is left are the nodes, a sparse system that is structurally
// symmetric and needs no pivoting (its rows are dominated by their diagonals).
//
// Legend   C capacity rate of a link, W/K, positive from start to end;  first   first cell of each link, and the end of the last
//          m capacity of a cell over the time step, g its conductance to ambient Ta, W/K, of each link
//          heat into a link: s + k T_u + x T_x, spread evenly over its cells;   other   the link across the exchanger, -1 for none
//          Tc cells, in order from start to end;  T nodes;  M capacity of a node over the time step, plus what enters from outside
//          S its right side: old temperature and what enters;  a, lower, upper, own   of values: diagonal, L, U, diagonal before
//          links, nodes_   numbers of links and nodes of a batch in the order of hydraulics.cu;  across   entry of the pair of
//          the leaving node and the node that enters the other side, for the four directions of flow; -1 known, -2 on the diagonal
#include "loops.cuh"

// A, B, X of every link.
KERNEL void link_response(const int links, const int* first, const double* C, const double* m, const double* g, const double* Ta,
                          const double* s, const double* k, const double* x, const double* Tc, double* A, double* B, double* X)
{
    FV_LIST(l, links)
    {
        const int begin = first[l];
        const int cells = first[l + 1] - begin;
        const double c = fabs(C[l]);
        const double D = c + m[l] + g[l];
        const double share = 1.0 / cells;
        double a = 1.0;
        double b = 0.0;
        double y = 0.0;
        for (int i = 0; i < cells; ++i)
        {
            const double old = Tc[C[l] < 0.0 ? begin + cells - 1 - i : begin + i];
            a = D > 0.0 ? (c * a + share * k[l]) / D : 0.0;
            y = D > 0.0 ? (c * y + share * x[l]) / D : 0.0;
            b = D > 0.0 ? (c * b + m[l] * old + g[l] * Ta[l] + share * s[l]) / D : old;
        }
        A[l] = a;
        B[l] = b;
        X[l] = y;
    }
}

// New temperatures of every cell from those of the nodes.
KERNEL void cell_heat(const int links, const int* first, const int* start, const int* end, const int* other, const double* C,
                      const double* m, const double* g, const double* Ta, const double* s, const double* k, const double* x,
                      const double* T, double* Tc)
{
    FV_LIST(l, links)
    {
        const int begin = first[l];
        const int cells = first[l + 1] - begin;
        const double c = fabs(C[l]);
        const double D = c + m[l] + g[l];
        const int o = other[l] < 0 ? (int)l : other[l];
        const double entering = T[C[l] < 0.0 ? end[l] : start[l]];
        const double across = T[C[o] < 0.0 ? end[o] : start[o]];
        const double given = (s[l] + k[l] * entering + x[l] * across) / cells;
        double up = entering;
        for (int i = 0; i < cells; ++i)
        {
            const int cell = C[l] < 0.0 ? begin + cells - 1 - i : begin + i;
            up = D > 0.0 ? (c * up + m[l] * Tc[cell] + g[l] * Ta[l] + given) / D : Tc[cell];
            Tc[cell] = up;
        }
    }
}

// The matrix of the nodes and its factors. Where a pivot is lost nothing says how warm a part is: one of its nodes is tied to its old
// temperature, which takes nothing if no heat enters the part, and `whole` is 0.
KERNEL void heat_factor(const int loops, const int lanes, const int items, const int nodes, const int unknowns, const int entries,
                        const int* links, const int* nodes_, const int* start, const int* end, const int* slot, const int* across,
                        const int* column, const int* row, const int* target, const int* other, const double* C, const double* M,
                        const double* A, const double* X, double* values, int* whole)
{
    FV_LIST(n, loops)
    {
        const long long all = 2LL * unknowns + 2LL * entries;
        for (int i = 0; i < all; ++i)
            values[place(i, all, lanes, n)] = 0.0;
        for (int i = 0; i < unknowns; ++i)
            values[place(i, all, lanes, n)] = M[nodes_[place(i, nodes, lanes, n)]];
        for (int i = 0; i < items; ++i)
        {
            const int l = links[place(i, items, lanes, n)];
            const double c = fabs(C[l]);
            const int up = C[l] < 0.0 ? end[i] : start[i];
            const int down = C[l] < 0.0 ? start[i] : end[i];
            if (down < unknowns)
            {
                values[place(down, all, lanes, n)] += c;
                if (slot[i] >= 0) // below the diagonal if the row is the later one
                    values[place(unknowns + slot[i] + (down > up ? 0 : entries), all, lanes, n)] -= c * A[l];
                if (other[l] >= 0)
                {
                    const int way = across[4 * i + (C[l] < 0.0 ? 2 : 0) + (C[other[l]] < 0.0 ? 1 : 0)];
                    if (way == -2)
                        values[place(down, all, lanes, n)] -= c * X[l];
                    else if (way >= 0) // 2 entry + 1 if above the diagonal
                        values[place(unknowns + way / 2 + (way % 2 ? entries : 0), all, lanes, n)] -= c * X[l];
                }
            }
        }
        for (int i = 0; i < unknowns; ++i)
        {
            const double d = values[place(i, all, lanes, n)];
            values[place(unknowns + 2 * entries + i, all, lanes, n)] = d;
            if (d == 0.0)
                values[place(i, all, lanes, n)] = 1.0;
        }
        int fine = 1;
        int next = 0;
        for (int j = 0; j < unknowns; ++j)
        {
            const double d = values[place(unknowns + 2 * entries + j, all, lanes, n)];
            const int lost = !(values[place(j, all, lanes, n)] > 1e-11 * d);
            if (lost)
            {
                values[place(j, all, lanes, n)] = d;
                values[place(unknowns + 2 * entries + j, all, lanes, n)] = -d;
            }
            fine = fine && !lost;
            const double pivot = values[place(j, all, lanes, n)];
            for (int p = column[j]; p < column[j + 1]; ++p)
            {
                const double f = values[place(unknowns + p, all, lanes, n)] / pivot;
                const double u = values[place(unknowns + entries + p, all, lanes, n)];
                values[place(unknowns + p, all, lanes, n)] = f;
                for (int i = column[j]; i < p; ++i)
                {
                    const int to = target[next++];
                    values[place(to, all, lanes, n)] -= f * values[place(unknowns + entries + i, all, lanes, n)];
                    values[place(to + entries, all, lanes, n)] -= values[place(unknowns + i, all, lanes, n)] * u;
                }
                values[place(row[p], all, lanes, n)] -= f * u;
            }
        }
        whole[n] = fine;
    }
}

// New temperatures of the nodes. Where nothing flows in and nothing is stored, the old one stays.
KERNEL void heat_solve(const int loops, const int lanes, const int items, const int nodes, const int unknowns, const int entries,
                       const int* links, const int* nodes_, const int* start, const int* end, const int* slot, const int* across,
                       const int* column, const int* row, const int* other, const int* other_start, const int* other_end,
                       const double* C, const double* S, const double* A, const double* B, const double* X, const double* values,
                       double* b, double* T)
{
    FV_LIST(n, loops)
    {
        const long long all = 2LL * unknowns + 2LL * entries;
        for (int i = 0; i < unknowns; ++i)
        {
            const int j = nodes_[place(i, nodes, lanes, n)];
            const int still = values[place(unknowns + 2 * entries + i, all, lanes, n)] == 0.0;
            b[place(i, nodes, lanes, n)] = still ? T[j] : S[j];
        }
        for (int i = 0; i < items; ++i)
        {
            const int l = links[place(i, items, lanes, n)];
            const double c = fabs(C[l]);
            const int up = C[l] < 0.0 ? end[i] : start[i];
            const int down = C[l] < 0.0 ? start[i] : end[i];
            if (down < unknowns && c > 0.0)
            {
                double given = B[l];
                if (up >= unknowns)
                    given += A[l] * T[nodes_[place(up, nodes, lanes, n)]];
                if (other[l] >= 0)
                {
                    const int back = C[other[l]] < 0.0;
                    if (across[4 * i + (C[l] < 0.0 ? 2 : 0) + back] == -1)
                        given += X[l] * T[back ? other_end[l] : other_start[l]];
                }
                b[place(down, nodes, lanes, n)] += c * given;
            }
        }
        for (int j = 0; j < unknowns; ++j)
        {
            const double d = values[place(unknowns + 2 * entries + j, all, lanes, n)];
            if (d < 0.0)
                b[place(j, nodes, lanes, n)] -= d * T[nodes_[place(j, nodes, lanes, n)]];
            for (int p = column[j]; p < column[j + 1]; ++p)
                b[place(row[p], nodes, lanes, n)] -= values[place(unknowns + p, all, lanes, n)] * b[place(j, nodes, lanes, n)];
        }
        for (int j = unknowns - 1; j >= 0; --j)
        {
            double z = b[place(j, nodes, lanes, n)];
            for (int p = column[j]; p < column[j + 1]; ++p)
                z -= values[place(unknowns + entries + p, all, lanes, n)] * b[place(row[p], nodes, lanes, n)];
            z /= values[place(j, all, lanes, n)];
            b[place(j, nodes, lanes, n)] = z;
            T[nodes_[place(j, nodes, lanes, n)]] = z;
        }
    }
}
