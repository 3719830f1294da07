// The figures of a column that the reader gives, read strictly, by the rules and with the sentences
// of geo/tables (numbers.py, formats/text_files/decimal_mark.py, plausible.py).

const UNIT_BOUNDS = { percent: [0, 100], count: [0, null], number: [null, null] };
const MOST_COUNTED = 1e12;
const HUGE = 1e30;
const LOW_CODES = [-99, -999, -9999, -99999, -32768, -999999, -2147483648];
const HIGH_CODES = [9999, 32767, 65535, 99999, 999999, 9999999, 99999999, 2147483647];
const SURVEY_DIGITS = /^[789]/; // codes for no answer (-77, 999) have a digit less than others
const [LONG, MANY] = [10_000, 3]; // a code this large may be among figures as large, if it is on many rows
const ENOUGH_ROWS = 5; // of other figures, to judge a code that is on one row
const FAR = 100; // times as far from zero as any other figure
const FULL_PRECISION = 12; // decimals of a figure that was never rounded
const MOST_DIGITS = 6; // that a page shows

const AROUND = /^[ \t\n\u00a0\u202f\u2009]+|[ \t\n\u00a0\u202f\u2009]+$/g;
const GAP = "[ \\u00a0\\u202f\\u2009'’]";
const WHOLE_PART = `[0-9]{1,3}(?:(${GAP})[0-9]{3}(?:\\3[0-9]{3})*)|[0-9]+`;

/** The form of a figure with this decimal mark, and a mark between thousands or "". */
function numberForm(decimal, thousands) {
  const mark = `\\${thousands}`;
  const grouped = thousands
    ? `[0-9]{1,3}(?:${mark}[0-9]{3})+|[0-9]{1,2}(?:${mark}[0-9]{2})+${mark}[0-9]{3}|` : "";
  return new RegExp(`^([+\\-−]?)(${grouped}${WHOLE_PART})?(\\${decimal}[0-9]+)?([eE][+-]?[0-9]{1,3})?$`);
}

const otherMark = (mark) => (mark === "," ? "." : ",");
const NUMBER_OF = { ",": numberForm(",", ""), ".": numberForm(".", "") };
const GROUPED = { ",": numberForm(".", ","), ".": numberForm(",", ".") }; // by the mark of thousands
const GROUPS = Object.fromEntries([",", "."].map((mark) => [mark, new RegExp(
  `^[+\\-−]?(?:[1-9][0-9]{0,2}(?:\\${mark}[0-9]{3})+|[1-9][0-9]?(?:\\${mark}[0-9]{2})+\\${mark}[0-9]{3})`
  + `(?:\\${otherMark(mark)}[0-9]+)?$`)]));
const WITH_MARK = Object.fromEntries([",", "."].map((mark) => [mark, new RegExp(
  `^[+\\-−]?(?:[0-9]|${GAP})*\\${mark}[0-9]+(?:[eE][+-]?[0-9]+)?[ \\t\\n\\u00a0\\u202f\\u2009]*%?$`)]));
const THOUSANDS = /^[+\-−]?[1-9][0-9]{0,2}(?:[,.][0-9]{3})+$/;
const POWERS = Array.from({ length: 16 }, (_, power) => 10 ** power);
const DECIMALS = /[.,]([0-9]+)/;
const SAMPLE_ROWS = 2_000; // that show whether a column has figures

/** A cell without the spaces around it; most have none. */
function stripped(text) {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)];
  return first > 32 && first < 128 && last > 32 && last < 128 ? text : text.replace(AROUND, "");
}

const [ODD, WHOLE, COMMA, POINT] = [0, 1, 2, 3]; // what scanCells finds in a cell

/**
 * The plain numbers among cells, of 15 digits at most, which most cells are: { values, decimals, kinds
 * (by row: WHOLE, with a COMMA or a POINT, or ODD for any other cell) }. Read from left to right and
 * into arrays, because a regular expression and an object a cell take four times as long.
 */
