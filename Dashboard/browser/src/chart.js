// The main chart: one or more counts over time. ECharts, only the parts used here.
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const short = (n) => compact.format(n).replace("K", "k");

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { line: read("--line"), text: read("--text-3"), surface: read("--surface"), strong: read("--line-strong"), font: read("--font"), series: (n) => read(`--series-${n}`) };
}

// Built as nodes and not as markup: a tooltip must never turn data into HTML, and inline styles would need a laxer policy.
function tooltip(data, index) {
  const box = document.createElement("div");
  box.className = "chart-tip";
  const head = document.createElement("strong");
  head.textContent = data.titles[index] + (data.partial && index === data.titles.length - 1 ? " (so far)" : "");
  box.append(head);
  for (const series of data.series) {
    const row = document.createElement("div");
    const mark = document.createElement("i");
    mark.dataset.series = series.slot;
    const name = document.createElement("span");
    name.textContent = series.name;
    const value = document.createElement("b");
    value.textContent = whole.format(series.values[index]);
    row.append(mark, name, value);
    box.append(row);
  }
  return box;
}

function lines(data, c) {
  const last = data.titles.length - 1;
  const symbols = data.titles.length === 1;
  return data.series.flatMap((series) => {
    const colour = c.series(series.slot);
    const common = {
      type: "line",
      showSymbol: symbols,
      symbol: "circle",
      symbolSize: 7,
      itemStyle: { color: colour, borderColor: c.surface, borderWidth: 2 },
      emphasis: { disabled: true },
      animationDuration: 300,
      animationDurationUpdate: 250,
    };
    const area = series.slot === 1 ? { areaStyle: { color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: fade(colour, 0.2) }, { offset: 1, color: fade(colour, 0.015) }] } } } : {};
    if (!data.partial || last < 1) {
      return [{ ...common, ...area, id: series.name, data: series.values, lineStyle: { width: 2, color: colour, join: "round" } }];
    }
    // The bucket that is still filling is drawn dashed: otherwise every morning looks like a collapse.
    const solid = series.values.map((v, i) => (i === last ? null : v));
    const dashed = series.values.map((v, i) => (i >= last - 1 ? v : null));
    return [
      { ...common, ...area, id: series.name, data: solid, lineStyle: { width: 2, color: colour, join: "round" } },
      { ...common, id: `${series.name} so far`, data: dashed, lineStyle: { width: 2, color: colour, type: [4, 4] } },
    ];
  });
}

function fade(hex, alpha) {
  const n = parseInt(hex.slice(1), 16);
  return `rgba(${n >> 16}, ${(n >> 8) & 255}, ${n & 255}, ${alpha})`;
}

function options(data, c, width) {
  const step = Math.max(1, Math.ceil(data.labels.length / Math.max(2, Math.floor(width / 84))));
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    grid: { left: 4, right: 12, top: 14, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    textStyle: { fontFamily: c.font },
    tooltip: {
      trigger: "axis",
      backgroundColor: "transparent",
      borderWidth: 0,
      padding: 0,
      extraCssText: "box-shadow:none",
      confine: true,
      transitionDuration: 0.08,
      axisPointer: { type: "line", lineStyle: { color: c.strong, width: 1, type: "solid" } },
      formatter: (points) => tooltip(data, points[0].dataIndex),
    },
    xAxis: {
      type: "category",
      data: data.labels,
      boundaryGap: false,
      axisLine: { lineStyle: { color: c.line } },
      axisTick: { show: false },
      axisLabel: { color: c.text, fontSize: 11.5, interval: (i) => i % step === 0, alignMinLabel: "left", margin: 10, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      splitNumber: 4,
      axisLabel: { color: c.text, fontSize: 11.5, formatter: short },
      splitLine: { lineStyle: { color: c.line } },
    },
    series: lines(data, c),
  };
}

export function mount(element, data) {
  const chart = init(element, null, { renderer: "canvas" });
  let current = data;
  const draw = () => chart.setOption(options(current, colours(), element.clientWidth), { replaceMerge: ["series"] });
  const resize = new ResizeObserver(() => {
    chart.resize();
    draw();
  });
  resize.observe(element);
  document.addEventListener("themechange", draw);
  draw();

  return {
    update(next) {
      current = next;
      draw();
    },
    dispose() {
      resize.disconnect();
      document.removeEventListener("themechange", draw);
      chart.dispose();
    },
  };
}
