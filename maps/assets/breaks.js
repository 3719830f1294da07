// Where classes begin: a method, or breaks that the reader types.

const MOST_BREAKS = 8;

/**
 * Breaks as a reader writes them: numbers between semicolons (or spaces), in the language's form
 * or with a decimal point. Null if they are not numbers, not ascending, or too many.
 */
function readBreaks(text, decimal) {
  const parts = (text.includes(";") ? text.split(";") : text.trim().split(/ +/))
    .map((part) => part.trim()).filter(Boolean);
  const numbers = parts.map((part) => {
    const plain = part.replace(/[\s\u00a0\u202f%]/g, "").replace("\u2212", "-");
    const pointed = decimal === "," && plain.includes(",")
      ? plain.replace(/\./g, "").replace(",", ".") : plain.replace(/,/g, "");
    return /^-?\d+(\.\d+)?$/.test(pointed) ? Number(pointed) : NaN;
  });
  const rising = numbers.every((value, k) => !k || value > numbers[k - 1]);
  return numbers.length && numbers.length <= MOST_BREAKS && rising && numbers.every(Number.isFinite)
    ? numbers : null;
}

/** Breaks in the reader's number format. */
function writeBreaks(breaks, layer, speech) {
  return breaks.map((value) => speech.number(value,
    Math.max(layer.digits, Number.isInteger(value) ? 0 : String(value).split(".")[1].length)))
    .join(" ; ");
}

/** A method of classification for the address, with its breaks if the reader gave them. */
function writeScheme(scheme, layer) {
  return scheme === "custom" ? `custom:${layer.breaks.custom.join(",")}` : scheme;
}

/** The method of classification in an address, if the layer has it; else null. */
function readScheme(text, layer) {
  const [scheme, given] = text.split(":");
  if (!layer.breaks) return null;
  if (scheme !== "custom") return Object.hasOwn(layer.breaks, scheme) ? scheme : null;
  const breaks = readBreaks((given || "").replace(/,/g, ";"), ".");
  if (breaks) layer.breaks.custom = breaks;
  return breaks ? scheme : null;
}

function schemeChoice(page) {
  const { shown, speech } = page;
  const { layer } = shown;
  const now = page.schemeOf(layer);
  if (now === "custom") layer.breaks.custom ||= [...shown.breaks]; // as on another level
  const schemes = [...Object.keys(layer.breaks).filter((name) => name !== "custom"), "custom"];
  const select = () => el("select", { id: "zb-scheme", change: (event) => {
    const name = event.target.value;
    if (name === "custom") page.layer.breaks.custom ||= [...page.shown.breaks];
    page.setScheme(name);
  } },
  schemes.map((name) => el("option", { value: name }, speech.say(`scheme_${name}`))));
  const draw = () => el("div", { class: "zb-scheme" },
    el("label", { for: "zb-scheme" }, speech.say("scheme")), select(),
    now === "custom" ? breaksField(page) : null);
  // The list stays while the reader tries its methods: focus that leaves it and returns is read out. So does the field
  // while the reader types.
  const typed = now === "custom" ? [page.model.id, layer.id, ...layer.breaks.custom] : [];
  const choice = keptPart(page, "scheme", [...schemes, ...typed].join(), draw);
  const list = choice.querySelector("select");
  if (list.value !== now) list.value = now;
  return choice;
}

/** The field for the reader's breaks. */
function breaksField(page) {
  const { shown, speech } = page;
  const { layer } = shown;
  const told = el("p", { id: "zb-breaks-told", class: "zb-breaks-told" }, speech.say("breaks_hint"));
  const use = (event) => {
    const breaks = readBreaks(event.target.value, speech.decimal);
    event.target.setAttribute("aria-invalid", String(!breaks));
    told.textContent = speech.say(breaks ? "breaks_hint" : "breaks_wrong");
    told.classList.toggle("zb-wrong", !breaks);
    if (!breaks) return;
    layer.breaks.custom = breaks;
    page.setScheme("custom");
    document.getElementById("zb-breaks")?.focus();
  };
  return el("div", { class: "zb-breaks" },
    el("label", { for: "zb-breaks" }, speech.say("breaks")),
    el("input", { id: "zb-breaks", type: "text", autocomplete: "off", spellcheck: "false",
      "aria-describedby": "zb-breaks-told", value: writeBreaks(layer.breaks.custom, layer, speech),
      change: use }),
    told);
}
