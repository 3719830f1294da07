// What the draws of an index support: a class in its own colour where it is sure, two merged classes where
// it is not, grey where the figure may be anywhere. (A value-suppressing palette: Correll et al. 2018.)

const MERGED = 1; // the class is known but for one or two
const UNSURE = 2;
const GREYED = 90; // of 256, how much grey is in the colour of merged classes

/** Whether a layer has an interval to judge its classes by. */
function hasInterval(model, layer) {
  return Boolean(layer.interval?.score_low && model.has(`${layer.id}/score_low`));
}

/** The classes of a layer with how sure each territory's is: `doubt`, a byte each, and `doubts`, how many
 *  of each. */
function withDoubt(model, shown) {
  const low = model.interval(shown.layer.id, "score_low");
  const high = model.interval(shown.layer.id, "score_high");
  const doubt = new Uint8Array(model.count);
  const doubts = [0, 0, 0];
  for (let i = 0; i < model.count; i++) {
    if (shown.classOf[i] < 0 || low.reasons[i] || high.reasons[i]) continue;
    const classes = classFor(high.values[i], shown.breaks) - classFor(low.values[i], shown.breaks);
    doubt[i] = classes === 0 ? 0 : classes < 3 ? MERGED : UNSURE;
    doubts[doubt[i]]++;
  }
  return { ...shown, doubt, doubts };
}

/** The colours of unsure territories, by class: merged two by two, and grey. */
function doubtColours(classes, colours) {
  const [, grey] = colours.missing;
  const merged = classes.map((_, k) => {
    const [one, other] = [classes[k - (k % 2)], classes[k - (k % 2) + 1] || classes[k]];
    return mixed(mixed(pixel(one.colour), pixel(other.colour), 128), pixel(grey), GREYED);
  });
  return { merged, grey: mixed(pixel(grey), pixel(colours.sea), 150) };
}

/** The switch, and what the paler colours mean. */
function certaintyChoice(page) {
  const { shown, speech, model, colours } = page;
  if (!shown.layer || !hasInterval(model, shown.layer)) return null;
  const said = ["sure", "sure_nearly", "unsure"];
  const channel = (colour, by) => ((colour >>> by) & 255).toString(16).padStart(2, "0");
  const hex = (colour) => `#${[0, 8, 16].map((by) => channel(colour, by)).join("")}`;
  const { merged, grey } = doubtColours(shown.classes, colours);
  const middle = shown.classes.length >> 1;
  const swatches = [shown.classes[middle]?.colour, merged.length ? hex(merged[middle]) : "", hex(grey)];
  return el("div", { class: "zb-certainty" },
    el("label", {}, el("input", { type: "checkbox", id: "zb-certain", checked: page.certain,
      change: (event) => {
        page.certain = event.target.checked;
        page.show();
        page.remember();
        document.getElementById("zb-certain")?.focus();
      } }), el("span", {}, speech.say("fade_unsure"))),
    shown.doubts ? el("ul", { class: "zb-classes" }, said.map((name, k) => el("li", { class: "zb-class" },
      swatch(swatches[k], colours), el("span", { class: "zb-class-label" }, speech.say(name)),
      el("span", { class: "zb-count" }, speech.number(shown.doubts[k]),
        el("span", { class: "zb-share" }, share(shown.doubts[k], model.count, speech)))))) : null);
}
