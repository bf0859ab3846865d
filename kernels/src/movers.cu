// Through-bodies: fans on their curves in momentum rows, and the heat that servers and coils give to the tubes of a body.
//
// Legend   n     face of a fan plane, or tube: the tube behind that face;  law  number of its law;  s  +1 if fans blow along +axis
//          Q     flow of the whole law, m3/s, as if all of it went like this face: s u A_law, so each face is a small fan
//          start q p m   knots of the curves: flow, kinematic pressure rise (m2/s2), slope; law l has knots start[l] .. start[l+1]
//          c     p(0)/q_end^2, beyond the knots;  K  resistance, m2/s2 per (m3/s)^2;  chord  least slope of the linear row
//          speed of each mover, 1 = full;  own   mover of a law;  rise  pressure rise of the fan, over density
//          F     flow of a tube, m3/s of reference density;  H heat of a tube, K m3/s
//          r     rho/rho0 of a face
#include "grid.cuh"

// Pressure rise y and slope dy of law l at flow Q and speed n: the monotone cubic between knots, a parabola beyond, n^2 p(Q/n).
INLINE void fan_curve(const int l, const int* start, const double* q, const double* p, const double* m, const double c, const double n,
                      const double Q, double* y, double* dy)
{
    const int first = start[l], last = start[l + 1] - 1;
    const double aQ = Q < 0.0 ? -Q : Q;
    double value = -c * Q * aQ, slope = -2.0 * c * aQ;
    if (last < first) {
        value = 0.0;
        slope = 0.0;
    } else if (n > 1e-6) {
        const double x = Q / n;
        if (x <= q[first]) {
            const double d = x - q[first];
            value = n * n * (p[first] + m[first] * d + c * d * d);
            slope = n * (m[first] + 2.0 * c * d);
        } else if (x >= q[last]) {
            const double d = x - q[last];
            value = n * n * (p[last] + m[last] * d - c * d * d);
            slope = n * (m[last] - 2.0 * c * d);
        } else {
            int k = first;
            while (x >= q[k + 1])
                ++k;
            const double h = q[k + 1] - q[k], t = (x - q[k]) / h;
            const double ma = m[k] * h, mb = m[k + 1] * h, step = p[k + 1] - p[k];
            const double e = 3.0 * step - 2.0 * ma - mb, g = ma + mb - 2.0 * step;
            value = n * n * (p[k] + t * (ma + t * (e + t * g)));
            slope = n * (ma + t * (2.0 * e + 3.0 * t * g)) / h;
        }
    }
    *y = value;
    *dy = slope;
}

// The row of a fan face: f(Q) = curve - K Q|Q| and its slope at the present flow, by Newton: area f + area f' (Q_new - Q). The slope
// is at least the chord from no flow to the free-blowing one, so that a fan at rest does not shoot over. `w` is 1 or rho/rho0.
INLINE void fan_row(const int l, const int* start, const double* q, const double* p, const double* m, const double c, const double K,
                    const double chord, const double n, const double A_law, const double s, const double u, const double A,
                    const double w, double* rise, double* diagonal, double* force)
{
    const double Q = s * u * A_law, aQ = Q < 0.0 ? -Q : Q;
    double y, dy;
    fan_curve(l, start, q, p, m, c, n, Q, &y, &dy);
    const double steep = 2.0 * K * aQ - dy, least = n * chord;
    const double sigma = steep > least ? steep : least;
    *rise = y;
    *diagonal = w * sigma * A_law * A;
    *force = s * w * A * (y - K * Q * aQ + sigma * Q);
}

// Fan faces of one axis: sp += slope, push = the force with which the row goes on (push_jets adds it once the rows are assembled).
KERNEL void fan_push(const int count, const long long* cell, const int* law, const int* place, const int* start, const double* q,
                     const double* p, const double* m, const double* c, const double* K, const double* chord, const double* A_law,
                     const int* own, const double* speed, const double* s, const double* area, const real* un, real* sp, real* push,
                     double* rise)
{
    FV_LIST(n, count)
    {
        const int l = law[n];
        double y, diagonal, force;
        fan_row(l, start, q, p, m, c[l], K[l], chord[l], speed[own[l]], A_law[l], s[n], (double)un[cell[n]], area[n], 1.0, &y, &diagonal,
                &force);
        sp[cell[n]] += (real)diagonal;
        push[n] = (real)force;
        rise[place[n]] = y;
    }
}

// The same in an ideal gas: un is the true velocity, curve and resistance follow the density r of the face.
KERNEL void fan_push_gas(const int count, const long long* cell, const int* law, const int* place, const int* start, const double* q,
                         const double* p, const double* m, const double* c, const double* K, const double* chord, const double* A_law,
                         const int* own, const double* speed, const double* s, const double* area, const real* un, const real* r,
                         real* sp, real* push, double* rise)
{
    FV_LIST(n, count)
    {
        const int l = law[n];
        double y, diagonal, force;
        fan_row(l, start, q, p, m, c[l], K[l], chord[l], speed[own[l]], A_law[l], s[n], (double)un[cell[n]], area[n], (double)r[cell[n]],
                &y, &diagonal, &force);
        sp[cell[n]] += (real)diagonal;
        push[n] = (real)force;
        rise[place[n]] = y;
    }
}

