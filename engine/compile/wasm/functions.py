"""exp, log, tanh and pow, as formulas: WebAssembly has none of them.

Each is within one unit in the last place (ulp) of the true value, over the whole range, with the
special values of engine.ops; where that raises, inf or nan as IEEE 754 says. The methods are those
of FDLIBM (Sun Microsystems, 1993), without its branches: the argument is brought near 0 (exp) or
near 1 (log), a short polynomial does the rest. Its coefficients are the best ones in the largest
error, found by Remez's exchange.
"""

import math
import struct

from engine.compile.wasm.formula import Term, absolute, bits, nearest, number, where

LN2_HI = float.fromhex("0x1.62e42fefa2000p-1")  # 40 bits of ln 2: k · LN2_HI is exact
LN2_LO = float.fromhex("0x1.9ef35793c7673p-41")  # and the next 53
PER_LN2 = 1 / math.log(2)
ROUND = 1.5 * 2.0**52  # added to a number below 2^51: the nearest integer is in the last bits
SIGN = -(2**63)  # the bit of a number's sign
ONE_BITS = 1023 << 52  # the bits of 1.0; 1 << 52 more are those of 2.0
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # those of √½
MANTISSA = (1 << 52) - 1
HIGH = ~((1 << 27) - 1)  # of a number's bits, those of its first 26 digits

# (eʳ - 1 - r - r²/2)/r³ for |r| ≤ ln(2)/2, to 2^-64 of eʳ
EXP = [
    0.16666666666666685, 0.04166666666666673, 0.008333333333316685, 0.0013888888888858454,
    0.00019841269897194586, 2.4801587373713485e-05, 2.7557234099248827e-06,
    2.7557233384880014e-07, 2.5112288447702863e-08, 2.0926935490033074e-09,
]  # fmt: skip
# (log((1 + s)/(1 - s)) - 2s)/s³ as a function of s², for |s| ≤ 3 - √8, to 2^-59
LOG = [
    0.6666666666666735, 0.3999999999941288, 0.28571428742826777, 0.22222198524427883,
    0.1818356704030893, 0.15313976731187431, 0.14796730245065684,
]  # fmt: skip
# (artanh(s)/s - 1 - s²/3)/s⁴, likewise, to 2^-73
ARTANH = [
    0.19999999999999993, 0.1428571428572101, 0.11111111109076992, 0.09090909403073014,
    0.07692280331685626, 0.0666809441462077, 0.05838575201771462, 0.05985736781371899,
]  # fmt: skip


