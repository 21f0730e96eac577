/* SPDX-License-Identifier: MIT */
"use strict";
const raw = at("run").textContent;
const run = raw.startsWith("{") ? JSON.parse(raw) : null;
if (run)
  draw();

function draw() {
  const { summary } = run, samples = readSamples(run);
  const state = { from: 0, to: samples.span || 1e9, sample: -1, mark: null };
  const everything = { from: state.from, to: state.to };
  drawHead(summary);
  drawTables(summary);
  if (!samples.count)
    return;

  const figures = [["time"], ["bins"], ["time"], ["bins"], ["time"], ["legend"]].map(([kind]) =>
    add(at("charts"), kind === "legend" ? "div" : "figure", { class: kind }));
  figures[5].id = "legend";
  const charts = figures.filter(figure => figure.className === "time");
  drawLegend(figures[5], samples);
  for (const figure of charts)
    for (const [name, value] of [["tabindex", "0"], ["role", "slider"], ["aria-valuemin", "1"],
      ["aria-valuemax", samples.count], ["aria-label", "frames of the run"]])
      figure.setAttribute(name, value);
  at("read").hidden = document.querySelector("footer").hidden = false;

  /* The drawing, at the width there is */
  const sizes = new Map();
  const widthOf = figure => Math.max(Math.round(figure.clientWidth), 200);
  function timeAxis(width) {
    const [, unit] = timeUnit(everything.to);
    const axis = axisOver(state.from / unit, state.to / unit, false, LEFT, width - RIGHT, true);
    return { ...axis, name: `time since the first frame, ${timeUnit(everything.to)[2]}`, ticks: axis,
      low: state.from, high: state.to, from: LEFT, to: width - RIGHT,
      place: ns => axis.place(ns / unit),
      whole: ns => LEFT + (ns - state.from) / (state.to - state.from) * (width - LEFT - RIGHT),
      back: x => state.from + (x - LEFT) / (width - LEFT - RIGHT) * (state.to - state.from) };
  }
  function plotOf(svg, id, width, height) {
    const clip = add(add(svg, "clipPath", { id }), "rect",
      { x: LEFT, y: TOP, width: width - LEFT - RIGHT, height });
    return add(svg, "g", { "clip-path": `url(#${clip.parentNode.id})` });
  }
  function drawTime(figure, name, values, spread, id) {
    const width = sizes.get(figure), time = timeAxis(width);
    const median = Math.max(spread.p50 * 1e3, LEAST_NS), most = Math.max(spread.max * 1e3, LEAST_NS);
    const logarithmic = most > SPREAD_LOG * median, [, unit, unitName] = timeUnit(most);
    const value = axisOver(logarithmic ? Math.max(values.lowest, LEAST_NS) / unit : 0, most / unit, logarithmic,
      TOP + PLOT, TOP);
    value.unit = unit;
    const svg = chart(figure, `${name}, ${unitName}${logarithmic ? " (logarithmic)" : ""}`, PLOT, width);
    sideAxis(svg, axisTicks(value), value.place, width);
    bottomAxis(svg, time.ticks, PLOT, time.name);
    const plot = plotOf(svg, id, width, PLOT);
    drawSpans(plot, samples.marks.filter(i => samples.intervals.count(i) && samples.intervals.most[i] > samples.gap)
      .map(i => [time.whole(samples.end[i] - samples.intervals.most[i]), time.whole(samples.end[i])])
      .map(([from, to]) => [from, Math.max(to, from + 2)])
      .filter(([from, to]) => to >= LEFT && from <= width - RIGHT), TOP, PLOT, "gap");
    drawValues(plot, samples, values, time, value);
  }
  function drawLost(figure) {
    const width = sizes.get(figure), time = timeAxis(width), height = CAUSES.length * LANE;
    const svg = chart(figure, "Lost and torn frames by cause", height, width);
    bottomAxis(svg, time.ticks, height, time.name);
    const plot = plotOf(svg, "clip-lost", width, height);
    CAUSES.forEach((cause, lane) => {
      const y = TOP + lane * LANE, lost = samples.lost[lane];
      if (lane)
        add(svg, "line", { x1: LEFT, y1: y, x2: width - RIGHT, y2: y, class: "grid" });
      add(svg, "text", { x: LEFT - 8, y: y + 15, class: "end" }, cause);
      add(svg, "text", { x: width - RIGHT + 6, y: y + 15 }, whole([...lost.values()].reduce((a, b) => a + b, 0)));
      drawSpans(plot, [...lost.keys()].sort((a, b) => a - b).map(i => time.whole(samples.end[i]))
        .map(x => [x - 1, x + 1]), y + 4, LANE - 8, cause);
    });
  }
  function drawBins(figure, name, spread, buckets) {
    const width = sizes.get(figure), bins = Math.floor((width - LEFT - RIGHT) / 3);
    const median = Math.max(spread.p50 * 1e3, LEAST_NS);
    const least = Math.max(Math.min(buckets.length ? buckets[0][0] : median, 0.8 * median), LEAST_NS);
    const most = Math.max(spread.max * 1e3, 1.25 * median), logarithmic = most / least > VALUES_LOG;
    const [, unit, unitName] = timeUnit(most);
    const value = axisOver(least / unit, most / unit, logarithmic, LEFT, width - RIGHT);
    const step = (width - LEFT - RIGHT) / bins, bin = new Float64Array(bins);
    for (const [low, high, count] of buckets) {
      const from = (value.place(low / unit) - LEFT) / step;
      const to = Math.max((value.place(high / unit) - LEFT) / step, from + 1e-6);
      for (let i = Math.floor(from); i < bins && i < to; i++)
        bin[i] += count * (Math.min(to, i + 1) - Math.max(from, i)) / (to - from);
    }
    const highest = Math.max(1, ...bin), rungs = highest < 30 ? [1, 2, 5] : [1];
    const place = count => TOP + PLOT - (PLOT - 8) * Math.log10(1 + count) / Math.log10(1 + highest);
    const ticks = [];
    for (let power = 1; power <= highest; power *= 10)
      ticks.push(...rungs.map(rung => rung * power).filter(tick => tick <= highest));
    const svg = chart(figure, name, PLOT, width);
    sideAxis(svg, ticks, place, width);
    bottomAxis(svg, value, PLOT, `${unitName}${logarithmic ? " (logarithmic)" : ""}`);
    let path = `M${LEFT} ${TOP + PLOT}`;
    bin.forEach((count, i) => { path += `V${place(count).toFixed(1)}H${(LEFT + (i + 1) * step).toFixed(1)}`; });
    add(svg, "path", { class: "bars", d: `${path}V${TOP + PLOT}Z` });
  }
  function redrawTimes() {
    drawTime(charts[0], "Interval", samples.intervals, summary.interval_us, "clip-interval");
    drawTime(charts[1], "Latency on arrival", samples.ages, summary.age_us, "clip-age");
    drawLost(charts[2]);
    drawCursor();
  }
  function redraw() {
    if (figures.every(figure => sizes.get(figure) === widthOf(figure)))
      return;
    figures.forEach(figure => sizes.set(figure, widthOf(figure)));
    drawBins(figures[1], "Frames by interval", summary.interval_us, run.histograms.interval_ns);
    drawBins(figures[3], "Frames by latency", summary.age_us, run.histograms.age_ns);
    redrawTimes();
  }

  /* Reading one sample */
  function drawCursor() {
    document.querySelectorAll(".cursor").forEach(line => line.remove());
    const i = state.sample;
    if (i < 0)
      return at("read").replaceChildren("No frame selected.");
    for (const figure of charts) {
      const svg = figure.firstChild, x = timeAxis(sizes.get(figure)).place(samples.end[i]);
      add(svg, "line", { x1: x, x2: x, y1: TOP, y2: svg.viewBox.baseVal.height - BOTTOM, class: "cursor" });
      figure.setAttribute("aria-valuenow", i + 1);
      figure.setAttribute("aria-valuetext", readText(i));
    }
    at("read").textContent = readText(i);
  }
  function readText(i) {
    const number = i * samples.per + 1, frames = samples.framesOf(i);
    const spread = values => values.count(i) < 1 ? "none" : values.count(i) === 1 ? timeText(values.most[i])
      : `${timeText(values.least[i])} to ${timeText(values.most[i])}`;
    const lost = CAUSES.map((cause, k) => [samples.lost[k].get(i), cause]).filter(([count]) => count)
      .map(([count, cause]) => cause === "torn" ? `${whole(count)} torn` : `${whole(count)} lost by the ${cause}`);
    return [`${frames > 1 ? `Frames ${whole(number)} to ${whole(number + frames - 1)}` : `Frame ${whole(number)}`
    } of ${whole(summary.frames)}`, `at ${timeText(samples.end[i])}`, `interval ${spread(samples.intervals)}`,
    `latency ${spread(samples.ages)}`, ...lost.map(text => `${text} before it`)].join(" · ");
  }
  function select(i) {
    state.sample = clamp(i, 0, samples.count - 1);
    const when = samples.end[state.sample], half = (state.to - state.from) / 2;
    if (when < state.from || when > state.to)
      return zoom(when - half, when + half);
    drawCursor();
  }
  function zoom(from, to) {
    const length = clamp(to - from, Math.min(1e3, everything.to), everything.to);
    state.from = clamp(from, 0, everything.to - length);
    state.to = state.from + length;
    redrawTimes();
  }
  function zoomBy(factor) {
    const middle = state.sample < 0 ? (state.from + state.to) / 2 : samples.end[state.sample];
    const half = (state.to - state.from) * factor / 2;
    zoom(middle - half, middle + half);
  }
  /* Of the frames under a pixel the one with the greatest value: the peak that is visible there. */
  function pick(figure, event) {
    const box = figure.firstChild.getBoundingClientRect(), scale = sizes.get(figure) / box.width;
    const x = (event.clientX - box.left) * scale, time = timeAxis(sizes.get(figure));
    const values = figure === charts[1] ? samples.ages : samples.intervals;
    let best = sampleAt(samples, time.back(x));
    if (best > 0 && time.back(x) - samples.end[best - 1] < samples.end[best] - time.back(x))
      best--;
    const last = time.back(x + 1);
    for (let i = sampleAt(samples, time.back(x - 1)); i < samples.count && samples.end[i] <= last; i++)
      if (values.most[i] > values.most[best])
        best = i;
    return best;
  }
  const keys = {
    ArrowRight: () => select(state.sample + 1),
    ArrowLeft: () => select(state.sample - 1),
    PageDown: () => select(state.sample + 100),
    PageUp: () => select(state.sample - 100),
    Home: () => select(0),
    End: () => select(samples.count - 1),
    n: () => select(samples.marks.find(i => i > state.sample) ?? state.sample),
    p: () => select(samples.marks.findLast(i => i < state.sample) ?? state.sample),
    "+": () => zoomBy(0.5),
    "=": () => zoomBy(0.5),
    "-": () => zoomBy(2),
    "0": () => zoom(0, everything.to),
    Escape: () => zoom(0, everything.to),
  };
  document.addEventListener("keydown", event => {
    const key = keys[event.key] || keys[event.key.toLowerCase()];
    if (!key || event.ctrlKey || event.altKey || event.metaKey)
      return;
    event.preventDefault();
    key();
  });
  for (const figure of charts) {
    figure.addEventListener("pointermove", event => {
      if (state.mark === null)
        return select(pick(figure, event));
      const svg = figure.firstChild, box = svg.getBoundingClientRect(), scale = sizes.get(figure) / box.width;
      const x = clamp((event.clientX - box.left) * scale, LEFT, sizes.get(figure) - RIGHT);
      svg.querySelector(".zoom")?.remove();
      add(svg, "rect", { class: "zoom", x: Math.min(x, state.mark), width: Math.abs(x - state.mark), y: TOP,
        height: svg.viewBox.baseVal.height - TOP - BOTTOM });
    });
    figure.addEventListener("pointerdown", event => {
      if (event.button !== 0 || event.pointerType === "touch")
        return;
      const box = figure.firstChild.getBoundingClientRect();
      state.mark = clamp((event.clientX - box.left) * sizes.get(figure) / box.width, LEFT, sizes.get(figure) - RIGHT);
      figure.setPointerCapture(event.pointerId);
    });
    figure.addEventListener("pointerup", () => {
      const area = figure.querySelector(".zoom"), time = timeAxis(sizes.get(figure));
      state.mark = null;
      if (area && area.width.baseVal.value > 3)
        zoom(time.back(area.x.baseVal.value), time.back(area.x.baseVal.value + area.width.baseVal.value));
      area?.remove();
    });
    figure.addEventListener("dblclick", () => zoom(0, everything.to));
  }
  at("save").addEventListener("click", () => saveCharts(figures.slice(0, 5)));
  new ResizeObserver(() => requestAnimationFrame(redraw)).observe(at("charts"));
  redraw();
}

