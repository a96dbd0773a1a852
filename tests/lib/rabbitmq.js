// rabbitmq.js - a hand in RabbitMQ for rabbitmq.py: one JSON command a line in, one answer a line out.
'use strict';
const amqp = require('amqplib');
const held = [];

const verbs = {
  async say(channel, { queue, text }) {
    channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
    await channel.waitForConfirms();
    return true;
  },
  async get(channel, { queue }) { // not acknowledged yet
    const letter = await channel.get(queue);
    if (!letter) return null;
    held.push(letter);
    const { replyTo, contentType, deliveryMode, messageId } = letter.properties;
    return { text: letter.content.toString(), replyTo, contentType, deliveryMode, messageId };
  },
  async take(channel) {
    held.splice(0).forEach((letter) => channel.ack(letter));
    return true;
  },
};

(async () => {
  const connection = await amqp.connect(process.argv[2]);
  connection.on('error', () => process.exit(0)); // the broker was killed
  const channel = await connection.createConfirmChannel();
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    console.log(JSON.stringify(await verbs[command.verb](channel, command)));
  }
  process.exit(0);
})();
