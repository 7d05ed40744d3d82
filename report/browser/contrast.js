// The contrast of each text and each part of a graphic with what is behind it, as WCAG 2.2
// defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
(() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, bottom) => {
    const mix = (x, y) => x * top.a + y * (1 - top.a);
    return { r: mix(top.r, bottom.r), g: mix(top.g, bottom.g), b: mix(top.b, bottom.b), a: 1 };
  };
  const luminance = ({ r, g, b }) => {
    const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const canvas = () => {
    const probe = document.createElement('i');
    document.body.append(probe);
    probe.style.backgroundColor = 'Canvas';
    const colour = parse(getComputedStyle(probe).backgroundColor);
    probe.remove();
    return colour;
  };
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (e.namespaceURI.endsWith('xhtml')) layers.push(parse(style.backgroundColor));
    }
    return layers.reduceRight((bottom, top) => over(top, bottom), canvas());
  };
  const opacity = (element) => {
    let all = 1;
    for (let e = element; e; e = e.parentElement) all *= Number(getComputedStyle(e).opacity);
    return all;
  };
  const hex = ({ r, g, b }) => '#' + [r, g, b].map((v) => Math.round(v).toString(16).padStart(2, '0')).join('');
  const faults = [];
  const check = (what, colour, element, threshold) => {
    const back = behind(element);
    const front = over({ ...colour, a: colour.a * opacity(element) }, back);
    const r = ratio(front, back);
    if (r < threshold) faults.push({ What: what, Ratio: r, Colour: hex(front), Behind: hex(back), Threshold: threshold });
  };
  let texts = 0, parts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('svg, script, style') || !element.checkVisibility() || element.closest('.unseen')) continue;
    texts++;
    check(walker.currentNode.data.trim().slice(0, 40), parse(getComputedStyle(element).color), element, 4.5);
  }
  for (const step of document.querySelectorAll('ol.next li')) {
    texts++;
    check('number of a step', parse(getComputedStyle(step, '::before').color), step, 4.5);
  }
  for (const part of document.querySelectorAll('svg .fill, svg.fill rect')) {
    if (!part.checkVisibility()) continue;
    parts++;
    check('part of a graphic: ' + part.getAttribute('class'), parse(getComputedStyle(part).fill), part, 3);
  }
  return { Texts: texts, Parts: parts, Faults: faults };
})()
