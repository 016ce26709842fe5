/**
 * The spellings of the units that are told apart, in several languages, lower case; a final s is found by
 * itself.
 */
const spellings: Readonly<Record<string, string>> = {
  nm: 'nm|nanometer|nanometre|нм',
  mm: 'mm|millimeter|millimetre|milímetro|millimètre|мм|миллиметр|миллиметра|миллиметров|毫米|ミリメートル|밀리미터',
  cm: 'cm|centimeter|centimetre|zentimeter|centímetro|centimètre|centimetro|centimetri|см|сантиметр|сантиметра|сантиметров|厘米|公分|センチメートル|センチ|센티미터',
  dm: 'dm|decimeter|decimetre|dezimeter|дм|дециметр|дециметра|дециметров|分米',
  m: 'm|meter|metre|metro|mètre|metri|м|метр|метра|метров|米|公尺|メートル|미터',
  km: 'km|kilometer|kilometre|kilómetro|kilomètre|quilômetro|chilometri|км|километр|километра|километров|千米|公里|キロメートル|킬로미터',
  inch: 'in|inch|inches|in.|英寸|インチ',
  foot: 'ft|foot|feet|ft.|英尺|フィート',
  yard: 'yd|yard|码',
  mile: 'mi|mile|英里|マイル',
  mg: 'mg|milligram|milligramm|мг|毫克|ミリグラム',
  g: 'g|gram|gramme|gramm|gramo|grama|г|грамм|грамма|граммов|克|公克|グラム|그램',
  kg: 'kg|kilogram|kilo|kilogramm|kilogramme|kilogramo|quilograma|quilo|кг|килограмм|килограмма|килограммов|千克|公斤|キログラム|キロ|킬로그램',
  pound: 'lb|pound|磅|ポンド',
  ounce: 'oz|ounce',
  ton: 'ton|tonne|tonelada|т|тонна|тонны|тонн|吨|噸|トン|톤',
  ml: 'ml|milliliter|millilitre|mililitro|мл|миллилитр|миллилитров|毫升|ミリリットル|밀리리터',
  liter: 'l|liter|litre|litro|litri|л|литр|литра|литров|升|公升|リットル|리터',
  gallon: 'gal|gallon|加仑',
  quart: 'qt|quart',
  pint: 'pt|pint',
  cup: 'cup',
  tablespoon: 'tbsp|tablespoon',
  teaspoon: 'tsp|teaspoon',
  second:
    's|sec|second|sekunde|sekunden|segundo|seconde|secondi|сек|секунда|секунды|секунд|秒|秒钟|秒鐘|秒間|초',
  minute: 'min|minute|minuten|minuto|minuti|мин|минута|минуты|минут|分钟|分鐘|分間|분',
  hour: 'h|hr|hour|stunde|stunden|hora|heure|ore|ч|час|часа|часов|小时|小時|时|時間|시간',
  day: 'day|tag|tage|día|dia|jour|giorni|день|дня|дней|天|日|日間|일',
  week: 'week|woche|wochen|semana|semaine|settimane|неделя|недели|недель|周|星期|週|週間|주',
  month: 'month|monat|monate|mes|meses|mês|mois|mesi|месяц|месяца|месяцев|月|个月|個月|か月|ヶ月|개월',
  year: 'yr|year|jahr|jahre|año|ano|année|anni|год|года|лет|年|年間|년',
  degree: 'degree|deg|degrees|grad|grado|degré|graus|gradi|градус|градуса|градусов|度|도',
  radian: 'rad|radian|弧度|радиан|радиана|радианов',
  dollar: 'dollar|usd|$|us$|dólar|dólares|доллар|доллара|долларов|美元|美金|ドル|달러',
  cent: 'cent|cents|¢|penny|pennies|centavo|美分|セント',
  euro: 'euro|eur|€|евро|欧元|ユーロ|유로',
  'pound sterling': '£|gbp|英镑',
  pence: 'pence',
  rupee: '₹|rs|rs.|re|inr|rupee|रुपये|रुपया|卢比',
  paisa: 'paisa|paise',
  yuan: 'yuan|cny|rmb|元|块|塊|人民币|块钱|元钱',
  jiao: '角',
  yen: 'yen|jpy|円',
  'yen or yuan': '¥',
  won: '₩|won|krw|원',
  rouble: '₽|rouble|ruble|rub|руб|рубль|рубля|рублей|卢布',
  lira: '₺|lira|try',
  dong: '₫|dong|vnd|đồng',
  peso: '₱|peso|php|mxn',
  baht: '฿|baht|thb',
  naira: '₦|naira|ngn',
  hryvnia: '₴|hryvnia|uah|гривня|гривні|гривень',
  shekel: '₪|shekel|ils',
  franc: 'chf|franc|francs|franken',
  zloty: 'pln|zł|zloty|złoty|złote|złotych',
  koruna: 'czk|kč|koruna',
  'australian dollar': 'aud',
  'canadian dollar': 'cad',
  'hong kong dollar': 'hkd|港元',
  'new zealand dollar': 'nzd',
  'taiwan dollar': 'twd',
  'singapore dollar': 'sgd',
  real: 'brl|reais',
  mph: 'mph',
  kph: 'kph|kmh',
  am: 'am|a.m.|a.m',
  pm: 'pm|p.m.|p.m',
}

