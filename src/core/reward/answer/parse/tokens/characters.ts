/** Unicode forms of mathematics, rewritten as the LaTeX (or ASCII) that the tokens are read from. */

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ'
const plainSuperscripts = '0123456789+-ni'
const subscripts = '₀₁₂₃₄₅₆₇₈₉'

const vulgarFractions: Readonly<Record<string, string>> = {
  '½': '\\frac{1}{2}',
  '⅓': '\\frac{1}{3}',
  '⅔': '\\frac{2}{3}',
  '¼': '\\frac{1}{4}',
  '¾': '\\frac{3}{4}',
  '⅕': '\\frac{1}{5}',
  '⅖': '\\frac{2}{5}',
  '⅗': '\\frac{3}{5}',
  '⅘': '\\frac{4}{5}',
  '⅙': '\\frac{1}{6}',
  '⅚': '\\frac{5}{6}',
  '⅐': '\\frac{1}{7}',
  '⅛': '\\frac{1}{8}',
  '⅜': '\\frac{3}{8}',
  '⅝': '\\frac{5}{8}',
  '⅞': '\\frac{7}{8}',
  '⅑': '\\frac{1}{9}',
  '⅒': '\\frac{1}{10}',
}

const symbols: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '—': '-',
  '‒': '-',
  '‐': '-',
  '‑': '-',
  '﹣': '-',
  '＋': '+',
  '×': '\\times ',
  '✕': '\\times ',
  '·': '\\cdot ',
  '⋅': '\\cdot ',
  '∙': '\\cdot ',
  '•': '\\cdot ',
  '∗': '*',
  '÷': '\\div ',
  '⁄': '/',
  '∕': '/',
  '√': ' sqrt ',
  '∛': ' cbrt ',
  '∞': '\\infty ',
  '±': '\\pm ',
  '∓': '\\mp ',
  '≤': '\\le ',
  '⩽': '\\le ',
  '≦': '\\le ',
  '≥': '\\ge ',
  '⩾': '\\ge ',
  '≧': '\\ge ',
  '≠': '\\ne ',
  '≈': '\\approx ',
  '≡': '\\equiv ',
  '∪': '\\cup ',
  '∩': '\\cap ',
  '∈': '\\in ',
  '∅': '\\emptyset ',
  '∖': '\\setminus ',
  ℝ: '\\mathbb{R}',
  ℤ: '\\mathbb{Z}',
  ℚ: '\\mathbb{Q}',
  ℕ: '\\mathbb{N}',
  ℂ: '\\mathbb{C}',
  '°': '^\\circ ',
  º: '^\\circ ',
  '′': "'",
  '’': "'",
  '‘': "'",
  ʹ: "'",
  '″': "''",
  ʼ: "'",
  '‚': "'",
  '‛': "'",
  '´': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '«': '"',
  '»': '"',
  '‹': '"',
  '›': '"',
  '「': '"',
  '」': '"',
  '『': '"',
  '』': '"',
  '、': ',',
  '。': '.',
  '٫': '.',
  '٬': ',',
  // a range, not TeX's tie
  '～': '\\sim ',
  '〜': '\\sim ',
  '∼': '\\sim ',
  '…': '\\ldots ',
  '⋯': '\\cdots ',
  '⟨': '\\langle ',
  '⟩': '\\rangle ',
  '⌊': '\\lfloor ',
  '⌋': '\\rfloor ',
  '⌈': '\\lceil ',
  '⌉': '\\rceil ',
  '→': '\\to ',
  '∠': '\\angle ',
  '△': '\\triangle ',
  '∣': '|',
  α: '\\alpha ',
  β: '\\beta ',
  γ: '\\gamma ',
  δ: '\\delta ',
  ε: '\\epsilon ',
  ϵ: '\\epsilon ',
  ζ: '\\zeta ',
  η: '\\eta ',
  θ: '\\theta ',
  ϑ: '\\theta ',
  ι: '\\iota ',
  κ: '\\kappa ',
  λ: '\\lambda ',
  μ: '\\mu ',
  µ: '\\mu ',
  ν: '\\nu ',
  ξ: '\\xi ',
  π: '\\pi ',
  ρ: '\\rho ',
  σ: '\\sigma ',
  ς: '\\sigma ',
  τ: '\\tau ',
  υ: '\\upsilon ',
  φ: '\\phi ',
  ϕ: '\\phi ',
  χ: '\\chi ',
  ψ: '\\psi ',
  ω: '\\omega ',
  Γ: '\\Gamma ',
  Δ: '\\Delta ',
  Θ: '\\Theta ',
  Λ: '\\Lambda ',
  Ξ: '\\Xi ',
  Π: '\\Pi ',
  Σ: '\\Sigma ',
  Φ: '\\Phi ',
  Ψ: '\\Psi ',
  Ω: '\\Omega ',
}

/** The zeros of the decimal digits of other scripts; 1 to 9 follow each. */
const zeros = '٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០᠐'
const otherDigit = /(?![0-9])\p{Nd}/gu
/** Nothing that is seen, or a mark that the answer is done. */
const unseen = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff✓✔✅☑∎■]/gu

const special = new RegExp(`[${Object.keys(vulgarFractions).join('')}${Object.keys(symbols).join('')}]`, 'gu')
const superscriptRun = new RegExp(`[${superscripts}]+`, 'gu')
const subscriptRun = new RegExp(`[${subscripts}]+`, 'gu')

/**
 * The same answer in ASCII and LaTeX: minus signs, powers, roots, Greek letters, fullwidth forms, odd spaces,
 * digits.
 */
export function plainCharacters(text: string): string {
  return text
    .replace(
      superscriptRun,
      (run) => `^{${[...run].map((c) => plainSuperscripts[superscripts.indexOf(c)]).join('')}}`,
    )
    .replace(subscriptRun, (run) => `_{${[...run].map((c) => String(subscripts.indexOf(c))).join('')}}`)
    .replace(special, (character) => vulgarFractions[character] ?? symbols[character] ?? character)
    .normalize('NFKC')
    .replace(otherDigit, plainDigit)
    .replace(unseen, '')
    .replace(/\.{3,}/g, '\\ldots ')
    .replace(/\s/g, ' ')
}

function plainDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  const zero = [...zeros]
    .map((character) => character.codePointAt(0) ?? 0)
    .find((first) => code - first >= 0 && code - first < 10)
  return zero === undefined ? digit : String(code - zero)
}
