// Darcy friction of round pipes, in arithmetic that goes four or eight pipes at a time on a processor: a logarithm of its own, no
// branches.
#pragma once
#include "grid.cuh"

#define LAMINAR 2e3   // below it 64/Re
#define TURBULENT 4e3 // above it Colebrook; cubic between

// Natural logarithm of a normal positive number, to 2 units of the last place: x = 2^e m, ln m = 2 artanh((m - 1)/(m + 1)).
INLINE double ln(const double x)
{
    union { double number; unsigned long long bits; } whole, part, power;
    whole.number = x;
    part.bits = (whole.bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL;
    power.bits = (whole.bits >> 52) | 0x4330000000000000ULL; // 2^52 + exponent
    const double large = part.number > 1.4142135623730951 ? 1.0 : 0.0;
    const double m = part.number * (1.0 - 0.5 * large);
    const double e = power.number - 4503599627370496.0 - 1023.0 + large;
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double sum = 1.0 / 23.0;
    sum = sum * z + 1.0 / 21.0;
    sum = sum * z + 1.0 / 19.0;
    sum = sum * z + 1.0 / 17.0;
    sum = sum * z + 1.0 / 15.0;
    sum = sum * z + 1.0 / 13.0;
    sum = sum * z + 1.0 / 11.0;
    sum = sum * z + 1.0 / 9.0;
    sum = sum * z + 1.0 / 7.0;
    sum = sum * z + 1.0 / 5.0;
    sum = sum * z + 1.0 / 3.0;
    return e * 0.6931471805599453 + (2.0 * s + 2.0 * s * z * sum);
}

// exp(x) for |x| < 700, to 2 units of the last place: x = k ln 2 + r, |r| < 0.35, a polynomial of r, and k as an exponent.
INLINE double raised(const double x)
{
    union { double number; unsigned long long bits; } near, power;
    near.number = x * 1.4426950408889634 + 6755399441055744.0; // 1.5 * 2^52: the sum rounds to whole numbers, in its last bits
    const double k = near.number - 6755399441055744.0;
    const double r = (x - k * 0.693145751953125) - k * 1.42860682030941723212e-6;
    double sum = 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    power.bits = (near.bits + 1023ULL) << 52;
    return sum * power.number;
}

// Friction factor of Darcy and its slope d ln f / d ln Re in turbulent flow. Colebrook's, as solved by Clamond (2009):
INLINE void colebrook(const double Re, const double e, double* f, double* slope)
{
    const double A = e * Re * 0.123968186335417556;
    const double B = ln(Re) - 0.779397488455682028;
    double F = B - 0.2;
    double S = A + F;
    double E = (ln(S) - 0.2) / (1.0 + S);
    F -= (1.0 + S + 0.5 * E) * E * S / (1.0 + S + E * (1.0 + E / 3.0));
    S = A + F;
    E = (ln(S) + F - B) / (1.0 + S);
    F -= (1.0 + S + 0.5 * E) * E * S / (1.0 + S + E * (1.0 + E / 3.0));
    *f = 1.325474527619599503 / (F * F);
    *slope = -2.0 / (1.0 + A + F);
}

// Swamee and Jain's (1976).
INLINE void swamee_jain(const double Re, const double e, double* f, double* slope)
{
    const double smooth = 5.74 * raised(-0.9 * ln(Re));
    const double rough = e / 3.7 + smooth;
    const double L = ln(rough);
    *f = 1.325474527619599503 / (L * L);
    *slope = 1.8 * smooth / (L * rough);
}

// f(Re) Re and its derivative by Re, from f and d ln f/d ln Re at Re, or at TURBULENT where Re is below it.
INLINE void all_flows(const double Re, const double f, const double s, double* g, double* dg)
{
    const double w = TURBULENT - LAMINAR;
    const double x = (Re - LAMINAR) / w;
    const double rise = f * TURBULENT - 64.0; // cubic of f Re: value and slope of both sides
    const double last = f * (1.0 + s) * w;
    const double between = 64.0 + x * x * (3.0 * rise - last + x * (last - 2.0 * rise));
    const double steep = x * (2.0 * (3.0 * rise - last) + 3.0 * x * (last - 2.0 * rise)) / w;
    const double value = Re >= TURBULENT ? f * Re : between;
    const double slope = Re >= TURBULENT ? f * (1.0 + s) : steep;
    *g = Re <= LAMINAR ? 64.0 : value;
    *dg = Re <= LAMINAR ? 0.0 : slope;
}
