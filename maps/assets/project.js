// The reader's table as a project that `zoneblanche run` draws with the same classes: project.toml,
// the matched rows with whole codes, and the rows that were left out (docs/project-file.md).

/** A text in TOML: JSON's escapes are TOML's, but for DEL. */
function tomlText(text) {
  const line = String(text).replace(/\s+/g, " ").trim().slice(0, 900).toWellFormed?.() ?? String(text);
  return JSON.stringify(line).replace(/\x7f/g, "\\u007f");
}

/** own: an OwnTable. Returns the files of the project: [{ name, text }]. */
function projectFiles(own, page) {
  const { speech } = page;
  const files = [{ name: "project.toml", text: projectToml(own, page) },
    { name: "table.csv", text: matchedCsv(own) }];
  if (own.match.listed.length) {
    const rows = own.match.listed.map(({ line, text, reason }) =>
      [String(line), spreadsheetSafe(text, ";"), inWords(reason, speech)]);
    files.push({ name: "left-out.csv", text: csvText([["line", "code", "reason"], ...rows]) });
  }
  return files;
}

function csvText(rows) {
  return rows.map((row) => `${row.map((cell) => quoted(cell, ";")).join(";")}\r\n`).join("");
}

/** Codes as the territories have them; figures as they were written, so that they read the same. */
function matchedCsv({ table, match, figures }) {
  const { codes, names } = match.level;
  const rows = [["code", "name", ...figures.map(({ id }) => id)]];
  match.at.forEach((i, row) => {
    if (i < 0) return;
    rows.push([codes[i], spreadsheetSafe(names[i], ";"),
      ...figures.map(({ k, flagged }) => {
        const cell = table.cells[k][row];
        return stripped(flagged.get(cell)?.figure ?? cell);
      })]);
  });
  return csvText(rows);
}

function projectToml({ table, match, figures }, page) {
  const { speech, base } = page;
  const { country, level, within } = base.head.project;
  const upper = match.level.id !== level;
  const lines = [
    `# ${speech.say("own_project_note")}`, "#     zoneblanche run project.toml -o map", "",
    `title = ${tomlText(table.file)}`, `lang = ${tomlText(speech.lang)}`,
    `country = ${tomlText(country)}`, `level = ${tomlText(match.level.id)}`,
  ];
  if (within.length) lines.push(`within = [${within.map(tomlText).join(", ")}]`);
  lines.push("catalogue = []");
  for (const { id, layer, decimal } of figures) {
    // A count of a containing level is not the sum of what its territories would have.
    const unit = upper && layer.unit === "count" ? "number" : layer.unit;
    lines.push("", "[[layers]]", `id = ${tomlText(id)}`, `title = ${tomlText(layer.title)}`,
      'path = "table.csv"', 'code = "code"', `value = ${tomlText(id)}`, 'separator = ";"',
      `decimal = ${tomlText(decimal)}`, 'encoding = "utf-8"', `unit = ${tomlText(unit)}`,
      `better = ${tomlText(layer.better ?? "none")}`, `digits = ${layer.digits}`);
    if (upper) lines.push(`level = ${tomlText(match.level.id)}`);
  }
  return `${lines.join("\n")}\n`;
}
