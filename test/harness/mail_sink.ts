import {setTimeout as pause} from 'node:timers/promises';
import {SMTPServer} from 'smtp-server';
import {freePort} from './free_port.ts';
import {readMail} from './mail_sink_text.ts';

interface Mail {
  /** As the server said it on the wire, not as the header says. */
  readonly to: readonly string[];
  readonly subject: string;
  /** The part in plain text. */
  readonly text: string;
}

export interface MailSink {
  readonly port: number;
  /** Patch of Mattermost's EmailSettings that makes it send everything here. */
  readonly emailSettings: Readonly<Record<string, string | boolean | number>>;
  /** All that came, oldest first. */
  mails(): readonly Mail[];
  mailsTo(address: string): readonly Mail[];
  /** Waits for a mail to `address` that came after the first `after` of them. */
  untilMailTo(address: string, after?: number, seconds?: number): Promise<Mail>;
  forget(): void;
  stop(): Promise<void>;
}

/** Starts a mail server that keeps everything and delivers nothing. */
export async function startMailSink(options: {readonly port?: number} = {}): Promise<MailSink> {
  const port = options.port ?? (await freePort());
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        mails.push({to: session.envelope.rcptTo.map(({address}) => address), ...readMail(Buffer.concat(pieces))});
        done();
      });
    },
  });
  // A client that goes away in the middle of a mail is no matter of the test.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });

  const mailsTo = (address: string) => mails.filter(({to}) => to.includes(address));
  return {
    port,
    emailSettings: emailSettings(port),
    mails: () => mails,
    mailsTo,
    untilMailTo: async (address, after = 0, seconds = 20) => {
      const deadline = performance.now() + seconds * 1000;
      for (;;) {
        const mail = mailsTo(address)[after];
        if (mail) {
          return mail;
        }
        if (performance.now() > deadline) {
          throw new Error(`Waited ${seconds} s for a mail to ${address}; there were ${mails.length} to others.`);
        }
        await pause(50);
      }
    },
    forget: () => void mails.splice(0),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  };
}

function emailSettings(port: number): MailSink['emailSettings'] {
  return {
    SendEmailNotifications: true,
    SMTPServer: '127.0.0.1',
    SMTPPort: String(port),
    ConnectionSecurity: '',
    EnableSMTPAuth: false,
    SMTPUsername: '',
    SMTPPassword: '',
    FeedbackName: 'Chat',
    FeedbackEmail: 'chat@corp.test',
    ReplyToAddress: 'chat@corp.test',
  };
}
