// letters.mjs - where the house's mail goes: an SMTP server that keeps what it is given.
import { SMTPServer } from 'smtp-server';

function words(raw) { // =?UTF-8?B?...?= of a header
  return raw.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, text) => Buffer.from(text, 'base64').toString())
    .replace(/=\?utf-8\?q\?([^?]*)\?=/gi, (_, text) => unquote(text.replace(/_/g, ' ')));
}

function unquote(text) { // quoted-printable
  const bytes = text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** {server, letters}: each letter has to, subject and text. */
export async function openLetterBox(port) {
  const letters = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const pieces = [];
      stream.on('data', (piece) => pieces.push(piece)).on('end', () => {
        const raw = Buffer.concat(pieces).toString('latin1');
        const subject = words(/^Subject: ((?:.*\r?\n[ \t])*.*)/mi.exec(raw)?.[1].replace(/\r?\n[ \t]/g, ' ') ?? '');
        const packed = [...raw.matchAll(/base64\r?\n(?:.+\r?\n)*\r?\n([A-Za-z0-9+/=\r\n]+)/g)].map(([, text]) => Buffer.from(text, 'base64').toString());
        letters.push({ to: session.envelope.rcptTo[0].address, subject, text: [unquote(raw), ...packed].join('\n') });
        done();
      });
    },
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  return { server, letters };
}
