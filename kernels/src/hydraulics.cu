// Flows and pressures of liquid loops: Newton on the flows, one loop of a batch a thread. Always float64.
//
// Loops of a batch share their topology; loops.cuh says where their numbers lie.
//
// Legend   q flow of a link, m3/s, positive from start s to end e      t the same, on trial          h(t) fall of pressure, Pa
//          y = 1/h'(t)      p pressure of a node      d direction of the next step of q      r = h - (p_s - p_e + lift)
//          law      parts of h(q), each `count` long: 0 a of a f(Re) Re q, 1 Re/q, 2 roughness over diameter, 3 quadratic,
//                   4 power and 5 its exponent, 6 square of the flow below which that is linear, 7 gain,
//                   8 scale and 9 stretch of the curve, 10 the flow that a regulator holds
//          form     bit 0 one way only, bit 1 shut;  curve   number of a link's curve, -1 for none
//          knots    of all curves: flow, fall, slope, tail;  first   first knot of each curve and the end of the last
//          column, row, target   pattern of L (see thermal/loop/pattern.py);  slot   place of a link in L, -1 at a held node
//          values   conductance of each node to held ones, then those between nodes. A node is eliminated as a star of
//                   conductances becomes a mesh, without a subtraction: parts that hang on a shut valve (1e-17) keep their digits
//                   beside open pipes (1e-6). Source: Grassmann, Taksar, Heyman, Operations Research 33 (1985), 1107
//          phase    of a loop: 0 guessed, 1 first step, 2 searching, 3 mass is put right, 4 done
//          search   eight numbers a loop: length of the step, slope at its start, low and high end of the bracket and the slopes
//                   there, trials, steps so far
#include "loops.cuh"
#include "pipe_friction.cuh"

#define TIGHT 1e17       // Pa s/m3: slope of a one-way link against its way, until the last round shuts it for good
#define FREE 25          // full Newton steps before steps are judged: kinks change sides best in full steps
#define HELD 1e13        // Pa: a regulator lets 1e-8 of its flow more pass at 1 bar
#define STEEPEST 5e16    // Pa s/m3: and no steeper, or the last round would take one of a small flow for a one-way link that is shut
#define LINEAR 1e-4      // Pa: quadratic falls are linear below it
#define LEAST 1e0        // Pa s/m3: no slope is less, so that y is finite

// Fall and slope of a curve: cubics between its knots, quadratic beyond.
INLINE void along(const double* knots, const int all, const int begin, const int end, const double x, double* r, double* dr)
{
    const double* const q = knots;
    const double* const h = knots + all;
    const double* const s = h + all;
    const double* const c = s + all;
    const double low = x - q[begin];
    const double high = x - q[end - 1];
    if (low < 0.0)
    {
        *r = h[begin] + low * (s[begin] - c[begin] * low);
        *dr = s[begin] - 2.0 * c[begin] * low;
    }
    else if (high >= 0.0)
    {
        *r = h[end - 1] + high * (s[end - 1] + c[end - 1] * high);
        *dr = s[end - 1] + 2.0 * c[end - 1] * high;
    }
    else
    {
        int m = begin;
        while (x >= q[m + 1])
            ++m;
        const double w = q[m + 1] - q[m];
        const double z = (x - q[m]) / w;
        const double rise = h[m + 1] - h[m];
        const double a = s[m] * w;
        const double b = s[m + 1] * w;
        *r = h[m] + z * (a + z * (3.0 * rise - 2.0 * a - b + z * (a + b - 2.0 * rise)));
        *dr = (a + z * (2.0 * (3.0 * rise - 2.0 * a - b) + z * 3.0 * (a + b - 2.0 * rise))) / w;
    }
}

// h and y of a link with the friction factor f and its slope s: friction, quadratic part and gain.
INLINE void as_pipe(const double* law, const long long count, const long long n, const double q, const double Re, const double f,
                    const double s, double* h, double* y)
{
    double g, dg;
    all_flows(Re, f, s, &g, &dg);
    const double b = law[n];
    const double c = law[3 * count + n];
    const double root = sqrt(q * q + LINEAR / (c > 0.0 ? c : 1.0));
    const double slope = b * (g + Re * dg) + c * (root + q * q / root);
    h[n] = b * g * q + c * q * root - law[7 * count + n];
    y[n] = 1.0 / (slope > LEAST ? slope : LEAST);
}

// h and y of every link as if it were a pipe, friction after Colebrook.
KERNEL void pipe_laws(const long long count, const double* law, const double* t, double* h, double* y)
{
    FV_LIST(n, count)
    {
        double f, s;
        const double q = t[n];
        const double Re = law[count + n] * fabs(q);
        colebrook(Re > TURBULENT ? Re : TURBULENT, law[2 * count + n], &f, &s);
        as_pipe(law, count, n, q, Re, f, s, h, y);
    }
}

