import { start } from './router.js';
import { startConnection } from './shell/connection.js';
import { startKeyboard } from './shell/keyboard.js';
import { showPlace, startNavigation } from './shell/navigation.js';
import { startSearchField } from './shell/search-field.js';

startKeyboard();
startNavigation();
startSearchField();
startConnection();
start(showPlace);