// value[place[n]] = a[cell[n]]: what a block sees of tubes that all blocks know.
KERNEL void collect(const int count, const long long* cell, const int* place, const real* a, double* value)
{
    FV_LIST(n, count) { value[place[n]] = (double)a[cell[n]]; }
}

// Flow of each tube, the temperature of what enters and of what leaves. ends = T before the tube, in its first cell, in its last
// cell, behind it, four runs of count; where no air cell lies before (behind) it, the first (last) one stands for it and `at_head`
// (`at_tail`) is the part of H that it has received.
KERNEL void tube_streams(const int count, const double* s, const double* area, const double* velocity, const double* ends,
                         const double* at_head, const double* at_tail, const double* H, double* F, double* enter, double* leave)
{
    FV_LIST(n, count)
    {
        const double flow = s[n] * velocity[n] * area[n];
        const double size = flow < 0.0 ? -flow : flow;
        const double inside = flow < 0.0 ? at_tail[n] : at_head[n];
        const double seen = flow < 0.0 ? ends[n + 3 * (long long)count] : ends[n];
        F[n] = flow;
        enter[n] = seen - (size > 1e-12 ? H[n] * inside / size : 0.0);
        leave[n] = flow < 0.0 ? ends[n + (long long)count] : ends[n + 2 * (long long)count];
    }
}

// Sums over the tubes start[n] .. start[n+1] of a mover: F, |F|, |F| enter, |F| leave, rise F, inflow of inlets, that times enter,
// backward flow. A whiff of flow everywhere gives means of resting tubes, too.
KERNEL void mover_sums(const int count, const int* start, const double* F, const double* enter, const double* leave, const double* rise,
                       const int* inlet, double* sums)
{
    FV_LIST(n, count)
    {
        double net = 0.0, gross = 0.0, warm_in = 0.0, warm_out = 0.0, work = 0.0, in = 0.0, warm = 0.0, back = 0.0;
        for (int t = start[n]; t < start[n + 1]; ++t) {
            const double size = (F[t] < 0.0 ? -F[t] : F[t]) + 1e-9;
            const double drawn = inlet[t] != 0 ? (F[t] > 0.0 ? F[t] : 0.0) + 1e-9 : 0.0;
            net += F[t];
            gross += size;
            warm_in += size * enter[t];
            warm_out += size * leave[t];
            work += rise[t] * F[t];
            in += drawn;
            warm += drawn * enter[t];
            back += F[t] < 0.0 ? -F[t] : 0.0;
        }
        sums[8 * n] = net;
        sums[8 * n + 1] = gross;
        sums[8 * n + 2] = warm_in;
        sums[8 * n + 3] = warm_out;
        sums[8 * n + 4] = work;
        sums[8 * n + 5] = in;
        sums[8 * n + 6] = warm;
        sums[8 * n + 7] = back;
    }
}

// Effectiveness of a coil by number of transfer units: counter flow, or cross flow with both streams unmixed (Incropera & DeWitt
// 2002, table 11.3: eq. 11.29a, 11.32).
INLINE double effectiveness(const double UA, const double C_air, const double C_water, const bool is_cross)
{
    const double least = C_air < C_water ? C_air : C_water, most = C_air < C_water ? C_water : C_air;
    const double N = UA / (least + 1e-30), ratio = least / (most + 1e-30);
    const double left = exp(-N * (1.0 - ratio));
    const double counter = ratio < 0.9999 ? (1.0 - left) / (1.0 - ratio * left) : N / (1.0 + N);
    const double some = N > 1e-9 ? N : 1e-9, unlike = ratio > 1e-9 ? ratio : 1e-9;
    const double cross = 1.0 - exp(exp(0.22 * log(some)) / unlike * (exp(-unlike * exp(0.78 * log(some))) - 1.0));
    return is_cross ? cross : counter;
}

