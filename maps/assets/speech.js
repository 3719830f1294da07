// The texts of the page, in the reader's language and number format.

const FORMATS = new Map(); // of Intl, by kind, locale and options: a new one takes longer than all it writes

function formatOf(kind, locale, options = {}) {
  const key = `${kind.name} ${locale} ${JSON.stringify(options)}`;
  if (!FORMATS.has(key)) FORMATS.set(key, new kind(locale, options));
  return FORMATS.get(key);
}

class Speech {
  constructor(head, lang) {
    this.head = head;
    this.lang = lang;
    this.words = head.words[lang];
    this.formats = [];
    this.dates = new Map(); // written before
    this.plurals = formatOf(Intl.PluralRules, this.words.locale);
  }

  /** The phrase with that name, with its {slots} filled. */
  say(name, slots = {}) {
    return this.fill(this.words[name] ?? name, slots);
  }

  /** The phrase of that name for so many, in the plural form that they take. */
  sayOf(name, count) {
    const forms = this.words[name];
    return this.fill(forms[this.plurals.select(count)] ?? forms.other,
      { count: this.number(count) });
  }

  fill(phrase, slots) {
    return phrase.replace(/\{(\w+)\}/g, (_, slot) => slots[slot] ?? "");
  }

  /** A text of the data: in this language, else in English, else unchanged. */
  text(text) {
    if (!text) return "";
    if (typeof text === "string") return text;
    return text[this.lang] || text.en || Object.values(text)[0] || "";
  }

  /** A number with its decimals: those of its shortest form, rounded half away from zero, as Intl does. */
  number(value, digits = 0) {
    const plain = String(Math.abs(value));
    const scaled = Math.round(Number(`${plain}e${digits}`));
    const { numbers } = this.words;
    if (!numbers || !Number.isSafeInteger(scaled) || plain.includes("e")) return this.numberOfIntl(value, digits);
    const signs = String(scaled).padStart(digits + 1, "0");
    const whole = signs.slice(0, signs.length - digits);
    const grouped = whole.length < numbers.least ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, numbers.group);
    return (value < 0 && scaled ? "\u2212" : "") + grouped
      + (digits ? numbers.decimal + signs.slice(-digits) : "");
  }

  numberOfIntl(value, digits) {
    this.formats[digits] ??= formatOf(Intl.NumberFormat, this.words.locale,
      { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const nothing = Number(Math.abs(value).toFixed(digits)) === 0;
    return this.formats[digits].format(nothing ? 0 : value).replace("-", "\u2212");
  }

  /** The sign of a percentage with the spacing of the language. */
  get percentSign() {
    return this.say("percent", { number: "" });
  }

  /** The decimal mark. */
  get decimal() {
    return this.number(0.5, 1).replace(/[0-9]/g, "");
  }

  /** A figure of a layer with its unit, or the meaning of its code. */
  figure(value, layer) {
    if (layer.categories) {
      const found = layer.categories.find(([code]) => code === Math.round(value));
      return found ? this.text(found[1]) : this.number(value);
    }
    const number = this.number(value, layer.digits);
    if (layer.unit === "percent") return number + this.percentSign;
    const unit = this.text(layer.suffix);
    return unit ? `${number}\u00a0${unit}` : number;
  }

  /** One sentence on how to read the colours of a layer. */
  reading(layer) {
    const { readings } = this.head;
    if (layer.kind === "bivariate") return this.text(readings.pair);
    if (layer.categories && !layer.ordered) return this.text(readings.kinds);
    if (layer.diverging) return this.text(readings.sides);
    return this.text(layer.better ? readings.need : readings.context);
  }

  /** The native level of a layer, if it is not the page's; a note says more. */
  native(layer, note = false) {
    if (!layer.native) return "";
    const names = note ? ["native_partly_note", "native_note"]
      : ["measured_partly_by", "measured_by"];
    return this.say(names[layer.partly ? 0 : 1], { level: this.text(layer.native) });
  }

  /** A date or period in this language's form; other text as it is. */
  date(text) {
    if (!this.dates.has(text)) this.dates.set(text, this.writeDate(text));
    return this.dates.get(text);
  }

  writeDate(text) {
    if (/^[\d-]+\/[\d-]+$/.test(text || "")) {
      return text.split("/").map((one) => this.date(one)).join(" – ");
    }
    const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text || "");
    if (!match) return text || "";
    const [, year, month, day] = match.map(Number);
    const when = new Date(Date.UTC(year, month - 1, day || 1));
    if (when.getUTCMonth() !== month - 1) return text;
    const { dates, first_day: first } = this.words;
    return this.fill(dates[day ? "days" : "months"][month - 1], { year, day: day === 1 ? first : day });
  }

  /** Number of territories with the name of their level. */
  territories(count) {
    const level = this.head.level;
    const one = this.plurals.select(count) === this.plurals.select(1);
    return `${this.number(count)} ${this.text(one ? level.title : level.plural)}`;
  }
}
