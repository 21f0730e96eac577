/* SPDX-License-Identifier: MIT */
"use strict";
const SVG = "http://www.w3.org/2000/svg";
const CAUSES = ["driver", "writer", "reader", "torn"];
const LEFT = 52, RIGHT = 34, TOP = 24, BOTTOM = 38, PLOT = 160, LANE = 22; // pixels
const SPREAD_LOG = 20; // greatest value / median above which a time axis of values is logarithmic
const VALUES_LOG = 8;  // greatest / least above which a histogram is
const LEAST_NS = 100;
const DOTS_MAX = 100;  // frames in view up to which each is a dot

const at = id => document.getElementById(id);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const whole = value => value.toLocaleString("en-US");

function add(parent, tag, attributes = {}, text) {
  const drawn = parent.namespaceURI === SVG || tag === "svg";
  const element = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, typeof value === "number" ? +value.toFixed(2) : value);
  if (text !== undefined)
    element.textContent = text;
  return parent.appendChild(element);
}

/* Times */
function timeUnit(ns) {
  return [[7200e9, 3600e9, "h"], [180e9, 60e9, "min"], [2e9, 1e9, "s"], [0.5e6, 1e6, "ms"], [0, 1e3, "µs"]]
    .find(([least]) => ns >= least) || [0, 1e3, "µs"];
}
function timeText(ns) {
  const [, unit, name] = timeUnit(Math.abs(ns));
  return ns === 0 ? "0" : `${(ns / unit).toFixed(Math.abs(ns / unit) < 10 ? 2 : 1)} ${name}`;
}

/* Axes: round ticks, linear or logarithmic */
function roundStep(range) {
  const raw = range / 5, power = 10 ** Math.floor(Math.log10(raw)), share = raw / power;
  return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}
function axisOver(low, high, logarithmic, from, to, exact) {
  if (!(high > low))
    high = low + (low > 0 ? low : 1);
  const step = roundStep(high - low);
  if (logarithmic)
    [low, high] = [low / 1.1, high * 1.1];
  else if (!exact)
    [low, high] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  const place = value => {
    const inside = clamp(value, low, high);
    const share = logarithmic ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
    return from + share * (to - from);
  };
  return { low, high, logarithmic, from, to, place };
}
function axisTicks({ low, high, logarithmic }) {
  const ticks = [];
  if (logarithmic) {
    const decades = Math.log10(high / low), rungs = decades > 4 ? [1] : decades > 2.2 ? [1, 3] : [1, 2, 5];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
      ticks.push(...rungs.map(rung => rung * 10 ** power));
    return ticks.filter(tick => tick >= low && tick <= high);
  }
  const step = roundStep(high - low);
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); i++)
    ticks.push(i * step);
  return ticks;
}
const tickText = value => String(+value.toPrecision(6));

/* A chart: title, plot, ticks. The caller draws the values. */
function chart(figure, title, height, width) {
  figure.replaceChildren();
  const svg = add(figure, "svg", { viewBox: `0 0 ${width} ${TOP + height + BOTTOM}`, role: "img",
    "aria-label": title });
  add(svg, "text", { x: LEFT, y: 14, class: "title" }, title);
  add(svg, "rect", { x: LEFT, y: TOP, width: width - LEFT - RIGHT, height, class: "plot" });
  return svg;
}
function bottomAxis(svg, axis, height, name) {
  const bottom = TOP + height;
  let free = -Infinity;
  for (const tick of axisTicks(axis)) {
    const x = axis.place(tick), text = tickText(tick), half = 3.5 * text.length;
    add(svg, "line", { x1: x, y1: TOP, x2: x, y2: bottom + 4, class: "grid" });
    if (x - half < free)
      continue;
    add(svg, "text", { x, y: bottom + 16, class: "middle" }, text);
    free = x + half + 6;
  }
  add(svg, "text", { x: axis.to, y: bottom + 32, class: "end" }, name);
}
function sideAxis(svg, ticks, place, width) {
  for (const tick of ticks) {
    const y = place(tick);
    add(svg, "line", { x1: LEFT - 4, y1: y, x2: width - RIGHT, y2: y, class: "grid" });
    add(svg, "text", { x: LEFT - 8, y: y + 4, class: "end" }, tickText(tick));
  }
}

