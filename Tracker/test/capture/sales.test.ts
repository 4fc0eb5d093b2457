import { expect, test } from 'vitest';
import { createCalls } from '../../src/api';
import { saleOf, watchSales } from '../../src/capture/sales';
import { freshBrowser, listeningCore, seenBy } from '../support';

freshBrowser();

const MUG = { sku: 'p1', name: 'Mug', category: 'Kitchen', price: 24.95, quantity: 2 };
const clean = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test.each([
  ['our names', { order: 'A1', revenue: 49.9, currency: 'EUR', items: [MUG] }],
  ['GA4\'s', { transaction_id: 'A1', value: 49.9, currency: 'EUR', items: [{ item_id: 'p1', item_name: 'Mug', item_category: 'Kitchen', price: '24.95', quantity: '2' }] }],
  ['Segment\'s', { order_id: 'A1', total: 49.9, currency: 'EUR', products: [{ product_id: 'p1', name: 'Mug', category: 'Kitchen', price: 24.95, quantity: 2 }] }],
])('a purchase in %s is the same purchase', (_, sale) =>
  expect(clean(saleOf('purchase', sale as never))).toEqual({ order: 'A1', revenue: 49.9, currency: 'EUR', items: [MUG] }));

test('a product can be given flat, and is one', () =>
  expect(clean(saleOf('product_view', { sku: 'p1', name: 'Mug', price: 24.95, currency: 'EUR' }))).toEqual({
    currency: 'EUR', items: [{ sku: 'p1', name: 'Mug', price: 24.95, quantity: 1 }],
  }));

test('only a purchase earns; a refund takes away; elsewhere an amount is a prop', () => {
  expect(clean(saleOf('checkout', { ...MUG, value: 49.9, step: 2 }))).toMatchObject({ props: { value: 49.9, step: 2 } });
  expect(saleOf('checkout', { value: 49.9 }).revenue).toBeUndefined();
  expect(saleOf('refund', { order: 'A1', revenue: 49.9 }).revenue).toBe(-49.9);
  expect(saleOf('refund', { order: 'A1', revenue: -49.9 }).revenue).toBe(-49.9);
  expect(clean(saleOf('refund', { order: 'A1' }))).toEqual({ order: 'A1' });
});

test('what else is given is kept as props', () =>
  expect(saleOf('purchase', { revenue: 1, tax: 0.2, shipping: 4.9, coupon: 'X' }).props).toEqual({ tax: 0.2, shipping: 4.9, coupon: 'X' }));

test('an amount that is none is left out', () => expect(saleOf('purchase', { revenue: 'a lot' as never }).revenue).toBeUndefined());

test('calls are named in snake_case, and those made early have waited', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  const calls = createCalls(core);
  calls.ecommerce('addToCart', MUG);
  watchSales(core);
  calls.ecommerce('removeFromCart', MUG);
  const seen = seenBy(core, sent);
  expect([...seen('add_to_cart'), ...seen('remove_from_cart')]).toHaveLength(2);
});