function scanCells(cells) {
  const count = cells.length;
  const values = new Float64Array(count);
  const [decimals, kinds] = [new Uint8Array(count), new Uint8Array(count)];
  for (let row = 0; row < count; row++) {
    const text = cells[row];
    const from = text.charCodeAt(0) === 45 ? 1 : 0;
    let [number, mark, k] = [0, 0, from];
    for (; k < text.length; k++) {
      const digit = text.charCodeAt(k) - 48;
      if (digit >= 0 && digit <= 9) number = 10 * number + digit;
      else if (!mark && k > from && (digit === -2 || digit === -4)) mark = k;
      else break;
    }
    const after = mark ? k - mark - 1 : 0;
    const digits = k - from - (mark ? 1 : 0);
    if (k < text.length || !digits || digits > 15 || (mark && !after)) continue;
    // A whole number of 15 digits and a power of ten are exact, and so their quotient is the nearest.
    values[row] = (from ? -number : number) / POWERS[after];
    decimals[row] = after;
    kinds[row] = mark ? (text[mark] === "," ? COMMA : POINT) : WHOLE;
  }
  return { values, decimals, kinds };
}

/** Whether a column looks like figures: at least half of what some rows say are numbers. */
function looksNumeric(cells) {
  const step = Math.max(1, Math.floor(cells.length / SAMPLE_ROWS));
  const some = countNumbers(cells.filter((_, row) => row % step === 0));
  const { numbers, others } = some.numbers + some.others ? some : countNumbers(cells);
  return numbers > 0 && numbers >= others;
}

function countNumbers(cells) {
  let [numbers, others] = [0, 0];
  for (const text of new Set(cells)) {
    const own = stripped(text);
    if (missingReason(own) !== undefined) continue;
    const plain = withoutFlag(own).replace(/[ \u00a0\u202f\u2009]*%$/, "");
    if (NUMBER_OF["."].test(plain) || NUMBER_OF[","].test(plain)) numbers++;
    else others++;
  }
  return { numbers, others };
}

/**
 * The figures of column k: { values, reasons, sorted (those that are known, rising), digits, decimal, flagged (cells
 * with flags, see marks.js), notices }.
 * `scanned` is what scanCells found, whose arrays become the column's. Raises TableRefused with all cells that
 * are not figures or cannot be true.
 */
function readFigures(table, k, unit, scanned = scanCells(table.cells[k])) {
  refuseMerged(table, k);
  const flagged = flaggedCells(table.cells[k], scanned, table.names);
  const plain = flagged.size ? table.cells[k].map((cell) => flagged.get(cell)?.figure ?? cell) : table.cells[k];
  const found = flagged.size ? scanCells(plain) : scanned;
  const decimal = decimalMark({ ...table, cells: table.cells.with(k, plain) }, k, unit, found);
  const column = { table, k, name: table.names[k], cells: table.cells[k],
    ...readCells(plain, found, decimal, unit) };
  settleRounding(column.values, unit);
  column.sorted = knownFigures(column.values).sort();
  const faults = [...unreadable(column), ...mixedGaps(column), ...outOfRange(column, unit),
    ...wrongScale(column, unit), ...undeclaredCodes(column, unit)];
  if (faults.length) {
    faults.sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
    throw new TableRefused(faults.slice(0, TABLE_LIMITS.faults));
  }
  if (!column.sorted.length) {
    throw new TableRefused(fault(sentence("fault_no_figures",
      { count: String(table.lines.length) }), sentence("remedy_no_figures"), { column: column.name }));
  }
  return { values: column.values, reasons: column.reasons, sorted: column.sorted,
    digits: shownDigits(column), decimal: decimal.mark, flagged, notices: flagNotices(table, k, flagged) };
}

/** Every cell read: { values (NaN is missing), reasons, decimals, signed (the cell has "%"), wrong
 *  (by row: [what, remedy]), gaps (the marks between thousands) }. */
function readCells(cells, { values, decimals, kinds }, { mark, thousands }, unit) {
  const count = cells.length;
  const [reasons, signed] = [new Uint8Array(count), new Uint8Array(count)];
  const [wrong, gaps, odd] = [new Map(), new Set(), new Map()];
  const own = mark === "," ? COMMA : POINT;
  for (let row = 0; row < count; row++) {
    if (kinds[row] === WHOLE || kinds[row] === own) continue;
    const text = stripped(cells[row]);
    if (!odd.has(text)) odd.set(text, readNumber(text, mark, thousands, unit));
    const read = odd.get(text);
    values[row] = read.value;
    reasons[row] = read.reason;
    decimals[row] = decimalsIn(thousands ? text.replaceAll(thousands, "") : text);
    signed[row] = read.signed ? 1 : 0;
    if (read.gap) gaps.add(read.gap);
    if (read.wrong) wrong.set(row, [read.wrong, read.remedy]);
  }
  return { values, reasons, decimals, signed, wrong, gaps };
}

