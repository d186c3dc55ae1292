#!/usr/bin/env node
// blossom.mjs sdk|nostr-tools SERVER BYTES   One Blossom client's whole round with a fresh key and fresh content.
//
// Upload, upload again, check, fetch, list, delete, and gone. Exits 0 when every step held.
import assert from 'node:assert/strict'
import { createCipheriv, createHash, randomBytes, webcrypto } from 'node:crypto'

globalThis.crypto ??= webcrypto // Node 18 has none; nostr-tools wants it

// Node does not look for node_modules in npm/ by itself.
const npm = (path) => import(new URL(`npm/node_modules/${path}`, import.meta.url))
const { generateSecretKey, getPublicKey, finalizeEvent } = await npm('nostr-tools/lib/esm/pure.js')
const { BlossomClient } = await npm('nostr-tools/lib/esm/nipb7.js')
const { Actions, createUploadAuth, createListAuth, createDeleteAuth } = await npm('blossom-client-sdk/lib/index.js')

const [which, server, size] = process.argv.slice(2)
const mediaType = 'application/x-gateway-test'
const secret = generateSecretKey()
const pubkey = getPublicKey(secret)
const signEvent = async (draft) => finalizeEvent(draft, secret)

// Signs only after a 401; tokens are unpadded base64url.
function sdk() {
  const upload = { onAuth: (_, hash) => createUploadAuth(signEvent, hash) }
  const list = { onAuth: () => createListAuth(signEvent) }
  const remove = { onAuth: (_, hash) => createDeleteAuth(signEvent, hash) }
  return {
    upload: (blob) => Actions.uploadBlob(server, blob, upload),
    has: (hash) => Actions.hasBlob(server, hash),
    fetch: async (hash) => (await Actions.downloadBlob(server, hash)).arrayBuffer(),
    list: () => Actions.listBlobs(server, pubkey, list),
    remove: (hash) => Actions.deleteBlob(server, hash, remove),
  }
}

// Signs every request beforehand; tokens are padded standard base64.
function nostrTools() {
  const client = new BlossomClient(server, { getPublicKey: async () => pubkey, signEvent })
  return {
    upload: (blob) => client.uploadBlob(blob),
    has: (hash) => client.check(hash).then(() => true, () => false),
    fetch: (hash) => client.download(hash),
    list: () => client.list(),
    remove: (hash) => client.delete(hash),
  }
}

function content(bytes) {
  const stream = createCipheriv('aes-128-ctr', randomBytes(16), Buffer.alloc(16))
  return stream.update(Buffer.alloc(bytes))
}

function assertDescribes(descriptor, hash, bytes) {
  assert.equal(descriptor.sha256, hash)
  assert.equal(descriptor.size, bytes.length)
  assert.equal(descriptor.type, mediaType)
  assert.match(new URL(descriptor.url).pathname, new RegExp(`^/${hash}\\.[a-z0-9]+$`))
  assert.ok(Math.abs(descriptor.uploaded - Date.now() / 1000) < 600, `uploaded ${descriptor.uploaded}`)
}

async function round(client) {
  const bytes = content(Number(size))
  const hash = createHash('sha256').update(bytes).digest('hex')
  const blob = new Blob([bytes], { type: mediaType })

  assert.equal(await client.has(hash), false, 'unknown before the upload')
  const uploaded = await client.upload(blob)
  assertDescribes(uploaded, hash, bytes)
  assert.deepEqual(await client.upload(blob), uploaded, 'the second upload is answered like the first')

  assert.equal(await client.has(hash), true)
  const head = await fetch(uploaded.url, { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(head.headers.get('content-length'), String(bytes.length))
  assert.equal(head.headers.get('content-type'), mediaType)
  assert.ok(bytes.equals(Buffer.from(await client.fetch(hash))), 'fetched bytes are the uploaded ones')

  const listed = await client.list()
  assert.equal(listed.length, 1)
  assertDescribes(listed[0], hash, bytes)

  await client.remove(hash)
  assert.equal(await client.has(hash), false, 'gone after the delete')
  assert.deepEqual(await client.list(), [])
}

await round({ sdk, 'nostr-tools': nostrTools }[which]())
console.log('complete')