// The same, friction after Swamee and Jain.
KERNEL void pipe_laws_swamee_jain(const long long count, const double* law, const double* t, double* h, double* y)
{
    FV_LIST(n, count)
    {
        double f, s;
        const double q = t[n];
        const double Re = law[count + n] * fabs(q);
        swamee_jain(Re > TURBULENT ? Re : TURBULENT, law[2 * count + n], &f, &s);
        as_pipe(law, count, n, q, Re, f, s, h, y);
    }
}

// h and y of the links that are more than a pipe: power, curve, regulator, one way, shut. `which` are their places.
KERNEL void other_laws(const int others, const long long count, const int swamee, const int all, const int* which,
                       const double* law, const int* form, const int* curve, const int* first, const double* knots,
                       const double* t, double* h, double* y)
{
    FV_LIST(m, others)
    {
        const long long n = which[m];
        const int against = (form[n] & 1) && t[n] < 0.0;
        const double q = against ? 0.0 : t[n];
        double f, s, g, dg;
        const double Re = law[count + n] * fabs(q);
        if (swamee)
            swamee_jain(Re > TURBULENT ? Re : TURBULENT, law[2 * count + n], &f, &s);
        else
            colebrook(Re > TURBULENT ? Re : TURBULENT, law[2 * count + n], &f, &s);
        all_flows(Re, f, s, &g, &dg);
        double fall = law[n] * g * q - law[7 * count + n];
        double slope = law[n] * (g + Re * dg);
        if (law[3 * count + n] > 0.0)
        {
            const double c = law[3 * count + n];
            const double root = sqrt(q * q + LINEAR / c);
            fall += c * q * root;
            slope += c * (root + q * q / root);
        }
        if (law[4 * count + n] > 0.0)
        {
            const double z = law[5 * count + n] - 1.0;
            const double square = q * q + law[6 * count + n];
            const double c = law[4 * count + n] * raised(0.5 * z * ln(square));
            fall += c * q;
            slope += c * (1.0 + z * q * q / square);
        }
        if (curve[n] >= 0)
        {
            double r, dr;
            const double scale = law[8 * count + n];
            const double stretch = law[9 * count + n];
            along(knots, all, first[curve[n]], first[curve[n] + 1], q / stretch, &r, &dr);
            fall += scale * r;
            slope += scale / stretch * dr;
        }
        const double over = q - law[10 * count + n];
        if (over > 0.0)
        {
            const double steep = HELD / law[10 * count + n], held = steep < STEEPEST ? steep : STEEPEST;
            fall += held * over;
            slope += held;
        }
        if (against) // goes on from the law at rest, so that h rises without a step
        {
            fall += TIGHT * t[n];
            slope = TIGHT;
        }
        h[n] = fall;
        y[n] = (form[n] & 2) ? 0.0 : 1.0 / (slope > LEAST ? slope : LEAST);
    }
}

