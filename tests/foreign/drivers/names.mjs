// Resolves names that a client knows by itself to a portal on this machine, as a line in a file of
// hosts would, which cannot give a port. Loaded before the client, which knows nothing of it.

import net from 'node:net'
import tls from 'node:tls'

const names = JSON.parse(process.env.FOREIGN_NAMES ?? '{}')

function elsewhere(options) {
  const port = options?.host && Number(options.port) === 443 ? names[options.host] : undefined
  return port === undefined
    ? options
    : { ...options, servername: options.servername ?? options.host, host: '127.0.0.1', port }
}

for (const module of [net, tls]) {
  const connect = module.connect
  module.connect = (options, ...rest) => connect(elsewhere(options), ...rest)
}
