import { client } from 'virtual:gati/client';

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

element<HTMLFormElement>('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const id = element<HTMLInputElement>('payment').value;
  void capture(id, element<HTMLInputElement>('amount').valueAsNumber);
});

async function capture(id: string, amount: number): Promise<void> {
  const answer = element('answer');
  const events = element('events');
  events.replaceChildren();
  const result = await client.payments.capture({ params: { id }, body: { amount } });
  if (result.ok) {
    answer.textContent = `202 ${result.data.state}`;
    await follow(id, events);
  } else if (result.status === 409) {
    answer.textContent = `409 ${result.error.error}`;
  } else {
    answer.textContent = `${result.status}`;
  }
}

async function follow(id: string, list: HTMLElement): Promise<void> {
  const stream = await client.payments.events({ params: { id } });
  if (!stream.ok) return;
  for await (const { state } of stream.data) {
    const item = document.createElement('li');
    item.textContent = state;
    list.append(item);
  }
}
