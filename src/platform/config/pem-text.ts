/** PEM (RFC 7468), and its beginning in Base64, as secrets are written in YAML of Kubernetes. */
const PEM = /-----BEGIN |^\s*LS0tLS1CRUdJTi/;

/** Whether a text is what a PEM file holds, in place of the file's path: it may be a private key. */
export const isPem = (text: string): boolean => PEM.test(text);
