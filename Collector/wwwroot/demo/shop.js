// The shop's own script: a cart in sessionStorage, and what it tells the analytics. The queue form of the calls works
// whether the tracker has loaded, has yet to, or never will.
(() => {
  const products = {
    'enamel-mug': { name: 'Enamel mug', category: 'Kitchen', price: 18, art: 'mug', tile: 'sea' },
    'wool-blanket': { name: 'Wool blanket', category: 'Home', price: 89, art: 'blanket', tile: 'sand' },
    'cedar-board': { name: 'Cedar board', category: 'Kitchen', price: 34, art: 'board', tile: 'moss' },
    'storm-lantern': { name: 'Storm lantern', category: 'Outdoors', price: 59, art: 'lantern', tile: 'clay' },
    'linen-apron': { name: 'Linen apron', category: 'Kitchen', price: 42, art: 'apron', tile: 'sand' },
    'pine-candle': { name: 'Pine candle', category: 'Home', price: 24, art: 'candle', tile: 'clay' },
    'rope-basket': { name: 'Rope basket', category: 'Home', price: 38, art: 'basket', tile: 'sea' },
    'fisher-beanie': { name: 'Fisher beanie', category: 'Outdoors', price: 29, art: 'beanie', tile: 'moss' },
  };
  const currency = 'EUR';
  const freeFrom = 75;
  const postage = 4.9;

  const tell = (...call) => (window.analytics = window.analytics || []).push(call);
  const track = (name, properties) => tell('track', name, properties);
  const sell = (step, sale) => tell('ecommerce.' + step, sale);
  const euros = amount => '€' + amount.toFixed(2);
  const at = id => document.getElementById(id);

  const load = () => {
    try {
      return JSON.parse(sessionStorage.getItem('cart')) || {};
    } catch {
      return {};
    }
  };
  const cart = load();
  const save = () => {
    sessionStorage.setItem('cart', JSON.stringify(cart));
    show();
  };
  const entries = () => Object.entries(cart).filter(([sku]) => products[sku]);
  const item = (sku, quantity) => ({ sku, name: products[sku].name, category: products[sku].category, price: products[sku].price, quantity });
  const items = () => entries().map(([sku, quantity]) => item(sku, quantity));
  const goods = () => items().reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  const shipping = () => (goods() >= freeFrom || !goods() ? 0 : postage);

  const show = () => {
    at('cart-count').textContent = entries().reduce((sum, [, quantity]) => sum + quantity, 0);
    for (const sum of document.querySelectorAll('[data-sum]')) {
      const amount = { goods: goods(), shipping: shipping(), total: goods() + shipping() }[sum.dataset.sum];
      sum.textContent = sum.dataset.sum === 'shipping' && !amount ? 'Free' : euros(amount);
    }
    if (at('lines')) showLines();
    if (at('order-lines')) at('order-lines').innerHTML = items().map(({ name, price, quantity }) => `<div><span>${quantity} × ${name}</span><span>${euros(price * quantity)}</span></div>`).join('');
  };

  const showLines = () => {
    at('filled').hidden = !entries().length;
    at('empty').hidden = !!entries().length;
    at('lines').innerHTML = entries().map(([sku, quantity]) => {
      const { name, price, art, tile } = products[sku];
      return `<li data-sku="${sku}">
        <a class="tile ${tile}" href="/demo/products/${sku}.html" aria-label="${name}"><svg aria-hidden="true"><use href="/demo/art.svg#${art}"/></svg></a>
        <div><h3>${name}</h3><span class="soft small">${euros(price)} each</span><br>
          <span class="amount"><button type="button" data-step="-1" aria-label="One less">−</button><span>${quantity}</span><button type="button" data-step="1" aria-label="One more">+</button></span></div>
        <div><span class="price">${euros(price * quantity)}</span><br><button type="button" class="remove">Remove</button></div></li>`;
    }).join('');
  };

  const sku = document.body.dataset.sku;
  if (sku) {
    sell('productView', { currency, items: [item(sku, 1)] });
    at('add').addEventListener('click', () => {
      const quantity = Number(at('quantity').value);
      cart[sku] = (cart[sku] || 0) + quantity;
      save();
      at('added').innerHTML = 'In your cart. <a href="/demo/cart.html">Go to cart</a>';
      sell('addToCart', { currency, items: [item(sku, quantity)] });
    });
  }

  at('lines')?.addEventListener('click', ({ target }) => {
    const key = target.closest('li')?.dataset.sku;
    if (!key) return;
    const before = cart[key];
    if (target.matches('.remove')) delete cart[key];
    else if (target.dataset.step) cart[key] = Math.min(9, before + Number(target.dataset.step));
    if (!cart[key]) {
      delete cart[key];
      sell('removeFromCart', { currency, items: [item(key, before)] });
    }
    save();
  });

  for (const chip of document.querySelectorAll('.chip')) {
    chip.addEventListener('click', () => {
      for (const other of document.querySelectorAll('.chip')) other.setAttribute('aria-pressed', String(other === chip));
      for (const card of document.querySelectorAll('#products > li')) card.hidden = chip.value !== 'all' && card.dataset.kind !== chip.value;
      track('filter', { category: chip.value });
    });
  }

  at('newsletter')?.addEventListener('submit', event => {
    event.preventDefault();
    event.target.dispatchEvent(new Event('analytics:success', { bubbles: true }));
    event.target.outerHTML = '<p><strong>Thank you.</strong> The first letter is on its way.</p>';
    track('newsletter_signup', { place: 'home' });
  });

  const checkout = at('checkout');
  if (checkout) {
    if (!entries().length) location.replace('/demo/cart.html');
    else sell('checkout', { currency, items: items(), value: goods() });
    checkout.addEventListener('submit', event => {
      event.preventDefault();
      checkout.dispatchEvent(new Event('analytics:success', { bubbles: true }));
      const order = 'HP-' + Date.now().toString(36).toUpperCase();
      sell('purchase', { revenue: Math.round((goods() + shipping()) * 100) / 100, currency, order, items: items(), delivery: checkout.elements.delivery.value });
      sessionStorage.setItem('order', order);
      sessionStorage.removeItem('cart');
      location.href = '/demo/thanks.html';
    });
  }

  if (at('order')) at('order').textContent = sessionStorage.getItem('order') || 'HP-DEMO';
  show();
})();
