"""sin and cos, as formulas: the angle is brought to at most an eighth of a turn, exactly enough.

An angle below 2^20 by Cody and Waite's way: π/2 in parts so short that k times each is exact. A
larger one by Payne and Hanek's ("Radian reduction for trigonometric functions", 1983): of the
product with 2/π only the bits around the point matter, whatever multiples of 4 come before.
"""

import math
from itertools import pairwise

from engine.compile.wasm.encoder import Function
from engine.compile.wasm.formula import Term, absolute, bits, converted, number, unsigned, where
from engine.compile.wasm.functions import (
    MANTISSA,
    ROUND,
    SIGN,
    bits_of,
    polynomial,
    product,
    signed_as,
    total,
)

# π/2: three parts of 33 bits, and the next 53; and as two numbers.
PARTS = [float.fromhex(x) for x in (
    "0x1.921fb544p+0", "0x1.0b4611a6p-34", "0x1.3198a2ep-69", "0x1.b839a252049c1p-104",
)]  # fmt: skip
QUARTER, QUARTER_LOW = math.pi / 2, float.fromhex("0x1.1a62633145c07p-54")
# (sin r - r)/r³ and (cos r - 1 + r²/2)/r⁴ as functions of r², for |r| ≤ π/4, to 2^-58 and 2^-64
SIN = [
    -0.16666666666666632, 0.00833333333332237, -0.0001984126982977097, 2.7557313678600587e-06,
    -2.5050755951887148e-08, 1.5896665994014853e-10,
]  # fmt: skip
COS = [
    0.0416666666666666, -0.0013888888888874064, 2.4801587289443526e-05, -2.7557314340671313e-07,
    2.0875721625215908e-09, -1.1359559401762773e-11,
]  # fmt: skip
# 2/π in binary: 64 zeros before the point, then 1,216 bits behind it.
TWO_OVER_PI = [
    0, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561,
    0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484,
    0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F,
    0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B,
    0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB,
]  # fmt: skip
LOW = (1 << 32) - 1
WORD = "64 bits of 2/π"


def near(x: Term) -> tuple[Term, Term, Term]:
    """(k, r, r_low) with x = k · π/2 + r + r_low and |r| ≤ π/4, for 0 ≤ x < 2^20."""
    shifted = x * (2 / math.pi) + ROUND
    k = shifted - ROUND
    rest = x - k * PARTS[0]
    rest, low = exact_sum(rest, -(k * PARTS[1]))
    rest, more = exact_sum(rest, -(k * PARTS[2]))
    return bits(shifted) - bits_of(ROUND), *total(rest, low + more - k * PARTS[3])


def far(x: Term) -> tuple[Term, Term, Term]:
    """The same for x ≥ 2^20: x = m · 2ᵉ, with whole numbers m < 2^53 and e."""
    m = (bits(x) & MANTISSA) | (1 << 52)
    place = (bits(x) >> 52) - (1075 - 62)  # of the first bit that counts: e + 62
    start, shift = place >> 6, place & 63
    words = [word(start + n) for n in range(4)]
    window = [(a << shift) | unsigned(unsigned(b, 1), 63 - shift) for a, b in pairwise(words)]
    # m · window, of which the first 128 of the last 192 bits: two of k, then the fraction.
    middle = m * window[1]
    below = middle + high_product(m, window[2])
    carry = where(below.is_below(middle), 1, 0)
    above = m * window[0] + high_product(m, window[1]) + carry
    fraction = (above << 2) | unsigned(below, 62)
    more = below << 2
    k = unsigned(above, 62) + unsigned(fraction, 63)  # nearest
    flip = fraction >> 63  # all ones if it is above one half, that is negative
    fraction, more = fraction ^ flip, more ^ flip
    large, small = converted(fraction & ~0x7FF), converted(fraction & 0x7FF)
    small = small + converted(unsigned(more, 11)) * 2.0**-53
    f, f_low = total(large, small)
    r, r_low = product(f, term(QUARTER))
    r, r_low = total(r, r_low + (f * QUARTER_LOW + f_low * QUARTER))
    sign = flip & SIGN
    scale = 2.0**-64
    return k, signed_as(r * scale, sign), number(bits(r_low * scale) ^ sign)


def word(n: Term) -> Term:
    return Term(f"call {WORD}", "i64", (n,))


def word_function() -> Function:
    code: list[str] = []
    for n, bits64 in enumerate(TWO_OVER_PI):
        signed = bits64 - (1 << 64) if bits64 >> 63 else bits64
        code += ["local.get 0", f"i64.const {n}", "i64.eq", "if", f"i64.const {signed}", "return"]
        code.append("end")
    return Function(WORD, "i64", "i64", [], [*code, "i64.const 0"], exported=False)


def high_product(x: Term, y: Term) -> Term:
    """The upper 64 of the 128 bits of x · y."""
    xh, xl, yh, yl = unsigned(x, 32), x & LOW, unsigned(y, 32), y & LOW
    one, other = xl * yh, xh * yl
    middle = unsigned(xl * yl, 32) + (one & LOW) + (other & LOW)
    return xh * yh + unsigned(one, 32) + unsigned(other, 32) + unsigned(middle, 32)


def exact_sum(x: Term, y: Term) -> tuple[Term, Term]:
    """x + y as the sum of two numbers, whichever is larger (D. E. Knuth)."""
    s = x + y
    other = s - x
    return s, (x - (s - other)) + (y - other)


def on_circle(k: Term, r: Term, low: Term) -> Term:
    """sin(k · π/2 + r + low)."""
    z = r * r
    sine = r + (low + (z * r * polynomial(z, SIN) - 0.5 * z * low))
    half = 0.5 * z
    one = 1.0 - half
    cosine = one + (((1.0 - one) - half) + (z * z * polynomial(z, COS) - r * low))
    result = where((k & 1).is_zero(), sine, cosine)
    return number(bits(result) ^ ((k & 2) << 62))


def term(x: float) -> Term:
    return Term("const", "f64", (x,))


def sin_near(x: Term) -> Term:
    result = on_circle(*near(absolute(x)))
    return where(x == 0.0, x, number(bits(result) ^ (bits(x) & SIGN)))


def sin_far(x: Term) -> Term:
    result = number(bits(on_circle(*far(absolute(x)))) ^ (bits(x) & SIGN))
    return where(absolute(x) < math.inf, result, math.nan)


def cos_near(x: Term) -> Term:
    k, r, low = near(absolute(x))
    return on_circle(k + 1, r, low)


def cos_far(x: Term) -> Term:
    k, r, low = far(absolute(x))
    return where(absolute(x) < math.inf, on_circle(k + 1, r, low), math.nan)


def by_size(name: str) -> Function:
    """The function that is `name near` below 2^20, and `name far` elsewhere."""
    code = ["local.get 0", "f64.abs", "f64.const 1048576.0", "f64.lt", "if", "local.get 0"]
    code += [f"call {name} near", "return", "end", "local.get 0", f"call {name} far"]
    return Function(name, "f64", "f64", [], code, exported=False)
