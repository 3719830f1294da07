// What the page says, in the reader's language and number format.

class Speech {
  constructor(head, lang) {
    this.head = head;
    this.lang = lang;
    this.words = head.words[lang];
    this.formats = new Map();
  }

  /** The phrase of that name, with its {slots} filled. */
  say(name, slots = {}) {
    const phrase = this.words[name] ?? name;
    return phrase.replace(/\{(\w+)\}/g, (_, slot) => slots[slot] ?? "");
  }

  /** A text of the data: in this language, else in English, else as it is. */
  text(text) {
    if (!text) return "";
    if (typeof text === "string") return text;
    return text[this.lang] || text.en || Object.values(text)[0] || "";
  }

  number(value, digits = 0) {
    const key = digits;
    if (!this.formats.has(key)) {
      this.formats.set(key, new Intl.NumberFormat(this.lang, {
        minimumFractionDigits: digits, maximumFractionDigits: digits,
      }));
    }
    return this.formats.get(key).format(value);
  }

  /** A figure of a layer with its unit, or what its code stands for. */
  figure(value, layer) {
    if (layer.categories) {
      const found = layer.categories.find(([code]) => code === Math.round(value));
      return found ? this.text(found[1]) : this.number(value);
    }
    const number = this.number(value, layer.digits);
    return layer.unit === "percent" ? `${number}\u00a0%` : number;
  }

  /** A date or period in this language's form; other text as it is. */
  date(text) {
    const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text || "");
    if (!match) return text || "";
    const [, year, month, day] = match;
    const date = new Date(Date.UTC(+year, +month - 1, +(day || 1)));
    const form = { year: "numeric", month: "long", timeZone: "UTC" };
    if (day) form.day = "numeric";
    return Number.isNaN(+date) ? text : new Intl.DateTimeFormat(this.lang, form).format(date);
  }

  /** Number of territories with the name of their level. */
  territories(count) {
    const level = this.head.level;
    return `${this.number(count)} ${this.text(count === 1 || (count === 0 && this.lang === "fr")
      ? level.title : level.plural)}`;
  }
}
