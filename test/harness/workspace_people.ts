import {connect} from './client.ts';
import type {Client} from './client.ts';
import {inParallel} from './in_parallel.ts';
import {pngPicture} from './png.ts';
import type {Random} from './random.ts';

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** A person with a session of their own. */
export interface Person extends Account {
  readonly client: Client;
}

export interface Team {
  readonly id: string;
  readonly name: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  /** O open, P private, D direct, G group: Mattermost's own letters. */
  readonly type: 'O' | 'P' | 'D' | 'G';
  /** User names. */
  readonly members: readonly string[];
}

const PEOPLE = [
  {username: 'maria.schmidt', first_name: 'María', last_name: 'Müller-Schmidt', position: 'Größe & Maß'},
  {username: 'yuki_tanaka', first_name: '由紀', last_name: '田中', nickname: 'ゆき 🌸'},
  {username: 'dmitri-v', first_name: 'Дмитрий', last_name: "O'Волков"},
  {username: 'amina', first_name: 'أمينة', last_name: 'الهاشمي', nickname: '\u202Eamina'},
  {username: 'bob', first_name: 'Bob', last_name: '"Tables\\"; --'},
  {username: 'left.company', first_name: 'Long', last_name: 'Gone'},
];

const SYSADMIN = {username: 'sysadmin', password: 'Adm1n of "everything" \\ ü'};

/** Signs up the system admin, who must be the very first user, and leaves `client` signed in as the admin. */
export async function signUpAdmin(client: Client, person = SYSADMIN): Promise<Person> {
  const user = await client.createUser(person);
  await client.login(person.username, person.password);
  return {...person, id: user.id, email: user.email, client};
}

/** Signs up the other people, each with a session and a picture. */
export async function signUpPeople(admin: Person, random: Random): Promise<Person[]> {
  const pictures = PEOPLE.map(() => pngPicture(128, random));
  return inParallel(PEOPLE, 4, async (properties, index) => {
    const password = `Pässwörd ${index} '"\\`;
    const user = await admin.client.createUser({...properties, password});
    const client = connect(admin.client.url);
    await client.login(user.username, password);
    const content = pictures[index] ?? Buffer.alloc(0);
    await client.upload(`/users/${user.id}/image`, {field: 'image', fileName: 'me.png', content});
    return {id: user.id, username: user.username, email: user.email, password, client};
  });
}

/** Makes two teams with everybody in both; the first has an icon. */
export async function foundTeams(admin: Person, people: readonly Person[], random: Random): Promise<Team[]> {
  const names = [
    {name: 'operations', display_name: 'Operations 🚒'},
    {name: 'forschung', display_name: 'Forschung & Entwicklung'},
  ];
  const icon = pngPicture(128, random);
  return inParallel(names, 1, async (properties, index) => {
    const team = await admin.client.request<Team>('POST', '/teams', {...properties, type: 'O'});
    await inParallel(people, 4, (person) =>
      admin.client.request('POST', `/teams/${team.id}/members`, {team_id: team.id, user_id: person.id}),
    );
    if (index === 0) {
      await admin.client.upload(`/teams/${team.id}/image`, {field: 'image', fileName: 'icon.png', content: icon});
    }
    return {id: team.id, name: team.name};
  });
}

/** Opens channels of every kind in every team. The admin is in all of them but one direct channel. */
export async function openChannels(
  admin: Person,
  people: readonly Person[],
  teams: readonly Team[],
): Promise<Channel[]> {
  const everybody = [admin, ...people];
  const few = everybody.slice(0, 4);
  const channels: Channel[] = [];

  for (const team of teams) {
    const square = await admin.client.request<Channel>('GET', `/teams/${team.id}/channels/name/town-square`);
    channels.push(described(square, everybody));
    for (const [name, type, members] of [
      ['incidents', 'O', everybody],
      ['störungen', 'O', few],
      ['payroll', 'P', few],
    ] as const) {
      channels.push(await openChannel(admin, {team, name, type, members}));
    }
  }

  const [first, second, third] = people;
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error('A group channel needs three people besides the admin.');
  }
  for (const pair of [
    [admin, first],
    [first, second],
  ] as const) {
    const ids = pair.map(({id}) => id);
    channels.push(described(await pair[0].client.request<Channel>('POST', '/channels/direct', ids), pair));
  }
  const group = [admin, first, second, third];
  const ids = group.map(({id}) => id);
  channels.push(described(await admin.client.request<Channel>('POST', '/channels/group', ids), group));
  return channels;
}

async function openChannel(
  admin: Person,
  wanted: {readonly team: Team; readonly name: string; readonly type: 'O' | 'P'; readonly members: readonly Person[]},
): Promise<Channel> {
  const channel = await admin.client.request<Channel>('POST', '/channels', {
    team_id: wanted.team.id,
    name: `${wanted.name.normalize('NFD').replace(/[^a-z]/g, '')}-${wanted.team.name}`,
    display_name: `${wanted.name} 📌`,
    purpose: 'Purpose: "näheres" <b>\\</b>',
    header: ':fire: [הקישור](https://example.com)',
    type: wanted.type,
  });
  const others = wanted.members.filter(({id}) => id !== admin.id);
  await inParallel(others, 4, ({id}) => admin.client.request('POST', `/channels/${channel.id}/members`, {user_id: id}));
  return described(channel, wanted.members);
}

function described(channel: Channel, members: readonly Person[]): Channel {
  return {id: channel.id, name: channel.name, type: channel.type, members: members.map(({username}) => username)};
}
