// Corrected figures on the card, and the form that reports an error.

/** What a corrected figure was, and who corrects it; null for any other figure. */
function correctionNote(page, layer, i) {
  const { speech } = page;
  const made = layer.corrected?.[i];
  if (!made) return null;
  const old = made.old === null ? speech.say("corrected_none") : speech.figure(made.old, layer);
  return el("span", { class: "zb-note zb-corrected" }, isolated(
    [speech.say("corrected", { old, who: made.who, date: speech.date(made.date) }), made.why]
      .filter(Boolean).join(" ")));
}

const CORRECTION = ["code", "name", "indicator", "old", "value", "date", "who", "why"];

/** The form under a card: it saves a table of one correction, and offers to mail it. */
function reportForm(page, i) {
  const { model, speech } = page;
  const { report } = model.head;
  const layers = model.layers.filter(({ role, kind }) =>
    ["indicator", "context"].includes(role) && kind !== "bivariate");
  if (!report || page.model !== page.base || !layers.length) return null;
  const field = (name, input) => el("label", {}, speech.say(`report_${name}`), input);
  const inputs = {
    indicator: el("select", {}, layers.map(({ id, title }) =>
      el("option", { value: id, selected: id === page.layer.id }, speech.text(title)))),
    value: el("input", { type: "text", required: true, autocomplete: "off" }),
    who: el("input", { type: "text", required: true, autocomplete: "name" }),
    why: el("input", { type: "text", autocomplete: "off" }),
  };
  const status = el("p", { role: "status", class: "zb-note" });
  const mail = report.mail ? el("a", { class: "zb-mail", hidden: true }, speech.say("report_mail")) : null;
  const save = (event) => {
    event.preventDefault();
    const text = correctionTable(page, i, inputs);
    saveFile(`correction-${folded(model.codes[i]).replace(/[^a-z0-9]+/g, "-")}.csv`,
      new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    status.textContent = speech.say("report_saved");
    if (!mail) return;
    const subject = speech.say("report_subject", { name: `${model.names[i]} (${model.codes[i]})` });
    mail.href = `mailto:${encodeURIComponent(report.mail).replace("%40", "@")}`
      + `?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(text)}`;
    mail.hidden = false;
  };
  return el("details", { class: "zb-report" }, el("summary", {}, speech.say("report")),
    el("form", { submit: save }, Object.entries(inputs).map(([name, input]) => field(name, input)),
      el("button", { type: "submit" }, speech.say("report_save")), mail, status));
}

/** The correction in the format of `--corrections`: commas, points, dates as ISO 8601. */
function correctionTable(page, i, inputs) {
  const { model } = page;
  const id = inputs.indicator.value;
  const { values, reasons } = model.column(id);
  const today = new Date();
  const cells = {
    code: model.codes[i], name: model.names[i], indicator: id,
    old: reasons[i] ? "" : String(Number(values[i].toFixed(6))),
    value: inputs.value.value.trim().replace(/\s/g, "").replace(",", "."),
    date: [today.getFullYear(), today.getMonth() + 1, today.getDate()]
      .map((part) => String(part).padStart(2, "0")).join("-"),
    who: inputs.who.value.trim(), why: inputs.why.value.trim(),
  };
  const safe = (text) => quoted(spreadsheetSafe(text, ","), ",");
  return `${CORRECTION.join(",")}\r\n${CORRECTION.map((name) => safe(cells[name])).join(",")}\r\n`;
}