function faultAt(column, row, message, remedy) {
  return fault(message, remedy, { line: column.table.lines[row], column: column.name });
}

// -- one cell ---------------------------------------------------------------------------------

function readNumber(text, mark, thousands, unit) {
  const reason = missingReason(text);
  if (reason !== undefined) return { value: NaN, reason };
  const signed = text.endsWith("%");
  const digits = signed ? stripped(text.slice(0, -1)) : text;
  const found = (thousands ? GROUPED[thousands] : NUMBER_OF[mark]).exec(digits);
  const wrong = (message, remedy) => ({ value: NaN, reason: 0, wrong: message, remedy });
  if (!found || (!found[2] && !found[4])) return wrong(...notANumber(text, mark));
  if (signed && unit !== "percent") {
    return wrong(sentence("fault_percent_sign", { text: pythonText(text), unit }),
      sentence("remedy_percent_sign"));
  }
  const gap = found[3] || "";
  const whole = (found[2] || "0").replaceAll(gap || thousands, "");
  const fraction = (found[4] || ".0").slice(1);
  const sign = found[1] === "-" || found[1] === "−" ? "-" : "";
  const value = Number(`${sign}${whole}.${fraction}${found[5] || ""}`);
  if (!Number.isFinite(value) || (value === 0 && /[1-9]/.test(whole + fraction))) {
    return wrong(sentence("fault_beyond", { text: pythonText(text) }), sentence("remedy_beyond"));
  }
  return { value, reason: 0, gap, signed };
}