// What a mover does about the air it sees: speed of its fans, heat of its coil, heat of its fans.
// settings   16 a mover: has a coil, UA, C_water, T_water, bypass, cross flow, control (0 none, 1 supply, 2 return), setpoint, air
//        exponent, rated air flow, 1/(efficiency c_p) or 0, power at full speed, fans heat the air, 3 unused; UA, C and powers over
//        rho0 c_p, temperatures above the reference
// knots  (T, speed) pairs of the rule of mover n: first[n] .. first[n+1]; none leaves the speed alone
// trim   K m3/s that supply control adds (integral part), or the valve's place of return control; `gain` 0 leaves it and the speed
// out    8 a mover: effectiveness on the air side Q/(F (T_in - T_water)), T_water, rise by fan heat K, valve 0..1, Q, Q with the
//        valve open, fan power, mean T_in
KERNEL void mover_respond(const int count, const double* sums, const double* settings, const int* first, const double* T_knot,
                          const double* n_knot, double* speed, double* trim, double* out, const double gain)
{
    FV_LIST(n, count)
    {
        const double* g = settings + 16 * n;
        const double F = sums[8 * n + 1], T_in = sums[8 * n + 2] / F, T_out = sums[8 * n + 3] / F;
        const double drawn = sums[8 * n + 5], seen = drawn > 0.0 ? sums[8 * n + 6] / (drawn > 0.0 ? drawn : 1.0) : T_in;
        if (first[n + 1] > first[n]) {
            const int a = first[n], b = first[n + 1] - 1;
            double wanted = seen <= T_knot[a] ? n_knot[a] : n_knot[b];
            for (int k = a; k < b; ++k)
                if (seen > T_knot[k] && seen < T_knot[k + 1])
                    wanted = n_knot[k] + (n_knot[k + 1] - n_knot[k]) * (seen - T_knot[k]) / (T_knot[k + 1] - T_knot[k]);
            speed[n] += gain * (wanted - speed[n]);
        }
        const double cube = speed[n] * speed[n] * speed[n], work = sums[8 * n + 4];
        const double power = g[10] > 0.0 ? (work > 0.0 ? work : 0.0) * g[10] : cube * g[11];
        const double heat = g[12] * power, most = 20.0;
        const double warm = heat / (F * most > heat ? F : heat / most + 1e-30);
        const double C_air = F * (1.0 - g[4]), span = T_in - g[3];
        const double fraction = F > 1e-3 * g[9] ? F / (g[9] + 1e-30) : 1e-3;
        const double UA = g[1] * (g[8] > 0.0 ? exp(g[8] * log(fraction)) : 1.0);
        const double least = C_air < g[2] ? C_air : g[2];
        const double full = g[0] > 0.0 ? effectiveness(UA, C_air, g[2], g[5] > 0.0) * least * span : 0.0;
        double valve = 1.0;
        if (g[6] == 1.0) {
            const double wanted = F * (T_in - g[7]) + F * warm + trim[n];
            valve = full > 0.0 ? (wanted < 0.0 ? 0.0 : (wanted > full ? 1.0 : wanted / full)) : 0.0;
            const double bound = full > 0.0 ? 0.2 * full : 0.0;
            const double miss = T_out - g[7];  // a valve at its end waits, unless the miss takes it back
            const bool waits = (valve >= 1.0 && miss > 0.0) || (valve <= 0.0 && miss < 0.0);
            const double moved = trim[n] + (waits ? 0.0 : gain * F * miss);
            trim[n] = moved > bound ? bound : (moved < -bound ? -bound : moved);
        }
        if (g[6] == 2.0) {
            const double rise = full > 1e-3 * F ? full / F : 1e-3;
            const double step = (T_in - g[7]) / rise;
            const double moved = trim[n] + 0.1 * gain * (step > 1.0 ? 1.0 : (step < -1.0 ? -1.0 : step));
            trim[n] = moved > 1.0 ? 1.0 : (moved < 0.0 ? 0.0 : moved);
            valve = trim[n];
        }
        const double Q = g[0] > 0.0 ? valve * full : 0.0;
        const double apart = span > 1e-9 || span < -1e-9 ? span : 1e-9;
        out[8 * n] = Q / (F * apart);
        out[8 * n + 1] = g[3];
        out[8 * n + 2] = warm;
        out[8 * n + 3] = valve;
        out[8 * n + 4] = Q;
        out[8 * n + 5] = full;
        out[8 * n + 6] = power;
        out[8 * n + 7] = T_in;
    }
}

// New heat H of each tube and its change: servers' power, but no more than |F| `most`; fans' heat; less what the coil takes, which
// is the same share of each tube's distance from the water's temperature.
KERNEL void tube_heat(const int count, const int* mover, const double* F, const double* enter, const double* power, const double* most,
                      const double* out, double* H, double* change)
{
    FV_LIST(n, count)
    {
        const double* g = out + 8 * (long long)mover[n];
        const double size = F[n] < 0.0 ? -F[n] : F[n];
        const double served = power[n] < size * most[n] ? power[n] : size * most[n];
        const double fresh = served + size * (g[2] - g[0] * (enter[n] - g[1]));
        change[n] = fresh - H[n];
        H[n] = fresh;
    }
}

// Heat of tubes into the sources of their heated cells.
KERNEL void body_heat(const int count, const long long* cell, const int* tube, const double* H, real* su)
{
    FV_LIST(n, count) { su[cell[n]] += (real)H[tube[n]]; }
}

// A change of that heat between sweeps, carried into the finished rows.
KERNEL void body_heat_change(const int count, const long long* cell, const int* tube, const double* change, const real* rd,
                             real* rhs)
{
    FV_LIST(n, count) { rhs[cell[n]] += (real)change[tube[n]] * rd[cell[n]]; }
}
