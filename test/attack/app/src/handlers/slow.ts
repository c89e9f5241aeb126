export const route = 'WS /slow';

export type Receive = { text: string };

export const socket: Socket<typeof route> = {
  async message() {
    await new Promise((resolve) => setTimeout(resolve, 200));
  },
};
