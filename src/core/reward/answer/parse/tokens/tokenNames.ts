/** What the tokenizer does with a LaTeX command or a bare word, by name. */

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Say how a formula looks, not what it is. */
export const stylingCommands = words(
  'left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle ' +
    'limits nolimits rm bf it sf tt cal strut mathstrut boxed fbox mathop mathrel mathbin mathord mathopen mathclose ' +
    'mathpunct mathinner normalsize small tiny footnotesize scriptsize scriptscriptstyle large Large LARGE huge Huge ' +
    'ensuremath boldmath centering noindent nonumber notag hfill allowbreak checkmark blacksquare qed therefore',
)

/** Arguments before the content that such a command shows: colours, frames, links. */
export const argumentsBeforeContent: Readonly<Record<string, number>> = {
  color: 1,
  textcolor: 1,
  colorbox: 1,
  fcolorbox: 2,
  framebox: 0,
  makebox: 0,
  bbox: 0,
  enclose: 1,
  href: 1,
  class: 1,
  style: 1,
  scalebox: 1,
  raisebox: 1,
}

export const spacingCommands = words(
  'quad qquad enspace enskip thinspace negthinspace medspace thickspace space nobreakspace',
)

/** Their group is only room. */
export const invisibleCommands = words(
  'hspace vspace phantom hphantom vphantom mspace mskip hskip kern mkern tag label',
)

/** Their group is words, an upright name or a letter in another font. */
export const textCommands = words(
  'text textbf textit textrm textsf texttt textnormal textup textsc mbox hbox mathrm mathbf mathit mathsf mathtt ' +
    'mathnormal mathcal operatorname emph bold boldsymbol bm pmb underline',
)

export const commandAliases: Readonly<Record<string, string>> = {
  dfrac: 'frac',
  tfrac: 'frac',
  cfrac: 'frac',
  nicefrac: 'frac',
  sfrac: 'frac',
  xfrac: 'frac',
  flatfrac: 'frac',
  dbinom: 'binom',
  tbinom: 'binom',
  leq: 'le',
  leqslant: 'le',
  geq: 'ge',
  geqslant: 'ge',
  neq: 'ne',
  infin: 'infty',
  varnothing: 'emptyset',
  varepsilon: 'epsilon',
  varphi: 'phi',
  vartheta: 'theta',
  varrho: 'rho',
  cdots: 'ldots',
  dots: 'ldots',
  dotsc: 'ldots',
  dotsb: 'ldots',
  bar: 'overline',
  arcctg: 'arccot',
  tg: 'tan',
  ctg: 'cot',
  lg: 'lg',
  Log: 'log',
  Ln: 'ln',
  arctg: 'arctan',
  bigcup: 'cup',
  backslash: 'setminus',
  smallsetminus: 'setminus',
  isin: 'in',
}

/** Commands that are one plain character. */
export const commandSymbols: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  lbrace: '\\{',
  rbrace: '\\}',
  lbrack: '[',
  rbrack: ']',
  lvert: '|',
  rvert: '|',
  vert: '|',
  ast: '*',
  colon: ':',
  prime: "'",
  pounds: '£',
  euro: '€',
  texteuro: '€',
  textsterling: '£',
  sterling: '£',
  yen: '¥',
  textyen: '¥',
  rupee: '₹',
  cent: '¢',
  textcent: '¢',
  textdollar: '$',
  mathdollar: '$',
  dollar: '$',
  percent: '%',
  degree: '°',
}

/** Functions of one argument, as commands or as bare words. */
export const functionNames = words(
  'sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh log ln lg exp',
)

/** Bare words that are mathematics, and the command they stand for. */
export const plainNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...functionNames].filter((name) => name !== 'sec').map((name) => [name, name])),
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  sqrt: 'plainsqrt',
  cbrt: 'plaincbrt',
  pi: 'pi',
  Pi: 'pi',
  infinity: 'infty',
  Infinity: 'infty',
  inf: 'infty',
  infty: 'infty',
  theta: 'theta',
  alpha: 'alpha',
  beta: 'beta',
  lambda: 'lambda',
  abs: 'abs',
}

/** Words of two or three letters that are not products of variables. */
export const shortWords = words('yes no No odd and or red one two six ten the am pm AM PM mod not DNE')