/** Speeds with a name of their own. */
const rates: Readonly<Record<string, string>> = { mph: 'mile/hour', kph: 'km/hour' }

const canonicalUnits: ReadonlyMap<string, string> = new Map(
  Object.entries(spellings).flatMap(([unit, names]) =>
    names.split('|').map((name) => [name, rates[unit] ?? unit] as const),
  ),
)

export const currencyCodes: ReadonlySet<string> = new Set(
  (
    'usd eur gbp inr cny rmb jpy krw rub try vnd php mxn thb ngn uah ils chf pln czk aud cad hkd nzd twd sgd brl ' +
    'pkr bdt lkr idr myr sek nok dkk huf zar kes'
  ).split(' '),
)

/** Signs of money, which stand before a number or behind it. */
export const currencySigns: ReadonlySet<string> = new Set('$€£¥₹₩₽₺₫₱฿₦₴₪¢')

/** The unit that a single word is, or undefined. */
export function unitOf(word: string): string | undefined {
  return (
    canonicalUnits.get(word) ??
    canonicalUnits.get(word.replace(/s$/, '')) ??
    canonicalUnits.get(word.replace(/\.$/, ''))
  )
}

/** The longest unit that a word of a script without spaces begins with. */
export function unitAtStart(word: string): string | undefined {
  for (let length = word.length; length > 0; length--) {
    const unit = canonicalUnits.get(word.slice(0, length))
    if (unit !== undefined) return unit
  }
  return undefined
}

/** Bare words (not in \text) that may be cut off; one letter only after a space: `5 m`, while `5m` is 5·m. */
const bareUnits: ReadonlySet<string> = new Set(
  (
    'mm cm km in inch inches ft foot feet yd mile miles mg kg lb lbs oz ml hr hrs min mins sec secs degree degrees deg ' +
    'dollar dollars cent cents mph kph rad meter meters gram grams hour hours minute minutes second seconds day days ' +
    'week weeks year years unit units square sq cubic percent pct'
  ).split(' '),
)
const bareLetterUnits: ReadonlySet<string> = new Set(['m', 'g', 's', 'h', 'L'])

export function isBareUnit(word: string): boolean {
  return bareUnits.has(word.toLowerCase())
}

export function isBareLetterUnit(letter: string): boolean {
  return bareLetterUnits.has(letter)
}

/**
 * Two letters or one are a unit in another script only where they are known: a Cyrillic х is mostly a
 * variable.
 */
export function isShortForeignUnit(word: string): boolean {
  return canonicalUnits.has(word.toLowerCase())
}
