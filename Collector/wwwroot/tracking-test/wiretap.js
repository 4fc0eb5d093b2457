// Stands between the tracker and the network, before the tracker is there: what goes out, and what comes back, is told to
// `tap.on`. With `tap.away` set the server cannot be reached.
(() => {
  const listeners = [];
  const kept = [];
  let number = 0;
  const tell = call => {
    kept.push(call);
    listeners.forEach(listener => listener(call));
  };
  window.tap = {
    away: sessionStorage.getItem('tap-away') === '1',
    on(listener) {
      listeners.push(listener);
      kept.forEach(call => listener(call));
    },
  };

  const isOurs = address => /^\/(collect|api)\//.test(new URL(address, location.href).pathname);
  const read = body => {
    try {
      return JSON.parse(body);
    } catch {
      return null;
    }
  };

  const { fetch } = window;
  window.fetch = async (input, init = {}) => {
    const address = typeof input === 'string' ? input : input.url;
    if (!isOurs(address)) return fetch(input, init);
    const call = { id: ++number, at: Date.now(), path: new URL(address, location.href).pathname, body: read(init.body), text: String(init.body) };
    tell({ ...call, state: 'sent' });
    try {
      if (window.tap.away) throw new TypeError('The server is away (the switch on this page)');
      const response = await fetch(input, init);
      const answer = await response.clone().text();
      tell({ ...call, state: 'answered', ms: Date.now() - call.at, status: response.status, dropped: response.headers.get('X-Dropped'), answer: read(answer) ?? answer });
      return response;
    } catch (error) {
      tell({ ...call, state: 'failed', ms: Date.now() - call.at, answer: String(error.message) });
      throw error;
    }
  };

  const beacon = navigator.sendBeacon?.bind(navigator);
  if (beacon) {
    navigator.sendBeacon = (address, body) => {
      if (isOurs(address)) tell({ id: ++number, at: Date.now(), path: new URL(address, location.href).pathname, body: read(body), text: String(body), state: 'beacon' });
      return !window.tap.away && beacon(address, body);
    };
  }
})();
