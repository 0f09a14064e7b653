import type { SettingForm } from './setting-form.js';
import { hostAndPort } from './setting-kinds.js';

const ADDRESS = { name: 'host:port', expected: 'host:port, such as 0.0.0.0:8080 or [::1]:8080' };

/** Port 0 takes a free one, as SERVER_PORT has it. */
const LEAST_PORT = 0;

/** The first half of the address to listen on. */
export const HOST_OF_ADDRESS: SettingForm = {
  ...ADDRESS,
  read: (text) => hostAndPort(text, LEAST_PORT)?.host,
};

/** The other half of it. */
export const PORT_OF_ADDRESS: SettingForm = {
  ...ADDRESS,
  read: (text) => hostAndPort(text, LEAST_PORT)?.port,
};
