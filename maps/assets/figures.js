// The figures of a column that the reader gives, read strictly, by the rules and with the sentences
// of geo/tables (numbers.py, formats/decimal_mark.py, plausible.py, missing.py).

/** Codes of geo/reasons.py. */
const REASON = { published: 1, secret: 2, matched: 4, applicable: 5, few: 8 };
const MISSING_MARKS = new Map([["", 1], ["nd", 1], ["n/d", 1], ["na", 1], ["n/a", 1], ["\\n", 1],
  ["s", 2], ["ns", 2], ["so", 5]]);
const UNIT_BOUNDS = { percent: [0, 100], count: [0, null], number: [null, null] };
const MOST_COUNTED = 1e12;
const HUGE = 1e30;
const LOW_CODES = [-99, -999, -9999, -99999, -32768, -999999, -2147483648];
const HIGH_CODES = [9999, 32767, 65535, 99999, 999999, 9999999, 99999999, 2147483647];
const ALL_CODES = new Set([...LOW_CODES, ...HIGH_CODES]);
const FULL_PRECISION = 12; // decimals of a figure that was never rounded
const MOST_DIGITS = 6; // that a page shows

const AROUND = /^[ \t\n\u00a0\u202f\u2009]+|[ \t\n\u00a0\u202f\u2009]+$/g;
const GAP = "[ \\u00a0\\u202f\\u2009'’]";
const WHOLE_PART = `[0-9]{1,3}(?:(${GAP})[0-9]{3}(?:\\3[0-9]{3})*)|[0-9]+`;
const NUMBER_OF = Object.fromEntries([",", "."].map((mark) => [mark, new RegExp(
  `^([+\\-−]?)(${WHOLE_PART})?(\\${mark}[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)]));
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
    const plain = stripped(text).replace(/[ \u00a0\u202f\u2009]*%$/, "");
    if (MISSING_MARKS.has(plain.toLowerCase())) continue;
    if (NUMBER_OF["."].test(plain) || NUMBER_OF[","].test(plain)) numbers++;
    else others++;
  }
  return { numbers, others };
}

/**
 * The figures of column k: { values, reasons, digits, decimal }. Raises TableRefused with all cells
 * that are not figures or cannot be true.
 */
function readFigures(table, k, unit) {
  const scanned = scanCells(table.cells[k]);
  const decimal = decimalMark(table, k, unit, scanned);
  const column = { table, k, name: table.names[k], cells: table.cells[k],
    ...readCells(table.cells[k], scanned, decimal, unit) };
  settleRounding(column.values, unit);
  const faults = [...unreadable(column), ...mixedGaps(column), ...outOfRange(column, unit),
    ...wrongScale(column, unit), ...undeclaredCodes(column, unit)];
  if (faults.length) {
    faults.sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
    throw new TableRefused(faults.slice(0, TABLE_LIMITS.faults));
  }
  if (!column.values.some(Number.isFinite)) {
    throw new TableRefused(fault(sentence("fault_no_figures",
      { count: String(table.lines.length) }), sentence("remedy_no_figures"), { column: column.name }));
  }
  return { values: column.values, reasons: column.reasons, digits: shownDigits(column), decimal };
}

/** Every cell read: { values (NaN is missing), reasons, decimals, signed (the cell has "%"), wrong
 *  (by row: [what, remedy]), gaps (the marks between thousands) }. */
function readCells(cells, { values, decimals, kinds }, mark, unit) {
  const count = cells.length;
  const [reasons, signed] = [new Uint8Array(count), new Uint8Array(count)];
  const [wrong, gaps, odd] = [new Map(), new Set(), new Map()];
  const own = mark === "," ? COMMA : POINT;
  for (let row = 0; row < count; row++) {
    if (kinds[row] === WHOLE || kinds[row] === own) continue;
    const text = stripped(cells[row]);
    if (!odd.has(text)) odd.set(text, readNumber(text, mark, unit));
    const read = odd.get(text);
    values[row] = read.value;
    reasons[row] = read.reason;
    decimals[row] = decimalsIn(text);
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

function readNumber(text, mark, unit) {
  const reason = MISSING_MARKS.get(text.toLowerCase());
  if (reason !== undefined) return { value: NaN, reason };
  const signed = text.endsWith("%");
  const digits = signed ? stripped(text.slice(0, -1)) : text;
  const found = NUMBER_OF[mark].exec(digits);
  const wrong = (message, remedy) => ({ value: NaN, reason: 0, wrong: message, remedy });
  if (!found || (!found[2] && !found[4])) return wrong(...notANumber(text, mark));
  if (signed && unit !== "percent") {
    return wrong(sentence("fault_percent_sign", { text: pythonText(text), unit }),
      sentence("remedy_percent_sign"));
  }
  const gap = found[3] || "";
  const whole = (found[2] || "0").split(gap || null).join("");
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
  [/^(-|--|–|—|−|\.|\.\.|…|\.\.\.)$/, "fault_zero_or_unknown", "remedy_zero_or_unknown"],
  [/^=/, "fault_formula", "remedy_formula"],
  [/^#/, "fault_sheet_error", "remedy_sheet_error"],
  [/^(\d{4}-\d\d-\d\d.*|\d{1,2}\/\d{1,2}\/\d{2,4})$/, "fault_date", "remedy_date"],
];

function notANumber(text, mark) {
  const lowered = text.toLowerCase();
  const shown = { text: pythonText(text) };
  const found = REFUSED_CELLS.find(([pattern]) => pattern.test(lowered));
  if (found) return [sentence(found[1], shown), sentence(found[2])];
  if (NUMBER_OF[mark === "," ? "." : ","].test(lowered.replace(/[ %]+$/, ""))) {
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

/** The decimal mark of a column, by its figures and, where they do not show it, by other columns. */
function decimalMark(table, k, unit, scanned) {
  const { ",": commas, ".": points } = marksOf(table.cells[k], scanned);
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
  if (!found.count) return ".";
  const mark = commas.count ? "," : ".";
  if (unit !== "percent" && found.thousands) {
    const elsewhere = markElsewhere(table, k);
    if (commas.count ? elsewhere !== mark : elsewhere === ",") {
      throw new TableRefused(faultAt(column, rowOf(found.first),
        sentence("fault_ambiguous_decimal", { text: pythonText(found.first) }),
        sentence("remedy_ambiguous_decimal")));
    }
  }
  return mark;
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

/** A number as Python's "g" writes it, six digits at most. */
function shortNumber(value) {
  const [mantissa, power] = value.toExponential(5).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(value.toPrecision(6)));
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
  const code = LOW_CODES.includes(value) || HIGH_CODES.includes(value) || Math.abs(value) > HUGE;
  return code ? sentence("remedy_nodata", { value: shortNumber(value) }) : sentence("remedy_not_a_number");
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

/** Figures that look like a no-data code that nobody declared. */
function undeclaredCodes(column, unit) {
  const { values } = column;
  const there = new Set(values.filter((value) => ALL_CODES.has(value) || Math.abs(value) > HUGE));
  const codes = [...ALL_CODES].filter((code) => there.delete(code));
  codes.push(...[...there].sort((a, b) => a - b));
  const [low, high] = UNIT_BOUNDS[unit];
  const faults = [];
  for (const code of codes) {
    const allowed = (low === null || code >= low) && (high === null || code <= high);
    if (!(Math.abs(code) > HUGE || (allowed && isApart(code, values)))) continue;
    const row = values.indexOf(code);
    const count = values.filter((value) => value === code).length;
    faults.push(faultAt(column, row, sentence("fault_nodata",
      { cells: pythonText(column.cells[row]), count: String(count) }),
    sentence("remedy_nodata_code", { code: shortNumber(code) })));
  }
  return faults;
}

function isApart(code, values) {
  let greatest = -1;
  let [count, least] = [0, Infinity];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value === code) {
      count++;
      continue;
    }
    greatest = Math.max(greatest, Math.abs(value));
    least = Math.min(least, value);
  }
  if (greatest < 0) return false;
  if (code < 0) return least >= 0 || Math.abs(code) > 10 * greatest;
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
function evidentUnit(name, cells) {
  const percent = cells.some((cell) => cell.includes("%"));
  return percent || /%|\b(taux|part|pourcentage|percent|percentage)\b/i.test(name) ? "percent" : "number";
}