// Judge the trial flows of each loop by the slope of the content along d (the sum over links of the integral of h - p, which
// the answer makes least: Collins et al. 1978); then a shorter step, or the next Newton step. The last round shuts one-way links
// that stand against their way, and spreads what mass round-off has left over at the nodes.
KERNEL void flow_round(const int loops, const int lanes, const int links, const int nodes, const int unknowns, const int entries,
                       const int* start, const int* end, const int* slot, const int* column, const int* row, const int* target,
                       const double* inflow, const double* lift, const double* h, const double* y, int* phase, double* search,
                       double* values, double* b, double* p, double* d, double* q, double* t)
{
    FV_LIST(n, loops)
    {
        if (phase[n] < 4)
        {
            double* const step = search + 8 * n;
            const int last = phase[n] == 3;
            int accept = 1;
            if (phase[n] == 2 && step[7] >= FREE)
            {
                double slope = 0.0;
                for (int m = 0; m < links; ++m)
                {
                    const long long l = place(m, links, lanes, n);
                    const double drop = p[place(start[m], nodes, lanes, n)] - p[place(end[m], nodes, lanes, n)] + lift[l];
                    slope += d[l] * (h[l] - drop);
                }
                const double s0 = step[1];
                accept = fabs(slope) <= 0.5 * s0 || (slope <= 0.0 && step[0] >= 1.0) || step[6] >= 40.0;
                if (!accept)
                {
                    const int above = slope > 0.0;
                    step[above ? 3 : 2] = step[0];
                    step[above ? 5 : 4] = slope;
                    const double wide = step[3] - step[2];
                    double share = -step[4] / (step[5] - step[4]);
                    if (((int)step[6]) % 3 == 2) // three secants at most from one side
                        share = 0.5;
                    share = share < 0.02 ? 0.02 : (share > 0.98 ? 0.98 : share);
                    step[0] = step[2] + share * wide;
                    step[6] += 1.0;
                    for (int m = 0; m < links; ++m)
                    {
                        const long long l = place(m, links, lanes, n);
                        t[l] = q[l] + step[0] * d[l];
                    }
                }
            }
            if (accept)
            {
                for (int m = 0; m < unknowns + entries; ++m)
                    values[place(m, unknowns + entries, lanes, n)] = 0.0;
                for (int m = 0; m < nodes; ++m)
                    b[place(m, nodes, lanes, n)] = inflow[place(m, nodes, lanes, n)];
                for (int m = 0; m < links; ++m)
                {
                    const long long l = place(m, links, lanes, n);
                    const long long s = place(start[m], nodes, lanes, n);
                    const long long e = place(end[m], nodes, lanes, n);
                    const double w = last && y[l] <= 1.0 / TIGHT ? 0.0 : y[l];
                    q[l] = last && w == 0.0 ? 0.0 : t[l];
                    const double r = last ? 0.0 : h[l] - (p[s] - p[e] + lift[l]);
                    const double x = q[l] - w * r;
                    d[l] = r;
                    b[s] -= x;
                    b[e] += x;
                    if (slot[m] >= 0)
                        values[place(unknowns + slot[m], unknowns + entries, lanes, n)] += w;
                    else if (start[m] < unknowns)
                        values[place(start[m], unknowns + entries, lanes, n)] += w;
                    else if (end[m] < unknowns)
                        values[place(end[m], unknowns + entries, lanes, n)] += w;
                }
                int next = 0;
                for (int j = 0; j < unknowns; ++j)
                {
                    const double ground = values[place(j, unknowns + entries, lanes, n)];
                    const double z = b[place(j, nodes, lanes, n)];
                    double pivot = ground;
                    for (int k = column[j]; k < column[j + 1]; ++k)
                        pivot += values[place(unknowns + k, unknowns + entries, lanes, n)];
                    for (int k = column[j]; k < column[j + 1]; ++k)
                    {
                        const double off = pivot > 0.0 ? values[place(unknowns + k, unknowns + entries, lanes, n)] / pivot : 0.0;
                        b[place(row[k], nodes, lanes, n)] += off * z;
                        values[place(row[k], unknowns + entries, lanes, n)] += off * ground;
                        for (int i = column[j]; i < k; ++i)
                            values[place(target[next++], unknowns + entries, lanes, n)] +=
                                off * values[place(unknowns + i, unknowns + entries, lanes, n)];
                    }
                    values[place(j, unknowns + entries, lanes, n)] = pivot;
                }
                for (int j = unknowns; j < nodes; ++j)
                    b[place(j, nodes, lanes, n)] = 0.0;
                for (int j = unknowns - 1; j >= 0; --j)
                {
                    double z = b[place(j, nodes, lanes, n)];
                    for (int k = column[j]; k < column[j + 1]; ++k)
                        z += values[place(unknowns + k, unknowns + entries, lanes, n)] * b[place(row[k], nodes, lanes, n)];
                    const double pivot = values[place(j, unknowns + entries, lanes, n)];
                    b[place(j, nodes, lanes, n)] = pivot > 0.0 ? z / pivot : 0.0; // cut off: its level stays
                }
                double most = 0.0;
                double height = 0.0;
                double s0 = 0.0;
                for (int m = 0; m < links; ++m)
                {
                    const long long l = place(m, links, lanes, n);
                    const double rest = d[l] - (b[place(start[m], nodes, lanes, n)] - b[place(end[m], nodes, lanes, n)]);
                    const double w = last && y[l] <= 1.0 / TIGHT ? 0.0 : y[l];
                    d[l] = -w * rest;
                    t[l] = q[l] + d[l];
                    s0 -= d[l] * rest;
                    most = fabs(t[l]) > most ? fabs(t[l]) : most;
                }
                for (int j = 0; j < nodes; ++j)
                {
                    const long long i = place(j, nodes, lanes, n);
                    p[i] += last ? 0.0 : b[i];
                    height = fabs(p[i]) > height ? fabs(p[i]) : height;
                }
                int done = 1;
                for (int m = 0; m < links; ++m)
                {
                    const long long l = place(m, links, lanes, n);
                    done = done && (fabs(d[l]) <= 1e-10 * most + 1e-18 || fabs(d[l]) <= 4e-15 * height * y[l]);
                    done = done && fabs(d[l]) <= (1e-6 * height + 1e-3) * y[l]; // no link about to change sides
                }
                if (last)
                    for (int m = 0; m < links; ++m)
                        q[place(m, links, lanes, n)] = t[place(m, links, lanes, n)];
                step[7] = phase[n] == 0 ? 0.0 : step[7] + 1.0;
                phase[n] = last ? 4 : (phase[n] == 0 ? 1 : (done && phase[n] == 2 ? 3 : 2));
                step[0] = 1.0;
                step[1] = s0;
                step[2] = 0.0;
                step[3] = 1.0;
                step[4] = -s0;
                step[5] = s0;
                step[6] = 0.0;
            }
        }
    }
}
