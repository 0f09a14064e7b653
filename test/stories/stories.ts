import { PARCEL_STORIES } from './parcel-stories.js';
import { PAYMENT_STORIES } from './payment-stories.js';
import { STOCK_STORIES } from './stock-stories.js';
import type { Story } from './story.js';

export const STORIES: readonly Story[] = [...PARCEL_STORIES, ...PAYMENT_STORIES, ...STOCK_STORIES];
