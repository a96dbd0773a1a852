// smtp_server.cjs - a real mail server for tests: npm smtp-server, STARTTLS, AUTH, odd mailboxes.
//
//   node smtp_server.cjs '{"key": FILE, "cert": FILE, "user": ..., "secret": ...}'
//
// Prints {"port": N}, then one line of JSON for each letter that it was given. Who a letter is for
// says what happens to it: never@ 550, later@ 451, lost@ is taken and then nothing is answered.
const { SMTPServer } = require('smtp-server');
const fs = require('fs');

const options = JSON.parse(process.argv[2] || '{}');
const write = (line) => process.stdout.write(JSON.stringify(line) + '\n');
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

const server = new SMTPServer({
  secure: Boolean(options.secure),
  key: options.key && fs.readFileSync(options.key),
  cert: options.cert && fs.readFileSync(options.cert),
  hideSTARTTLS: !options.key,
  authOptional: !options.user,
  allowInsecureAuth: false,
  disableReverseLookup: true,
  logger: false,
  onAuth(auth, session, done) {
    const isRight = auth.username === options.user && auth.password === options.secret;
    done(isRight ? null : refusal(535, 'wrong user or secret'), { user: auth.username });
  },
  onRcptTo(address, session, done) {
    const box = address.address.split('@')[0];
    if (box === 'never') return done(refusal(550, 'no such mailbox'));
    if (box === 'later') return done(refusal(451, 'not now'));
    return done();
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const to = session.envelope.rcptTo.map((one) => one.address);
      write({
        from: session.envelope.mailFrom.address, to, tls: Boolean(session.secure),
        user: session.user || null, letter: Buffer.concat(parts).toString('latin1'),
      });
      if (to[0].startsWith('lost@')) {
        server.connections.forEach((connection) => connection._socket.destroy());
        return;
      }
      done();
    });
  },
});
server.on('error', () => {});
server.listen(options.port || 0, '127.0.0.1', () => write({ port: server.server.address().port }));
