#!/usr/bin/env node
// WebTorrent 2.8.5 in Node, over TCP. Its arguments are those of the other clients (job.py).
//
// WebRTC is left out: the native part of node-datachannel does not come from npm.
import { existsSync, mkdirSync } from 'node:fs'
import { register } from 'node:module'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    address: { type: 'string' }, // WebTorrent listens on all
    seconds: { type: 'string', default: '60' },
    hold: { type: 'string' },
  },
})
const [source, folder] = positionals
mkdirSync(folder, { recursive: true })

const asModule = (text) => 'data:text/javascript,' + encodeURIComponent(text)
const noWebRtc = asModule(`
  export const RTCPeerConnection = undefined, RTCSessionDescription = undefined, RTCIceCandidate = undefined
  export default {}`)
register(asModule(`export async function resolve(name, context, next) {
  if (["webrtc-polyfill", "node-datachannel"].includes(name)) return { url: ${JSON.stringify(noWebRtc)}, shortCircuit: true }
  return next(name, context)
}`))

const { default: WebTorrent } = await import(new URL('npm/node_modules/webtorrent/index.js', import.meta.url))

function fail(reason, status = 1) {
  console.log(reason)
  process.exit(status)
}

const client = new WebTorrent({
  dht: false,
  lsd: false,
  utPex: false,
  utp: false,
  natUpnp: false,
  natPmp: false,
  torrentPort: 20000,
})
client.on('error', (error) => fail(`refused: ${error.message ?? error}`, 2))
const torrent = client.add(source, { path: folder })
torrent.on('warning', (warning) => console.log('warning', warning.message ?? warning))
setTimeout(() => fail(`incomplete: ${torrent.progress} with ${torrent.numPeers} peers`), 1000 * Number(values.seconds))

torrent.on('done', async () => {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  await pause(500) // lets "completed" reach the tracker
  while (values.hold && existsSync(values.hold)) await pause(100)
  client.destroy(() => process.exit(0))
  setTimeout(() => process.exit(0), 5000)
})
