import { SMTPServer } from 'smtp-server';

// A real SMTP server in a process of its own: tells its port, then each message as a JSON line. `reject@`: refused for good;
// `later@`: refused for now.

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: process.argv.includes('--no-tls') ? ['STARTTLS'] : [],
  onAuth({ username, password }, _, done) {
    done(username === 'desk' && password === 'p@ss:word' ? null : new Error('no such user'), { user: username ?? '' });
  },
  onRcptTo({ address }, _, done) {
    if (address.startsWith('reject@'))
      return done(Object.assign(new Error(`no mailbox ${address}`), { responseCode: 550 }));
    if (address.startsWith('later@')) return done(Object.assign(new Error(`busy ${address}`), { responseCode: 451 }));
    done();
  },
  onData(stream, session, done) {
    let raw = '';
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      raw += part;
    });
    stream.on('end', () => {
      const { envelope, secure, user } = session;
      const line = { from: envelope.mailFrom, to: envelope.rcptTo.map(({ address }) => address), secure, user, raw };
      process.stdout.write(`${JSON.stringify(line)}\n`);
      done();
    });
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => {
  const address = server.server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
