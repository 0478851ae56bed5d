import {join} from 'node:path';

export interface Places {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly databaseUrl: string;
  readonly port: number;
}

export function siteUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** The config.json of a new server. What is not in it, Mattermost fills in with its defaults. */
export function firstConfig(places: Places, databaseUrlInConfig: boolean): object {
  return {
    ServiceSettings: {
      SiteURL: siteUrl(places.port),
      ListenAddress: `127.0.0.1:${places.port}`,
      EnableSecurityFixAlert: false,
      EnableLinkPreviews: false,
      EnableUserAccessTokens: true,
    },
    SqlSettings: {
      DriverName: 'postgres',
      ...(databaseUrlInConfig ? {DataSource: places.databaseUrl} : {}),
      // Two servers share one small PostgreSQL in most tests.
      MaxOpenConns: 20,
    },
    FileSettings: {
      DriverName: 'local',
      Directory: places.dataDirectory,
      MaxFileSize: 200 * 1024 * 1024,
      ExtractContent: false,
    },
    PluginSettings: {
      Enable: true,
      EnableUploads: true,
      Directory: join(places.directory, 'plugins'),
      ClientDirectory: join(places.directory, 'client', 'plugins'),
      AutomaticPrepackagedPlugins: false,
      EnableMarketplace: false,
      EnableRemoteMarketplace: false,
    },
    LogSettings: {
      EnableConsole: true,
      ConsoleLevel: 'ERROR',
      EnableFile: true,
      FileLevel: 'INFO',
      FileLocation: join(places.directory, 'logs'),
      EnableDiagnostics: false,
      EnableSentry: false,
    },
    TeamSettings: {EnableOpenServer: true, MaxUsersPerTeam: 1000},
    // Nothing in the database moves by itself while two copies are compared, and stopping takes no 5 s.
    JobSettings: {RunJobs: false, RunScheduler: false},
    RateLimitSettings: {Enable: false},
    EmailSettings: {SendEmailNotifications: false, SendPushNotifications: false, RequireEmailVerification: false},
    AnnouncementSettings: {AdminNoticesEnabled: false, UserNoticesEnabled: false},
  };
}

/** What must differ from the config.json of another place when a server starts here from it. */
export function placeOverrides(places: Places): Record<string, string> {
  return {
    MM_SERVICESETTINGS_SITEURL: siteUrl(places.port),
    MM_SERVICESETTINGS_LISTENADDRESS: `127.0.0.1:${places.port}`,
    MM_SQLSETTINGS_DATASOURCE: places.databaseUrl,
    MM_FILESETTINGS_DIRECTORY: places.dataDirectory,
    MM_PLUGINSETTINGS_DIRECTORY: join(places.directory, 'plugins'),
    MM_PLUGINSETTINGS_CLIENTDIRECTORY: join(places.directory, 'client', 'plugins'),
    MM_LOGSETTINGS_FILELOCATION: join(places.directory, 'logs'),
  };
}
