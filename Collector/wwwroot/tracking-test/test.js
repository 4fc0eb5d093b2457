// What the page's controls do, and the list of what came of it.
(() => {
  const at = id => document.getElementById(id);
  const click = (id, run) => at(id).addEventListener('click', run);
  const face = window.face;

  // The setup is the address.
  const setup = new URLSearchParams(location.search);
  for (const field of at('setup').elements) {
    if (field.type === 'checkbox') field.checked = setup.has(field.name);
    else if (field.name && setup.has(field.name)) field.value = setup.get(field.name);
  }

  // One word for "track this" whichever script is loaded.
  const track = (name, properties) => {
    if (face === 'tracking') window.UserTracking?.track(name, null, properties);
    else if (face === 'behaviour') window.dispatchEvent(new CustomEvent(name, { detail: properties }));
    else (window.analytics = window.analytics || []).push(['track', name, properties]);
  };
  const call = (...what) => {
    if (face === 'script') (window.analytics = window.analytics || []).push(what);
    else if (face === 'tracking') window.UserTracking?.[what[0]]?.(...what.slice(1));
  };

  click('custom-event', () => track('content_view', { article: 'tracking-test', minutes: 5 }));
  click('throw-error', () => {
    setTimeout(() => {
      throw new Error('Thrown by the tracking test page');
    });
    say('throw-error', 'Thrown');
  });
  click('reject-promise', () => {
    Promise.reject(new TypeError('Rejected by the tracking test page'));
    say('reject-promise', 'Rejected');
  });
  const say = (id, text) => {
    const button = at(id);
    const before = button.dataset.label ??= button.textContent;
    button.textContent = text;
    setTimeout(() => (button.textContent = before), 800);
  };

  // A real button that answers, and one that does not.
  click('plain-button', () => say('plain-button', 'Clicked'));

  const form = at('test-form');
  form.addEventListener('submit', event => {
    event.preventDefault();
    const refused = at('refuse').checked;
    at('form-answer').textContent = refused ? 'Refused.' : 'Taken. It went nowhere.';
    form.dispatchEvent(new CustomEvent(refused ? 'analytics:error' : 'analytics:success', { bubbles: true, detail: refused ? 'the page refused it' : undefined }));
  });

  const pad = at('pad');
  const pen = pad.getContext('2d');
  const draw = event => {
    const box = pad.getBoundingClientRect();
    pen.fillStyle = getComputedStyle(pad).color;
    pen.beginPath();
    pen.arc(((event.clientX - box.left) / box.width) * pad.width, ((event.clientY - box.top) / box.height) * pad.height, 5, 0, 7);
    pen.fill();
  };
  pad.addEventListener('pointermove', draw);
  pad.addEventListener('pointerdown', draw);

  // Two seconds of a soft tone, made here: no file to fetch.
  const rate = 8000;
  const samples = rate * 2;
  const wav = new DataView(new ArrayBuffer(44 + samples));
  const text = (offset, value) => [...value].forEach((letter, i) => wav.setUint8(offset + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  wav.setUint32(4, 36 + samples, true);
  text(8, 'WAVEfmt ');
  [[16, 16], [24, rate], [28, rate], [40, samples]].forEach(([offset, value]) => wav.setUint32(offset, value, true));
  [[20, 1], [22, 1], [32, 1], [34, 8]].forEach(([offset, value]) => wav.setUint16(offset, value, true));
  text(36, 'data');
  for (let i = 0; i < samples; i++) wav.setUint8(44 + i, 128 + 30 * Math.sin((i / rate) * 440 * 2 * Math.PI) * Math.min(1, i / 800, (samples - i) / 800));
  at('tone').src = URL.createObjectURL(new Blob([wav], { type: 'audio/wav' }));

  click('shift-layout', () => setTimeout(() => (at('shift').hidden = !at('shift').hidden), 600));
  click('block', () => {
    const until = performance.now() + 300;
    while (performance.now() < until);
    say('block', 'Done');
  });
  let pages = 1;
  click('push-page', () => history.pushState({}, '', location.pathname + location.search.replace(/[?&]page=\d+/, '').replace(/^&/, '?') + (location.search ? '&' : '?') + 'page=' + ++pages));
  click('go-back', () => history.back());

  const mug = { sku: 'p1', name: 'Mug', category: 'Kitchen', price: 24.95 };
  const order = { currency: 'EUR', items: [{ ...mug, quantity: 2 }] };
  const sales = {
    listView: { currency: 'EUR', list: 'Bestsellers', items: [mug, { sku: 'p2', name: 'Lamp', price: 59 }] },
    productView: { ...mug, currency: 'EUR' },
    addToCart: { item_id: 'p1', item_name: 'Mug', price: 24.95, quantity: 2, currency: 'EUR' },
    removeFromCart: { ...mug, quantity: 1, currency: 'EUR' },
    checkout: { ...order, value: 49.9, step: 1 },
    purchase: { transaction_id: 'TEST-1', value: 54.8, tax: 9.5, shipping: 4.9, coupon: 'SPRING', ...order },
    refund: { order: 'TEST-1', revenue: 54.8, currency: 'EUR' },
  };
  for (const [step, sale] of Object.entries(sales)) {
    const button = Object.assign(document.createElement('button'), { type: 'button', id: 'sale-' + step, textContent: step });
    button.addEventListener('click', () => {
      if (face === 'script') call('ecommerce.' + step, sale);
      else track(step.replace(/[A-Z]/g, letter => '_' + letter.toLowerCase()), sale);
    });
    at('sale-steps').append(button);
  }

  click('identify', () => call('identify', 'user-7', { plan: 'pro' }));
  click('reset', () => call('reset'));
  click('consent-yes', () => call('consent', true));
  click('consent-no', () => call('consent', false));
  click('flush', () => (face === 'behaviour' ? window.userBehaviour?.processResults() : call('flush')));
  at('away').checked = window.tap.away;
  at('away').addEventListener('change', ({ target }) => {
    window.tap.away = target.checked;
    sessionStorage.setItem('tap-away', target.checked ? '1' : '');
    if (!target.checked) window.dispatchEvent(new Event('online'));
  });

  // The list.
  const rows = [];
  const counts = { captured: 0, accepted: 0, requests: 0 };
  const element = (tag, className, content = '') => Object.assign(document.createElement(tag), { className, textContent: content });

  const shown = event => {
    const { name, at: offset, element: about, props, ...rest } = event;
    const words = [];
    if (about?.selector) words.push(about.text ? `“${about.text}”` : about.selector);
    for (const [key, value] of Object.entries({ ...rest, ...props })) {
      if (value !== undefined && value !== null && key !== 'x' && key !== 'y') words.push(key + ': ' + (typeof value === 'object' ? JSON.stringify(value) : value));
    }
    return words.join(' · ');
  };

  const addRow = event => {
    const row = { event, state: '', node: element('li', 'event') };
    const head = element('div', 'head');
    row.mark = element('span', 'mark');
    head.append(element('b', '', event.name), element('time', '', new Date().toLocaleTimeString()), row.mark);
    row.detail = element('p', 'detail', shown(event));
    row.node.append(head, row.detail);
    row.node.dataset.event = event.name;
    at('feed').prepend(row.node);
    rows.push(row);
    counts.captured++;
    return row;
  };
  const mark = (row, state, words) => {
    row.state = state;
    row.node.dataset.state = state;
    row.mark.textContent = words;
  };

  // The core tells what it takes in; the wire tells what became of it.
  const listenToCore = () => window.analytics?.use?.(core => {
    const { add } = core;
    core.add = (name, fields, idle) => {
      add(name, fields, idle);
      const told = JSON.parse(JSON.stringify({ name, ...fields }));
      mark(addRow(told), 'waiting', 'waiting');
      refresh();
    };
  });
  if (face === 'script') document.addEventListener('DOMContentLoaded', listenToCore);
  if (face === 'behaviour') document.addEventListener('DOMContentLoaded', () => {
    window.userBehaviour?.config({ processTime: 5, mouseMovementInterval: 0.25, mouseScrollInterval: 0.25 });
    for (const name of ['content_view', 'list_view', 'product_view', 'add_to_cart', 'remove_from_cart', 'checkout', 'purchase', 'refund']) window.userBehaviour?.registerCustomEvent(name);
    window.userBehaviour?.start();
  });

  /** Every contract's body as events. */
  const eventsOf = ({ path, body }) => {
    if (!body) return [];
    if (body.events) return body.events;
    if (body.action_type) return [{ name: body.action_type, element: body.element_id && { selector: '#' + body.element_id }, props: { data: body.additional_data } }];
    return Object.entries(body).flatMap(([list, found]) => {
      // Lists are of rows; a size is an array of numbers.
      const all = list === 'clicks' ? found.clickDetails : Array.isArray(found) ? found : [];
      return all.filter(Array.isArray).map(row => ({ name: list, props: { row: row.join(', ') } }));
    });
  };

  const sent = new Map();
  const taken = new Set();
  window.tap.on(tapped => {
    const key = tapped.body?.batch ?? tapped.id;
    if (tapped.state === 'sent' || tapped.state === 'beacon') {
      counts.requests++;
      tapped.row = addRequest(tapped);
      if (!sent.has(key)) {
        // In order: each event is the oldest of its name that still waits.
        sent.set(key, eventsOf(tapped).map(event => {
          const row = rows.find(row => row.state === 'waiting' && row.event.name === event.name) ?? addRow(event);
          row.state = 'sent';
          return row;
        }));
      }
      sent.get(key).forEach(row => mark(row, 'sent', tapped.state === 'beacon' ? 'left with the page' : 'on its way'));
    } else {
      answerRequest(tapped);
      const refused = new Map((tapped.answer?.refused ?? []).map(({ index, reason }) => [index, reason]));
      (sent.get(key) ?? []).forEach((row, index) => {
        if (tapped.state === 'failed' || tapped.status >= 500 || tapped.status === 429) mark(row, 'held', 'kept, will be sent again');
        else if (tapped.dropped) mark(row, 'refused', 'dropped: ' + tapped.dropped);
        else if (tapped.status >= 400) mark(row, 'refused', 'refused: ' + tapped.status);
        else if (refused.has(index)) mark(row, 'refused', refused.get(index));
        else {
          mark(row, 'accepted', 'accepted ' + tapped.status);
          if (!taken.has(row)) counts.accepted++;
          taken.add(row);
        }
      });
    }
    refresh();
  });

  const counted = events => events + (events === 1 ? ' event' : ' events');
  const requestRows = new Map();
  function addRequest(tapped) {
    const node = element('li', 'request');
    const details = document.createElement('details');
    const head = document.createElement('summary');
    const points = Object.entries(tapped.body?.points ?? {}).map(([kind, list]) => `${list.length} ${kind}`);
    const answer = element('span', 'mark', '…');
    head.append(element('b', '', 'POST ' + tapped.path), element('span', 'soft', [counted(eventsOf(tapped).length), ...points, tapped.text.length + ' characters'].join(' · ')), answer);
    const body = element('pre', '', JSON.stringify(tapped.body, null, 2) ?? tapped.text);
    const said = element('pre', 'said', '');
    details.append(head, element('h3', '', 'Sent'), body, element('h3', '', 'Came back'), said);
    node.append(details);
    at('requests').prepend(node);
    requestRows.set(tapped.id, { node, answer, said });
    return node;
  }
  function answerRequest(tapped) {
    const row = requestRows.get(tapped.id);
    if (!row) return;
    row.answer.textContent = (tapped.status ?? 'no answer') + ' · ' + tapped.ms + ' ms' + (tapped.dropped ? ' · dropped: ' + tapped.dropped : '');
    row.node.dataset.state = tapped.status >= 200 && tapped.status < 300 ? (tapped.dropped ? 'refused' : 'accepted') : 'held';
    row.said.textContent = typeof tapped.answer === 'string' ? tapped.answer : JSON.stringify(tapped.answer, null, 2);
  }

  const refresh = () => {
    const queued = Object.keys(localStorage).filter(key => /^analytics\.(queue|activity|behaviour)\./.test(key)).length;
    at('count-captured').textContent = counts.captured;
    at('count-accepted').textContent = counts.accepted;
    at('count-requests').textContent = counts.requests;
    at('count-waiting').textContent = queued;
    const visitor = localStorage.getItem('analytics.visitor');
    const session = localStorage.getItem('analytics.session')?.split(' ')[0];
    at('who').textContent = visitor ? `Visitor ${visitor.slice(0, 8)} · session ${session?.slice(-12) ?? 'none'}` : 'No id is kept in this browser';
    at('live').dataset.empty = rows.length ? '' : 'yes';
  };
  setInterval(refresh, 500);
  refresh();

  const tabs = [...document.querySelectorAll('[data-tab]')];
  const choose = tab => {
    for (const other of tabs) {
      other.setAttribute('aria-selected', String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      at('panel-' + other.dataset.tab).hidden = other !== tab;
    }
  };
  for (const tab of tabs) {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const next = tabs.find(other => other !== tab);
      choose(next);
      next.focus();
    });
  }
  click('clear', () => {
    at('feed').replaceChildren();
    at('requests').replaceChildren();
  });
  // For those who drive this page with a program.
  window.trackingTest = { rows, counts };
})();
