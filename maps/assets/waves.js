// An indicator through its waves: a slider that keeps one scale, and what was gained and lost between two
// of them.

const STEP_EVERY = 1400; // milliseconds between waves while they are played

/** The waves of a layer, the oldest first: the layers that are earlier dates of it, and itself. */
function wavesOf(model, layer) {
  const id = layer.wave_of || layer.id;
  const earlier = model.layers.filter((one) => one.wave_of === id);
  const newest = model.layer(id);
  if (!earlier.length || !newest) return [];
  return [...earlier.sort((one, other) => (one.period < other.period ? -1 : 1)), newest];
}

/** Give all waves of a layer the breaks of all their figures together, once those are there, so that a colour means
 *  the same. */
function poolBreaks(model) {
  for (const newest of model.layers.filter(({ pooled }) => pooled)) {
    newest.pooled.custom = newest.breaks.custom; // which a reader typed before
    for (const wave of wavesOf(model, newest)) wave.breaks = newest.pooled;
  }
}

/** The waves of the layer shown, also of a change between two of them. */
function shownWaves({ model, layer }) {
  return wavesOf(model, layer.between ? model.layer(layer.between[1]) : layer);
}

/** The slider and the two lists stay while a reader goes through the waves: a control that is replaced loses the
 *  focus, and a screen reader tells where it is anew. */
function drawWaves(page) {
  const { model, speech, layer } = page;
  const waves = shownWaves(page);
  page.stopPlaying();
  if (!waves.length) return null;
  const at = layer.between ? waves.length - 1 : waves.indexOf(layer);
  const dates = waves.map(({ period }) => speech.date(period));
  const key = [model.id, ...waves.map(({ id }) => id)].join();
  const element = keptPart(page, "waves", key, () => waveControls(page, waves, dates));
  const slider = element.querySelector("#zb-wave");
  slider.value = at;
  slider.setAttribute("aria-valuetext", dates[at]);
  tell(element.querySelector("output"), layer.between ? "" : dates[at]);
  element.querySelectorAll("select").forEach((list, k) => { list.value = layer.between?.[k] ?? ""; });
  return element;
}

function waveControls(page, waves, dates) {
  const { speech } = page;
  const slider = el("input", { id: "zb-wave", type: "range", min: 0, max: waves.length - 1, step: 1,
    "aria-label": speech.say("wave"),
    input: (event) => {
      const wave = shownWaves(page)[Number(event.target.value)];
      if (wave) page.choose(wave, { together: true }); // none for a moment after another layer was chosen
    } });
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return el("div", { class: "zb-waves" },
    el("div", { class: "zb-wave-row" },
      still ? null : el("button", { type: "button", class: "zb-button zb-play",
        "aria-label": speech.say("play"), title: speech.say("play"),
        click: () => page.playWaves(shownWaves(page)) }, "▶"), slider,
      el("output", { for: "zb-wave", "aria-live": "off" })), // the slider says its date itself
    waves[0].categories ? drawGained(page, waves, dates) : null);
}

/** Two waves to compare: who gained and who lost between them. */
function drawGained(page, waves, dates) {
  const { speech } = page;
  const choose = async () => {
    const lists = [...form.querySelectorAll("select")];
    const [one, other] = lists.map(({ value }) => value);
    const { choices } = page;
    await page.whenWhole(); // which empties the lists
    if (choices !== page.choices) return; // another level has no yes or no
    if (one && other && one !== other) page.choose(gainedLayer(page, one, other), { together: true });
    else if (page.layer.between) page.choose(shownWaves(page).at(-1), { together: true });
    else [one, other].forEach((date, k) => { lists[k].value = date; });
  };
  const list = (k) => el("select", { "aria-label": speech.say(k ? "wave_to" : "wave_from"), change: choose },
    el("option", { value: "" }, "–"),
    waves.map(({ id }, at) => el("option", { value: id }, dates[at])));
  const form = el("div", { class: "zb-gained" }, el("span", {}, speech.say("gained_between")),
    list(0), list(1));
  return form;
}

/** The change of a yes-or-no figure between two waves, as a layer of categories made on the page. */
function gainedLayer({ model, speech, base }, from, to) {
  const [one, other] = [model.layer(from), model.layer(to)];
  const measured = one.wave_of ? model.layer(one.wave_of) : one;
  const id = `${from}/${to}`;
  const texts = (word) => Object.fromEntries(Object.keys(base.head.words).map((lang) =>
    [lang, base.head.words[lang][word]]));
  const made = {
    ...other, id, between: [from, to], wave_of: "", role: "typology", lisa: true, ordered: false,
    better: null, interval: {}, finding: null, definition: "", native: null,
    title: `${speech.text(measured.title)} (${speech.date(one.period)} – ${speech.date(other.period)})`,
    period: `${one.period}/${other.period}`, sources: [...new Set([...one.sources, ...other.sources])],
    categories: [[3, texts("gained")], [2, texts("kept")], [0, texts("never")], [1, texts("lost")]],
  };
  const [a, b] = [model.column(from), model.column(to)];
  const code = [[0, 3], [1, 2]]; // by yes or no before, and after
  const values = new Float64Array(model.count);
  const reasons = new Uint8Array(model.count);
  for (let i = 0; i < model.count; i++) {
    reasons[i] = a.reasons[i] || b.reasons[i];
    if (!reasons[i]) values[i] = code[a.values[i] ? 1 : 0][b.values[i] ? 1 : 0];
  }
  model._byId.set(id, made);
  model._columns.set(id, { values, reasons });
  return made;
}

const WAVES = {
  async playWaves(waves) {
    await this.whenWhole();
    if (!this.layer.between && !waves.includes(this.layer)) return; // another layer was chosen meanwhile
    if (this.playing) {
      this.stopPlaying();
      return;
    }
    let at = waves.indexOf(this.layer);
    const next = () => {
      at = (at + 1) % waves.length;
      this.playing = null;
      this.choose(waves[at], { together: true });
      this.playing = at < waves.length - 1 ? setTimeout(next, STEP_EVERY) : null;
    };
    next();
  },

  stopPlaying() {
    clearTimeout(this.playing);
    this.playing = null;
  },
};