const REFUSED_CELLS = [
  [/^[+\-−]?(inf(inity)?|nan|1\.#(inf|ind|qnan))$/, "fault_not_finite", "remedy_not_finite"],
  [/^(-|--|–|—|−)$/, "fault_zero_or_unknown", "remedy_zero_or_unknown"],
  [/^=/, "fault_formula", "remedy_formula"],
  [/^#/, "fault_sheet_error", "remedy_sheet_error"],
  [/^(\d{4}-\d\d-\d\d.*|\d{1,2}\/\d{1,2}\/\d{2,4})$/, "fault_date", "remedy_date"],
];

function notANumber(text, mark) {
  const lowered = text.toLowerCase();
  const shown = { text: pythonText(text) };
  const found = REFUSED_CELLS.find(([pattern]) => pattern.test(lowered));
  if (found) return [sentence(found[1], shown), sentence(found[2])];
  if (NUMBER_OF[otherMark(mark)].test(lowered.replace(/[ %]+$/, ""))) {
    return [sentence("fault_other_mark", shown), sentence("remedy_other_mark")];
  }
  if (/^[+\-−]?[0-9][0-9.,_' \u00a0\u202f]*$/.test(lowered)) {
    return [sentence("fault_ambiguous_number", shown), sentence("remedy_ambiguous_number")];
  }
  return [sentence("fault_not_a_number", shown), sentence("remedy_not_a_number")];
}

function unreadable(column) {
  return [...column.wrong].slice(0, TABLE_LIMITS.faults)
    .map(([row, [what, remedy]]) => faultAt(column, row, what, remedy));
}

function mixedGaps({ name, gaps }) {
  const names = { " ": sentence("gap_space"), "\u00a0": sentence("gap_no_break"), "\u202f": sentence("gap_thin") };
  if (gaps.size < 2) return [];
  return [fault(sentence("fault_gaps", { count: String(gaps.size),
    gaps: [...gaps].sort().map((gap) => names[gap] ?? pythonText(gap)) }), sentence("remedy_gaps"),
  { column: name })];
}

// -- the decimal mark -------------------------------------------------------------------------

/** The cells of a column with a decimal comma, and with a point: the first, how many different ones
 *  (a hundred at most), and whether all of them may be thousands ("1,234"). */
function marksOf(cells, { decimals, kinds } = scanCells(cells)) {
  const found = Object.fromEntries([",", "."].map((mark) =>
    [mark, { first: "", texts: new Set(), thousands: true }]));
  const note = (mark, text, thousands) => {
    mark.first ||= text;
    mark.thousands &&= thousands;
    if (mark.texts.size < 100) mark.texts.add(text);
  };
  for (let row = 0; row < cells.length; row++) {
    const kind = kinds[row];
    if (kind === WHOLE) continue;
    if (kind !== ODD) {
      note(found[kind === COMMA ? "," : "."], cells[row], decimals[row] === 3 && THOUSANDS.test(cells[row]));
      continue;
    }
    for (const mark of [",", "."]) {
      if (!cells[row].includes(mark)) continue;
      const text = stripped(cells[row]);
      if (WITH_MARK[mark].test(text)) note(found[mark], text, THOUSANDS.test(text));
    }
  }
  for (const mark of Object.values(found)) mark.count = mark.texts.size;
  return found;
}

/** { mark (of decimals), thousands ("" for none) } of a column, by its figures and, where they do not
 *  show it, by other columns. */
function decimalMark(table, k, unit, scanned) {
  const { ",": commas, ".": points } = marksOf(table.cells[k], scanned);
  if (!commas.count && table.fractions?.[k]) return { mark: ".", thousands: "" };
  const rowOf = (text) => table.cells[k].findIndex((cell) => stripped(cell) === text);
  const column = { table, name: table.names[k] };
  if (commas.count && points.count) {
    const [fewer, others] = commas.count <= points.count ? [commas, points] : [points, commas];
    throw new TableRefused(faultAt(column, rowOf(fewer.first), sentence("fault_mixed_marks", {
      fewer: pythonText(fewer.first), others: pythonText(others.first),
      place: sentence("place_line", { line: String(table.lines[rowOf(others.first)]) }),
    }), sentence("remedy_mixed_marks")));
  }
  const found = commas.count ? commas : points;
  if (!found.count) return { mark: ".", thousands: "" };
  const mark = commas.count ? "," : ".";
  const several = table.cells[k].some((text, row) => // 1.234.567
    scanned.kinds[row] === ODD && text.split(mark).length > 2);
  if ((unit === "count" || several) && allGrouped(table.cells[k], mark)) return { mark: otherMark(mark), thousands: mark };
  if (unit !== "percent" && found.thousands && markElsewhere(table, k) !== mark) {
    throw new TableRefused(faultAt(column, rowOf(found.first),
      sentence("fault_ambiguous_decimal", { text: pythonText(found.first) }),
      sentence("remedy_ambiguous_decimal", { mark })));
  }
  return { mark, thousands: "" };
}

/** Whether the mark parts thousands in each figure that has it. */
function allGrouped(cells, mark) {
  const figures = cells.filter((cell) => cell.includes(mark)).map(stripped)
    .filter((text) => /^[0-9]+$/.test(text.replace(/[+\-−,.]/g, "")));
  return figures.length > 0 && figures.every((text) => GROUPS[mark].test(text));
}

/** The decimal mark that all other columns certainly have, or "". */
function markElsewhere(table, k) {
  const found = new Set();
  table.cells.forEach((cells, other) => {
    if (other === k) return;
    for (const [mark, { count, thousands }] of Object.entries(marksOf(cells))) {
      if (count && !thousands) found.add(mark);
    }
  });
  return found.size === 1 ? [...found][0] : "";
}

// -- whether figures can be true --------------------------------------------------------------

/** Set a value that rounding put just beyond a bound of its unit to the bound. */
function settleRounding(values, unit) {
  const [low, high] = UNIT_BOUNDS[unit];
  for (let row = 0; row < values.length; row++) {
    if (low !== null && values[row] < low && low - values[row] <= 1e-9) values[row] = low;
    if (high !== null && values[row] > high && values[row] - high <= 1e-9) values[row] = high;
  }
}

/** A number as Python's "g" writes it, with so many digits at most. */
function shortNumber(value, digits = 6) {
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < digits) return String(Number(value.toPrecision(digits)));
  const sign = exponent < 0 ? "-" : "+";
  return `${Number(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function outOfRange(column, unit) {
  const [low, high] = UNIT_BOUNDS[unit];
  const faults = [];
  for (let row = 0; row < column.values.length; row++) {
    const value = column.values[row];
    const cell = () => pythonText(column.cells[row]);
    if ((low !== null && value < low) || (high !== null && value > high)) {
      const below = value < low;
      const range = high === null ? sentence("range_from_unit", { unit, low: shortNumber(low) })
        : sentence("range_of_unit", { unit, low: shortNumber(low), high: shortNumber(high) });
      faults.push(faultAt(column, row, sentence(below ? "fault_below" : "fault_above",
        { value: cell(), bound: shortNumber(below ? low : high), range }), rangeRemedy(value)));
    } else if (unit === "count" && value > MOST_COUNTED) {
      faults.push(faultAt(column, row, sentence("fault_too_many", { cells: cell() }),
        sentence("remedy_unit_number")));
    } else if (unit === "count" && value % 1 !== 0 && !Number.isNaN(value)) {
      faults.push(faultAt(column, row, sentence("fault_not_whole",
        { cells: cell(), unit: sentence("word_count") }), sentence("remedy_not_whole")));
    }
  }
  return faults;
}

function rangeRemedy(value) {
  return looksLikeCode(value) || Math.abs(value) > HUGE
    ? sentence("remedy_nodata", { value: shortNumber(value, 15) }) : sentence("remedy_range");
}

/** Percentages that are shares of one, all or some: three observations, as in check_scale. */
function wrongScale(column, unit) {
  if (unit !== "percent") return [];
  const { cells, table, name, signed } = column;
  const values = column.values.map((value, row) => (signed[row] ? NaN : value));
  const low = [];
  let high = 0;
  for (let row = 0; row < values.length; row++) {
    if (values[row] > 0 && values[row] < 1) low.push(row);
    if (values[row] > 1) high++;
  }
  if (low.length >= 2 && !high && !signed.some((one, row) => one && column.values[row] > 0)) {
    return [fault(sentence("fault_shares", { cells: pythonText(cells[low[0]]),
      place: sentence("place_line", { line: String(table.lines[low[0]]) }) }),
    sentence("remedy_shares"), { column: name })];
  }
  let suspects = suspectDecimals(column, values, low, high);
  if (!suspects.length && skipsTheMiddle(values)) suspects = low;
  return suspects.map((row) => faultAt(column, row,
    sentence("fault_a_share", { cells: pythonText(cells[row]) }), sentence("remedy_a_share")));
}

function decimalsIn(text) {
  return DECIMALS.exec(text)?.[1].length ?? 0;
}

/** Rows below one that have more decimals than any figure above one has. */
function suspectDecimals({ decimals }, values, low, high) {
  if (high < 2 || !low.length) return [];
  let [above, below] = [0, 0];
  for (let row = 0; row < values.length; row++) if (values[row] > 1) above = Math.max(above, decimals[row]);
  for (const row of low) below = Math.max(below, decimals[row]);
  if (Math.max(above, below) >= FULL_PRECISION) return [];
  return low.filter((row) => decimals[row] >= 2 && decimals[row] > above);
}

function skipsTheMiddle(values) {
  let [low, middle, high] = [0, 0, 0];
  for (const value of values) {
    if (value > 0 && value < 1) low++;
    else if (value >= 1 && value <= 10) middle++;
    else if (value > 10) high++;
  }
  return low >= 2 && high >= 1 && low > 2 * middle && high > 2 * middle
    && low >= 0.1 * (low + middle + high);
}

/** Figures that look like a no-data code that nobody declared, as in check_sentinels. */
function undeclaredCodes(column, unit) {
  const { values } = column;
  const [distinct, counts] = countedFigures(column.sorted);
  const codes = codesAmong(distinct, counts, UNIT_BOUNDS[unit]);
  const named = codes.map((at) => shortNumber(distinct[at], 15)).join(", ");
  return codes.map((at) => {
    const row = values.indexOf(distinct[at]);
    return faultAt(column, row, sentence("fault_nodata",
      { cells: pythonText(column.cells[row]), count: String(counts[at]) }),
    sentence("remedy_nodata_code", { code: codes.length === 1 ? named : `[${named}]` }));
  });
}

/** The different figures among rising ones, and how often each occurs. */
function countedFigures(sorted) {
  const [distinct, counts] = [[], []];
  let start = 0; // of the equal figures
  for (let i = 1; i <= sorted.length; i++) {
    if (sorted[i] === sorted[start]) continue;
    distinct.push(sorted[start]);
    counts.push(i - start);
    start = i;
  }
  return [distinct, counts];
}

/** Places of the figures that stand for no data. */
function codesAmong(distinct, counts, [low, high]) {
  const huge = distinct.map((value) => Math.abs(value) > HUGE);
  const allowed = distinct.map((value) => (low === null || value >= low) && (high === null || value <= high));
  const coded = distinct.map((value, at) => allowed[at] && looksLikeCode(value));
  const rest = Array.from(distinct.keys()).filter((at) => !huge[at] && !coded[at]);
  const odd = rest.length > 1 && allowed.every(Boolean) ? farFromOthers(distinct, counts, rest) : new Set();
  const bulk = rest.filter((at) => !odd.has(at));
  if (!bulk.length) return Array.from(distinct.keys()).filter((at) => huge[at]);
  const greatest = Math.max(Math.abs(distinct[bulk[0]]), Math.abs(distinct[bulk.at(-1)]));
  const positive = distinct[bulk[0]] >= 0;
  const usual = bulk.reduce((most, at) => (distinct[at] ? Math.max(most, counts[at]) : most), 1);
  const repeats = (at) => distinct[at] >= LONG && counts[at] >= MANY && counts[at] > 2 * usual;
  return Array.from(distinct.keys()).filter((at) => (coded[at]
    ? isApart(distinct[at], counts[at], greatest, positive) || repeats(at) : huge[at] || odd.has(at)));
}

/** Whether a figure is one digit over and over, or the end of an integer type. */
function looksLikeCode(value) {
  if (value % 1 !== 0 || Math.abs(value) > 1e15) return false; // no code of either list
  if (LOW_CODES.includes(value) || HIGH_CODES.includes(value)) return true;
  const digits = String(Math.abs(value));
  const least = (value < 0 ? 3 : 4) - (SURVEY_DIGITS.test(digits) ? 1 : 0);
  return /^([1-9])\1*$/.test(digits) && digits.length >= least;
}

/** Places of figures that are orders of magnitude from all others, or alone below zero. */
function farFromOthers(distinct, counts, rest) {
  const size = (at) => Math.abs(distinct[at]);
  const ends = rest.length < 4 ? rest : [...rest.slice(0, 2), ...rest.slice(-2)]; // figures rise: the largest two are here
  const order = [...ends].sort((one, other) => size(one) - size(other));
  const [farthest, following] = [order.at(-1), order.at(-2)];
  const times = size(following) > 0 ? size(farthest) / size(following) : 0;
  const odd = new Set();
  if ((distinct[farthest] < 0 && times > FAR) || (times > 10 * FAR && counts[farthest] > 1)) odd.add(farthest);
  const below = rest.filter((at) => distinct[at] < 0);
  if (below.length === 1 && distinct[below[0]] % 1 === 0) {
    const others = rest.filter((at) => distinct[at] >= 0);
    const rows = others.reduce((sum, at) => sum + counts[at], 0);
    const [least, greatest] = [distinct[others[0]], distinct[others.at(-1)]];
    if (isOrderApart(size(below[0]), counts[below[0]], least, greatest, rows)) odd.add(below[0]);
  }
  return odd;
}

/** Whether the only negative figure, without its sign, is an order of magnitude from all others. */
function isOrderApart(negative, count, least, greatest, rows) {
  if (count > 1 && (greatest >= 10 * negative || negative >= 10 * greatest)) return true;
  return negative < 10 && rows >= ENOUGH_ROWS && least >= 10 * negative;
}

function isApart(code, count, greatest, positive) {
  if (code < 0) return positive || Math.abs(code) > 10 * greatest;
  if (code < 1000 && count === 1) return false; // one place of 999 people
  if (code >= LONG && code > greatest && (count > 1 || /^9+$/.test(code))) return true;
  return code > 10 * greatest || (count > 1 && code > 3 * greatest);
}

/** Decimals to show: as many as the cells have, but four significant digits are enough. */
function shownDigits({ values, decimals }) {
  let [most, largest] = [0, 0];
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    largest = Math.max(largest, Math.abs(values[row]));
    if (values[row] % 1 !== 0) most = Math.max(most, decimals[row] || MOST_DIGITS);
  }
  const enough = Math.max(1, 3 - Math.floor(Math.log10(largest || 1)));
  return Math.min(most, enough, MOST_DIGITS);
}

/** The unit that the cells and the name of a column show: percent, else a number. */
function evidentUnit(name, cells, { kinds } = scanCells(cells)) {
  const percent = cells.some((cell, row) => kinds[row] === ODD && cell.includes("%"));
  return percent || /%|\b(taux|part|pourcentage|percent|percentage)\b/i.test(name) ? "percent" : "number";
}
