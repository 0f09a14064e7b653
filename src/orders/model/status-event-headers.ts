/** Extension attributes of a status event (CloudEvents 1.0.2, section 3.2), by which caches renew an order's answer. */
export const ETAG_HEADER = 'ce_etag';
/** The version at which the order got the content that it has. */
export const CONTENT_VERSION_HEADER = 'ce_contentversion';
