// Charts: <div class="kz-chart" data-kz-chart="KIND" data-kz-data="JSON">, made by the macro `chart`. Colours come from the tokens, so a change of theme redraws. Tooltips are drawn on the chart, because HTML
// tooltips carry inline styles, which the content security policy forbids. A mark with an "href" opens its records.
import * as echarts from "./lib/echarts.esm.min.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--kz-${name}`).trim();
const figures = new Intl.NumberFormat(document.documentElement.lang || "zh-CN");
const base = () => ({
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("text") },
  animation: !matchMedia("(prefers-reduced-motion: reduce)").matches, animationDuration: 250,
  grid: { left: 8, right: 12, top: 28, bottom: 4, containLabel: true },
  tooltip: {
    renderMode: "richText", backgroundColor: token("surface"), borderColor: token("line"),
    textStyle: { color: token("text"), fontSize: 12 },
  },
  legend: { top: 0, right: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10,
    textStyle: { color: token("muted"), fontSize: 12 } },
});
const category = (data, more) => ({
  type: "category", data, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } },
  axisLabel: { color: token("muted"), fontSize: 12, interval: 0, ...more },
});
const value = (more) => ({
  type: "value", axisLabel: { color: token("muted"), fontSize: 12 },
  splitLine: { lineStyle: { color: token("line") } }, ...more,
});
const label = (more) => ({ show: true, color: token("text"), fontSize: 12, ...more });

// every kind: (data, width) → what ECharts draws
const kinds = {
  // two columns per category: before and now; data.series[].data of {value, href}
  compare: (data, width) => ({
    ...base(), grid: { ...base().grid, top: 44 }, xAxis: category(data.labels), yAxis: value(),
    tooltip: { ...base().tooltip, trigger: "axis", axisPointer: { type: "shadow" } },
    series: data.series.map((series, at) => ({
      name: series.name, type: "bar", barMaxWidth: 34, barGap: "12%",
      itemStyle: { borderRadius: [3, 3, 0, 0], color: at ? token("accent") : token("line-strong") },
      data: series.data.map((mark, index) => ({
        ...mark, ...(at && data.tones ? { itemStyle: { color: token(data.tones[index]) } } : {}),
      })),
      label: label({ position: "top", show: width / data.labels.length > 56 }),
    })),
  }),
  // one bar per category, the largest first; data.marks of {value, href, tone}
  bars: (data) => ({
    ...base(), grid: { ...base().grid, top: 4, right: 48 }, xAxis: value({ show: false }),
    yAxis: { ...category(data.labels), inverse: true, axisLine: { show: false } },
    series: [{
      type: "bar", barMaxWidth: 16, label: label({ position: "right", formatter: (mark) => figures.format(mark.value) }),
      data: data.marks.map((mark) => ({
        value: mark.value, href: mark.href,
        itemStyle: { borderRadius: [0, 3, 3, 0], color: token(mark.tone || "accent") },
      })),
    }],
  }),
  // one column per category, the largest first, and the line of what they add up to; data.marks of {value, href}
  pareto: (data, width) => ({
    ...base(), grid: { ...base().grid, top: 40 },
    xAxis: category(data.labels, { width: Math.max(24, Math.floor((width - 96) / data.labels.length) - 4), overflow: "break" }),
    yAxis: [value({ minInterval: 1 }), value({ min: 0, max: 100, splitLine: { show: false }, axisLabel: {
      color: token("muted"), fontSize: 12, formatter: "{value}%" } })],
    tooltip: { ...base().tooltip, trigger: "axis" },
    series: [{
      name: data.names[0], type: "bar", barMaxWidth: 44, label: label({ position: "top" }),
      itemStyle: { color: token("accent") }, // of the legend, too
      data: data.marks.map((mark, at) => ({ ...mark,
        itemStyle: { borderRadius: [3, 3, 0, 0], color: token(at < data.strong ? "accent" : "line-strong") } })),
    }, {
      name: data.names[1], type: "line", yAxisIndex: 1, data: data.running, symbolSize: 6, itemStyle: { color: token("orange") },
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: token("muted"), type: "dashed" },
        data: [{ yAxis: 80 }] },
    }],
  }),
  // figures over time; the first line is the present one, the others are dashed
  lines: (data) => ({
    ...base(), xAxis: { ...category(data.labels, { interval: "auto" }), boundaryGap: false }, yAxis: value(),
    tooltip: { ...base().tooltip, trigger: "axis" },
    series: data.series.map((series, at) => ({
      name: series.name, type: "line", data: series.data, symbolSize: 5,
      lineStyle: { width: 2, type: at ? "dashed" : "solid" }, itemStyle: { color: token(at ? "gray" : "accent") },
      areaStyle: at ? undefined : { opacity: 0.08 },
    })),
  }),
  // what goes where: data.nodes of {name, label, count, depth, tone}, data.links of {source, target, value, href, text}
  flow: (data) => ({
    ...base(),
    tooltip: { ...base().tooltip, formatter: (mark) => mark.data.text || `${mark.data.label} ${figures.format(mark.value)}` },
    series: [{
      type: "sankey", left: 4, right: 92, top: 8, bottom: 8, nodeWidth: 14, nodeGap: 16, layoutIterations: 0,
      emphasis: { focus: "adjacency" }, lineStyle: { color: "source", opacity: 0.22, curveness: 0.5 },
      data: data.nodes.map((node) => ({
        ...node, itemStyle: { color: token(node.tone), borderWidth: 0 },
        label: label({ formatter: `{b|${node.label}}  ${figures.format(node.count)}`,
          rich: { b: { fontWeight: 700, color: token("text") } } }),
      })),
      links: data.links,
    }],
  }),
};

const drawn = [];
const draw = () => {
  drawn.splice(0).forEach((chart) => chart.dispose());
  document.querySelectorAll("[data-kz-chart]").forEach((element) => {
    const data = JSON.parse(element.dataset.kzData);
    const chart = echarts.init(element, null, { renderer: "svg" });
    chart.setOption(kinds[element.dataset.kzChart](data, element.clientWidth));
    chart.on("click", (mark) => { if (mark.data?.href) location.assign(mark.data.href); });
    drawn.push(chart);
  });
};
draw();
document.addEventListener("kz:theme", draw);
addEventListener("beforeprint", draw);
addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
