/** Another way to write a setting than its own. */
export interface SettingForm {
  /** For the table of settings, such as `host:port`. */
  readonly name: string;
  /** The "expected …" half of the line that a fault prints. */
  readonly expected: string;
  /** The same as the setting itself has it; undefined for a text that is not written this way. */
  read(text: string): string | undefined;
}