function drawHead(summary) {
  const { host, rate } = run;
  document.title = at("title").textContent = `${summary.name}: ${summary.fps.toFixed(2)} frames per second`;
  at("stream").textContent = summary.frames === 0 ? "No frame arrived."
    : `${summary.width}×${summary.height} ${summary.format}`
      + (rate ? `, nominal rate ${+(rate[0] / rate[1]).toFixed(3)} frames per second` : "");
  at("host").textContent = `${run.started} on ${host.name} (${host.system} ${host.release}, ${host.cores} cores), `
    + `triptych ${run.version}`;
  for (const verdict of summary.expected || []) {
    const line = add(at("verdicts"), "li");
    add(line, "b", { class: verdict.met ? "met" : "missed" }, verdict.met ? "met" : "not met");
    add(line, "span", {}, `${verdict.option}: ${verdict.text}`);
  }
}

function drawTables(summary) {
  const heads = ["p50", "p95", "p99", "max"];
  const head = add(add(at("spread"), "thead"), "tr"), spread = add(at("spread"), "tbody");
  add(head, "th", {}, "");
  heads.forEach(name => add(head, "th", {}, name));
  for (const [label, key, part] of [["interval", "interval_us"], ["jitter", "jitter_us"], ["latency", "age_us"],
    ["capture to publish", "capture_to_publish_us", 1], ["publish to reader", "publish_to_reader_us", 1]]) {
    const least = key === "interval_us" || key === "jitter_us" ? 2 : 1; // frames
    const row = add(spread, "tr"), values = summary.frames >= least && summary[key] || {};
    add(row, "th", part ? { class: "part" } : {}, label);
    for (const name of heads)
      add(row, "td", {}, name in values ? timeText(values[name] * 1e3) : "–");
  }
  add(add(add(at("facts"), "thead"), "tr"), "th", { colspan: 2 }, "over the whole run");
  const facts = add(at("facts"), "tbody"), { dropped } = summary;
  const span = run.samples.span_ns.reduce((a, b) => a + b, 0);
  for (const [label, text] of [
    ["frames", whole(summary.frames) + (span > 0 ? ` in ${timeText(span)}` : "")],
    ["dropped", `${whole(dropped.driver)} driver + ${whole(dropped.writer)} writer + ${whole(dropped.reader)} reader`],
    ["torn and retried", whole(summary.torn_retried)],
    ["duplicates", whole(summary.duplicates)],
    ["data", `${(summary.bytes_per_second / 1e6).toFixed(1)} MB per second`],
    ["copies per frame", whole(summary.copies)],
    ["format changes, writers lost", `${whole(summary.format_changes)}, ${whole(summary.writers_lost)}`],
    ...summary.stalls === null ? [] : [["stalls, uneven captures",
      `${whole(summary.stalls)} (${timeText(summary.stall_us.sum * 1e3)}), ${whole(summary.uneven)}`]],
    ["CPU of triptych-dump", `${summary.cpu_percent} % of a core`]]) {
    const row = add(facts, "tr");
    add(row, "th", {}, label);
    add(row, "td", {}, text);
  }
  const { clock } = summary;
  if (clock)
    at("clock").textContent = `Clock in the pixels: ${whole(clock.read)} read, ${whole(clock.unread)} not; dropped `
      + `${whole(clock.dropped)}, repeated ${whole(clock.repeated)}, reordered ${whole(clock.reordered)}, torn `
      + `${whole(clock.torn)}; latency p50 ${timeText(clock.latency_us.p50 * 1e3)}, p99 `
      + `${timeText(clock.latency_us.p99 * 1e3)}`;
}

