(() => {
  const filter = document.getElementById('filter');
  if (!filter) return;
  const rows = [...document.querySelectorAll('#hand-rows tr')].map((row) => ({ row, text: row.textContent.toLowerCase(), reason: row.dataset.reason }));
  const [text, reason] = filter.querySelectorAll('input, select');
  const shown = filter.querySelector('output');
  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const r of rows) {
      const fits = (!reason.value || r.reason === reason.value) && words.every((w) => r.text.includes(w));
      r.row.hidden = !fits;
      if (fits) count++;
    }
    shown.value = count === rows.length ? '' : count.toLocaleString('en') + ' of ' + rows.length.toLocaleString('en') + ' shown';
  };
  filter.hidden = false;
  filter.addEventListener('input', apply);
  apply();
})();
