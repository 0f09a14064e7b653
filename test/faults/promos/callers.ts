import { type UserAnswer, UserConnection } from './user-connection.js';

const CONNECTED_AT_ONCE = 200;

/** Asks for each, so many at a time. @returns the answers, in any order */
export async function askEach(
  url: string,
  userIds: readonly string[],
  callers = 1,
): Promise<readonly UserAnswer[]> {
  const answers: UserAnswer[] = [];
  let next = 0;
  const call = async (): Promise<void> => {
    let connection = await UserConnection.open(url);
    while (next < userIds.length) {
      if (!connection.isOpen) connection = await UserConnection.open(url);
      answers.push(await connection.ask(userIds[next++]!));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: Math.min(callers, userIds.length) }, call));
  return answers;
}

/** Asks for one. */
export async function askOnce(url: string, userId: string): Promise<UserAnswer> {
  const [answer] = await askEach(url, [userId]);
  return answer!;
}

/** Callers that are connected already, and all ask for the same user in the same moment. */
export class Crowd {
  private constructor(private readonly connections: readonly UserConnection[]) {}

  static async gather(url: string, size: number): Promise<Crowd> {
    const connections: UserConnection[] = [];
    while (connections.length < size) {
      const some = Math.min(CONNECTED_AT_ONCE, size - connections.length);
      connections.push(...(await Promise.all(Array.from({ length: some }, () => UserConnection.open(url)))));
    }
    return new Crowd(connections);
  }

  ask(userId: string): Promise<readonly UserAnswer[]> {
    return Promise.all(this.connections.map((connection) => connection.ask(userId)));
  }

  /** The first of them hangs up. */
  loseFirst(): void {
    this.connections[0]!.close();
  }

  disperse(): void {
    for (const connection of this.connections) connection.close();
  }
}
