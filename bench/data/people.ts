import {copyRows, type Cell} from './copy.ts';
import {channelCount, DAY_MS, HISTORY_DAYS, idOf, MEMBERSHIPS, NOW, TEAMS, userCount, type Size} from './numbers.ts';

const START = NOW - HISTORY_DAYS * DAY_MS;
const NOTIFY =
  '{"desktop":"default","email":"default","ignore_channel_mentions":"default","mark_unread":"all","push":"default"}';

/** People and what belongs to them: teams, channels, memberships, sessions, preferences. */
export async function fillPeople(url: string, size: Size): Promise<void> {
  await copyRows(
    url,
    'users',
    [
      'id',
      'createat',
      'updateat',
      'deleteat',
      'username',
      'password',
      'authdata',
      'authservice',
      'email',
      'emailverified',
      'nickname',
      'firstname',
      'lastname',
      'roles',
      'allowmarketing',
      'props',
      'notifyprops',
      'lastpasswordupdate',
      'lastpictureupdate',
      'failedattempts',
      'locale',
      'mfaactive',
      'mfasecret',
      'position',
      'timezone',
    ],
    users(size),
  );
  await copyRows(
    url,
    'teams',
    [
      'id',
      'createat',
      'updateat',
      'deleteat',
      'displayname',
      'name',
      'description',
      'email',
      'type',
      'companyname',
      'alloweddomains',
      'inviteid',
      'allowopeninvite',
      'lastteamiconupdate',
      'groupconstrained',
    ],
    teams(size),
  );
  await copyRows(
    url,
    'teammembers',
    ['teamid', 'userid', 'roles', 'deleteat', 'schemeuser', 'schemeadmin', 'schemeguest', 'createat'],
    teamMembers(size),
  );
  await copyRows(
    url,
    'channels',
    [
      'id',
      'createat',
      'updateat',
      'deleteat',
      'teamid',
      'type',
      'displayname',
      'name',
      'header',
      'purpose',
      'lastpostat',
      'totalmsgcount',
      'extraupdateat',
      'creatorid',
      'groupconstrained',
      'shared',
      'totalmsgcountroot',
      'lastrootpostat',
    ],
    channels(size),
  );
  await copyRows(
    url,
    'channelmembers',
    [
      'channelid',
      'userid',
      'roles',
      'lastviewedat',
      'msgcount',
      'mentioncount',
      'notifyprops',
      'lastupdateat',
      'schemeuser',
      'schemeadmin',
      'schemeguest',
      'mentioncountroot',
      'msgcountroot',
      'urgentmentioncount',
    ],
    channelMembers(size),
  );
  await copyRows(
    url,
    'sessions',
    [
      'id',
      'token',
      'createat',
      'expiresat',
      'lastactivityat',
      'userid',
      'deviceid',
      'roles',
      'isoauth',
      'props',
      'expirednotify',
    ],
    sessions(size),
  );
  await copyRows(url, 'preferences', ['userid', 'category', 'name', 'value'], preferences(size));
}

function* users(size: Size): Generator<Cell[]> {
  for (let user = 0; user < userCount(size); user += 1) {
    yield [
      idOf(size, 'user', user),
      START,
      START,
      0,
      `person-${user}`,
      '',
      null,
      '',
      `person-${user}@example.com`,
      true,
      '',
      `Ünal ${user}`,
      'Müller-Иванов',
      user === 0 ? 'system_admin system_user' : 'system_user',
      false,
      '{}',
      '{"email":"true","push":"mention"}',
      START,
      0,
      0,
      'en',
      false,
      '',
      '',
      '{"useAutomaticTimezone":"true"}',
    ];
  }
}

function* teams(size: Size): Generator<Cell[]> {
  for (let team = 0; team < TEAMS; team += 1) {
    yield [
      idOf(size, 'team', team),
      START,
      START,
      0,
      `Team ${team}`,
      `team-${team}`,
      '',
      '',
      'O',
      '',
      '',
      idOf(size, 'team', 100 + team),
      true,
      0,
      false,
    ];
  }
}

function* teamMembers(size: Size): Generator<Cell[]> {
  for (let user = 0; user < userCount(size); user += 1) {
    for (let team = 0; team < TEAMS; team += 1) {
      yield [idOf(size, 'team', team), idOf(size, 'user', user), '', 0, true, user === 0, false, START];
    }
  }
}

function* channels(size: Size): Generator<Cell[]> {
  for (let channel = 0; channel < channelCount(size); channel += 1) {
    yield [
      idOf(size, 'channel', channel),
      START,
      START,
      0,
      idOf(size, 'team', channel % TEAMS),
      channel % 3 === 0 ? 'P' : 'O',
      `Channel ${channel} 📌`,
      `channel-${channel}`,
      '',
      '',
      NOW,
      1000,
      0,
      idOf(size, 'user', 0),
      false,
      false,
      800,
      NOW,
    ];
  }
}

function* channelMembers(size: Size): Generator<Cell[]> {
  const count = channelCount(size);
  for (let user = 0; user < userCount(size); user += 1) {
    for (let place = 0; place < Math.min(MEMBERSHIPS, count); place += 1) {
      yield [
        idOf(size, 'channel', (user * 13 + place) % count),
        idOf(size, 'user', user),
        '',
        NOW - (user * 977 + place * 131) * 1000,
        900,
        0,
        NOTIFY,
        NOW,
        true,
        false,
        false,
        0,
        700,
        0,
      ];
    }
  }
}

function* sessions(size: Size): Generator<Cell[]> {
  for (let session = 0; session < userCount(size) * 3; session += 1) {
    yield [
      idOf(size, 'session', session),
      idOf(size, 'session', -1 - session),
      NOW - 20 * DAY_MS,
      NOW + 10 * DAY_MS,
      NOW - session * 1000,
      idOf(size, 'user', session % userCount(size)),
      '',
      'system_user',
      false,
      '{"browser":"Firefox/140.0","os":"Linux","platform":"Linux"}',
      false,
    ];
  }
}

function* preferences(size: Size): Generator<Cell[]> {
  for (let user = 0; user < userCount(size); user += 1) {
    for (let entry = 0; entry < 20; entry += 1) {
      yield [
        idOf(size, 'user', user),
        'direct_channel_show',
        idOf(size, 'user', (user + entry + 1) % userCount(size)),
        'true',
      ];
    }
  }
}
