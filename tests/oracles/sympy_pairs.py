"""Pairs of formulas that are equal, or differ, by construction: SymPy rewrites one (expand, factor, together, trigonometric
and logarithmic identities) or changes it a little, and checks the difference symbolically or to 50 digits.

Writes tests/fixtures/answers/sympy.tsv. Run from the repository's root:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install sympy==1.14.0
    /tmp/oracle/bin/python tests/oracles/sympy_pairs.py
"""

import random
from pathlib import Path

import sympy
from sympy import Rational, latex, symbols

ROOT = Path(__file__).resolve().parents[2]
random.seed(6)
x, y, n = symbols("x y n", positive=True)
a, t = symbols("a t", real=True)

rows = []


def is_equal(first, second):
    difference = sympy.simplify(first - second)
    if difference == 0:
        return True
    points = [{s: sympy.Float(random.uniform(0.4, 2.3), 60) for s in difference.free_symbols} for _ in range(3)]
    return all(abs(sympy.N(difference.subs(point), 50)) < sympy.Float("1e-40") for point in points)


def put(kind, first, second, why):
    if first.free_symbols != second.free_symbols or first.is_Integer or latex(first) == latex(second):
        return
    equal = is_equal(first, second)
    rows.append((kind, latex(first), latex(second), "1" if equal else "0", why))


def small():
    return random.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 7])


def fraction():
    return Rational(small(), random.choice([1, 1, 2, 3, 4, 6]))


def polynomial(variables, terms=3):
    return sum(fraction() * sympy.prod(v ** random.randint(0, 2) for v in variables) for _ in range(terms))


def rewrites(expression):
    for name in ["expand", "factor", "together", "apart", "cancel"]:
        try:
            result = getattr(sympy, name)(expression)
        except Exception:
            continue
        if result != expression:
            yield name, result


def nearby(expression):
    change = random.choice([lambda e: e + 1, lambda e: -e, lambda e: e * 2, lambda e: e + Rational(1, 1000)])
    return change(expression)


for _ in range(60):
    p = polynomial([x, y]) * polynomial([x]) + polynomial([y], 2)
    for name, q in rewrites(p):
        put("polynomial", p, q, name)
        put("polynomial", p, sympy.expand(nearby(q)), f"{name}, changed")
for _ in range(60):
    p = polynomial([x], 2) / (x + small()) + fraction() / (x ** 2 + random.randint(1, 5))
    for name, q in rewrites(p):
        put("rational function", p, q, name)
        put("rational function", p, nearby(q), f"{name}, changed")
for _ in range(80):
    p = (fraction() + fraction() * sympy.sqrt(random.choice([2, 3, 5, 6, 7, 8, 12]))) * (fraction() + sympy.sqrt(random.choice([2, 3, 5, 10])))
    for name, q in [("expand", sympy.expand(p)), ("reciprocal twice", 1 / sympy.radsimp(1 / p)), ("radsimp", sympy.radsimp(p))]:
        put("surd", p, q, name)
        put("surd", p, nearby(q), f"{name}, changed")
for _ in range(40):
    u, v = random.randint(2, 9), random.choice([2, 3, 5, 7])
    square = sympy.expand((u + sympy.sqrt(v)) ** 2)
    put("nested radical", sympy.sqrt(square, evaluate=False), u + sympy.sqrt(v), "denested")
    put("nested radical", sympy.sqrt(square, evaluate=False), u + 1 + sympy.sqrt(v), "changed")
for _ in range(40):
    p = (small() + small() * sympy.I) * (small() + small() * sympy.I) / (small() + small() * sympy.I)
    q = sympy.expand(sympy.simplify(p))
    put("complex", sympy.Mul(small() + 2 * sympy.I, q, evaluate=False), sympy.expand((small() + 2 * sympy.I) * q), "product, maybe changed")
for _ in range(40):
    k, m = small(), small()
    p = sympy.sin(k * t) * sympy.cos(m * t)
    q = (sympy.sin((k + m) * t) + sympy.sin((k - m) * t)) / 2
    put("trigonometry", p, q, "product to sum")
    put("trigonometry", p, (sympy.sin((k + m) * t) - sympy.sin((k - m) * t)) / 2, "changed")
    put("trigonometry", sympy.cos(2 * t) * k, k * (1 - 2 * sympy.sin(t) ** 2), "double angle")
    put("trigonometry", sympy.tan(t) ** 2 + k, 1 / sympy.cos(t) ** 2 + k - 1, "Pythagoras")
for _ in range(30):
    b, c = random.randint(2, 9), random.randint(2, 9)
    put("logarithm", sympy.log(b * x) + sympy.log(c), sympy.log(b * c * x, evaluate=False), "sum")
    put("logarithm", sympy.log(x ** b, evaluate=False), b * sympy.log(x), "power")
    put("logarithm", sympy.log(x + b), sympy.log(x) + sympy.log(b), "not additive")
for _ in range(30):
    b, c = random.randint(2, 5), random.randint(1, 4)
    put("power", b ** (n + c), b ** c * sympy.Pow(b, n), "exponents added")
    put("power", sympy.exp(a + c), sympy.exp(a) * sympy.E ** c, "exponents added")
    put("power", b ** (n + c), sympy.Pow(b, n) + b ** c, "changed")
    put("power", x ** Rational(c, b) * sympy.sqrt(x), sympy.root(x, 2 * b) ** (2 * c + b), "fractional exponents")

unique = {(row[1], row[2]): row for row in rows if len(row[1]) <= 280 and len(row[2]) <= 280}
chosen = random.sample(list(unique.values()), 700)
out = ROOT / "tests/fixtures/answers/sympy.tsv"
out.write_text("kind\tgold\tprediction\tequal\twhy\n" + "".join("\t".join(row) + "\n" for row in chosen))
print(len(chosen), sum(row[3] == "1" for row in chosen))
