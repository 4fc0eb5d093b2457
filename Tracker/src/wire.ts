/** The body of `POST /collect/batch`. What is sent, and nothing else, is written here. */

/** Page coordinates in CSS pixels of the document, and milliseconds since the page's start. */
export type Point = [x: number, y: number, at: number];

export type PointKind = 'move' | 'scroll' | 'touch';

export interface ElementInfo {
  selector: string;
  tag: string;
  id?: string;
  class?: string;
  text?: string;
  href?: string;
  /** Where in the element, 0..1 from its left and top edge: lines up on a page of any width. */
  ex?: number;
  ey?: number;
}

export interface Item {
  sku?: string;
  name?: string;
  category?: string;
  price?: number;
  quantity?: number;
}

export interface EventFields {
  x?: number;
  y?: number;
  element?: ElementInfo;
  /** Deepest point seen, in percent of the document's height. */
  scroll?: number;
  /** Visible time in ms since the page's previous `pageleave` (a page hidden twice sends two: add them up). */
  dwell?: number;
  revenue?: number;
  currency?: string;
  order?: string;
  items?: Item[];
  props?: Record<string, unknown>;
}

export interface TrackedEvent extends EventFields {
  name: string;
  /** Milliseconds since `PageInfo.at`. */
  at: number;
}

export interface PageInfo {
  url: string;
  referrer: string;
  title: string;
  /** The client's clock when the page began, unix ms. */
  at: number;
  viewport: [width: number, height: number];
  document: [width: number, height: number];
  screen: [width: number, height: number];
  language: string;
  timezone: string;
}

export interface Batch {
  /** The client's clock when the request left; stamped by the transport on each attempt. */
  sentAt?: number;
  site: string;
  domain?: string;
  /** The same on every attempt, so that the server stores the batch once. */
  batch: string;
  /** Neither in cookieless mode: the server makes them. */
  visitor?: string;
  session?: string;
  /** A program steers the browser, and the page's owner allows it: without this the server takes such a browser for a robot. */
  automation?: true;
  user: string | null;
  page: PageInfo;
  events: TrackedEvent[];
  points?: Partial<Record<PointKind, Point[]>>;
}
