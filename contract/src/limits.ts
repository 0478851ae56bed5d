/** How much one request may hold, in characters, bytes or entries as each says. The bridge gets the same numbers generated. */
export const LIMITS = {
  /** Characters of what is typed after `/dr`. */
  command: 4000,
  /** Characters of a post of the bot. */
  message: 16_000,
  /** Accounts that one direct message goes to. */
  receivers: 100,
  /** Characters of the subject and of the HTML of a mail. */
  subject: 200,
  html: 50_000,
  /** Accounts whose sign-in one request changes. */
  sign_in_changes: 100,
  /** Bytes of Mattermost's column for sign-in data. */
  auth_data: 128,
  /** Sessions that one request changes or revokes. */
  sessions: 200,
  /** Settings that one request changes. */
  setting_changes: 20,
  /** Characters of a one-time code as typed, and of the address of the browser that typed it. */
  claim_code: 100,
  address: 64,
} as const;