function drawLegend(legend, samples) {
  const gaps = run.summary.gaps;
  for (const [name, text] of [
    ["band", "range from least to greatest per pixel: no frame is left out"],
    ["mean", samples.per > 1 ? `mean; ${samples.per} frames are one sample` : "mean"],
    ["gap", `gap: no frame for more than ${timeText(run.gap_ns)}, three median intervals; ${whole(gaps)} in all`],
    ["driver", "lost by the driver"],
    ["writer", "dropped by the writer: readers had locked every slot"],
    ["reader", "skipped by this reader"],
    ["torn", "overwritten while read, and read again"]]) {
    const svg = add(legend, "svg", { viewBox: "0 0 16 12", "aria-hidden": "true" });
    if (name === "mean")
      add(svg, "path", { class: name, d: "M0 6H16" });
    else
      add(svg, "rect", { class: name, x: 1, y: 1, width: 14, height: 10 });
    add(legend, "span", {}, text);
  }
}

/* The charts as one picture without a script, laid out and coloured as on the screen. */
function saveCharts(figures) {
  const all = document.createElementNS(SVG, "svg"), style = getComputedStyle(document.documentElement);
  const rules = [...document.styleSheets[0].cssRules].filter(rule => /^(text|\.)/.test(rule.selectorText))
    .map(rule => rule.cssText.replace(/var\((--[a-z]+)\)/g, (_, name) => style.getPropertyValue(name)));
  const { left, top, width, height } = at("charts").getBoundingClientRect(), head = 44, margin = 16;
  add(all, "style", {}, rules.join("\n"));
  add(all, "rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--paper") });
  add(all, "text", { x: margin, y: 28, class: "title" }, document.title);
  for (const figure of figures) {
    const svg = figure.firstChild.cloneNode(true), box = figure.firstChild.getBoundingClientRect();
    svg.querySelectorAll(".cursor").forEach(line => line.remove());
    for (const [name, value] of [["x", box.left - left + margin], ["y", box.top - top + head],
      ["width", box.width], ["height", box.height]])
      svg.setAttribute(name, value);
    all.append(svg);
  }
  for (const [name, value] of [["xmlns", SVG], ["width", width + 2 * margin], ["height", height + head + margin],
    ["font-family", "system-ui, 'DejaVu Sans', sans-serif"], ["font-size", "11"]])
    all.setAttribute(name, value);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(all)], { type: "image/svg+xml" }));
  link.download = `${run.summary.name}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
