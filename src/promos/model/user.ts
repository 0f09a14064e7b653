/** What is looked up of a user. */
export interface User {
  readonly user_id: string;
  /** Where the promotion leads; may be empty. */
  readonly deeplink: string;
  readonly promo_message: string;
}

/** Characters of each text that requests and files may bring; the table itself takes any length. */
export const MAX_TEXT_CHARACTERS = 8_192;
