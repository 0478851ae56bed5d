import type {
  Actor,
  AdminAccessRequest,
  AdminAccessResult,
  ClaimReply,
  ClaimRequest,
  ClaimSheet,
  ClaimSheetRequest,
  DeclareRequest,
  DeclareResult,
  Detection,
  ExtendRequest,
  Forecast,
  IdentitySnapshot,
  Incident,
  LetInRequest,
  LetInResult,
  LockedOut,
  NextAction,
  PeopleFound,
  Readiness,
  ResolveRequest,
  ReturnEntry,
  ReturnList,
  SetAgainResult,
  SsoStatus,
  SwitchBackPlan,
  SwitchBackRequest,
  SwitchPlan,
  SwitchRequest,
} from '@disaster-recovery/contract';
import type {Origin, StartedJob} from '../jobs/index.ts';

/** Who asks, and where a bot post shall follow. `onHost`: on a shell of the companion's machine, where one person's word is enough. */
export type By = {actor: Actor; origin?: Origin; onHost?: boolean};

/** All verbs of an SSO outage; the same for the terminal, HTTP and chat. */
export type Sso = {
  status(): Promise<SsoStatus>;
  detection(): Detection;
  /** One line for the status of everything; null when nobody is needed. @throws Failure DATABASE_* */
  brief(): Promise<NextAction | null>;
  /** Ids of the active system administrators. @throws Failure DATABASE_* */
  administrators(): Promise<string[]>;
  readiness(): Promise<Readiness>;
  forecast(): Promise<Forecast>;
  lockedOut(): Promise<LockedOut>;
  /** At most 20 active people whose username, address or name begins with `text`; none for a text without a letter. */
  people(text: string): Promise<PeopleFound>;
  snapshot(by: By): Promise<IdentitySnapshot>;
  /** Everything that is known of how people sign in, as a file in a directory of ours: for the record of a set. */
  writeIdentities(directory: string): Promise<void>;
  /** @throws Failure SSO_ALREADY_DECLARED */
  declare(request: DeclareRequest, by: By): Promise<DeclareResult>;
  /** @throws Failure SSO_NOT_DECLARED, RETURN_LIST_NOT_EMPTY */
  close(by: By): Promise<Incident>;
  /** Sets again what somebody wrote over. @throws Failure SSO_NOT_DECLARED, MATTERMOST_* */
  setAgain(by: By): Promise<SetAgainResult>;
  /** Result of the job: ExtendResult. */
  extend(request: ExtendRequest, by: By): Promise<StartedJob>;
  planSwitch(request: SwitchRequest, by: By): Promise<SwitchPlan>;
  /** Result of the job: SwitchResult. @throws Failure SECOND_ADMINISTRATOR_NEEDED with the id of the approval that was asked for in `details.approval` */
  startSwitch(request: SwitchRequest, by: By): Promise<StartedJob>;
  letIn(request: LetInRequest, by: By): Promise<LetInResult>;
  claimSheet(request: ClaimSheetRequest, by: By): Promise<ClaimSheet>;
  /** From the claim page. @throws Failure CLAIM_CODE_WRONG */
  claim(request: ClaimRequest): Promise<ClaimReply>;
  planSwitchBack(request: SwitchBackRequest, by: By): Promise<SwitchBackPlan>;
  /** Result of the job: SwitchBackResult. @throws Failure PROVIDER_NOT_HEALTHY */
  startSwitchBack(request: SwitchBackRequest, by: By): Promise<StartedJob>;
  returnList(): Promise<ReturnList>;
  resolve(request: ResolveRequest, by: By): Promise<ReturnEntry>;
  /** A code for a locked-out administrator, as `letIn`, without a declared outage. */
  administratorCode(request: AdminAccessRequest, by: By): Promise<LetInResult>;
  /** On the server's shell: a password at once, also with plugin, provider and Mattermost dead. `password` null: one is made. */
  adminAccess(request: {user: string; password: string | null}, by: By): Promise<AdminAccessResult>;
  /** Probes, snapshots, looks at the settings, and reminders, each at its own pace. None of them ever changes how somebody signs in. */
  watch(): readonly Round[];
};

/** What is done again and again while the companion runs. `failed`: said in the log when `run` rejects. */
export type Round = {everyMs: number; failed: string; run(signal: AbortSignal): Promise<void>};
