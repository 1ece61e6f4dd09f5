// What @bitrix24/b24jssdk makes of the portal.

import { createInterface } from 'node:readline'

import { B24Hook, B24OAuth, BatchRefV3 } from '@bitrix24/b24jssdk'

const CHAT = { ENTITY_TYPE: 'CHAT', ENTITY_ID: '13' }

function good(result) {
  if (!result.isSuccess) {
    throw new Error(result.getErrorMessages().join('; '))
  }
  return result.getData()
}

async function chat(b24) {
  return good(await b24.actions.v2.call.make({ method: 'imbot.chat.get', params: CHAT })).result.ID
}

function oauth(told, more) {
  return new B24OAuth(
    {
      applicationToken: '',
      userId: 1,
      memberId: told.member_id ?? '',
      accessToken: told.access_token,
      refreshToken: told.refresh_token,
      expires: Math.floor(Date.now() / 1000) + 3600,
      expiresIn: 3600,
      scope: 'imbot',
      domain: new URL(told.url).host,
      clientEndpoint: `${told.url}/rest/`,
      serverEndpoint: `${told.url}/rest/`,
      status: 'L',
      ...more,
    },
    { clientId: told.client_id, clientSecret: told.client_secret },
  )
}

const tasks = {
  async call(told) {
    const b24 = B24Hook.fromWebhookUrl(told.webhook_url)
    const call = { method: 'sandbox.echo', params: told.nested }
    const echo = good(await b24.actions.v2.call.make(call)).result
    return { chats: [await chat(b24), await chat(b24)], echo }
  },

  async batch(told) {
    const b24 = B24Hook.fromWebhookUrl(told.webhook_url)
    const calls = {
      c0: { method: 'imbot.chat.get', params: CHAT },
      c1: ['sandbox.echo', told.nested],
      c2: ['sandbox.echo', { DIALOG_ID: '$result[c0][ID]' }],
      c3: ['imbot.chat.no', {}],
    }
    const options = { isHaltOnError: false, returnAjaxResult: true }
    const results = (await b24.actions.v2.batch.make({ calls, options })).getData()
    return {
      chat: good(results.c0).result.ID,
      echo: good(results.c1).result,
      reference: good(results.c2).result,
      failure: [...results.c3.errors.values()][0].code,
    }
  },

  async keyed(told) {
    const b24 = B24Hook.fromWebhookUrl(told.webhook_url)
    return good(await b24.actions.v2.callList.make({ method: 'crm.deal.list' })).map(({ ID }) => ID)
  },

  async refresh(told) {
    const b24 = oauth(told)
    let renewed = false
    b24.setCallbackRefreshAuth(async () => {
      renewed = true
    })
    return { chats: [await chat(b24), await chat(b24)], renewed }
  },

  // Its own clock says that the token has ended: it renews before it calls.
  async ahead(told) {
    return { chat: await chat(oauth(told, { expires: 1 })) }
  },

  async rest3(told) {
    const b24 = oauth(told)
    const method = 'tasks.task.get'
    const { item } = good(await b24.actions.v3.call.make({ method, params: { id: 1 } })).result
    const calls = [
      { method, as: 'first', params: { id: 1 } },
      { method, params: { id: BatchRefV3.ref('first.item.id') } },
    ]
    const items = good(await b24.actions.v3.batch.make({ calls }))
    return { same: items.length === 2 && items.every((each) => each.item.id === item.id) }
  },

  async start(told) {
    const b24 = oauth(told)
    await b24.initIsAdmin()
    return {
      admin: b24.auth.isAdmin,
      alive: await b24.tools.healthCheck.make(),
      soon: (await b24.tools.ping.make()) >= 0,
    }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line)
  let outcome
  try {
    outcome = { result: await tasks[told.task](told) }
  } catch (error) {
    outcome = { error: `${error?.stack ?? error}` }
  }
  console.log(JSON.stringify(outcome))
}