def polynomial(x: Term, coefficients: list[float]) -> Term:
    """Σ cᵢxⁱ by halves (Estrin): a processor computes several products at once."""
    terms: list[Term | float] = [*coefficients]
    while len(terms) > 1:
        pairs = [a + b * x for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = [*pairs, *terms[len(pairs) * 2 :]]
        x = x * x
    result = terms[0]
    assert isinstance(result, Term)
    return result


def scaled(x: Term, k: Term) -> Term:
    """x · 2ᵏ for an integer k, in two steps: 2ᵏ may be too large or too small for a number."""
    half = k >> 1
    for part in (half, k - half):
        x = x * number((part + 1023) << 52)
    return x


def exp_of_sum(x: Term, tail: Term | float) -> Term:
    """e^(x + tail) for a small tail, rounded about once. With k = nearest(x / ln 2) and
    r = x - k · ln 2 it is 2ᵏ · eʳ."""
    x = where(x > 710.0, 710.0, where(x < -746.0, -746.0, x))  # beyond: inf and 0
    k, s, s_low = reduced(x, tail)
    e, e_low = total(_constant(1.0), s)
    return scaled(e + (e_low + s_low), k)


def reduced(x: Term, tail: Term | float) -> tuple[Term, Term, Term]:
    """An integer k, and the sum of two numbers eʳ - 1, with x + tail = k · ln 2 + r."""
    shifted = x * PER_LN2 + ROUND
    k = shifted - ROUND
    high = x - k * LN2_HI  # exact
    low = tail - k * LN2_LO
    r, rest = total(high, low)
    square = r * r
    small = 0.5 * square + (square * r * polynomial(r, EXP) + (rest + rest * r))
    return bits(shifted) - bits_of(ROUND), *total(r, small)


def exp(x: Term) -> Term:
    return exp_of_sum(x, 0.0)


def split(x: Term) -> tuple[Term, Term]:
    """(k, m) with x = 2ᵏ · m and √½ ≤ m < √2, for a positive x. k is a number."""
    tiny = x < 2.0**-1022  # subnormal: fewer digits
    b = bits(where(tiny, x * 2.0**54, x)) + (ONE_BITS - ROOT_HALF_BITS)
    k = (b >> 52) - 1023
    m = number((b & MANTISSA) + ROOT_HALF_BITS)
    whole = number(k + bits_of(ROUND)) - ROUND
    return where(tiny, whole - 54.0, whole), m


def log(x: Term) -> Term:
    k, m = split(x)
    f = m - 1.0  # exact
    s = f / (2.0 + f)
    z = s * s
    half = 0.5 * f * f
    # log(1 + f) = 2s + s³ · LOG(s²), and 2s = f - s · f, with f · f/2 drawn out.
    near = f - (half - (s * (half + z * polynomial(z, LOG)) + k * LN2_LO))
    result = k * LN2_HI + near
    result = where(x == math.inf, x, result)
    return where(x > 0.0, result, where(x == 0.0, -math.inf, math.nan))


def tanh(x: Term) -> Term:
    """t/(t + 2) with t = e^(2|x|) - 1, which is (2ᵏ - 1) + 2ᵏ · (eʳ - 1)."""
    a = absolute(x)
    k, s, s_low = reduced(where(a > 20.0, 40.0, a + a), 0.0)
    power = number((k + 1023) << 52)
    t, t_low = total(power - 1.0, power * s)
    t_low = t_low + power * s_low
    below = t + 2.0
    below_low = where(t < 2.0, t - (below - 2.0), 2.0 - (below - t)) + t_low
    one_over = 1.0 / below
    q = t * one_over  # and what the division left:
    p, p_low = product(q, below)
    q = q + ((t - p) - p_low + (t_low - q * below_low)) * one_over
    return signed_as(where(a > 20.0, 1.0, q), bits(x) & SIGN)


def signed_as(x: Term, sign: Term) -> Term:
    return number(bits(x) | sign)


def product(x: Term, y: Term) -> tuple[Term, Term]:
    """x · y as a sum of two numbers, the second smaller by 2^53 (T. J. Dekker, 1971)."""
    xh, yh = number(bits(x) & HIGH), number(bits(y) & HIGH)
    xl, yl = x - xh, y - yh
    p = x * y
    return p, ((xh * yh - p) + xh * yl + xl * yh) + xl * yl


def total(x: Term, y: Term) -> tuple[Term, Term]:
    """x + y as such a sum, for |x| ≥ |y| or x = 0."""
    s = x + y
    return s, y - (s - x)


def precise_log(x: Term) -> tuple[Term, Term]:
    """log x for a positive x, to 2^-66, as the sum of two numbers."""
    k, m = split(x)
    f = m - 1.0
    below = m + 1.0
    below_low = where(m < 1.0, m - (below - 1.0), 1.0 - (below - m))
    one_over = 1.0 / below
    s = f * one_over  # and what the division left:
    p, p_low = product(s, below)
    s, s_low = total(s, ((f - p) - p_low - s * below_low) * one_over)
    z, z_low = product(s, s)
    z_low = z_low + 2.0 * s * s_low
    # artanh(s) = s + s · w with w = z/3 + z² · ARTANH(z)
    third, third_low = product(z, _constant(1 / 3))
    third_low = third_low + z * (2.0**-54 / 3) + z_low * (1 / 3 + 0.4 * z)
    w, w_low = total(third, z * z * polynomial(z, ARTANH))
    w_low = w_low + third_low
    sw, sw_low = product(s, w)
    sw_low = sw_low + s * w_low + s_low * w
    a, a_low = total(s, sw)
    a_low = a_low + (s_low + sw_low)
    whole, whole_low = total(k * LN2_HI, a + a)
    return total(whole, whole_low + (a_low + a_low + k * LN2_LO))


def pow(x: Term, y: Term) -> Term:
    """As C's: 1 if x is 1 or y is 0, nan for a negative x and a y that is no integer."""
    a = absolute(x)
    high, low = precise_log(a)
    far = 2.0**66  # where it is 0, 1 or inf
    bounded = where(y > far, far, where(y < -far, -far, y))
    t, t_low = product(bounded, high)
    result = exp_of_sum(t, where(absolute(t) < 800.0, t_low + bounded * low, 0.0))
    zero_or_inf = where((a == 0.0) ^ (y < 0.0), 0.0, math.inf)
    result = where((a == 0.0) | (a == math.inf), zero_or_inf, result)
    half = 0.5 * y
    integer = nearest(y) == y
    odd = integer & (nearest(half) != half)
    sign = where(odd, bits(x) & SIGN, 0)
    result = signed_as(result, sign)
    no_root = (x < 0.0) & (a < math.inf) & ~integer
    result = where(no_root | (x != x) | (y != y), math.nan, result)
    return where((x == 1.0) | (y == 0.0), 1.0, result)


def place(x: Term, count: Term) -> Term:
    """-0.0 if x is one of the places 0, 1 … count - 1, else nan: see engine.compile.lowered."""
    return where((x >= 0.0) & (x < count) & (nearest(x) == x), -0.0, math.nan)


def bits_of(x: float) -> int:
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def _constant(x: float) -> Term:
    return Term("const", "f64", (x,))