/* Samples: one frame each, or frames_per_sample of them in a run too long for that */
function readSamples(run) {
  const { samples, summary } = run, per = samples.frames_per_sample, count = samples.span_ns.length;
  const end = new Float64Array(count);
  samples.span_ns.forEach((span, i) => { end[i] = (i ? end[i - 1] : 0) + span; });
  const framesOf = i => i + 1 < count ? per : summary.frames - per * (count - 1);
  const intervals = { sum: samples.span_ns, count: i => framesOf(i) - (i === 0 ? 1 : 0),
    least: samples.interval_min_ns || samples.span_ns, most: samples.interval_max_ns || samples.span_ns };
  const ages = { sum: samples.age_sum_ns, count: framesOf,
    least: samples.age_min_ns || samples.age_sum_ns, most: samples.age_max_ns || samples.age_sum_ns };
  for (const values of [intervals, ages])
    values.lowest = values.least.reduce((low, value, i) => values.count(i) ? Math.min(low, value) : low, Infinity);
  const lost = CAUSES.map(cause => new Map(samples.lost[cause]));
  const marked = new Set(lost.flatMap(map => [...map.keys()]));
  for (let i = 0; i < count; i++)
    if (intervals.count(i) && intervals.most[i] > run.gap_ns)
      marked.add(i);
  return { count, per, end, framesOf, intervals, ages, lost, gap: run.gap_ns,
    marks: [...marked].sort((a, b) => a - b), span: count ? end[count - 1] : 0 };
}
/* The first sample that ends at `ns` or later. */
function sampleAt(samples, ns) {
  let low = 0, high = samples.count - 1;
  while (low < high) {
    const middle = low + high >> 1;
    if (samples.end[middle] < ns)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Values over time: the range and the mean of each pixel column, so that no spike is lost; of few samples each is
   a column of its own. */
function columnsOf(samples, values, time) {
  const columns = [];
  const first = Math.max(sampleAt(samples, time.low) - 1, 0);
  const few = sampleAt(samples, time.high) - first <= DOTS_MAX;
  for (let i = first; i < samples.count; i++) {
    const n = values.count(i);
    if (n > 0) {
      const exact = time.whole(samples.end[i]), x = few ? +exact.toFixed(1) : Math.round(exact);
      const last = columns.at(-1);
      const broken = values.count(i) && samples.intervals.count(i) && samples.intervals.most[i] > samples.gap;
      if (!few && last && last.x === x) {
        last.least = Math.min(last.least, values.least[i]);
        last.most = Math.max(last.most, values.most[i]);
        last.sum += values.sum[i];
        last.n += n;
      } else {
        columns.push({ x, least: values.least[i], most: values.most[i], sum: values.sum[i], n, broken });
      }
    }
    if (samples.end[i] > time.high)
      break;
  }
  return columns;
}
function drawValues(plot, samples, values, time, value) {
  const columns = columnsOf(samples, values, time);
  const y = ns => value.place(ns / value.unit).toFixed(1);
  const up = columns.map(c => `${c.x} ${y(c.most)}`), down = columns.map(c => `${c.x} ${y(c.least)}`).reverse();
  if (columns.some(c => c.most > c.least))
    add(plot, "path", { class: "band", d: `M${[...up, ...down].join("L")}` });
  add(plot, "path", { class: "mean",
    d: columns.map((c, i) => `${i && !c.broken ? "L" : "M"}${c.x} ${y(c.sum / c.n)}`).join("") });
  if (columns.length <= DOTS_MAX && columns.every(c => c.n === 1))
    for (const c of columns)
      add(plot, "circle", { cx: c.x, cy: value.place(c.sum / c.n / value.unit), r: 2.5, class: "dot" });
}
/* Rectangles from [x, x] pairs, rising; those that touch become one. */
function drawSpans(plot, spans, y, height, name) {
  let path = "", from = NaN, to = NaN;
  const put = () => { path += to >= from ? `M${from.toFixed(1)} ${y}H${to.toFixed(1)}v${height}H${from.toFixed(1)}Z` : ""; };
  for (const [start, end] of spans) {
    if (start <= to) {
      to = Math.max(to, end);
      continue;
    }
    put();
    [from, to] = [start, end];
  }
  put();
  if (path)
    add(plot, "path", { class: name, d: path });
}
