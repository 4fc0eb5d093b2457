import type { Sale } from '../api';
import type { Core } from '../track';
import type { EventFields, Item } from '../wire';

/** The names of GA4 and of Segment for what we call the second. */
const ALIASES: Record<string, string> = {
  item_id: 'sku', product_id: 'sku', item_name: 'name', product_name: 'name', item_category: 'category',
  products: 'items', order_id: 'order', transaction_id: 'order', revenue: 'amount', value: 'amount', total: 'amount',
};

const ours = (given: Record<string, unknown>) => {
  const plain: Record<string, any> = {};
  for (const name in given) plain[ALIASES[name] ?? name] ??= given[name];
  return plain;
};

const number = (given: unknown) => (given == null || given === '' || !Number.isFinite(Number(given)) ? undefined : Number(given));

const itemOf = (given: Record<string, unknown>): Item => {
  const { sku, name, category, price, quantity } = ours(given);
  return { sku, name, category, price: number(price), quantity: number(quantity) ?? 1 } as Item;
};

/** A step of a sale as an event. Only what was earned is revenue: a purchase's, and a refund takes it away again. */
export const saleOf = (name: string, given: Sale): EventFields => {
  const { sku, name: product, category, price, quantity, items, order, currency, amount, ...props } = ours(given);
  const sum = number(amount);
  const earned = name === 'purchase' ? sum : name === 'refund' && sum !== undefined ? -Math.abs(sum) : undefined;
  if (sum !== undefined && earned === undefined) props.value = sum;
  return {
    revenue: earned,
    currency,
    order: order == null ? undefined : String(order),
    items: Array.isArray(items) ? items.map(itemOf) : sku || product ? [itemOf(given)] : undefined,
    ...(Object.keys(props).length && { props }),
  } as EventFields;
};

/** E-commerce calls; those made before this was there have waited. */
export const watchSales = (core: Core): void => {
  core.sell = (name, sale) => core.add(name, saleOf(name, sale));
  core.sales.splice(0).forEach(([name, sale]) => core.sell(name, sale));
};
